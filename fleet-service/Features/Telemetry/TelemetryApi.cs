using EdgeFleet.Contracts;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>A payload that was refused, for REST.</summary>
/// <param name="Prefix">First bytes of the last one, in hexadecimal digits.</param>
public sealed record RejectedAnswer(
    string Device, TopicKind Kind, string Error, long Count, DateTimeOffset First, DateTimeOffset Last, string Prefix);

/// <summary>
/// REST of telemetry. Times are ISO 8601 with a zone, see <see cref="TimeRange.Parse"/>; without them the last day is
/// meant. Whoever may see devices may see these.
/// </summary>
internal static class TelemetryApi
{
    public static void MapTelemetry(this WebApplication app)
    {
        RouteGroupBuilder device = app.MapGroup("/api/v1/devices/{id}").WithTags("Telemetry");
        device.MapGet("/telemetry/latest", (string id, TelemetryQueries queries) => TypedResults.Ok(queries.Latest(id)))
            .WithSummary("The last value of every channel.");
        device.MapGet("/telemetry", Windows).WithSummary("Windows as they were measured, a page at a time.");
        device.MapGet("/telemetry/buckets", Buckets)
            .WithSummary("Statistics of a channel by interval (15m), or in so many points for a chart.");
        device.MapGet("/telemetry/summary", Summary).WithSummary("Statistics of a channel over the whole range.");
        device.MapGet("/telemetry.csv", Csv).WithSummary("Windows as comma-separated values.");
        device.MapGet("/telemetry/stats", Stats).WithSummary("Counts of the device's windows and events.");
        device.MapGet("/gaps", Gaps).WithSummary("What is missing, and why.");
        RouteGroupBuilder fleet = app.MapGroup("/api/v1/telemetry").WithTags("Telemetry");
        fleet.MapGet("/stats", (TelemetryCounts counts, bool devices = false) => TypedResults.Ok(counts.Fleet(devices)))
            .WithSummary("Counts of the fleet's windows and events, with devices=true of each device.");
        fleet.MapGet("/audit", Audit).RequireAuthorization(Access.Policies.Operator)
            .WithSummary("Counts the stored rows themselves; slow.");
        fleet.MapGet("/rejected", Rejected).WithSummary("Payloads that were refused, the last first.");
    }

    private static async Task<Results<Ok<WindowPage>, ProblemHttpResult>> Windows(
        string id, TelemetryQueries queries, TimeProvider time, CancellationToken cancel, string? channel = null,
        string? from = null, string? to = null, string? after = null, int limit = TelemetryLimits.DefaultPage)
    {
        Result<TimeRange> range = TimeRange.Parse(from, to, time);
        if (!range.Ok)
            return range.Fault!.Http();
        return (await queries.WindowsAsync(id, channel, range.Value, after, limit, cancel)).Http();
    }

    private static async Task<Results<Ok<BucketSeries>, ProblemHttpResult>> Buckets(
        string id, string channel, TelemetryQueries queries, TimeProvider time, CancellationToken cancel,
        string? from = null, string? to = null, string? interval = null, int? points = null, string? tz = null,
        string? unit = null)
    {
        Result<TimeRange> range = TimeRange.Parse(from, to, time);
        if (!range.Ok)
            return range.Fault!.Http();
        if ((interval is null) == (points is null))
            return Fault.Invalid("interval", "give either 'interval' or 'points'.").Http();
        if (points is { } wanted)
        {
            return tz is null
                ? (await queries.PointsAsync(id, channel, unit, range.Value, wanted, cancel)).Http()
                : Fault.Invalid("tz", "a time zone moves the edges of days: give an interval of whole days with it.").Http();
        }
        if (!TimeRange.TryParseInterval(interval!, out long intervalMs))
            return Fault.Invalid("interval", "a number and s, m, h or d, such as 15m; at most ten years.").Http();
        TimeZoneInfo? zone = null;
        if (tz is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(tz, out zone))
            return Fault.Invalid("tz", "a name of the IANA time zone database, such as Europe/Berlin.").Http();
        return (await queries.BucketsAsync(id, channel, unit, range.Value, intervalMs, zone, cancel)).Http();
    }

    private static async Task<Results<Ok<BucketSeries>, ProblemHttpResult>> Summary(
        string id, string channel, TelemetryQueries queries, TimeProvider time, CancellationToken cancel,
        string? from = null, string? to = null, string? unit = null)
    {
        Result<TimeRange> range = TimeRange.Parse(from, to, time);
        if (!range.Ok)
            return range.Fault!.Http();
        return (await queries.SummaryAsync(id, channel, unit, range.Value, cancel)).Http();
    }

    private static Results<PushStreamHttpResult, ProblemHttpResult> Csv(
        string id, TelemetryCsv csv, TimeProvider time, CancellationToken cancel, string? channel = null,
        string? from = null, string? to = null)
    {
        Result<TimeRange> range = TimeRange.Parse(from, to, time);
        // The id becomes a file name.
        if (!Names.IsId(id))
            return Fault.NotFound("device", id).Http();
        if (!range.Ok)
            return range.Fault!.Http();
        return TypedResults.Stream(
            output => csv.WriteAsync(output, id, channel, range.Value, cancel), "text/csv; charset=utf-8", $"{id}.csv");
    }

    private static Results<Ok<DeviceStats>, ProblemHttpResult> Stats(string id, TelemetryCounts counts) =>
        counts.Device(id) is { } stats
            ? TypedResults.Ok(stats)
            : new Fault(StatusCodes.Status404NotFound, "no-telemetry", $"Device '{id}' was never heard of.").Http();

    private static async Task<Results<Ok<GapAnswer>, ProblemHttpResult>> Gaps(
        string id, GapQueries gaps, TimeProvider time, CancellationToken cancel, string? from = null, string? to = null)
    {
        Result<TimeRange> range = TimeRange.Parse(from, to, time);
        if (!range.Ok)
            return range.Fault!.Http();
        return (await gaps.GapsAsync(id, range.Value, cancel)).Http();
    }

    private static async Task<Ok<StoreAudit>> Audit(TelemetryCounts counts, CancellationToken cancel) =>
        TypedResults.Ok(await counts.AuditAsync(cancel));

    private static async Task<Results<Ok<List<RejectedAnswer>>, ProblemHttpResult>> Rejected(
        ITelemetryStore store, CancellationToken cancel, string? device = null, int limit = 100)
    {
        if (limit is < 1 or > TelemetryLimits.MaxEventPage)
            return Fault.Invalid("limit", $"1 to {TelemetryLimits.MaxEventPage}.").Http();
        var answers = new List<RejectedAnswer>();
        await foreach (RejectedPayload rejected in store.ReadRejectedAsync(device, limit, cancel))
        {
            answers.Add(new(
                rejected.DeviceId, rejected.Kind, rejected.Error, rejected.Count, TelemetryQueries.Time(rejected.FirstMs),
                TelemetryQueries.Time(rejected.LastMs), Convert.ToHexStringLower(rejected.Prefix)));
        }
        return TypedResults.Ok(answers);
    }
}
