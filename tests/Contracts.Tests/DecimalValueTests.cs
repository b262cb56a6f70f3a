using System.Numerics;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Contracts.Tests;

/// <summary>Decimal fractions at other exponents, against exact arithmetic.</summary>
public sealed class DecimalValueTests
{
    private const long Most = 1L << 53;

    private static readonly long[] Mantissas =
    [
        long.MinValue, long.MinValue + 1, long.MaxValue - 1, long.MaxValue,
        5_000_000_000_000_000_000, 4_999_999_999_999_999_999, -5_000_000_000_000_000_000, -4_999_999_999_999_999_999,
        500_000_000_000_000_000, 499_999_999_999_999_999, -500_000_000_000_000_000, -499_999_999_999_999_999,
        Most - 1, Most, Most + 1, -Most + 1, -Most, -Most - 1,
        Most / 10, Most / 10 + 1, -Most / 10, -Most / 10 - 1,
        -1000, -16, -15, -14, -6, -5, -4, -1, 0, 1, 4, 5, 6, 14, 15, 16, 1000,
    ];

    /// <summary>From every exponent to every other, rounded once and half away from zero, or refused.</summary>
    [Fact]
    public void Rescaling_is_exact_or_rounds_once()
    {
        Random random = new(4);
        long[] mantissas =
        [
            .. Mantissas,
            .. Enumerable.Range(0, 60).Select(_ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64)),
        ];
        int refused = 0;
        for (int from = -Limits.MaxExponent; from <= Limits.MaxExponent; from++)
        {
            for (int to = -Limits.MaxExponent; to <= Limits.MaxExponent; to++)
            {
                foreach (long mantissa in mantissas)
                {
                    BigInteger expected = Rescaled(mantissa, from - to);
                    bool fits = BigInteger.Abs(expected) <= Most;
                    bool answered = new DecimalValue(mantissa, from).TryRescale(to, out long actual);
                    Assert.True(fits == answered && (!fits || expected == actual),
                        $"{mantissa}e{from} at {to}: {answered}, {actual}, not {expected}");
                    refused += fits ? 0 : 1;
                }
            }
        }
        Assert.True(refused > 1000);
    }

    [Theory]
    [InlineData(2735, -2, -3, 27350)]
    [InlineData(2735, -2, -1, 274)]
    [InlineData(-2735, -2, -1, -274)]
    [InlineData(2734, -2, -1, 273)]
    [InlineData(3, 2, 0, 300)]
    [InlineData(0, 18, -18, 0)]
    [InlineData(149, -3, -1, 1)]
    [InlineData(long.MaxValue, -18, 0, 9)]
    [InlineData(long.MaxValue, -18, 1, 1)]
    [InlineData(long.MaxValue, -18, 2, 0)]
    public void Rescaling_by_hand(long mantissa, int from, int to, long expected)
    {
        Assert.True(new DecimalValue(mantissa, from).TryRescale(to, out long actual));
        Assert.Equal(expected, actual);
    }

    /// <summary>The doubles are those that the digits mean.</summary>
    [Theory]
    [InlineData(2735, -2, 27.35)]
    [InlineData(-1, -18, -1e-18)]
    [InlineData(7, 18, 7e18)]
    [InlineData(0, -18, 0)]
    [InlineData(9_806_650, -6, 9.80665)]
    public void To_double(long mantissa, int exponent, double expected)
    {
        Assert.Equal(expected, new DecimalValue(mantissa, exponent).ToDouble());
    }

    /// <summary>Through a message and back, at the ends of mantissa and exponent.</summary>
    [Theory]
    [InlineData(long.MaxValue, -18)]
    [InlineData(long.MinValue, 18)]
    [InlineData(0, -18)]
    [InlineData(123, 0)]
    [InlineData(-1, 1)]
    public void The_wire_keeps_mantissa_and_exponent(long mantissa, int exponent)
    {
        NodeEvent sent = new()
        {
            Type = EventType.ThresholdRaised,
            Channel = "az",
            Value = new DecimalValue(mantissa, exponent),
            Level = new DecimalValue(-mantissa, -exponent),
        };
        byte[] buffer = new byte[256];
        CborWriter writer = new(buffer);
        sent.Write(writer);
        NodeEvent received = new();
        CborReader reader = new(buffer);
        reader.Reset(buffer, 0, writer.Length);
        Assert.Equal(ContractError.None, received.Read(reader));
        Assert.Equal((mantissa, exponent), (received.Value.Mantissa, received.Value.Exponent));
        Assert.Equal((-mantissa, -exponent), (received.Level.Mantissa, received.Level.Exponent));
    }

    [Theory]
    [InlineData(19)]
    [InlineData(-19)]
    [InlineData(400)]
    public void An_exponent_out_of_range_is_named_by_writer_and_reader(int exponent)
    {
        NodeEvent sent = new() { Type = EventType.Fault, Channel = "az", Value = new DecimalValue(1, exponent) };
        CborWriter writer = new(new byte[256]);
        sent.Write(writer);
        Assert.Equal(ContractError.OutOfRange, writer.Error);

        System.Formats.Cbor.CborWriter theirs = new();
        theirs.WriteStartMap(6);
        foreach (int key in new[] { 1, 2, 3, 4 })
        {
            theirs.WriteInt32(key);
            theirs.WriteInt32(key);
        }
        theirs.WriteInt32(9);
        theirs.WriteTextString("az");
        theirs.WriteInt32(10);
        theirs.WriteTag(System.Formats.Cbor.CborTag.DecimalFraction);
        theirs.WriteStartArray(2);
        theirs.WriteInt32(exponent);
        theirs.WriteInt32(1);
        theirs.WriteEndArray();
        theirs.WriteEndMap();
        Assert.Equal(ContractError.OutOfRange, new NodeEvent().Read(new CborReader(theirs.Encode())));
    }

    private static BigInteger Rescaled(long mantissa, int shift)
    {
        if (shift >= 0)
            return mantissa * BigInteger.Pow(10, shift);
        BigInteger divisor = BigInteger.Pow(10, -shift);
        BigInteger rounded = (2 * BigInteger.Abs(mantissa) + divisor) / (2 * divisor);
        return mantissa < 0 ? -rounded : rounded;
    }
}
