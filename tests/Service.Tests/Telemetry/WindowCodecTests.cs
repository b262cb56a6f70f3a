using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Tests.Telemetry;

public sealed class WindowCodecTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Gives_back_the_very_numbers_that_went_in(int seed)
    {
        var random = new Random(seed);
        var blob = new BlobWriter();
        for (int round = 0; round < 500; round++)
        {
            ChannelValue[] values = [.. Enumerable.Range(1, random.Next(0, 17)).Select(channel => Random(random, channel * 40))];
            byte[] bytes = WindowCodec.Write(blob, values);
            Assert.Equal(values, WindowCodec.ReadAll(bytes));
            foreach (ChannelValue value in values)
            {
                Assert.True(WindowCodec.TryFind(bytes, value.Channel, out ChannelValue found));
                Assert.Equal(value, found);
            }
            Assert.False(WindowCodec.TryFind(bytes, 9999, out _));
        }
    }

    [Fact]
    public void Damage_at_any_byte_is_named_or_read_but_never_runs_over_the_end()
    {
        var blob = new BlobWriter();
        byte[] bytes = WindowCodec.Write(blob, [new(3, 0.5, 0.25, 0.75, 0.1, 60, 2, -2), new(4, 1e-300, 0, 1, 2, 3, 0, 0)]);
        for (int length = 0; length < bytes.Length; length++)
        {
            byte[] cut = bytes[..length];
            try
            {
                Assert.True(WindowCodec.ReadAll(cut).Count < 2);
            }
            catch (InvalidDataException)
            {
                // Named.
            }
        }
    }

    [Fact]
    public void An_air_box_window_takes_about_a_hundred_bytes()
    {
        var blob = new BlobWriter();
        ChannelValue[] values =
        [
            new(1, 12.34, 11.02, 15.91, 0.83, 60, 0, -2), new(2, 18.77, 17.2, 22.41, 1.02, 60, 0, -2),
            new(3, 25.11, 23.9, 31.04, 1.4, 60, 0, -2), new(4, 21.37, 21.31, 21.42, 0.03, 60, 0, -2),
            new(5, 55.1, 54.8, 55.6, 0.2, 60, 0, -2), new(6, 101325, 101310, 101339, 8, 60, 0, 0),
        ];
        Assert.InRange(WindowCodec.Write(blob, values).Length, 50, 80);
    }

    private static ChannelValue Random(Random random, int channel)
    {
        int quality = random.Next(4) == 0 ? random.Next(64) : 0;
        if (random.Next(8) == 0)
            return new(channel, 0, 0, 0, 0, 0, quality, 0);
        int count = random.Next(1, 100_000);
        bool shaped = random.Next(2) == 0;
        double skewness = shaped ? SafeMath.Scale(random.Next(-100_000, 100_000), -3) : 0;
        double kurtosis = shaped ? SafeMath.Scale(random.Next(1000, int.MaxValue), -3) : 0;
        if (random.Next(4) == 0)
        {
            double mean = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 30));
            return new(channel, mean, mean - 1, mean + 1, random.NextDouble(), count, quality, 0, skewness, kurtosis);
        }
        int exponent = random.Next(-9, 4);
        long mantissa = random.NextInt64(-1_000_000_000, 1_000_000_000);
        double At(long number) => SafeMath.Scale(number, exponent);
        return random.Next(4) == 0
            ? new(channel, At(mantissa), At(mantissa), At(mantissa), 0, count, quality, exponent)
            : new(
                channel, At(mantissa), At(mantissa - random.Next(1000)), At(mantissa + random.Next(1000)),
                At(random.Next(500)), count, quality, exponent, skewness, kurtosis);
    }
}
