using System.Formats.Cbor;
using System.Numerics;
using EdgeFleet.Contracts.Cbor;
using CborReader = EdgeFleet.Contracts.Cbor.CborReader;
using CborWriter = EdgeFleet.Contracts.Cbor.CborWriter;
using TheirReader = System.Formats.Cbor.CborReader;
using TheirWriter = System.Formats.Cbor.CborWriter;

namespace EdgeFleet.Contracts.Tests.Cbor;

/// <summary>
/// The same documents through our codec and through System.Formats.Cbor: each reads what the other wrote, and both
/// write the same bytes.
/// </summary>
public sealed class CrossCheckTests
{
    private const int Documents = 500;

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5, 6, 7, 8];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void They_read_what_we_wrote(int seed)
    {
        Random random = new(seed);
        byte[] buffer = new byte[64 * 1024];
        for (int i = 0; i < Documents; i++)
        {
            RandomDocument document = RandomDocument.Make(random, depth: 5);
            CborWriter writer = new(buffer);
            document.Write(writer);
            Assert.Equal(ContractError.None, writer.Error);

            // Strict also refuses what is not the shortest form of a float, which is not our rule.
            TheirReader reader = new(buffer.AsMemory(0, writer.Length), CborConformanceMode.Strict);
            document.AssertRead(reader);
            Assert.Equal(0, reader.BytesRemaining);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void We_read_what_they_wrote(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < Documents; i++)
        {
            RandomDocument document = RandomDocument.Make(random, depth: 5);
            TheirWriter writer = new(CborConformanceMode.Strict);
            document.Write(writer);
            byte[] bytes = writer.Encode();

            CborReader reader = new(bytes);
            document.AssertRead(reader);
            Assert.True(reader.TryReadEnd(), $"{reader.Error}");

            reader.Reset(bytes, 0, bytes.Length);
            Assert.True(reader.TrySkip(), $"{reader.Error}");
            Assert.Equal(bytes.Length, reader.Position);
        }
    }

    /// <summary>Canonical by RFC 8949 section 4.2.1: what has no float and no map has one form only.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Both_write_the_same_bytes(int seed)
    {
        Random random = new(seed);
        byte[] buffer = new byte[64 * 1024];
        for (int i = 0; i < Documents; i++)
        {
            RandomDocument document = RandomDocument.Make(random, depth: 5, canonical: true);
            CborWriter ours = new(buffer);
            document.Write(ours);
            TheirWriter theirs = new(CborConformanceMode.Canonical);
            document.Write(theirs);
            Assert.Equal(
                Convert.ToHexStringLower(theirs.Encode()), Convert.ToHexStringLower(buffer, 0, ours.Length));

            TheirReader reader = new(buffer.AsMemory(0, ours.Length), CborConformanceMode.Canonical);
            document.AssertRead(reader);
        }
    }

    public static TheoryData<string> WidthBoundaries
    {
        get
        {
            var values = new TheoryData<string>();
            foreach (int bits in new[] { 0, 3, 5, 8, 16, 31, 32, 53, 62, 63, 64 })
            {
                foreach (int off in new[] { -2, -1, 0, 1 })
                {
                    BigInteger positive = BigInteger.Pow(2, bits) + off;
                    if (positive >= 0 && positive <= ulong.MaxValue)
                        values.Add(positive.ToString());
                    if (-1 - positive is var negative && negative < 0 && negative >= -1 - (BigInteger)ulong.MaxValue)
                        values.Add(negative.ToString());
                }
            }
            foreach (int value in new[] { 22, 23, 24, 25, -23, -24, -25, -26 })
                values.Add(value.ToString());
            return values;
        }
    }

    /// <summary>Integers on both sides of every width, up to what CBOR can say at all.</summary>
    [Theory]
    [MemberData(nameof(WidthBoundaries))]
    public void Integers_at_the_edges_of_their_widths(string decimalDigits)
    {
        BigInteger value = BigInteger.Parse(decimalDigits);
        TheirWriter theirs = new(CborConformanceMode.Canonical);
        if (value >= 0)
            theirs.WriteUInt64((ulong)value);
        else
            theirs.WriteCborNegativeIntegerRepresentation((ulong)(-1 - value));
        byte[] bytes = theirs.Encode();

        bool isLong = value >= long.MinValue && value <= long.MaxValue;
        CborReader reader = new(bytes);
        Assert.Equal(isLong, reader.TryReadInt64(out long wide));
        Assert.Equal(isLong ? (long)value : 0, wide);
        Assert.Equal(isLong ? ContractError.None : ContractError.OutOfRange, reader.Error);

        bool isUnsigned = value >= 0;
        reader.Reset(bytes, 0, bytes.Length);
        Assert.Equal(isUnsigned, reader.TryReadUInt64(out ulong unsigned));
        Assert.Equal(isUnsigned ? (ulong)value : 0, unsigned);
        Assert.Equal(isUnsigned ? ContractError.None : ContractError.OutOfRange, reader.Error);

        bool isUInt = value >= 0 && value <= uint.MaxValue;
        reader.Reset(bytes, 0, bytes.Length);
        Assert.Equal(isUInt, reader.TryReadUInt32(out uint narrow));
        Assert.Equal(isUInt ? (uint)value : 0, narrow);

        bool isInt = value >= int.MinValue && value <= int.MaxValue;
        reader.Reset(bytes, 0, bytes.Length);
        Assert.Equal(isInt, reader.TryReadInt32(int.MinValue, int.MaxValue, out int small));
        Assert.Equal(isInt ? (int)value : 0, small);

        byte[] buffer = new byte[9];
        CborWriter ours = new(buffer);
        if (isLong)
            ours.WriteInt((long)value);
        else if (isUnsigned)
            ours.WriteUInt((ulong)value);
        else
            return;
        Assert.Equal(bytes, buffer[..ours.Length]);
    }

    [Theory]
    [InlineData(5, 9, 4, false)]
    [InlineData(5, 9, 5, true)]
    [InlineData(5, 9, 9, true)]
    [InlineData(5, 9, 10, false)]
    [InlineData(-9, -5, -9, true)]
    [InlineData(-9, -5, -10, false)]
    [InlineData(-9, -5, -4, false)]
    public void A_range_holds_at_both_ends(int least, int most, int value, bool within)
    {
        TheirWriter theirs = new();
        theirs.WriteInt32(value);
        CborReader reader = new(theirs.Encode());
        Assert.Equal(within, reader.TryReadInt32(least, most, out int read));
        Assert.Equal(within ? value : 0, read);
        Assert.Equal(within ? ContractError.None : ContractError.OutOfRange, reader.Error);
    }

    /// <summary>All 65,536 half-precision numbers, and singles and doubles of every exponent, by their bits.</summary>
    [Fact]
    public void Floats_of_each_width_widen_to_the_same_bits()
    {
        byte[] half = [0xF9, 0, 0];
        for (int bits = 0; bits <= 0xFFFF; bits++)
        {
            half[1] = (byte)(bits >> 8);
            half[2] = (byte)bits;
            Assert.True(new CborReader(half).TryReadFloat(out double value));
            AssertSameFloat((double)BitConverter.UInt16BitsToHalf((ushort)bits), value);
        }
        Random random = new(8949);
        byte[] buffer = new byte[9];
        for (int i = 0; i < 100_000; i++)
        {
            float single = BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32));
            CborWriter writer = new(buffer);
            writer.WriteFloat32(single);
            Assert.Equal(5, writer.Length);
            AssertSameFloat(single, new TheirReader(buffer.AsMemory(0, 5), CborConformanceMode.Lax).ReadSingle());
            Assert.True(new CborReader(buffer).TryReadFloat(out double value));
            AssertSameFloat(single, value);

            double wide = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            writer.Reset(buffer, 0, 9);
            writer.WriteFloat64(wide);
            Assert.Equal(9, writer.Length);
            AssertSameFloat(wide, new TheirReader(buffer.AsMemory(0, 9), CborConformanceMode.Lax).ReadDouble());
            Assert.True(new CborReader(buffer).TryReadFloat(out value));
            AssertSameFloat(wide, value);
        }
    }

    /// <summary>Decimal fractions mean the same to others: mantissa x 10^exponent under tag 4.</summary>
    [Theory]
    [InlineData(27315, -2, "273.15")]
    [InlineData(-1, -18, "-0.000000000000000001")]
    [InlineData(9007199254740993, -3, "9007199254740.993")]
    [InlineData(-9, 12, "-9000000000000")]
    [InlineData(long.MaxValue, -18, "9.223372036854775807")]
    public void Decimal_fractions_mean_the_same(long mantissa, int exponent, string digits)
    {
        byte[] buffer = new byte[16];
        CborWriter writer = new(buffer);
        writer.WriteDecimal(mantissa, exponent);
        decimal expected = decimal.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(expected, new TheirReader(buffer.AsMemory(0, writer.Length)).ReadDecimal());

        // Item by item: their WriteDecimal takes a bignum for what fits an integer, which only a tag-2 reader reads.
        TheirWriter theirs = new();
        theirs.WriteTag(CborTag.DecimalFraction);
        theirs.WriteStartArray(2);
        theirs.WriteInt32(exponent);
        theirs.WriteInt64(mantissa);
        theirs.WriteEndArray();
        CborReader reader = new(theirs.Encode());
        Assert.True(reader.TryReadNumber(out double number), $"{reader.Error}");
        Assert.Equal((double)expected, number, Math.Abs((double)expected) * 1e-15);
    }

    private static void AssertSameFloat(double expected, double actual)
    {
        // A conversion may set the quiet bit of a signalling not-a-number; that it is none stays the same.
        if (double.IsNaN(expected))
            Assert.True(double.IsNaN(actual));
        else
            Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(actual));
    }
}
