using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Drivers.Pms5003;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Drivers;

/// <summary>The dust sensor's driver on a model of the sensor, asked once a second.</summary>
public sealed class Pms5003Tests
{
    private readonly PmsModel _sensor = new();
    private readonly int[] _values = new int[Limits.MaxChannels];
    private double _nowMs;

    private Pms5003 Driver { get; set; } = null!;

    [Theory]
    [InlineData(false, "E101")]
    [InlineData(true, "E100")]
    public void The_mode_is_set_at_boot_and_the_warm_up_discarded(bool passive, string mode)
    {
        Driver = new Pms5003(_sensor, passive, 6);
        List<(double Ms, SensorResult Result)> results = Run(60);

        Assert.Equal(["E401", mode], _sensor.Commands.Take(2).Select(c => c.Command));
        Assert.All(results.Where(r => r.Ms <= 30_000), r => Assert.Equal(SensorResult.WarmingUp, r.Result));
        (double first, _) = results.First(r => r.Result == SensorResult.Ok);
        Assert.InRange(first, 31_000, 34_000);
        Assert.InRange(results.Count(r => r.Result == SensorResult.Ok), 20, 30);
        Assert.Equal(passive, _sensor.Commands.Any(c => c.Command == "E200"));
        Assert.Equal(!passive, _sensor.Active);
        Assert.DoesNotContain(results, r => r.Result == SensorResult.Failed);
        Assert.Equal(0u, Driver.Restarts);
    }

    [Fact]
    public void Channels_are_the_words_that_the_data_manual_names()
    {
        Driver = new Pms5003(_sensor, false, 6);
        _sensor.Words = _ => [11, 12, 13, 21, 22, 23, 31, 32, 33, 34, 35, 36, 0x9700];
        Run(60);

        string[] names = [.. Enumerable.Range(0, Driver.ChannelCount).Select(Driver.ChannelName)];
        Assert.Equal(["pm1", "pm25", "pm10", "pm25.cf1", "n0.3", "n0.5", "n1", "n2.5", "n5", "n10"], names);
        Assert.All(names, name => Assert.True(Names.IsChannel(name)));
        Assert.Equal([21, 22, 23, 12, 31, 32, 33, 34, 35, 36], _values[..10]);
        Assert.Equal((0, 0x97), (Driver.ErrorCode, Driver.FirmwareVersion));
        Assert.Equal(
            ["ug/m3", "ug/m3", "ug/m3", "ug/m3", "count"], Enumerable.Range(0, 5).Select(Driver.ChannelUnit));
        Assert.Equal(5, new Pms5003(_sensor).ChannelCount);
        Assert.Equal(4, new Pms5003(_sensor, false, -1).ChannelCount);
        Assert.Equal(10, new Pms5003(_sensor, false, 99).ChannelCount);
    }

    [Theory]
    [InlineData(false, "E101")]
    [InlineData(true, "E100")]
    public void A_duty_cycle_sleeps_wakes_and_sets_the_mode_again(bool passive, string mode)
    {
        Driver = new Pms5003(_sensor, passive, 0);
        Driver.SetDutyCycle(120, 30);
        List<(double Ms, SensorResult Result)> results = Run(3 * (30 + 30 + 120));

        string[] sleepsAndModes = [.. _sensor.Commands.Select(c => c.Command).Where(c => c != "E200")];
        Assert.Equal(["E401", mode, "E400", "E401", mode, "E400", "E401", mode, "E400"], sleepsAndModes);
        double[] wakes = [.. _sensor.Commands.Where(c => c.Command == "E401").Select(c => c.Ms)];
        Assert.All(wakes.Skip(1).Zip(wakes), w => Assert.Equal(30_000 + 30_000 + 120_000, w.First - w.Second, 4000.0));
        // None of what counts was measured within 30 s of a wake.
        foreach ((double ms, _) in results.Where(r => r.Result == SensorResult.Ok))
            Assert.True(ms - wakes.Last(w => w <= ms) > 30_000, $"a value {ms - wakes.Last(w => w <= ms)} ms after the wake");
        Assert.InRange(results.Count(r => r.Result == SensorResult.Asleep), 340, 362);
        Assert.DoesNotContain(results, r => r.Result == SensorResult.Failed);
        Assert.InRange(results.Count(r => r.Result == SensorResult.Ok), 60, 95);
    }

    [Fact]
    public void A_duty_cycle_that_is_taken_back_wakes_the_sensor_at_once()
    {
        Driver = new Pms5003(_sensor, false, 0);
        Driver.SetDutyCycle(3600, 10);
        Run(120);
        Assert.True(_sensor.Asleep);
        Driver.SetDutyCycle(0, 0);
        Run(1);
        Assert.False(_sensor.Asleep);
        Assert.Contains(Run(60), r => r.Result == SensorResult.Ok);
    }

    [Fact]
    public void A_sensor_that_falls_silent_fails_until_it_has_warmed_up_again()
    {
        Driver = new Pms5003(_sensor);
        Run(100);
        _sensor.Powered = false;
        List<(double Ms, SensorResult Result)> silent = Run(60);
        Assert.All(silent.Skip(6), r => Assert.Equal(SensorResult.Failed, r.Result));
        Assert.True(Driver.Restarts >= 9, $"{Driver.Restarts} restarts");

        _sensor.PowerCycle();
        List<(double Ms, SensorResult Result)> back = Run(60);
        Assert.All(back.Take(20), r => Assert.NotEqual(SensorResult.Ok, r.Result));
        Assert.Contains(back, r => r.Result == SensorResult.WarmingUp);
        Assert.Contains(back.TakeLast(5), r => r.Result == SensorResult.Ok);
    }

    [Fact]
    public void A_sensor_that_is_not_there_fails_and_never_gives_a_value()
    {
        _sensor.Powered = false;
        Driver = new Pms5003(_sensor);
        List<(double Ms, SensorResult Result)> results = Run(300);

        Assert.All(results.Take(5), r => Assert.Equal(SensorResult.WarmingUp, r.Result));
        Assert.All(results.Skip(6), r => Assert.Equal(SensorResult.Failed, r.Result));
    }

    [Fact]
    public void A_lost_mode_command_is_told_again()
    {
        // Thrown into passive mode behind the driver's back, the sensor is silent until it is told again.
        Driver = new Pms5003(_sensor);
        Run(40);
        _sensor.Write([0x42, 0x4D, 0xE1, 0x00, 0x00, 0x01, 0x70], 0, 7);
        Assert.False(_sensor.Active);
        Run(60);
        Assert.True(_sensor.Active);
        Assert.Contains(Run(10), r => r.Result == SensorResult.Ok);
        Assert.Equal(1u, Driver.Restarts);
    }

    [Theory]
    [InlineData(0, QualityFlags.None)]
    [InlineData(2, QualityFlags.None)]
    [InlineData(8, QualityFlags.ChecksumErrors)]
    [InlineData(100, QualityFlags.ChecksumErrors)]
    public void Too_many_bad_checksums_are_told_once_a_window(int badPercent, int quality)
    {
        Driver = new Pms5003(_sensor);
        Run(60);
        Driver.TakeQuality();
        int sent = 0;
        _sensor.Disturb = frame =>
        {
            sent++;
            if (sent * badPercent / 100 != (sent - 1) * badPercent / 100)
                frame[20] ^= 0x40;
            return frame;
        };
        Run(200);
        Assert.Equal(quality, Driver.TakeQuality());
        _sensor.Disturb = frame => frame;
        Run(5);
        Driver.TakeQuality();
        Run(60);
        Assert.Equal(QualityFlags.None, Driver.TakeQuality());
    }

    [Fact]
    public void An_error_code_is_told_even_if_it_went_away_within_the_window()
    {
        Driver = new Pms5003(_sensor);
        Run(60);
        Driver.TakeQuality();
        int[] words = PmsModel.Standard(5);
        words[12] = 0x9704;
        _sensor.Words = now => now is > 80_000 and < 82_000 ? words : PmsModel.Standard(5);
        Run(60);
        Assert.Equal(0, Driver.ErrorCode);
        Assert.Equal(QualityFlags.SensorError, Driver.TakeQuality());
        Assert.Equal(QualityFlags.None, Driver.TakeQuality());
    }

    [Fact]
    public void Noise_on_the_line_never_becomes_a_value()
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            PmsModel sensor = new();
            Random random = new(seed);
            sensor.Disturb = frame =>
            {
                if (random.Next(4) == 0)
                    frame[random.Next(32)] ^= (byte)(1 << random.Next(8));
                if (random.Next(6) == 0)
                    frame = frame[..random.Next(32)];
                byte[] noise = new byte[random.Next(5) == 0 ? random.Next(60) : 0];
                random.NextBytes(noise);
                return [.. noise, .. frame];
            };
            Pms5003 driver = new(sensor, seed % 2 == 0, 6);
            int values = 0;
            for (int now = 1000; now < 600_000; now += 1000)
            {
                sensor.AdvanceTo(now);
                if (driver.Read(now, _values) != SensorResult.Ok)
                    continue;
                values++;
                int at = _values[0] - 1;
                Assert.InRange(at, 0, 600);
                int[] words = PmsModel.Standard(at);
                Assert.Equal([.. words[3..6], words[1], .. words[6..12]], _values[..10]);
            }
            Assert.InRange(values, 200, 570);
        }
    }

    private List<(double Ms, SensorResult Result)> Run(int seconds)
    {
        List<(double, SensorResult)> results = [];
        for (int i = 0; i < seconds; i++)
        {
            _nowMs += 1000;
            _sensor.AdvanceTo(_nowMs);
            results.Add((_nowMs, Driver.Read((long)_nowMs, _values)));
        }
        return results;
    }
}
