using System.Globalization;
using System.Text.RegularExpressions;
using EdgeFleet.Boards.Sim.Sensors;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Replay;

/// <summary>What an Air Box once measured, to be measured again. Any number of nodes replay one.</summary>
public interface IAirBoxRecording
{
    /// <summary>When it begins, Unix milliseconds.</summary>
    long StartUtcMs { get; }

    /// <summary>When it ends, Unix milliseconds.</summary>
    long EndUtcMs { get; }

    /// <summary>Readings, or frames of the sensor.</summary>
    int RowCount { get; }

    /// <summary>The sensors of one node.</summary>
    IScalarSensor[] CreateSensors(SimClock world);
}

/// <summary>
/// What an Air Box measured: a row a period with PM2.5 and, where the file has them, PM1, PM10, temperature and humidity.
/// A missing row or an empty cell is a gap. Load it once; any number of nodes replay it.
/// </summary>
public sealed partial class AirBoxRecording : IAirBoxRecording
{
    /// <summary>A cell without a value.</summary>
    internal const int Missing = int.MinValue;

    private const string DefaultTimeColumn = "Time";

    private const int Exponent = -2;

    // Kiribati's, the largest that is in use.
    private static readonly TimeSpan MaxOffset = TimeSpan.FromHours(14);

    private static readonly string[] TimeFormats =
        ["M/d/yyyy H:mm", "M/d/yyyy H:mm:ss", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss'Z'"];

    // The channels that a file may have, under the names that files give them.
    private static readonly (string Column, SensorChannel Channel)[] Known =
    [
        ("PM1", new SensorChannel(Channels.Pm1, Units.MicrogramsPerCubicMetre, Exponent, 0, 100_000)),
        ("PM2.5", new SensorChannel(Channels.Pm25, Units.MicrogramsPerCubicMetre, Exponent, 0, 100_000)),
        ("PM10", new SensorChannel(Channels.Pm10, Units.MicrogramsPerCubicMetre, Exponent, 0, 100_000)),
        ("TEMP", new SensorChannel(Channels.Temperature, Units.Celsius, Exponent, -4000, 8500)),
        ("RH", new SensorChannel(Channels.Humidity, Units.RelativeHumidity, Exponent, 0, 10_000)),
    ];

    private readonly (SensorChannel Channel, int[] Values)[] _channels;
    private readonly long[] _utcMs;

    private AirBoxRecording(long[] utcMs, long periodMs, (SensorChannel Channel, int[] Values)[] channels)
    {
        _utcMs = utcMs;
        _channels = channels;
        PeriodMs = periodMs;
    }

    /// <summary>Beginning of the first row's period, Unix milliseconds.</summary>
    public long StartUtcMs => _utcMs[0];

    /// <summary>End of the last row's period, Unix milliseconds.</summary>
    public long EndUtcMs => _utcMs[^1] + PeriodMs;

    /// <summary>The shortest time from a row to the next.</summary>
    public long PeriodMs { get; }

    public int RowCount => _utcMs.Length;

    /// <summary>
    /// Reads a file. Its times are local ones of the zone that a line before the columns' names states as
    /// <c>(UTC-05:00)</c>, or of <paramref name="utcOffset"/> where that is given; else UTC.
    /// </summary>
    /// <exception cref="RecordingException">The file is not there, or is no such recording.</exception>
    /// <param name="timeColumn">Name of the column with the time; <c>Time</c> where it is left out.</param>
    /// <param name="columns">
    /// Names of columns by channel, such as <c>pm25</c>; where it is left out, those that files commonly have.
    /// </param>
    public static AirBoxRecording Load(
        string file, TimeSpan? utcOffset = null, string? timeColumn = null,
        IReadOnlyDictionary<string, string>? columns = null)
    {
        string time = timeColumn ?? DefaultTimeColumn;
        using CsvRecording csv = CsvRecording.Open(file, time);
        TimeSpan offset = utcOffset ?? StatedOffset(file, csv.Preamble);
        (string Column, SensorChannel Channel)[] present = columns == null
            ? [.. Known.Where(k => csv.HasColumn(k.Column))]
            : [.. columns.Select(c => Chosen(file, csv, c.Key, c.Value))];
        if (present.Length == 0)
            throw new RecordingException(file, csv.Line, "", $"has none of the columns {string.Join(", ", Known.Select(k => k.Column))}");
        List<long> times = [];
        List<int>[] values = [.. present.Select(_ => new List<int>())];
        long period = long.MaxValue;
        while (csv.TryReadRow())
        {
            long utcMs = csv.Time(time, TimeFormats, offset);
            if (times.Count > 0)
            {
                if (utcMs <= times[^1])
                    throw csv.Fault(time, "the time does not come after the one of the line before");
                period = Math.Min(period, utcMs - times[^1]);
            }
            times.Add(utcMs);
            for (int i = 0; i < present.Length; i++)
                values[i].Add(Cell(csv, present[i].Column));
        }
        if (times.Count < 2)
            throw new RecordingException(file, 0, "", "has fewer than two rows");
        return new AirBoxRecording(
            [.. times], period, [.. present.Select((p, i) => (p.Channel, values[i].ToArray()))]);
    }

    /// <summary>
    /// The sensors of one node. Each column is a sensor of its own, so that an empty cell of one is not a gap of the
    /// others.
    /// </summary>
    public IScalarSensor[] CreateSensors(SimClock world) =>
        [.. _channels.Select(c => new RecordedScalarSensor(world, _utcMs, PeriodMs, c.Channel, c.Values))];

    private static (string Column, SensorChannel Channel) Chosen(string file, CsvRecording csv, string name, string column)
    {
        SensorChannel? channel = Known.Select(k => k.Channel).FirstOrDefault(c => c.Name == name);
        if (channel == null)
            throw new RecordingException(file, 0, "", $"'{name}' is none of {string.Join(", ", Known.Select(k => k.Channel.Name))}");
        return csv.HasColumn(column)
            ? (column, channel)
            : throw new RecordingException(file, 0, column, "there is no such column");
    }

    private static int Cell(CsvRecording csv, string column)
    {
        if (!csv.TryNumber(column, out double value))
            return Missing;
        if (Math.Abs(value) > 1e6)
            throw csv.Fault(column, $"{value.ToString(CultureInfo.InvariantCulture)} cannot be a measurement");
        return (int)Math.Round(value * 100, MidpointRounding.AwayFromZero);
    }

    private static TimeSpan StatedOffset(string file, IEnumerable<string> preamble)
    {
        Match stated = Offset().Match(string.Join('\n', preamble));
        if (!stated.Success)
            return TimeSpan.Zero;
        TimeSpan offset = new(int.Parse(stated.Groups[2].ValueSpan, CultureInfo.InvariantCulture),
            int.Parse(stated.Groups[3].ValueSpan, CultureInfo.InvariantCulture), 0);
        if (offset > MaxOffset)
            throw new RecordingException(file, 0, "", $"'{stated.Value}' is no offset of a time zone");
        return stated.Groups[1].Value == "-" ? -offset : offset;
    }

    [GeneratedRegex(@"\(UTC([+-])(\d{2}):(\d{2})\)")]
    private static partial Regex Offset();
}

/// <summary>
/// One column of a recording as a sensor. A row's value can be read once, from the middle of its period to the middle of
/// the next: whatever the phase of a node's windows, every row then lands in the window that covers most of it.
/// </summary>
internal sealed class RecordedScalarSensor(
    SimClock world, long[] utcMs, long periodMs, SensorChannel channel, int[] values) : IScalarSensor
{
    private int _next;

    public int ChannelCount => 1;

    public string ChannelName(int index) => channel.Name;

    public string ChannelUnit(int index) => channel.Unit;

    public int ChannelExponent(int index) => channel.Exponent;

    public int ChannelMin(int index) => channel.Min;

    public int ChannelMax(int index) => channel.Max;

    public SensorResult Read(long nowMs, int[] target)
    {
        long from = world.UtcMs - (periodMs / 2);
        int found = -1;
        while (_next < utcMs.Length && utcMs[_next] <= from)
            found = _next++;
        if (found < 0 || utcMs[found] + periodMs <= from || values[found] == AirBoxRecording.Missing)
            return SensorResult.NotReady;
        target[0] = values[found];
        return SensorResult.Ok;
    }
}
