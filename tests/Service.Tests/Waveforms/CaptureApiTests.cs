using System.Globalization;
using System.Net;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Features.Waveforms;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Support;
using EdgeFleet.Service.Tests.Telemetry;

namespace EdgeFleet.Service.Tests.Waveforms;

/// <summary>The whole way: hub, journal on disk, projector, database, REST.</summary>
public sealed class CaptureApiTests
{
    private const string Path = $"/api/v1/devices/{Chunks.Device}/captures";

    [Fact]
    public async Task A_capture_comes_out_of_every_route()
    {
        await using TestService service = await TestService.StartAsync();
        Chunks sent = new()
        {
            StartMs = new DateTimeOffset(2026, 1, 1, 0, 0, 0, 500, TimeSpan.Zero).ToUnixTimeMilliseconds(),
            Gap = (700, 40),
        };
        service.Clock.Advance(TimeSpan.FromHours(1));
        await SendAsync(service, [.. sent.All().Where(c => c is not { Axis: 2, Index: 0 })]);
        using HttpClient viewer = await service.ClientAsync(Role.Viewer);

        JsonElement list = await (await viewer.GetAsync(Path)).ValueAsync<JsonElement>();
        JsonElement capture = Assert.Single(list.EnumerateArray());
        Assert.Equal("1a2b3c4d-17", capture.GetProperty("id").GetString());
        Assert.Equal(17, capture.GetProperty("event").GetInt32());
        Assert.Equal(125, capture.GetProperty("rate").GetDouble());
        Assert.Equal(12.32, capture.GetProperty("seconds").GetDouble());
        Assert.Equal(40, capture.GetProperty("lostSamples").GetInt32());
        Assert.False(capture.GetProperty("whole").GetBoolean());
        Assert.Equal(1, Count(await viewer.GetAsync($"{Path}?from=2026-01-01T00:00:00Z&to=2026-01-01T00:01:00Z")));
        Assert.Equal(0, Count(await viewer.GetAsync($"{Path}?from=2026-01-01T00:01:00Z&to=2026-01-01T00:02:00Z")));

        JsonElement whole = await (await viewer.GetAsync(Path + "/1a2b3c4d-17")).ValueAsync<JsonElement>();
        Assert.Equal(38_246e-9, whole.GetProperty("scale").GetDouble(), 12);
        JsonElement vertical = whole.GetProperty("axes")[2];
        Assert.Equal("HNZ", vertical.GetProperty("seed").GetString());
        Assert.Equal(0, Assert.Single(vertical.GetProperty("missingChunks").EnumerateArray()).GetInt32());
        JsonElement piece = vertical.GetProperty("pieces")[0];
        Assert.Equal(625, piece.GetProperty("first").GetInt32());
        Assert.Equal(sent.Count(2, 625), piece.GetProperty("counts")[0].GetInt32());

        string[] lines = (await viewer.GetStringAsync(Path + "/1a2b3c4d-17.csv")).Split("\r\n");
        Assert.Equal("time_utc,offset [s],ax [m/s2],ay [m/s2],az [m/s2]", lines[0]);
        Assert.Equal(1540 + 2, lines.Length);
        string[] first = lines[1].Split(',');
        Assert.Equal(["2026-01-01T00:00:00.500000Z", "0"], first[..2]);
        Assert.Equal(sent.Count(0, 0) * 38_246e-9, double.Parse(first[2], CultureInfo.InvariantCulture), 9);
        Assert.Equal("", first[4]);
        Assert.Equal(["2026-01-01T00:00:06.108000Z", "5.608", "", "", ""], lines[702].Split(','));
        Assert.Equal(
            sent.Count(2, 700) * 38_246e-9, double.Parse(lines[741].Split(',')[4], CultureInfo.InvariantCulture), 9);

        JsonElement spectrum = await (await viewer.GetAsync(Path + "/1a2b3c4d-17/spectrum")).ValueAsync<JsonElement>();
        Assert.Equal("m/s2/Hz^0.5", spectrum.GetProperty("unit").GetString());
        // Swings of 0.05 rad a sample: 1 Hz at 125 samples a second.
        Assert.Equal(1, spectrum.GetProperty("axes")[0].GetProperty("peakHz").GetDouble(), 0.25);

        HttpResponseMessage seed = await viewer.GetAsync(Path + "/1a2b3c4d-17.mseed");
        Assert.Equal("application/vnd.fdsn.mseed", seed.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"{Chunks.Device}-1a2b3c4d-17.mseed", seed.Content.Headers.ContentDisposition!.FileNameStar);
        byte[] file = await seed.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, file.Length % MiniSeed.RecordBytes);
    }

    [Fact]
    public async Task What_is_not_there_or_out_of_bounds_is_named()
    {
        await using TestService service = await TestService.StartAsync();
        using HttpClient viewer = await service.ClientAsync(Role.Viewer);
        Assert.Equal(0, Count(await viewer.GetAsync(Path)));
        foreach (string suffix in (string[])["", ".csv", ".mseed", "/spectrum"])
        {
            HttpResponseMessage none = await viewer.GetAsync(Path + "/00000001-4294967295" + suffix);
            Assert.Equal("capture-not-found", await none.ProblemAsync(HttpStatusCode.NotFound));
            none = await viewer.GetAsync(Path + "/00000001-4294967296" + suffix);
            Assert.Equal("capture-not-found", await none.ProblemAsync(HttpStatusCode.NotFound));
        }
        Assert.Equal("invalid", await (await viewer.GetAsync(Path + "?limit=0")).ProblemAsync(HttpStatusCode.BadRequest));
        Assert.Equal("invalid", await (await viewer.GetAsync(Path + "?limit=501")).ProblemAsync(HttpStatusCode.BadRequest));
        using HttpClient nobody = await service.ClientAsync(null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(Path)).StatusCode);
    }

    internal static async Task SendAsync(TestService service, IReadOnlyList<WaveformChunk> chunks)
    {
        foreach (WaveformChunk chunk in chunks)
        {
            await service.Get<IDeviceHub>().ReceiveAsync(
                new FakeSession(PeerRole.Device, Chunks.Device), TopicKind.Waveform, Chunks.Device,
                Messages.Bytes(chunk.Write), 1, CancellationToken.None);
        }
        await service.Get<IIngestReader>().SettledAsync();
        await service.Get<ProjectionProgress>().ReachedAsync(service.Get<IIngestReader>().Head)
            .WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static int Count(HttpResponseMessage answer) => answer.ValueAsync<JsonElement>().Result.GetArrayLength();
}
