using EdgeFleet.Firmware.Drivers.Adxl355;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Drivers;

/// <summary>What can go wrong between the accelerometer and its driver, and that it ends in a fault or a gap.</summary>
public sealed class Adxl355FaultTests
{
    /// <summary>Every number that a good chip can have said in these tests: a counter over its axes.</summary>
    private static void AssertTrue(Adxl355Bench bench)
    {
        foreach ((int x, int y, int z) in bench.Samples)
        {
            Assert.InRange(x, -700, 2297);
            Assert.Equal((x + 1, x + 2), (y, z));
        }
    }

    /// <summary>Wherever the counter jumps, a loss was told, of that many samples give or take the tolerance.</summary>
    private static void AssertGapsAreTold(Adxl355Bench bench, int tolerance)
    {
        Dictionary<int, int> told = bench.Losses
            .GroupBy(loss => loss.After).ToDictionary(g => g.Key, g => g.Sum(loss => loss.Missed));
        for (int i = 1; i < bench.Samples.Count; i++)
        {
            int step = (bench.Samples[i].X - bench.Samples[i - 1].X + 3000) % 3000 / 3;
            int missed = told.GetValueOrDefault(i);
            if (missed == 0)
                Assert.Equal(1, step);
            else
                // The counter goes round at 1,000.
                Assert.InRange((step - 1 - missed % 1000 + 1500) % 1000 - 500, -tolerance, tolerance);
        }
    }

    [Theory]
    [InlineData(125, 300)]
    [InlineData(125, 2_000)]
    [InlineData(250, 150)]
    [InlineData(250, 7_000)]
    public void An_overrun_says_what_it_cost(int rateHz, int asleepMs)
    {
        Adxl355Bench bench = new(rateHz);
        bench.Start();
        bench.Run(1000);
        bench.Sleep(asleepMs);
        bench.Run(1000);

        Assert.Equal(1u, bench.Driver.Overruns);
        Assert.Single(bench.Losses);
        AssertTrue(bench);
        AssertGapsAreTold(bench, 1);
    }

    [Theory]
    [InlineData(0.97)]
    [InlineData(1.03)]
    public void A_long_overrun_is_counted_by_the_chips_own_clock(double clock)
    {
        Adxl355Bench bench = new();
        bench.Chip.ClockFactor = clock;
        bench.Start();
        bench.Run(130_000, 20);
        bench.Sleep(40_000);
        bench.Run(1000);

        // By the nominal rate the 5,000 samples would be wrong by 150.
        Assert.Single(bench.Losses);
        AssertGapsAreTold(bench, 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public void Entries_that_vanish_cost_their_samples_and_no_axis_is_taken_for_another(int entries)
    {
        Adxl355Bench bench = new(interrupt: false);
        bench.Start();
        bench.Run(1000);
        bench.Sleep(39);
        bench.Chip.LoseEntries(entries);
        bench.Run(5000);

        AssertTrue(bench);
        (_, int missed) = Assert.Single(bench.Losses);
        // Whole samples that vanished leave no trace in the FIFO; the torn one does.
        Assert.Equal(1, missed);
        Assert.Equal((uint)(3 - entries % 3), bench.Driver.MisalignedEntries);
        Assert.Equal(0u, bench.Driver.Restarts);
        int jumps = 0;
        for (int i = 1; i < bench.Samples.Count; i++)
        {
            if ((bench.Samples[i].X - bench.Samples[i - 1].X + 3000) % 3000 != 3)
                jumps++;
        }
        Assert.Equal(1, jumps);
    }

    [Theory]
    [InlineData((byte)0xFF, Adxl355Fault.Nonsense)]
    [InlineData((byte)0x00, Adxl355Fault.Stalled)]
    public void A_bus_that_reads_only_ones_or_zeros_ends_in_a_fault_and_in_no_sample(byte stuck, Adxl355Fault first)
    {
        Adxl355Bench bench = new();
        bench.Start();
        bench.Run(1000);
        int before = bench.Samples.Count;
        List<Adxl355Fault> faults = [];
        bench.Chip.Spoil = (_, read, count) =>
        {
            Array.Fill(read, stuck, 0, count);
            return true;
        };
        for (int i = 0; i < 500; i++)
        {
            bench.Run(10);
            if (bench.Driver.Fault != Adxl355Fault.None && !faults.Contains(bench.Driver.Fault))
                faults.Add(bench.Driver.Fault);
        }
        Assert.Equal([first, Adxl355Fault.WrongDevice], faults);
        Assert.Equal(before, bench.Samples.Count);
        Assert.Contains(SensorResult.Failed, bench.Results);
        Assert.Equal(SensorResult.Failed, bench.Driver.ReadTemperature(out _));

        bench.Chip.Spoil = null;
        bench.Run(3000);
        Assert.Equal(Adxl355Fault.None, bench.Driver.Fault);
        (int after, int missed) = Assert.Single(bench.Losses);
        Assert.Equal(before, after);
        Assert.InRange(missed, 600, 800);
        AssertTrue(bench);
        Assert.InRange(bench.Accounted, 1125 - 8, 1125 + 8);
    }

    [Theory]
    [InlineData((byte)0xFF)]
    [InlineData((byte)0x00)]
    public void A_dead_bus_from_the_start_never_delivers(byte stuck)
    {
        Adxl355Bench bench = new();
        bench.Chip.Spoil = (_, read, count) =>
        {
            Array.Fill(read, stuck, 0, count);
            return true;
        };
        bench.Run(10_000);

        Assert.Empty(bench.Samples);
        Assert.Equal(Adxl355Fault.WrongDevice, bench.Driver.Fault);
        Assert.NotEqual(SelfTestResult.Passed, bench.Driver.SelfTest);
        Assert.InRange(bench.Results.Count(r => r == SensorResult.Failed), 8, 15);
    }

    [Fact]
    public void A_transfer_that_fails_anywhere_leaves_the_chip_measuring_and_the_books_straight()
    {
        // First run: how many transfers there are to break, self-test and all.
        Adxl355Bench whole = new();
        whole.Run(4000, 20);
        int transfers = whole.Chip.Transfers;
        Assert.InRange(transfers, 100, 1000);

        for (int broken = 1; broken <= transfers; broken++)
        {
            Adxl355Bench bench = new();
            bench.Chip.Spoil = (number, read, count) =>
            {
                if (number != broken)
                    return true;
                Array.Fill(read, (byte)0xA5, 0, count);
                return false;
            };
            bench.Run(4000, 20);
            bench.Run(2000, 20);

            Assert.True(bench.Chip.Measuring, $"asleep after transfer {broken} of {transfers}");
            Assert.Equal((5, 48, 1, 0), (bench.Chip[0x28], bench.Chip[0x29], bench.Chip[0x2C], bench.Chip[0x2E]));
            Assert.Equal(Adxl355Fault.None, bench.Driver.Fault);
            Assert.True(bench.Samples.Count > 500, $"{bench.Samples.Count} samples after transfer {broken}");
            AssertTrue(bench);
            AssertGapsAreTold(bench, 1);
            Assert.Empty(bench.Chip.Offences);
        }
    }

    [Theory]
    [InlineData(0, 0.02)]
    [InlineData(1, 0.0)]
    [InlineData(2, 0.2)]
    [InlineData(2, 0.0)]
    [InlineData(0, 0.9)]
    public void An_axis_that_does_not_move_as_it_must_holds_every_sample_back(int axis, double moved)
    {
        Adxl355Bench bench = new();
        bench.Chip.SelfTestG[axis] = moved;
        bench.Run(200_000, 20);

        Assert.Empty(bench.Samples);
        Assert.Equal(SelfTestResult.Failed, bench.Driver.SelfTest);
        Assert.Equal(Adxl355Fault.SelfTestFailed, bench.Driver.Fault);
        // Three attempts, then one a minute.
        Assert.InRange(bench.Results.Count(r => r == SensorResult.Failed), 5, 7);

        bench.Chip.SelfTestG[axis] = axis == 2 ? 1.5 : 0.3;
        bench.Run(62_000, 20);
        Assert.Equal(SelfTestResult.Passed, bench.Driver.SelfTest);
        Assert.NotEmpty(bench.Samples);
        AssertTrue(bench);
    }

    [Fact]
    public void A_chip_that_lost_its_supply_is_configured_again_and_the_hole_is_told()
    {
        Adxl355Bench bench = new();
        bench.Start();
        bench.Run(1000);
        bench.Chip.PowerOn();
        bench.Run(2000);

        Assert.Equal(1u, bench.Driver.Restarts);
        (_, int missed) = Assert.Single(bench.Losses);
        Assert.InRange(missed, 25, 40);
        Assert.InRange(bench.Accounted, 375 - 8, 375 + 8);
        Assert.Contains(SensorResult.Failed, bench.Results);
        AssertTrue(bench);
    }

    [Fact]
    public void A_chip_that_takes_no_setting_is_not_believed()
    {
        Adxl355Bench bench = new();
        bench.Chip.Spoil = (_, read, count) =>
        {
            // The range register reads as after a reset, whatever is written to it.
            if (count == 2 && read[1] == 0x03 && !bench.Chip.Measuring)
                read[1] = 0x81;
            return true;
        };
        bench.Run(5000);

        Assert.Empty(bench.Samples);
        Assert.Equal(Adxl355Fault.NotConfigured, bench.Driver.Fault);
    }

    [Fact]
    public void A_number_of_entries_that_cannot_be_is_a_fault()
    {
        Adxl355Bench bench = new();
        bench.Start();
        bool once = true;
        bench.Chip.Spoil = (_, read, count) =>
        {
            if (once && count == 3)
            {
                read[2] = 100;
                once = false;
            }
            return true;
        };
        bench.Run(1000);

        Assert.Contains(SensorResult.Failed, bench.Results);
        Assert.Single(bench.Losses);
        AssertTrue(bench);
        AssertGapsAreTold(bench, 1);
    }

    [Fact]
    public void Noise_on_the_bus_never_becomes_a_sample_out_of_range_nor_a_count_that_does_not_add_up()
    {
        for (int seed = 1; seed <= 60; seed++)
        {
            Random random = new(seed);
            Adxl355Bench bench = new(seed % 2 == 0 ? 125 : 250);
            bench.Chip.Spoil = (_, read, count) =>
            {
                if (random.Next(200) == 0)
                    return false;
                if (random.Next(100) == 0)
                    random.NextBytes(read.AsSpan(0, count));
                return true;
            };
            bench.Run(8000, 5 + seed % 30);
            bench.Chip.Spoil = null;
            bench.Run(70_000, 20);

            Assert.Equal(Adxl355Fault.None, bench.Driver.Fault);
            Assert.All(bench.Samples, s =>
            {
                Assert.InRange(s.X, -(1 << 19), (1 << 19) - 1);
                Assert.InRange(s.Y, -(1 << 19), (1 << 19) - 1);
                Assert.InRange(s.Z, -(1 << 19), (1 << 19) - 1);
            });
            Assert.All(bench.Losses, loss => Assert.InRange(loss.Missed, 1, 78 * 250));
            // Once the noise is over, the samples are the chip's own again.
            Assert.All(bench.Samples.TakeLast(1000), s => Assert.Equal((s.X + 1, s.X + 2), (s.Y, s.Z)));
        }
    }
}
