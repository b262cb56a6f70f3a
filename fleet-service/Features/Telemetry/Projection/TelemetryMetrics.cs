using System.Diagnostics.Metrics;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Counters of the telemetry slice, under the meter <c>EdgeFleet.Telemetry</c>.</summary>
public sealed class TelemetryMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "EdgeFleet.Telemetry";

    private readonly Meter _meter;
    private readonly Counter<long> _windows;
    private readonly Counter<long> _events;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _timesReplaced;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _stepMs;

    public TelemetryMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _windows = _meter.CreateCounter<long>("edgefleet.telemetry.windows", "{window}", "Windows stored.");
        _events = _meter.CreateCounter<long>("edgefleet.telemetry.events", "{event}", "Events stored.");
        _duplicates = _meter.CreateCounter<long>(
            "edgefleet.telemetry.duplicates", "{item}", "Windows and events that were stored already.");
        _rejected = _meter.CreateCounter<long>("edgefleet.telemetry.rejected", "{message}", "Payloads refused, by error.");
        _timesReplaced = _meter.CreateCounter<long>(
            "edgefleet.telemetry.times_replaced", "{item}", "Absurd times replaced by that of receipt.");
        _failures = _meter.CreateCounter<long>(
            "edgefleet.telemetry.store_failures", "{failure}", "Steps that the database could not take, by fault.");
        _stepMs = _meter.CreateHistogram<double>("edgefleet.telemetry.step", "ms", "Time of one transaction.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Committed(TelemetryStep step, TimeSpan took)
    {
        _windows.Add(step.Windows.Count);
        _events.Add(step.Events.Count);
        _duplicates.Add(step.Duplicates);
        _timesReplaced.Add(step.TimesReplaced);
        foreach (RejectedPayload rejected in step.Rejected.Values)
            _rejected.Add(rejected.Count, new KeyValuePair<string, object?>("error", rejected.Error));
        _stepMs.Record(took.TotalMilliseconds);
    }

    internal void Failed(string fault) => _failures.Add(1, new KeyValuePair<string, object?>("fault", fault));
}
