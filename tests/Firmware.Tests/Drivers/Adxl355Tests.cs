using EdgeFleet.Firmware.Drivers.Adxl355;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Drivers;

/// <summary>What the accelerometer's driver does while all is well.</summary>
public sealed class Adxl355Tests
{
    [Theory]
    [InlineData(125, Adxl355Range.G2, 5, 125_000, 38_307)]
    [InlineData(250, Adxl355Range.G4, 4, 250_000, 76_614)]
    [InlineData(125, Adxl355Range.G8, 5, 125_000, 153_229)]
    [InlineData(100, Adxl355Range.G2, 5, 125_000, 38_307)]
    public void It_is_configured_in_standby_and_measures(
        int rateHz, Adxl355Range range, int filter, int milliHz, int nanoMetres)
    {
        Adxl355Bench bench = new(rateHz, range);
        bench.Start();

        Assert.Empty(bench.Chip.Offences);
        Assert.True(bench.Chip.Measuring);
        Assert.Equal(filter, bench.Chip[0x28]);
        Assert.Equal(48, bench.Chip[0x29]);
        Assert.Equal(0x02, bench.Chip[0x2A]);
        Assert.Equal((int)range, bench.Chip[0x2C]);
        Assert.Equal(0, bench.Chip[0x2E]);
        Assert.Equal((milliHz, nanoMetres), (bench.Driver.RateMilliHz, bench.Driver.NanoMetresPerCount));
        // 9.80665 m/s2 / 256,000 a count at 2 g.
        Assert.Equal(9.80665e9 / 256_000 * (1 << ((int)range - 1)), nanoMetres, 1.0);
    }

    [Theory]
    [InlineData(125, true)]
    [InlineData(250, true)]
    [InlineData(125, false)]
    [InlineData(250, false)]
    public void Every_sample_comes_once_and_in_order(int rateHz, bool interrupt)
    {
        Adxl355Bench bench = new(rateHz, interrupt: interrupt);
        bench.Start();
        // The first sample on tells where the counter stands; from then on there is no hole.
        long before = bench.Chip.Made;
        bench.Run(60_000);

        Assert.Empty(bench.Losses);
        Assert.InRange(bench.Samples.Count, rateHz * 60 - 40, rateHz * 60 + 40);
        for (int i = 1; i < bench.Samples.Count; i++)
        {
            int step = bench.Samples[i].X - bench.Samples[i - 1].X;
            Assert.True(step == 3 || step == -2997, $"sample {i} of {before} on: {step}");
            Assert.Equal((bench.Samples[i].X + 1, bench.Samples[i].X + 2), (bench.Samples[i].Y, bench.Samples[i].Z));
        }
        Assert.Equal(0u, bench.Driver.Overruns + bench.Driver.MisalignedEntries + bench.Driver.Restarts);
    }

    public static TheoryData<int> Corners => [0, 1, -1, 524_287, -524_288, 262_144, -262_144, 0x55555, -0x55556];

    [Theory]
    [MemberData(nameof(Corners))]
    public void Twenty_bits_keep_their_sign(int value)
    {
        Adxl355Bench bench = new();
        bench.Start();
        bench.Chip.Value = (_, axis) => axis == 1 ? value : -1 - value;
        bench.Run(200);
        bench.Samples.Clear();
        bench.Run(200);

        Assert.NotEmpty(bench.Samples);
        Assert.All(bench.Samples, s => Assert.Equal((-1 - value, value, -1 - value), s));
    }

    [Fact]
    public void A_watermark_is_answered_at_once_and_a_missing_one_within_forty_milliseconds()
    {
        foreach (bool wired in new[] { true, false })
        {
            Adxl355Bench bench = new();
            bench.Chip.InterruptWired = wired;
            bench.Start();
            int count = 0;
            double longest = 0;
            double lastMs = bench.NowMs;
            for (int i = 0; i < 5000; i++)
            {
                bench.Run(1, 1);
                if (bench.Samples.Count == count)
                    continue;
                count = bench.Samples.Count;
                longest = Math.Max(longest, bench.NowMs - lastMs);
                lastMs = bench.NowMs;
            }
            Assert.InRange(longest, Adxl355.LeastPollMs, Adxl355.FallbackPollMs);
            Assert.Empty(bench.Losses);
        }
    }

    [Fact]
    public void An_interrupt_that_never_comes_is_counted_and_costs_no_sample()
    {
        Adxl355Bench bench = new(250);
        bench.Chip.InterruptWired = false;
        bench.Start();
        // The sampler is held up for 80 ms at a time: the FIFO passes its watermark, and nobody calls.
        for (int i = 0; i < 20; i++)
        {
            bench.Sleep(70);
            bench.Run(10);
        }

        Assert.True(bench.Driver.MissedInterrupts >= 15, $"{bench.Driver.MissedInterrupts} counted");
        Assert.Empty(bench.Losses);
        Assert.InRange(bench.Samples.Count, 390, 410);
    }

    [Theory]
    [InlineData(1885, 2500)]
    [InlineData(1885 - 905, 12_500)]
    [InlineData(2437, -3600)]
    [InlineData(1876, 2599)]
    public void Temperature_is_the_data_sheets(int counts, int centiCelsius)
    {
        Adxl355Bench bench = new();
        bench.Start();
        bench.Chip.TemperatureCounts.Enqueue(counts);

        Assert.Equal(SensorResult.Ok, bench.Driver.ReadTemperature(out int value));
        Assert.Equal(centiCelsius, value, 1.0);
    }

    [Fact]
    public void A_temperature_that_changes_between_its_registers_is_read_again()
    {
        Adxl355Bench bench = new();
        bench.Start();
        // 0x7FF and then 0x800: torn, it would read 0x700 or 0x8FF, ten degrees off.
        bench.Chip.TemperatureCounts.Enqueue(0x7FF);
        bench.Chip.TemperatureCounts.Enqueue(0x800);

        Assert.Equal(SensorResult.Ok, bench.Driver.ReadTemperature(out int value));
        Assert.Equal(2500 - (0x800 - 1885) * 10000 / 905, value);
    }

    [Fact]
    public void A_self_test_on_command_takes_its_samples_out_and_says_how_many()
    {
        Adxl355Bench bench = new();
        bench.Start();
        bench.Run(1000);
        long before = bench.Chip.Made;
        int delivered = bench.Samples.Count;
        bench.Driver.BeginSelfTest();
        Assert.Equal(SelfTestResult.Running, bench.Driver.SelfTest);
        bench.Run(2000);

        Assert.Equal(SelfTestResult.Passed, bench.Driver.SelfTest);
        (int after, int missed) = Assert.Single(bench.Losses);
        Assert.Equal(delivered, after);
        Assert.InRange(missed, 95, 130);
        // 3,000 ms are 375 samples, and a sample is one way or the other at each end of the gap.
        Assert.InRange(bench.Accounted, 375 - 6, 375 + 6);
        Assert.Equal(0, bench.Chip[0x2E]);
        Assert.True(bench.Chip.Made > before);
        // None of the samples under the force of 1.5 g came through.
        Assert.All(bench.Samples, s => Assert.InRange(s.Z, -700, 3000));
        Assert.Empty(bench.Chip.Offences);
    }
}
