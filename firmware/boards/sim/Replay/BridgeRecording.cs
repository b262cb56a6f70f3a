using System.Globalization;
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
/// Accelerations of a bridge along up to three axes, in counts of an ADXL355. The time counts from the first row by the
/// sample's number: a logger's own stamps jitter. Load it once; any number of nodes replay it.
/// </summary>
public sealed class BridgeRecording
{
    /// <summary>In place of a sample that was not recorded; on one axis it is on all.</summary>
    public const int Missing = int.MinValue;

    // The chip's sensitivity in its range of 2 g; each wider range doubles it (ADXL355 data sheet, rev. D, table 1).
    private const double MicroGPerCount = 3.9;
    private const int MaxCounts = (1 << 19) - 1;
    private const double StandardGravity = 9.80665;

    private readonly int[]?[] _axes;

    private BridgeRecording(long startUtcMs, int rateMilliHz, int[]?[] axes, int rangeG)
    {
        StartUtcMs = startUtcMs;
        RateMilliHz = rateMilliHz;
        _axes = axes;
        RangeG = rangeG;
        SampleCount = axes.First(axis => axis != null)!.Length;
    }

    /// <summary>Time of the first sample, Unix milliseconds.</summary>
    public long StartUtcMs { get; }

    /// <summary>When the sample after the last would be taken, Unix milliseconds.</summary>
    public long EndUtcMs => StartUtcMs + (SampleCount * 1_000_000L / RateMilliHz);

    /// <summary>Samples a second, times a thousand.</summary>
    public int RateMilliHz { get; }

    /// <summary>Samples of each axis, those that are missing included.</summary>
    public int SampleCount { get; }

    /// <summary>The sensor's range that holds the recording: 2, 4 or 8 g.</summary>
    public int RangeG { get; }

    /// <summary>Axes that are there: bit 0 x, bit 1 y, bit 2 z.</summary>
    public int AxisMask => Enumerable.Range(0, 3).Sum(axis => _axes[axis] == null ? 0 : 1 << axis);

    /// <summary>The vertical axis, in counts; not to be changed. Empty where it is not there.</summary>
    public int[] Counts => _axes[2] ?? [];

    /// <summary>An axis, in counts; null where it is not there.</summary>
    public int[]? Axis(int axis) => _axes[axis];

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
        return new BridgeRecording(start, format.RateMilliHz, [null, null, [.. counts]], 2);
    }

    /// <summary>Makes a recording of accelerations, in the narrowest range of the sensor that holds them.</summary>
    /// <param name="file">Where they come from, for the error.</param>
    /// <param name="axes">x, y and z in metres per second squared, of equal lengths; null: not there; NaN: no sample.</param>
    /// <exception cref="RecordingException">There is nothing in it, or more than 8 g.</exception>
    public static BridgeRecording Of(string file, long startUtcMs, int rateMilliHz, double[]?[] axes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rateMilliHz);
        double[][] present = [.. axes.OfType<double[]>()];
        int samples = present.Length == 0 ? 0 : present[0].Length;
        bool[] there = [.. Enumerable.Range(0, samples).Select(i => present.All(axis => !double.IsNaN(axis[i])))];
        if (!there.Contains(true))
            throw new RecordingException(file, 0, "", "has no samples");
        double peakG = present.Max(axis => axis.Where((_, i) => there[i]).Max(Math.Abs)) / StandardGravity;
        int range = peakG * 1e6 / MicroGPerCount <= MaxCounts ? 2 : peakG * 1e6 / (2 * MicroGPerCount) <= MaxCounts ? 4 : 8;
        double perG = 1e6 / (MicroGPerCount * range / 2);
        if (peakG * perG > MaxCounts)
        {
            throw new RecordingException(
                file, 0, "", string.Create(CultureInfo.InvariantCulture, $"{peakG:0.##} g is outside the sensor's range of 8 g; is the unit right?"));
        }
        int[]?[] counts = new int[]?[3];
        for (int axis = 0; axis < 3; axis++)
        {
            counts[axis] = axes[axis] is { } values
                ? [.. values.Select((value, i) => there[i] ? (int)Math.Round(value / StandardGravity * perG) : Missing)]
                : null;
        }
        return new BridgeRecording(startUtcMs, rateMilliHz, counts, range);
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

/// <summary>A recording as a node's accelerometer. After its end nothing new comes.</summary>
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
    public int NanoMetresPerCount => SimAccelerometer.NanoMetresPerCountOf2G * _recording.RangeG / 2;

    /// <inheritdoc/>
    public int AxisMask => _recording.AxisMask;

    /// <inheritdoc/>
    public SensorResult Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed)
    {
        int waiting = _queue.Waiting(out missed);
        _queue.Skip(missed);
        triples = 0;
        for (; waiting > 0 && IsMissing; waiting--)
        {
            _queue.Skip(1);
            missed++;
        }
        // What is missing behind these is told with those that come after it.
        for (; waiting > 0 && triples < maxTriples && !IsMissing; waiting--)
        {
            for (int axis = 0; axis < 3; axis++)
                xyz[(3 * triples) + axis] = _recording.Axis(axis) is { } counts ? counts[(int)_queue.Next] : 0;
            _queue.Skip(1);
            triples++;
        }
        return triples == 0 ? SensorResult.NotReady : SensorResult.Ok;
    }

    /// <summary>The recordings have no temperature of the sensor.</summary>
    public SensorResult ReadTemperature(out int centiCelsius)
    {
        centiCelsius = 0;
        return SensorResult.NotReady;
    }

    private bool IsMissing =>
        (_recording.Axis(2) ?? _recording.Axis(1) ?? _recording.Axis(0)!)[(int)_queue.Next] == BridgeRecording.Missing;
}
