using System.Globalization;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Firmware.Drivers.Pms5003;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Replay;

/// <summary>
/// What a PMS5003-family sensor sent, as a hex dump, through the driver: 32 bytes a second, the length of a frame. Before
/// the recording begins the sensor sends its first frame again and again, and warms up meanwhile.
/// </summary>
/// <remarks>
/// A line of the dump is bytes of two hexadecimal digits with blanks between them; an offset with a colon before them,
/// and text behind two blanks, as hex editors print it, are passed over. So are lines that begin with '#'.
/// </remarks>
public sealed class PmsDump : IAirBoxRecording
{
    // A month of frames.
    private const int MaxBytes = 31 * 24 * 3600 * PmsFrameReader.FrameLength;

    private readonly byte[] _bytes;

    private PmsDump(byte[] bytes, long startUtcMs)
    {
        _bytes = bytes;
        StartUtcMs = startUtcMs;
    }

    /// <inheritdoc/>
    public long StartUtcMs { get; }

    /// <inheritdoc/>
    public long EndUtcMs => StartUtcMs + (RowCount * 1000L);

    /// <summary>Frames' worth of bytes; the last one may be shorter.</summary>
    public int RowCount => (_bytes.Length + PmsFrameReader.FrameLength - 1) / PmsFrameReader.FrameLength;

    /// <summary>Whether the first line of a file that says anything is bytes.</summary>
    public static bool IsDump(string file)
    {
        try
        {
            string first = File.ReadLines(file).Take(50).FirstOrDefault(line => line.Length > 0 && !line.StartsWith('#')) ?? "";
            List<byte> bytes = [];
            Take(file, 1, first, bytes);
            return bytes.Count > 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RecordingException)
        {
            return false;
        }
    }

    /// <summary>Reads a dump.</summary>
    /// <exception cref="RecordingException">The file is not there, or is no dump.</exception>
    public static PmsDump Load(string file, long startUtcMs)
    {
        List<byte> bytes = [];
        int number = 0;
        try
        {
            foreach (string line in File.ReadLines(file))
            {
                number++;
                Take(file, number, line, bytes);
                if (bytes.Count > MaxBytes)
                    throw new RecordingException(file, number, "", "is longer than a month");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(file, 0, "", e.Message);
        }
        return bytes.Count < PmsFrameReader.FrameLength
            ? throw new RecordingException(file, 0, "", "has less than one frame of 32 bytes")
            : new PmsDump([.. bytes], startUtcMs);
    }

    /// <inheritdoc/>
    public IScalarSensor[] CreateSensors(SimClock world) => [new Pms5003(new Line(world, this))];

    private static void Take(string file, int number, string line, List<byte> bytes)
    {
        if (line.StartsWith('#'))
            return;
        int colon = line.IndexOf(':');
        string digits = (colon < 0 ? line : line[(colon + 1)..]).Trim();
        int text = digits.IndexOf("  ", StringComparison.Ordinal);
        foreach (string pair in (text < 0 ? digits : digits[..text]).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Length != 2 || !byte.TryParse(pair, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
                throw new RecordingException(file, number, "", $"'{pair}' is no byte of two hexadecimal digits");
            bytes.Add(value);
        }
    }

    /// <summary>The serial line. What the driver says to the sensor changes nothing: the recording is made.</summary>
    private sealed class Line(SimClock world, PmsDump dump) : IUart
    {
        private long _sent = SecondsSince(world, dump) * PmsFrameReader.FrameLength;

        public int Read(byte[] buffer, int offset, int count)
        {
            long due = SecondsSince(world, dump) * PmsFrameReader.FrameLength;
            int read = 0;
            for (; read < count && _sent < due && _sent < dump._bytes.Length; _sent++)
            {
                // The last second before it is silent, so that nothing of before counts as recorded.
                if (_sent is < 0 and >= -PmsFrameReader.FrameLength)
                    continue;
                long before = (_sent % PmsFrameReader.FrameLength) + PmsFrameReader.FrameLength;
                buffer[offset + read++] = dump._bytes[_sent >= 0 ? _sent : before % PmsFrameReader.FrameLength];
            }
            return read;
        }

        public bool Write(byte[] buffer, int offset, int count) => true;

        // A frame is sent when its second is over.
        private static long SecondsSince(SimClock world, PmsDump dump) => (long)Math.Floor((world.UtcMs - dump.StartUtcMs) / 1000.0);
    }
}
