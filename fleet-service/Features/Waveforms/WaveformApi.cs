using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>REST of captured vibrations. Whoever may see devices may see these.</summary>
internal static class WaveformApi
{
    /// <summary>As SeisCode and ObsPy's web clients call it.</summary>
    public const string MiniSeedType = "application/vnd.fdsn.mseed";

    public static void MapWaveforms(this WebApplication app)
    {
        RouteGroupBuilder captures = app.MapGroup("/api/v1/devices/{id}/captures").WithTags("Waveforms");
        captures.MapGet("", List).WithSummary("Captured vibrations, the newest first; without a range all of them.");
        captures.MapGet("/{capture:regex(^[0-9a-f]{{8}}-[0-9]{{1,10}}$)}", Get)
            .WithSummary("One capture with its samples, in counts, as far as they have come.");
        captures.MapGet("/{capture:regex(^[0-9a-f]{{8}}-[0-9]{{1,10}}$)}.csv", Csv)
            .WithSummary("One capture as comma-separated values in m/s2.");
        captures.MapGet("/{capture:regex(^[0-9a-f]{{8}}-[0-9]{{1,10}}$)}.mseed", Seed)
            .WithSummary("One capture as miniSEED 2.4, in counts.");
        captures.MapGet("/{capture:regex(^[0-9a-f]{{8}}-[0-9]{{1,10}}$)}/spectrum", Spectra)
            .WithSummary("Amplitude spectral densities of a capture's axes, by Welch's method.");
    }

    private static Results<Ok<IReadOnlyList<CaptureAnswer>>, ProblemHttpResult> List(
        string id, Captures captures, TimeProvider time, string? from = null, string? to = null, int limit = 100)
    {
        if (limit is < 1 or > WaveformLimits.MaxPage)
            return Fault.Invalid("limit", $"1 to {WaveformLimits.MaxPage}.").Http();
        if (from is null && to is null)
            return TypedResults.Ok(captures.List(id, long.MinValue, long.MaxValue, limit));
        Result<TimeRange> range = TimeRange.Parse(from, to, time);
        return range.Ok
            ? TypedResults.Ok(captures.List(id, range.Value.FromMs, range.Value.ToMs, limit))
            : range.Fault!.Http();
    }

    private static Results<Ok<WaveformAnswer>, ProblemHttpResult> Get(string id, string capture, Captures captures)
    {
        Result<Waveform> found = captures.Find(id, capture);
        return found.Ok ? TypedResults.Ok(Captures.Answer(found.Value!)) : found.Fault!.Http();
    }

    private static Results<Ok<SpectrumAnswer>, ProblemHttpResult> Spectra(string id, string capture, Captures captures)
    {
        Result<Waveform> found = captures.Find(id, capture);
        return found.Ok ? TypedResults.Ok(Spectrum.Of(found.Value!)) : found.Fault!.Http();
    }

    private static Results<FileContentHttpResult, ProblemHttpResult> Csv(string id, string capture, Captures captures)
    {
        Result<Waveform> found = Named(id, capture, captures);
        return found.Ok
            ? TypedResults.File(
                Encoding.UTF8.GetBytes(WaveformCsv.Write(found.Value!)), "text/csv; charset=utf-8", $"{id}-{capture}.csv")
            : found.Fault!.Http();
    }

    private static Results<FileContentHttpResult, ProblemHttpResult> Seed(
        string id, string capture, Captures captures, WaveformOptions options)
    {
        Result<Waveform> found = Named(id, capture, captures);
        return found.Ok
            ? TypedResults.File(
                MiniSeed.Write(found.Value!, new SeedStation(options.Network, MiniSeed.StationCode(id))), MiniSeedType,
                $"{id}-{capture}.mseed")
            : found.Fault!.Http();
    }

    // The id becomes a file name.
    private static Result<Waveform> Named(string id, string capture, Captures captures) =>
        Names.IsId(id) ? captures.Find(id, capture) : Fault.NotFound("device", id);
}
