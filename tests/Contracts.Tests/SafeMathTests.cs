using System.Numerics;

namespace EdgeFleet.Contracts.Tests;

/// <summary>The divisions, against big integers and the parser of the runtime, where each rounds once.</summary>
public sealed class SafeMathTests
{
    private static readonly long[] Edges =
    [
        long.MinValue, long.MinValue + 1, long.MinValue / 2 - 1, long.MinValue / 2, long.MinValue / 2 + 1,
        -1_000_000_000_000_000_001, -1_000_000_000_000_000_000, -11, -10, -9, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5,
        6, 9, 10, 11, 1_000_000_000_000_000_000, 1_000_000_000_000_000_001, long.MaxValue / 2 - 1, long.MaxValue / 2,
        long.MaxValue / 2 + 1, long.MaxValue - 1, long.MaxValue,
    ];

    [Fact]
    public void Quotients_round_half_away_from_zero()
    {
        Random random = new(1);
        foreach (long dividend in Edges)
        {
            foreach (long divisor in Edges)
                AssertQuotient(dividend, divisor);
        }
        for (int i = 0; i < 100_000; i++)
        {
            AssertQuotient(
                random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
                random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64));
        }
    }

    [Theory]
    [InlineData(5, 2, 3)]
    [InlineData(-5, 2, -3)]
    [InlineData(5, -2, -3)]
    [InlineData(-5, -2, 3)]
    [InlineData(4, 3, 1)]
    [InlineData(-4, 3, -1)]
    [InlineData(7, 0, 0)]
    [InlineData(long.MinValue, 0, 0)]
    [InlineData(long.MinValue, -1, long.MaxValue)]
    [InlineData(long.MinValue, 1, long.MinValue)]
    [InlineData(long.MaxValue, -1, -long.MaxValue)]
    public void Quotients_that_can_be_checked_by_hand(long dividend, long divisor, long expected)
    {
        Assert.Equal(expected, SafeMath.DivideRounded(dividend, divisor));
    }

    [Theory]
    [InlineData(6, 3, 2)]
    [InlineData(1, 0, 42)]
    [InlineData(1, -0.0, 42)]
    [InlineData(0, 0, 42)]
    [InlineData(double.NaN, 0, 42)]
    [InlineData(0, 5, 0)]
    [InlineData(-9, 2, -4.5)]
    public void A_division_by_zero_has_the_callers_answer(double dividend, double divisor, double expected)
    {
        Assert.Equal(expected, SafeMath.Divide(dividend, divisor, 42));
    }

    /// <summary>Up to 53 bits and 22 powers of ten the nearest double, which is what the runtime's parser gives.</summary>
    [Fact]
    public void Scaled_numbers_are_the_nearest_doubles()
    {
        Random random = new(2);
        for (int exponent = -22; exponent <= 22; exponent++)
        {
            for (int i = 0; i < 2_000; i++)
            {
                long mantissa = random.NextInt64(-(1L << 53), (1L << 53) + 1) >> random.Next(53);
                Assert.Equal(Parsed(mantissa, exponent), SafeMath.Scale(mantissa, exponent));
            }
        }
    }

    /// <summary>Wider mantissas round once more on their way into a double.</summary>
    [Fact]
    public void Wide_mantissas_are_off_by_two_ulp_at_most()
    {
        Random random = new(3);
        for (int exponent = -Limits.MaxExponent; exponent <= Limits.MaxExponent; exponent++)
        {
            foreach (long mantissa in Edges.Concat(
                Enumerable.Range(0, 500).Select(_ => random.NextInt64(long.MinValue, long.MaxValue))))
            {
                double expected = Parsed(mantissa, exponent);
                double error = Math.Abs(SafeMath.Scale(mantissa, exponent) - expected);
                Assert.True(error <= 2 * Math.BitIncrement(Math.Abs(expected)) - 2 * Math.Abs(expected));
            }
        }
    }

    private static double Parsed(long mantissa, int exponent) =>
        double.Parse($"{mantissa}e{exponent}", System.Globalization.CultureInfo.InvariantCulture);

    private static void AssertQuotient(long dividend, long divisor)
    {
        if (divisor == 0 || (dividend == long.MinValue && divisor == -1))
            return;
        BigInteger whole = BigInteger.Abs(divisor);
        BigInteger rounded = (2 * BigInteger.Abs(dividend) + whole) / (2 * whole);
        BigInteger expected = dividend < 0 == divisor < 0 ? rounded : -rounded;
        long actual = SafeMath.DivideRounded(dividend, divisor);
        Assert.True(expected == actual, $"{dividend} / {divisor} = {actual}, not {expected}");
    }
}
