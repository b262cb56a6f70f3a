using EdgeFleet.Boards.Sim.Sensors;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Replay;

/// <summary>How a file of accelerations is written. The defaults are those of the Munich test bridge's recordings.</summary>
/// <param name="TimeColumn">Name of the column with the time of day.</param>
/// <param name="AccelerationColumn">Name of the column with the vertical acceleration, in g.</param>
/// <param name="RateMilliHz">Samples a second, times a thousand.</param>
/// <param name="TimeFormat">Of the times, which are taken as UTC. In the Munich files the day stands before the month.</param>
public sealed record BridgeRecordingFormat(
    string TimeColumn = "Time", string AccelerationColumn = "ACC01_z", int RateMilliHz = 100_000,
    string TimeFormat = "yyyy-dd-MM HH:mm:ss.fff");

/// <summary>
/// Vertical accelerations of a bridge, in counts of an ADXL355. The time counts from the first row by the sample's number:
/// a logger's own stamps jitter. Load it once; any number of nodes replay it.
/// </summary>
public sealed class BridgeRecording
{
    private const double MicroGPerCount = 3.9;
    private const int MaxCounts = (1 << 19) - 1;

    private BridgeRecording(long startUtcMs, int rateMilliHz, int[] counts)
    {
        StartUtcMs = startUtcMs;
        RateMilliHz = rateMilliHz;
        Counts = counts;
    }

    /// <summary>Time of the first sample, Unix milliseconds.</summary>
    public long StartUtcMs { get; }

    /// <summary>When the sample after the last would be taken, Unix milliseconds.</summary>
    public long EndUtcMs => StartUtcMs + (Counts.Length * 1_000_000L / RateMilliHz);

    public int RateMilliHz { get; }

    public int SampleCount => Counts.Length;

    /// <summary>The samples; not to be changed.</summary>
    public int[] Counts { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="RecordingException">The file is not there, or is no such recording.</exception>
    public static BridgeRecording Load(string file, BridgeRecordingFormat? format = null)
    {
        format ??= new BridgeRecordingFormat();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(format.RateMilliHz);
        using CsvRecording csv = CsvRecording.Open(file, format.TimeColumn);
        string[] formats = [format.TimeFormat];
        List<int> counts = [];
        long start = 0;
        while (csv.TryReadRow())
        {
            if (counts.Count == 0)
                start = csv.Time(format.TimeColumn, formats, TimeSpan.Zero);
            if (!csv.TryNumber(format.AccelerationColumn, out double g))
                throw csv.Fault(format.AccelerationColumn, "is empty; a recording of vibration has no gaps");
            double count = Math.Round(g * 1e6 / MicroGPerCount);
            if (Math.Abs(count) > MaxCounts)
                throw csv.Fault(format.AccelerationColumn, $"{g} g is outside the sensor's range of 2.04 g");
            counts.Add((int)count);
            CheckTime(csv, format, formats, start, counts.Count - 1);
        }
        if (counts.Count == 0)
            throw new RecordingException(file, 0, "", "has no rows");
        return new BridgeRecording(start, format.RateMilliHz, [.. counts]);
    }

    // One row in a thousand is enough to see that the rate is another, or that a piece is missing.
    private static void CheckTime(CsvRecording csv, BridgeRecordingFormat format, string[] formats, long start, int index)
    {
        if (index == 0 || index % 1000 != 0)
            return;
        long expected = start + (index * 1_000_000L / format.RateMilliHz);
        long off = csv.Time(format.TimeColumn, formats, TimeSpan.Zero) - expected;
        if (Math.Abs(off) > 1000)
            throw csv.Fault(format.TimeColumn, $"is {off} ms off a steady {format.RateMilliHz / 1000.0} Hz");
    }
}

/// <summary>A recording as a node's accelerometer: the vertical axis alone. After its end nothing new comes.</summary>
public sealed class RecordedBridge : IAccelerometer
{
    private readonly BridgeRecording _recording;
    private SampleQueue _queue;

    /// <param name="world">True time; samples from before now are not given.</param>
    /// <param name="queueTriples">Depth of the sensor's queue; the ADXL355's holds 32 triples.</param>
    public RecordedBridge(SimClock world, BridgeRecording recording, int queueTriples = 32)
    {
        _recording = recording;
        _queue = new SampleQueue(world, recording.RateMilliHz, queueTriples, recording.StartUtcMs, recording.SampleCount);
    }

    /// <inheritdoc/>
    public int RateMilliHz => _recording.RateMilliHz;

    /// <inheritdoc/>
    public int NanoMetresPerCount => SimAccelerometer.NanoMetresPerCountOf2G;

    /// <inheritdoc/>
    public int AxisMask => 4;

    /// <inheritdoc/>
    public SensorResult Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed)
    {
        triples = Math.Min(_queue.Waiting(out missed), maxTriples);
        if (triples <= 0)
        {
            triples = 0;
            return SensorResult.NotReady;
        }
        _queue.Skip(missed);
        for (int i = 0; i < triples; i++)
        {
            xyz[3 * i] = 0;
            xyz[(3 * i) + 1] = 0;
            xyz[(3 * i) + 2] = _recording.Counts[(int)_queue.Next];
            _queue.Skip(1);
        }
        return SensorResult.Ok;
    }

    /// <summary>The recordings have no temperature of the sensor.</summary>
    public SensorResult ReadTemperature(out int centiCelsius)
    {
        centiCelsius = 0;
        return SensorResult.NotReady;
    }
}
