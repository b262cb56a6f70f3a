using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using EdgeFleet.FleetSim.Tests.Support;

namespace EdgeFleet.FleetSim.Tests.Rehearsal;

/// <summary><c>fleetsim rehearse</c> as an engineer calls it: recordings in, what a board would have said out.</summary>
public sealed class RehearsalTests : IDisposable
{
    private const double MicroG = 9.80665e-6;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-rehearse-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Figures of the recording's page: whole-recording kurtosis and crest factor too.</summary>
    [Fact]
    public async Task The_Munich_bridge_has_its_figures()
    {
        string file = SharedData.File("bridge/munich-unibw-2022-04-11-100hz.csv.gz");
        JsonElement report = await RehearseAsync("--kind", "bridge", "--input", file, "--rate", "100", "--column", "ACC01_z", "--unit", "g");
        JsonElement az = Overall(report, "az");
        Assert.Equal(72_000, az.GetProperty("count").GetInt32());
        Assert.InRange(az.GetProperty("rms").GetDouble() / MicroG, 151 * 0.98, 151 * 1.02);
        Assert.InRange(az.GetProperty("peak").GetDouble() / MicroG / 1000, 6.40 * 0.99, 6.40 * 1.01);
        Assert.InRange(az.GetProperty("kurtosis").GetDouble(), 77 * 0.98, 77 * 1.02);
        Assert.InRange(az.GetProperty("crest").GetDouble(), 42 * 0.98, 42 * 1.02);
        Assert.Equal(0, report.GetProperty("samplesMissed").GetInt32());
        // The strongest shake of the recording is among the captured.
        double peak = az.GetProperty("peak").GetDouble();
        Assert.Contains(report.GetProperty("captures").EnumerateArray(),
            capture => Math.Abs(capture.GetProperty("peakMetresPerSecondSquared").GetDouble() - peak) < peak * 0.01);
    }

    /// <summary>Frames of a real sensor through the driver; what they say was decoded by somebody else's program.</summary>
    [Fact]
    public async Task A_dump_of_frames_goes_through_the_driver()
    {
        string dump = SharedData.File("airbox/pmsx003.hexdump");
        string[][] rows = [.. File.ReadLines(SharedData.File("airbox/pmsx003.csv")).Select(line => line.Split(','))];
        JsonElement report = await RehearseAsync("--kind", "airbox", "--input", dump);
        foreach ((string channel, string column, double scale) in new[]
            { ("pm1", "pm01", 1), ("pm25", "pm25", 1), ("pm10", "pm10", 1), ("pm25.cf1", "raw25", 1), ("n0.3", "n0_3", 100.0) })
        {
            int place = Array.FindIndex(rows[0], name => name.Trim() == column);
            double[] values = [.. rows.Skip(1).Select(row => double.Parse(row[place], CultureInfo.InvariantCulture) * scale)];
            JsonElement said = Overall(report, channel);
            Assert.Equal(values.Length, said.GetProperty("count").GetInt32());
            Assert.Equal(values.Average(), said.GetProperty("mean").GetDouble(), 0.5);
            Assert.Equal(values.Max(), said.GetProperty("max").GetDouble(), 0.01);
        }
    }

    [Theory]
    [InlineData(',', "a,b,z\n", "z", false)]
    [InlineData(';', "logger 7\na;b;z [mg]\n", "3", true)]
    [InlineData('\t', "", "3", false)]
    public async Task Any_table_of_numbers_is_a_recording(char separator, string head, string column, bool zipped)
    {
        // A sine of 5 Hz and 100 mg, so an RMS of 70.7 mg and a crest factor of the root of two.
        IEnumerable<string> rows = Enumerable.Range(0, 4000).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"{i}{separator}0.5{separator}{100 * Math.Sin(2 * Math.PI * 5 * i / 200):0.0000}"));
        string file = Path.Combine(_folder, "table" + (zipped ? ".csv.gz" : ".csv"));
        await using (Stream stream = zipped ? new GZipStream(File.Create(file), CompressionLevel.Fastest) : File.Create(file))
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(head + string.Join('\n', rows)), TestContext.Current.CancellationToken);
        JsonElement report = await RehearseAsync(
            "--kind", "bridge", "--input", file, "--rate", "200", "--column", column, "--unit", "mg");
        JsonElement az = Overall(report, "az");
        Assert.InRange(az.GetProperty("rms").GetDouble() / MicroG / 1000, 70.6, 70.8);
        Assert.InRange(az.GetProperty("crest").GetDouble(), 1.41, 1.42);
        Assert.InRange(az.GetProperty("kurtosis").GetDouble(), 1.49, 1.51);
        // Velocity of a sine: acceleration over 2 pi f.
        double speed = 0.1 * 9.80665 / (2 * Math.PI * 5);
        JsonElement[] windows = [.. report.GetProperty("windows").EnumerateArray()];
        double peak = Channel(windows[1], "vz").GetProperty("max").GetDouble();
        Assert.InRange(peak, speed * 0.98, speed * 1.02);
        Assert.InRange(Channel(windows[1], "vz.f").GetProperty("mean").GetDouble(), 4.9, 5.1);
    }

    [Fact]
    public async Task Three_columns_are_three_axes_and_beyond_2_g_the_range_is_wider()
    {
        string file = Path.Combine(_folder, "xyz.csv");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 2500).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"{(i % 2 == 0 ? 3 : -3)},{(i % 2 == 0 ? 1 : -1)},{(i % 2 == 0 ? 0.5 : -0.5)}")), TestContext.Current.CancellationToken);
        JsonElement report = await RehearseAsync(
            "--kind", "bridge", "--input", file, "--rate", "125", "--column", "x=1", "--column", "y=2", "--column", "z=3");
        Assert.Equal(4, report.GetProperty("rangeG").GetInt32());
        Assert.InRange(Overall(report, "ax").GetProperty("rms").GetDouble() / 9.80665, 2.999, 3.001);
        Assert.InRange(Overall(report, "ay").GetProperty("rms").GetDouble() / 9.80665, 0.999, 1.001);
        Assert.InRange(Overall(report, "az").GetProperty("rms").GetDouble() / 9.80665, 0.499, 0.501);
    }

    [Fact]
    public async Task Thresholds_are_judged_as_on_a_board()
    {
        string recording = Path.Combine(_folder, "air.csv");
        await File.WriteAllLinesAsync(recording, ["when,dust", .. Enumerable.Range(0, 60).Select(
            i => $"2026-03-01 {i / 60:00}:{i % 60:00}:00,{(i is >= 20 and < 40 ? 80 : 10)}")], TestContext.Current.CancellationToken);
        string config = Path.Combine(_folder, "config.json");
        await File.WriteAllTextAsync(config, """
            {"thresholds":[{"id":"dust","channel":"pm25","statistic":"mean","direction":"above","level":50,"hysteresis":5,"severity":"critical"}]}
            """, TestContext.Current.CancellationToken);
        JsonElement report = await RehearseAsync(
            "--kind", "airbox", "--input", recording, "--time", "when", "--column", "pm25=dust", "--config", config);
        JsonElement[] events = [.. report.GetProperty("events").EnumerateArray().Where(e => e.TryGetProperty("rule", out _))];
        Assert.Equal(["thresholdRaised", "thresholdCleared"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.All(events, e => Assert.Equal(("dust", "ug/m3"), (e.GetProperty("rule").GetString(), e.GetProperty("unit").GetString())));
        Assert.Equal(80, events[0].GetProperty("value").GetDouble());
        Assert.Equal(50, events[0].GetProperty("level").GetDouble());
        Assert.InRange(events[0].GetProperty("time").GetDateTimeOffset().TimeOfDay.TotalMinutes, 20, 22);
        Assert.InRange(events[1].GetProperty("time").GetDateTimeOffset().TimeOfDay.TotalMinutes, 40, 42);
    }

    [Fact]
    public async Task The_same_recording_gives_the_same_report()
    {
        string file = Path.Combine(_folder, "noise.csv");
        Random random = new(5);
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 3000).Select(
            _ => random.NextDouble().ToString("0.000000", CultureInfo.InvariantCulture)), TestContext.Current.CancellationToken);
        string[] arguments = ["rehearse", "--kind", "bridge", "--input", file, "--rate", "100", "--column", "1", "--json"];
        var first = await SimulatorProcess.RunAsync(_folder, arguments);
        var second = await SimulatorProcess.RunAsync(_folder, arguments);
        Assert.Equal(first.Output, second.Output);
    }

    [Theory]
    [InlineData("--kind ship --input a.csv", "bridge or airbox", 1)]
    [InlineData("--kind bridge", "--input", 1)]
    [InlineData("--kind bridge --input none.csv --rate 100 --column 1", "none.csv", 2)]
    [InlineData("--kind bridge --input a.csv --column 1", "--rate is missing", 1)]
    [InlineData("--kind bridge --input a.csv --rate 0", "--rate takes", 1)]
    [InlineData("--kind bridge --input a.csv --rate 100", "--column is missing", 1)]
    [InlineData("--kind bridge --input a.csv --rate 100 --column 9", "column 9", 2)]
    [InlineData("--kind bridge --input a.csv --rate 100 --column 2", "'x' is not a number", 2)]
    [InlineData("--kind bridge --input a.csv --rate 100 --column 3", "is the unit right?", 2)]
    [InlineData("--kind bridge --input a.csv --rate 100 --column 1 --unit stone", "--unit takes", 1)]
    [InlineData("--kind bridge --input a.csv --rate 100 --column 1 --start 1999-01-01", "no time from 2015", 1)]
    [InlineData("--kind bridge --input a.csv --rate 100 --column 1 --config none.json", "none.json", 2)]
    [InlineData("--kind bridge --input a.csv --rate 100 --column 1 --config a.csv", "no configuration", 2)]
    [InlineData("--kind bridge --input a.csv --rate 100 --column 1 --config far.json", "windowMs", 2)]
    [InlineData("--kind bridge --input a.csv --rate 100 --column 1 --config dust.json", "refuses the configuration", 2)]
    [InlineData("--kind airbox --input a.csv", "names this column", 2)]
    [InlineData("--kind airbox --input a.csv --column 1", "CHANNEL=COLUMN", 1)]
    [InlineData("--kind airbox --input a.csv --time one --column noise=two", "'noise' is none of", 2)]
    public async Task What_cannot_be_rehearsed_is_named(string arguments, string named, int code)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.csv"), "one,two,three\n1,2,300\n1,x,300\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "far.json"), """{"windowMs":1}""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "dust.json"),
            """{"thresholds":[{"id":"a","channel":"pm25","statistic":"mean","direction":"above","level":1}]}""", TestContext.Current.CancellationToken);
        var (exit, output, error) = await SimulatorProcess.RunAsync(_folder, ["rehearse", .. arguments.Split(' ')]);
        Assert.Equal((code, ""), (exit, output.Contains("Usage", StringComparison.Ordinal) ? "" : output));
        Assert.Contains(named, error);
        Assert.DoesNotContain("   at ", error);
    }

    private async Task<JsonElement> RehearseAsync(params string[] arguments)
    {
        var (code, output, error) = await SimulatorProcess.RunAsync(_folder, ["rehearse", .. arguments, "--json"]);
        Assert.True(code == 0, error);
        return JsonDocument.Parse(output).RootElement.Clone();
    }

    private static JsonElement Overall(JsonElement report, string channel) => Find(report.GetProperty("overall"), channel);

    private static JsonElement Channel(JsonElement window, string channel) => Find(window.GetProperty("channels"), channel);

    private static JsonElement Find(JsonElement channels, string channel) =>
        channels.EnumerateArray().Single(c => c.GetProperty("channel").GetString() == channel);
}
