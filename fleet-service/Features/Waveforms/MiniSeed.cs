using System.Buffers.Binary;
using System.Text;

namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>What a stream is called in a miniSEED file.</summary>
/// <param name="Network">Two characters, as the FDSN gives them; <c>XX</c> is for data of no registered network.</param>
/// <param name="Station">One to five capital letters and digits.</param>
public sealed record SeedStation(string Network, string Station);

/// <summary>
/// Captures as miniSEED 2.4: data records alone, big-endian, 32-bit integers in counts. Written from the SEED Reference
/// Manual, version 2.4 (FDSN, IRIS, USGS; August 2012): chapter 8 for the fixed section of the data header and for
/// blockettes 100, 1000 and 1001, appendix A for channel names.
/// </summary>
/// <remarks>
/// Each piece without a hole is a run of records of its own, so gaps stay gaps. Samples are counts: miniSEED carries no
/// sensitivity; metres per second squared of a count stand in the capture's description.
/// </remarks>
public static class MiniSeed
{
    /// <summary>Length of a record: the older and most widely read of the two usual ones.</summary>
    public const int RecordBytes = 512;

    private const int RecordExponent = 9;
    private const int HeaderBytes = 48;
    private const byte Int32Encoding = 3;

    /// <summary>All axes of a capture, one after another.</summary>
    public static byte[] Write(Waveform waveform, SeedStation station)
    {
        var records = new MemoryStream();
        int sequence = 0;
        foreach (WaveformAxis axis in waveform.Axes)
        {
            string channel = ChannelCode(axis.Axis, waveform.Capture.RateMilliHz);
            foreach (WaveformPiece piece in axis.Pieces)
            {
                int at = 0;
                while (at < piece.Counts.Length)
                {
                    sequence = sequence == 999_999 ? 1 : sequence + 1;
                    byte[] record = new byte[RecordBytes];
                    int data = Head(record, waveform, station, channel, piece.First + (uint)at, sequence);
                    int count = Math.Min((RecordBytes - data) / 4, piece.Counts.Length - at);
                    BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(30), (ushort)count);
                    for (int i = 0; i < count; i++)
                        BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(data + (4 * i)), piece.Counts[at + i]);
                    records.Write(record);
                    at += count;
                }
            }
        }
        return records.ToArray();
    }

    /// <summary>
    /// Appendix A: the band by the sample rate, of an instrument whose response reaches down to zero; N for an
    /// accelerometer; Z for vertical, 1 and 2 for axes at right angles that are not north and east.
    /// </summary>
    public static string ChannelCode(int axis, uint rateMilliHz)
    {
        char band = rateMilliHz switch
        {
            >= 1_000_000 => 'F',
            >= 250_000 => 'C',
            >= 80_000 => 'H',
            >= 10_000 => 'B',
            > 1_000 => 'M',
            _ => 'L',
        };
        return $"{band}N{(axis == 2 ? "Z" : axis == 0 ? "1" : "2")}";
    }

    /// <summary>A station's name made of a device's: its last five letters and digits.</summary>
    public static string StationCode(string device)
    {
        string code = string.Concat(device.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit));
        return code.Length <= 5 ? code : code[^5..];
    }

    /// <summary>
    /// Sample rate factor and multiplier: exact where two 16-bit numbers can say it; else the nearest, and blockette 100
    /// has it as a float.
    /// </summary>
    public static (short Factor, short Multiplier, bool Exact) Rate(uint milliHertz)
    {
        if (milliHertz % 1000 == 0 && milliHertz / 1000 <= short.MaxValue)
            return ((short)(milliHertz / 1000), 1, true);
        uint factor = milliHertz;
        short divisor = 1000;
        while (factor % 10 == 0 && divisor > 1)
        {
            factor /= 10;
            divisor /= 10;
        }
        if (factor <= (uint)short.MaxValue)
            return ((short)factor, (short)-divisor, true);
        double rate = milliHertz / 1000.0;
        divisor = (short)(rate * 100 <= short.MaxValue ? 100 : rate * 10 <= short.MaxValue ? 10 : 1);
        double nearest = Math.Min(Math.Round(rate * divisor), short.MaxValue);
        return ((short)nearest, divisor == 1 ? (short)1 : (short)-divisor, false);
    }

    private static int Head(
        byte[] record, Waveform waveform, SeedStation station, string channel, uint sample, int sequence)
    {
        long microseconds = waveform.MicrosecondsOf(sample);
        (short factor, short multiplier, bool exact) = Rate(waveform.Capture.RateMilliHz);
        Text(record, 0, 6, sequence.ToString("D6", System.Globalization.CultureInfo.InvariantCulture));
        Text(record, 6, 2, "D");
        Text(record, 8, 5, station.Station);
        Text(record, 13, 2, "");
        Text(record, 15, 3, channel);
        Text(record, 18, 2, station.Network);
        int rest = Time(record.AsSpan(20), microseconds);
        Put(record, 32, factor);
        Put(record, 34, multiplier);
        record[39] = (byte)(exact ? 2 : 3);
        int data = exact ? 64 : 128;
        Put(record, 44, (short)data);
        Put(record, 46, HeaderBytes);
        // Blockette 1000, data only: encoding, byte order, length as a power of two.
        Put(record, 48, 1000);
        Put(record, 50, 56);
        record[52] = Int32Encoding;
        record[53] = 1;
        record[54] = RecordExponent;
        // Blockette 1001, data extension: timing quality in per cent, and microseconds beyond the header's tenths of ms.
        Put(record, 56, 1001);
        Put(record, 58, (short)(exact ? 0 : 64));
        record[60] = TimingQuality(waveform.Capture.Time);
        record[61] = (byte)rest;
        if (!exact)
        {
            // Blockette 100, sample rate.
            Put(record, 64, 100);
            BinaryPrimitives.WriteSingleBigEndian(record.AsSpan(68), waveform.Capture.RateMilliHz / 1000f);
        }
        return data;
    }

    // A clock set by SNTP, one set by the gateway's message, and the moment of receipt or worse.
    private static byte TimingQuality(string time) => time switch
    {
        "Synchronised" => 100,
        "Gateway" => 80,
        _ => 0,
    };

    /// <summary>The header's time, in tenths of a millisecond; answers the microseconds that are left.</summary>
    private static int Time(Span<byte> at, long microseconds)
    {
        DateTime time = DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
        BinaryPrimitives.WriteUInt16BigEndian(at, (ushort)time.Year);
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)time.DayOfYear);
        at[4] = (byte)time.Hour;
        at[5] = (byte)time.Minute;
        at[6] = (byte)time.Second;
        long fraction = ((microseconds % 1_000_000) + 1_000_000) % 1_000_000;
        BinaryPrimitives.WriteUInt16BigEndian(at[8..], (ushort)(fraction / 100));
        return (int)(fraction % 100);
    }

    private static void Put(byte[] record, int at, short value) =>
        BinaryPrimitives.WriteInt16BigEndian(record.AsSpan(at), value);

    private static void Text(byte[] record, int at, int length, string text) =>
        Encoding.ASCII.GetBytes(text.PadRight(length)[..length]).CopyTo(record, at);
}
