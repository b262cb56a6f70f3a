using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Drivers.Adxl355;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;

namespace EdgeFleet.Firmware.Tests.Drivers;

/// <summary>What a bridge node's windows say when its accelerometer is not well: the real driver under the real sampler.</summary>
public sealed class BridgeFlagTests
{
    private const int WindowMs = 10_000;

    private readonly Adxl355Chip _chip = new() { Value = Shake };
    private readonly List<(int Ms, int Quality, int QualityZ, int Count, long Max, int MissedSoFar)> _windows = [];

    /// <summary>A noise of a few hundred counts about gravity, which no two samples share.</summary>
    private static int Shake(long sample, int axis) =>
        (axis == 2 ? 256_000 : 0) + (int)(SplitMix(sample * 3 + axis) % 801) - 400;

    [Fact]
    public void A_well_chip_has_nothing_to_note()
    {
        Run(60);
        Assert.All(_windows.Skip(1), w => Assert.Equal((0, 0, 1250), (w.Quality, w.QualityZ, w.Count)));
        Assert.True(_windows.Count >= 5);
    }

    [Fact]
    public void An_overrun_is_a_gap_of_its_window_alone()
    {
        // 1.64 s between two drains are 205 samples, of which the FIFO keeps 33.
        Run(60, stalls: [25_000]);
        Assert.Equal(1, _windows.Count(w => (w.Quality & QualityFlags.Gap) != 0));
        Assert.InRange(_windows[^1].MissedSoFar, 170, 174);
    }

    [Theory]
    [InlineData((byte)0x00)]
    [InlineData((byte)0xFF)]
    public void A_bus_stuck_at_ones_or_zeros_leaves_no_number(byte stuck)
    {
        Run(80, each: ms => _chip.Spoil = ms is > 25_000 and < 55_000 ? Stuck(stuck) : null);
        // Nothing of the stuck bus is in a number: not 0, not full scale, only the noise about gravity.
        Assert.All(_windows.Where(w => w.Count > 0), w => Assert.InRange(w.Max, 256_000 - 400, 256_000 + 400));
        Assert.Contains(_windows, w => w.Count == 0 && (w.Quality & QualityFlags.Missing) != 0);
        Assert.Contains(_windows, w => w.Count > 0 && (w.Quality & QualityFlags.Gap) != 0);
        Assert.Equal((0, 1250), (_windows[^1].Quality, _windows[^1].Count));
        // 30 s at 125 Hz.
        Assert.InRange(_windows[^1].MissedSoFar, 3700, 3900);
    }

    [Fact]
    public void An_axis_that_stands_still_is_frozen_and_the_others_are_not()
    {
        _chip.Value = (sample, axis) => axis == 2 ? 256_001 : Shake(sample, axis);
        Run(40);
        Assert.All(_windows.Skip(1), w => Assert.Equal((0, QualityFlags.Frozen), (w.Quality, w.QualityZ)));
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(-(1 << 20))]
    public void A_shock_beyond_the_range_is_told(int counts)
    {
        _chip.Value = (sample, axis) => axis == 2 && sample % 3000 == 2999 ? counts : Shake(sample, axis);
        Run(60);
        Assert.Contains(_windows, w => w.QualityZ == QualityFlags.OutOfRange);
        Assert.Contains(_windows.Skip(1), w => w.QualityZ == 0);
        Assert.All(_windows.Skip(1), w => Assert.Equal(0, w.Quality));
    }

    [Fact]
    public void A_self_test_that_fails_leaves_windows_without_a_number()
    {
        _chip.SelfTestG[1] = 0;
        Run(100);
        Assert.True(_windows.Count >= 9);
        Assert.All(_windows, w => Assert.Equal((QualityFlags.Missing, 0), (w.Quality & QualityFlags.Missing, w.Count)));
    }

    [Fact]
    public void A_missing_interrupt_changes_nothing_in_the_windows()
    {
        _chip.InterruptWired = false;
        Run(60);
        Assert.All(_windows.Skip(1), w => Assert.Equal((0, 1250), (w.Quality, w.Count)));
        Assert.Equal(0, _windows[^1].MissedSoFar);
    }

    private static Func<int, byte[], int, bool> Stuck(byte value) => (_, read, count) =>
    {
        Array.Fill(read, value, 0, count);
        return true;
    };

    private void Run(int seconds, Action<int>? each = null, int[]? stalls = null)
    {
        Adxl355 driver = new(_chip, _chip, 125, Adxl355Range.G2);
        VibrationSampler sampler = new(driver, WindowMs);
        int stalledUntil = 0;
        for (int ms = 0; ms <= seconds * 1000; ms += 40)
        {
            each?.Invoke(ms);
            _chip.AdvanceTo(ms);
            if (stalls?.Contains(ms) == true)
                stalledUntil = ms + 1600;
            if (ms < stalledUntil)
                continue;
            sampler.Sample(ms);
            while (sampler.Ring.Readable() is { } closed)
            {
                long max = closed.Max[2] * 1000 / driver.NanoMetresPerCount;
                _windows.Add((ms, closed.Quality[0], closed.Quality[2], closed.Count[0], max, (int)sampler.SamplesMissed));
                sampler.Ring.Release();
            }
        }
    }

    private static ulong SplitMix(long seed)
    {
        ulong z = (ulong)seed * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
