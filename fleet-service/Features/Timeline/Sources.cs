using System.Globalization;
using System.Text.Json;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Features.Waveforms;

namespace EdgeFleet.Service.Features.Timeline;

/// <summary>What nodes tell: alarms, triggers, faults, starts.</summary>
internal sealed class EventSource(Reports.Reports reports) : ITimelineSource
{
    public string Name => "event";

    public bool ForOperators => false;

    public async Task<IReadOnlyList<TimelineEntry>> BeforeAsync(
        string device, DateTimeOffset before, int limit, CancellationToken cancel)
    {
        var range = new TimeRange(0, before.ToUnixTimeMilliseconds());
        IReadOnlyList<EventAnswer> events = await reports.EventsAsync(device, range, null, null, limit, cancel);
        return [.. events.Select(Entry)];
    }

    private TimelineEntry Entry(EventAnswer happened) => new(
        happened.At, Name, JsonNamingPolicy.CamelCase.ConvertName(happened.Type.ToString()), Detail(happened), happened.Severity);

    private static string? Detail(EventAnswer happened)
    {
        string numbers = happened.Channel == null ? ""
            : happened.Value == null ? happened.Channel
            : string.Create(CultureInfo.InvariantCulture, $"{happened.Channel} {happened.Value:G6}, level {happened.Level:G6}");
        string text = string.Join(": ", new[] { happened.Rule, numbers, happened.Text }.Where(part => !string.IsNullOrEmpty(part)));
        return text.Length == 0 ? null : text;
    }
}

/// <summary>What people and programs did to devices.</summary>
internal sealed class AuditSource(AuditLog audit) : ITimelineSource
{
    public string Name => "audit";

    public bool ForOperators => true;

    public async Task<IReadOnlyList<TimelineEntry>> BeforeAsync(
        string device, DateTimeOffset before, int limit, CancellationToken cancel)
    {
        AuditPage page = await audit.SearchAsync(device, before: before, top: limit, cancel: cancel);
        return [.. page.Items.Select(entry => new TimelineEntry(
            entry.At, Name, entry.Action, null, Actor: entry.Actor, Link: $"/audit?subject={Uri.EscapeDataString(device)}"))];
    }
}

/// <summary>Vibrations that bridge nodes captured.</summary>
internal sealed class CaptureSource(Captures captures) : ITimelineSource
{
    public string Name => "capture";

    public bool ForOperators => false;

    public Task<IReadOnlyList<TimelineEntry>> BeforeAsync(
        string device, DateTimeOffset before, int limit, CancellationToken cancel)
    {
        IReadOnlyList<TimelineEntry> entries = [.. captures
            .List(device, long.MinValue, before.ToUnixTimeMilliseconds(), limit)
            .Select(capture => new TimelineEntry(
                capture.Start, Name, "captured",
                string.Create(CultureInfo.InvariantCulture, $"{capture.Seconds:0.#} s{(capture.Whole ? "" : ", not whole")}"),
                Link: $"/devices/{device}/captures/{capture.Id}"))];
        return Task.FromResult(entries);
    }
}
