using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// The channels of a window as bytes. A value that came as an integer and a power of ten is stored so, exactly and in
/// about 12 bytes with its statistics; anything else as doubles. Reading gives back the very numbers that went in.
/// </summary>
internal static class WindowCodec
{
    private const byte Doubles = 1;
    private const byte HasQuality = 2;
    private const byte Missing = 4;
    private const byte Single = 8;
    private const byte HasShape = 16;

    // Beyond 2^53 a double no longer holds every integer.
    private const double MostExact = 1L << 53;

    public static byte[] Write(BlobWriter blob, ReadOnlySpan<ChannelValue> channels)
    {
        blob.Clear();
        foreach (ref readonly ChannelValue value in channels)
            Write(blob, value);
        return blob.ToArray();
    }

    /// <summary>Reads the next channel; false at the end.</summary>
    public static bool TryRead(ref BlobReader blob, out ChannelValue value)
    {
        value = default;
        if (blob.AtEnd)
            return false;
        int channel = blob.Int32();
        byte flags = blob.Byte();
        if ((flags & Missing) != 0)
        {
            value = new(channel, 0, 0, 0, 0, 0, blob.Int32(), 0);
            return true;
        }
        int quality = (flags & HasQuality) != 0 ? blob.Int32() : 0;
        int count = blob.Int32();
        double skewness = 0;
        double kurtosis = 0;
        if ((flags & HasShape) != 0)
        {
            skewness = SafeMath.Scale(blob.Signed(), -3);
            kurtosis = SafeMath.Scale(blob.Signed(), -3);
        }
        if ((flags & Doubles) != 0)
        {
            double mean = blob.Double();
            value = (flags & Single) != 0
                ? new(channel, mean, mean, mean, 0, count, quality, 0)
                : new(
                    channel, mean, blob.Double(), blob.Double(), blob.Double(), count, quality, 0, skewness, kurtosis);
            return true;
        }
        int exponent = (int)blob.Signed();
        long mantissa = blob.Signed();
        double exact = SafeMath.Scale(mantissa, exponent);
        if ((flags & Single) != 0)
        {
            value = new(channel, exact, exact, exact, 0, count, quality, exponent);
            return true;
        }
        long least = mantissa - blob.Signed();
        long most = mantissa + blob.Signed();
        long deviation = (long)blob.Unsigned();
        value = new(
            channel, exact, SafeMath.Scale(least, exponent), SafeMath.Scale(most, exponent),
            SafeMath.Scale(deviation, exponent), count, quality, exponent, skewness, kurtosis);
        return true;
    }

    /// <summary>Finds one channel.</summary>
    public static bool TryFind(byte[] bytes, int channel, out ChannelValue value)
    {
        var blob = new BlobReader(bytes);
        while (TryRead(ref blob, out value))
        {
            if (value.Channel == channel)
                return true;
        }
        return false;
    }

    /// <summary>All channels, in the order in which the node sent them.</summary>
    public static List<ChannelValue> ReadAll(byte[] bytes)
    {
        var values = new List<ChannelValue>();
        var blob = new BlobReader(bytes);
        while (TryRead(ref blob, out ChannelValue value))
            values.Add(value);
        return values;
    }

    public static void Write(BlobWriter blob, in ChannelValue value)
    {
        blob.Unsigned((uint)value.Channel);
        if (value.Count == 0)
        {
            blob.Byte(Missing);
            blob.Unsigned((uint)value.Quality);
            return;
        }
        bool exact = TryMantissa(value.Mean, value.Exponent, out long mean)
            & TryMantissa(value.Min, value.Exponent, out long least)
            & TryMantissa(value.Max, value.Exponent, out long most)
            & TryMantissa(value.Sd, value.Exponent, out long deviation);
        bool single = value.Min == value.Mean && value.Max == value.Mean && value.Sd == 0;
        bool shaped = value.Kurtosis > 0 && !single;
        blob.Byte((byte)((exact ? 0 : Doubles) | (value.Quality != 0 ? HasQuality : 0) | (single ? Single : 0)
            | (shaped ? HasShape : 0)));
        if (value.Quality != 0)
            blob.Unsigned((uint)value.Quality);
        blob.Unsigned((uint)value.Count);
        if (shaped)
        {
            // A node's numbers are thousandths already.
            blob.Signed((long)Math.Round(value.Skewness * 1000));
            blob.Signed((long)Math.Round(value.Kurtosis * 1000));
        }
        if (exact)
        {
            blob.Signed(value.Exponent);
            blob.Signed(mean);
            if (single)
                return;
            blob.Signed(mean - least);
            blob.Signed(most - mean);
            blob.Unsigned((ulong)deviation);
            return;
        }
        blob.Double(value.Mean);
        if (single)
            return;
        blob.Double(value.Min);
        blob.Double(value.Max);
        blob.Double(value.Sd);
    }

    private static bool TryMantissa(double value, int exponent, out long mantissa)
    {
        double scaled = SafeMath.Scale(1, exponent < 0 ? -exponent : exponent);
        scaled = Math.Round(exponent < 0 ? value * scaled : value / scaled);
        mantissa = 0;
        if (Math.Abs(scaled) > MostExact)
            return false;
        mantissa = (long)scaled;
        return SafeMath.Scale(mantissa, exponent).Equals(value);
    }
}
