using System.Globalization;
using System.Text.Json;
using EdgeFleet.FleetSim.Tests.Support;

namespace EdgeFleet.FleetSim.Tests.Replays;

/// <summary>A real bridge, through a node and the service, out of the REST interface.</summary>
public sealed class MunichBridgeTests
{
    // CODATA: standard gravity, which the recording's unit g stands for.
    private const double Gravity = 9.80665;

    [Fact]
    public async Task Strength_and_peak_of_the_vertical_channel_come_out_of_the_service()
    {
        string file = SharedData.File(SharedData.MunichBridge);
        await using var city = await VirtualCity.RunAsync(
            new SimOptions { Nodes = 1, Mix = (0, 1), ReplayBridge = file });
        Assert.True(city.Summary.Balanced);
        // 720 s in windows of 10 s; the last one is never closed by a later sample, the first may be cut by the boot.
        Assert.InRange(city.Summary.WindowsStored, 71, 74);

        JsonElement summary = await city.GetAsync(
            $"/api/v1/devices/{city.Device}/telemetry/summary?channel=az&from=2022-01-01T00:00:00Z&to=2023-01-01T00:00:00Z");
        JsonElement whole = Assert.Single(summary.GetProperty("buckets").EnumerateArray());
        Assert.Equal("m/s2", summary.GetProperty("unit").GetString());
        double rmsMicroG = whole.GetProperty("rms").GetDouble() / Gravity * 1e6;
        double peakMilliG = whole.GetProperty("peak").GetDouble() / Gravity * 1e3;
        // What the recording's publisher measured on it.
        Assert.InRange(rmsMicroG, 151 * 0.98, 151 * 1.02);
        Assert.InRange(peakMilliG, 6.40 * 0.99, 6.40 * 1.01);
        // Over the whole recording: shocks far beyond a normal distribution's 3.
        double kurtosis = whole.GetProperty("kurtosis").GetDouble();
        double crest = whole.GetProperty("crest").GetDouble();
        Assert.InRange(kurtosis, 77 * 0.98, 77 * 1.02);
        Assert.InRange(crest, 42 * 0.98, 42 * 1.02);
        // And the same from the file itself, read here.
        var (rms, peak, fourth) = FromFile(file);
        Assert.InRange(kurtosis, fourth * 0.98, fourth * 1.02);
        Assert.InRange(crest, peak / rms * 980, peak / rms * 1020);
        Assert.InRange(rmsMicroG, rms * 0.98, rms * 1.02);
        Assert.InRange(peakMilliG, peak * 0.99, peak * 1.01);

        // Every event that the node told of came with its waveform: all of it, of the one axis that was recorded.
        JsonElement[] captures = [.. (await city.GetAsync($"/api/v1/devices/{city.Device}/captures")).EnumerateArray()];
        Assert.True(captures.Length >= 3, $"{captures.Length} captures");
        Assert.All(captures, capture => Assert.True(capture.GetProperty("whole").GetBoolean()));
        foreach (JsonElement capture in captures)
        {
            JsonElement wave = await city.GetAsync(
                $"/api/v1/devices/{city.Device}/captures/{capture.GetProperty("id").GetString()}");
            JsonElement axis = Assert.Single(wave.GetProperty("axes").EnumerateArray());
            Assert.Equal("HNZ", axis.GetProperty("seed").GetString());
            JsonElement piece = Assert.Single(axis.GetProperty("pieces").EnumerateArray());
            Assert.Equal(1200, piece.GetProperty("counts").GetArrayLength());
        }
    }

    // Root mean square about the mean in micro-g, largest deviation from it in milli-g, and kurtosis.
    private static (double Rms, double Peak, double Kurtosis) FromFile(string file)
    {
        var (columns, rows) = SharedData.Csv(file);
        int column = Array.FindIndex(columns, name => name.StartsWith("ACC01_z", StringComparison.Ordinal));
        double[] values = [.. rows.Select(row => double.Parse(row[column], CultureInfo.InvariantCulture))];
        double mean = values.Average();
        double variance = values.Average(value => (value - mean) * (value - mean));
        return (
            Math.Sqrt(variance) * 1e6,
            values.Max(value => Math.Abs(value - mean)) * 1e3,
            values.Average(value => Math.Pow(value - mean, 4)) / (variance * variance));
    }
}
