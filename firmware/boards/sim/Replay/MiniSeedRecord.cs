using System.Buffers.Binary;
using System.Text;

namespace EdgeFleet.Boards.Sim.Replay;

/// <summary>How the samples of a record are written (SEED manual 2.4, blockette 1000, field 3).</summary>
internal enum MiniSeedEncoding : byte
{
    Int16 = 1,
    Int32 = 3,
    Float32 = 4,
    Float64 = 5,
    Steim1 = 10,
    Steim2 = 11,
}

/// <summary>
/// One data record of miniSEED 2.4 (FDSN, SEED Reference Manual 2.4, chapter 8): the fixed header, the blockettes 100,
/// 1000 and 1001, and the samples.
/// </summary>
/// <param name="Stream">Network, station, location and channel, with dots.</param>
/// <param name="Channel">The channel's code, such as <c>HNZ</c>.</param>
/// <param name="StartUs">Time of the first sample, Unix microseconds.</param>
/// <param name="Rate">Samples a second.</param>
/// <param name="Samples">As they are written.</param>
/// <param name="Length">Bytes of the record.</param>
internal sealed record MiniSeedRecord(string Stream, string Channel, long StartUs, double Rate, double[] Samples, int Length)
{
    private const int HeaderBytes = 48;

    /// <summary>Whether this may be the beginning of a record: six digits or blanks, and an indicator of quality.</summary>
    public static bool IsRecord(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes || !"DRQM"u8.Contains(bytes[6]) || bytes[7] is not ((byte)' ' or 0))
            return false;
        foreach (byte b in bytes[..6])
        {
            if (b is not (>= (byte)'0' and <= (byte)'9' or (byte)' ' or 0))
                return false;
        }
        return true;
    }

    /// <summary>Reads the record at the beginning of the bytes.</summary>
    /// <exception cref="FormatException">They are none, or one that is not read here; the message says which.</exception>
    public static MiniSeedRecord Read(ReadOnlySpan<byte> bytes)
    {
        if (!IsRecord(bytes))
            throw new FormatException("is no data record of miniSEED 2");
        // Headers come in both orders of bytes; only one of them gives a year and a day.
        bool big = IsTime(bytes[20..], bigEndian: true);
        if (!big && !IsTime(bytes[20..], bigEndian: false))
            throw new FormatException("has no time that could be one");
        Words words = new(big);
        int count = words.U16(bytes[30..]);
        double rate = RateOf(words.I16(bytes[32..]), words.I16(bytes[34..]));
        int dataOffset = words.U16(bytes[44..]);
        long startUs = TimeOf(words, bytes[20..]);
        // Bit 1 of the activity flags: the correction has been applied already.
        if ((bytes[36] & 2) == 0)
            startUs += words.I32(bytes[40..]) * 100L;
        MiniSeedEncoding? encoding = null;
        bool bigData = true;
        int length = 0;
        int next = words.U16(bytes[46..]);
        for (int i = 0; i < bytes[39] && next != 0; i++)
        {
            if (next < HeaderBytes || next + 8 > bytes.Length)
                throw new FormatException("has a blockette outside of itself");
            ReadOnlySpan<byte> blockette = bytes[next..];
            switch (words.U16(blockette))
            {
                case 100 when blockette.Length >= 12:
                    rate = words.F32(blockette[4..]);
                    break;
                case 1000:
                    encoding = (MiniSeedEncoding)blockette[4];
                    bigData = blockette[5] != 0;
                    length = blockette[6] is >= 7 and <= 20 ? 1 << blockette[6] : 0;
                    break;
                case 1001:
                    startUs += (sbyte)blockette[5];
                    break;
            }
            int following = words.U16(blockette[2..]);
            if (following != 0 && following <= next)
                throw new FormatException("has blockettes that lead back");
            next = following;
        }
        if (encoding is not { } known || length == 0)
            throw new FormatException("has no blockette 1000 with its length and encoding");
        if (length > bytes.Length)
            throw new FormatException("is cut off");
        if (!double.IsFinite(rate) || rate < 0)
            throw new FormatException("has no sample rate that could be one");
        string Field(ReadOnlySpan<byte> field) => Encoding.ASCII.GetString(field).Trim(' ', '\0');
        string channel = Field(bytes[15..18]);
        string stream = $"{Field(bytes[18..20])}.{Field(bytes[8..13])}.{Field(bytes[13..15])}.{channel}";
        if (count != 0 && (dataOffset < HeaderBytes || dataOffset >= length))
            throw new FormatException("has its samples outside of itself");
        double[] samples = count == 0 ? [] : MiniSeedSamples.Decode(bytes[dataOffset..length], known, count, new Words(bigData));
        return new MiniSeedRecord(stream, channel, startUs, rate, samples, length);
    }

    private static bool IsTime(ReadOnlySpan<byte> time, bool bigEndian)
    {
        Words words = new(bigEndian);
        return words.U16(time) is >= 1900 and <= 2100 && words.U16(time[2..]) is >= 1 and <= 366
            && time[4] <= 23 && time[5] <= 59 && time[6] <= 60 && words.U16(time[8..]) <= 9999;
    }

    private static long TimeOf(Words words, ReadOnlySpan<byte> time)
    {
        DateTime day = new DateTime(words.U16(time), 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(words.U16(time[2..]) - 1);
        long seconds = (long)(day - DateTime.UnixEpoch).TotalSeconds + (((time[4] * 60L) + time[5]) * 60) + time[6];
        return (seconds * 1_000_000) + (words.U16(time[8..]) * 100L);
    }

    // Field 10 and 11 of the fixed header: a negative one divides.
    private static double RateOf(short factor, short multiplier)
    {
        if (factor == 0 || multiplier == 0)
            return 0;
        double rate = factor > 0 ? factor : -1.0 / factor;
        return multiplier > 0 ? rate * multiplier : -rate / multiplier;
    }
}

/// <summary>Numbers in one of the two orders of bytes.</summary>
internal readonly struct Words(bool bigEndian)
{
    public ushort U16(ReadOnlySpan<byte> at) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

    public short I16(ReadOnlySpan<byte> at) => (short)U16(at);

    public int I32(ReadOnlySpan<byte> at) =>
        bigEndian ? BinaryPrimitives.ReadInt32BigEndian(at) : BinaryPrimitives.ReadInt32LittleEndian(at);

    public float F32(ReadOnlySpan<byte> at) => BitConverter.Int32BitsToSingle(I32(at));

    public double F64(ReadOnlySpan<byte> at) =>
        bigEndian ? BinaryPrimitives.ReadDoubleBigEndian(at) : BinaryPrimitives.ReadDoubleLittleEndian(at);
}
