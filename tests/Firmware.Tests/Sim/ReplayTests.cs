using System.Globalization;
using System.IO.Compression;
using System.Text;
using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>That a replayed recording is the recording, and that a bad file is refused by line and column.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-replay").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_months_rows_come_out_of_the_sensors_one_by_one()
    {
        string file = SharedData.File("airbox/toco-toucan-rt01-2019-08.csv.gz");
        AirBoxRecording recording = AirBoxRecording.Load(file);
        Assert.Equal(42_836, recording.RowCount);
        Assert.Equal(60_000, recording.PeriodMs);
        Assert.Equal(new DateTimeOffset(2019, 8, 1, 7, 11, 0, TimeSpan.FromHours(-5)).ToUnixTimeMilliseconds(), recording.StartUtcMs);
        Assert.Equal(new DateTimeOffset(2019, 8, 31, 20, 0, 0, TimeSpan.FromHours(-5)).ToUnixTimeMilliseconds(), recording.EndUtcMs);

        VirtualClock clock = new(recording.StartUtcMs);
        IScalarSensor[] sensors = recording.CreateSensors(clock);
        Assert.Equal([Channels.Pm25, Channels.Temperature, Channels.Humidity], sensors.Select(s => s.ChannelName(0)));
        Dictionary<long, List<double>> hours = [];
        int[] read = new int[3];
        int[] value = new int[1];
        // A node asks more often than there are rows, and not in step with them.
        for (long t = recording.StartUtcMs; t < recording.EndUtcMs + 60_000; t += 7000)
        {
            clock.AdvanceTo(t);
            for (int i = 0; i < 3; i++)
            {
                if (sensors[i].Read(t - recording.StartUtcMs, value) != SensorResult.Ok)
                    continue;
                read[i]++;
                if (i == 0)
                    (hours.TryGetValue(t / 3_600_000, out List<double>? list) ? list : hours[t / 3_600_000] = []).Add(value[0] / 100.0);
            }
        }
        Assert.Equal([42_836, 42_836, 42_836], read);
        Dictionary<long, double> expected = HourlyMeansOf(file);
        Assert.Equal(expected.Count, hours.Count);
        Assert.All(expected, e => Assert.Equal(e.Value, hours[e.Key].Average(), 9));
    }

    [Fact]
    public void The_bridges_samples_have_the_recordings_strength()
    {
        BridgeRecording recording = BridgeRecording.Load(SharedData.File("bridge/munich-unibw-2022-04-11-100hz.csv.gz"));
        Assert.Equal(72_000, recording.SampleCount);
        Assert.Equal(new DateTimeOffset(2022, 4, 11, 8, 36, 24, 897, TimeSpan.Zero).ToUnixTimeMilliseconds(), recording.StartUtcMs);
        Assert.Equal(720_000, recording.EndUtcMs - recording.StartUtcMs);

        VirtualClock clock = new(recording.StartUtcMs);
        RecordedBridge sensor = new(clock, recording);
        Assert.Equal(100_000, sensor.RateMilliHz);
        Assert.Equal(4, sensor.AxisMask);
        List<double> microG = [];
        int[] xyz = new int[96];
        for (long t = recording.StartUtcMs; t <= recording.EndUtcMs + 1000; t += 40)
        {
            clock.AdvanceTo(t);
            while (sensor.Drain(t - recording.StartUtcMs, xyz, 32, out int triples, out int missed) == SensorResult.Ok)
            {
                Assert.Equal(0, missed);
                for (int i = 0; i < triples; i++)
                    microG.Add(xyz[(3 * i) + 2] * (sensor.NanoMetresPerCount / 9806.65));
            }
        }
        Assert.Equal(72_000, microG.Count);
        double mean = microG.Average();
        Assert.InRange(Math.Sqrt(microG.Average(g => (g - mean) * (g - mean))), 151 * 0.98, 151 * 1.02);
        Assert.InRange(microG.Max(g => Math.Abs(g - mean)), 6400 * 0.99, 6400 * 1.01);
    }

    [Fact]
    public void Empty_cells_and_missing_rows_are_gaps_of_one_column_and_of_all()
    {
        AirBoxRecording recording = AirBoxRecording.Load(Write("a.csv", """
            Serial ID: 7
            (UTC+02:00) Somewhere

            Time,PM2.5 (µg/m³),RH (%)
            3/1/2024 0:00,1.5,50
            3/1/2024 0:01,,51
            3/1/2024 0:04,2.5,52
            """));
        VirtualClock clock = new(recording.StartUtcMs);
        Assert.Equal(new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.FromHours(2)).ToUnixTimeMilliseconds(), clock.UtcMs);
        IScalarSensor[] sensors = recording.CreateSensors(clock);
        string trace = "";
        int[] value = new int[1];
        for (int minute = 0; minute < 6; minute++)
        {
            clock.AdvanceTo(recording.StartUtcMs + (minute * 60_000) + 31_000);
            foreach (IScalarSensor sensor in sensors)
                trace += sensor.Read(0, value) == SensorResult.Ok ? $"{value[0]} " : "- ";
        }
        Assert.Equal("150 5000 - 5100 - - - - 250 5200 - - ", trace);
    }

    [Fact]
    public void A_node_that_starts_late_hears_nothing_of_what_was_before()
    {
        BridgeRecording recording = BridgeRecording.Load(Write("b.csv", Bridge(rows: 500)));
        VirtualClock clock = new(recording.StartUtcMs + 1005);
        RecordedBridge sensor = new(clock, recording);
        int[] xyz = new int[96];
        Assert.Equal(SensorResult.NotReady, sensor.Drain(0, xyz, 32, out _, out _));
        clock.AdvanceTo(recording.StartUtcMs + 1010);
        Assert.Equal(SensorResult.Ok, sensor.Drain(0, xyz, 32, out int triples, out int missed));
        Assert.Equal((1, 0, 101), (triples, missed, xyz[2]));
    }

    [Theory]
    [InlineData("Time,PM2.5\n3/1/2024 0:00,1\n3/1/2024 0:01,x", 3, "PM2.5", "'x' is not a number")]
    [InlineData("Time,PM2.5\n3/1/2024 0:00,1\n3/1/2024 0:00,2", 3, "Time", "does not come after")]
    [InlineData("Time,PM2.5\n3/1/2024 0:00,1\nyesterday,2", 3, "Time", "'yesterday' is not a time")]
    [InlineData("Time,PM2.5\n3/1/2024 0:00", 2, "PM2.5", "only 1 cells")]
    [InlineData("Time,PM2.5\n3/1/2024 0:00,1e30", 2, "PM2.5", "cannot be a measurement")]
    [InlineData("Time,PM2.5\n3/1/2024 0:00,NaN", 2, "PM2.5", "'NaN' is not a number")]
    [InlineData("Time,PM2.5\n3/1/2024 0:00,1", 0, "", "fewer than two rows")]
    [InlineData("Time,Weight\n3/1/2024 0:00,1", 1, "", "none of the columns")]
    [InlineData("a,b\n1,2", 0, "Time", "names this column")]
    public void A_bad_file_is_refused_by_line_and_column(string text, int line, string column, string fault)
    {
        RecordingException error = Assert.Throws<RecordingException>(() => AirBoxRecording.Load(Write("bad.csv", text)));
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("bad.csv", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_cut_off_or_of_another_rate_is_refused()
    {
        Assert.Throws<RecordingException>(() => BridgeRecording.Load(Path.Combine(_folder, "none.csv")));
        string text = Bridge(rows: 3000);
        string cut = Path.Combine(_folder, "cut.csv.gz");
        byte[] whole = Zip(text);
        byte[] damaged = [.. whole];
        for (int i = whole.Length / 2; i < (whole.Length / 2) + 40; i++)
            damaged[i] ^= 0x5A;
        File.WriteAllBytes(cut, damaged);
        Assert.Throws<RecordingException>(() => BridgeRecording.Load(cut));
        RecordingException rate = Assert.Throws<RecordingException>(
            () => BridgeRecording.Load(Write("c.csv", text), new BridgeRecordingFormat(RateMilliHz: 125_000)));
        Assert.Equal("Time", rate.Column);
        File.WriteAllBytes(cut, whole);
        Assert.Equal(3000, BridgeRecording.Load(cut).SampleCount);
    }

    private static Dictionary<long, double> HourlyMeansOf(string file)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        string[] lines = reader.ReadToEnd().Split('\n');
        return lines.Select(l => l.Split(',')).Where(c => c.Length == 8 && c[0] != "Time" && c[3].Length > 0)
            .GroupBy(
                c => (DateTime.Parse(c[0], CultureInfo.InvariantCulture).AddHours(5) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerHour,
                c => double.Parse(c[3], CultureInfo.InvariantCulture))
            .ToDictionary(g => g.Key, g => g.Average());
    }

    private static string Bridge(int rows)
    {
        DateTime start = new(2022, 4, 11, 8, 0, 0);
        StringBuilder text = new("Time (-),ACC01_z [g]\n");
        for (int i = 0; i < rows; i++)
            text.Append(CultureInfo.InvariantCulture, $"{start.AddMilliseconds(10 * i):yyyy-dd-MM HH:mm:ss.fff},{i * 3.9e-6:R}\n");
        return text.ToString();
    }

    private static byte[] Zip(string text)
    {
        using MemoryStream bytes = new();
        using (GZipStream zip = new(bytes, CompressionLevel.Optimal))
            zip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }
}
