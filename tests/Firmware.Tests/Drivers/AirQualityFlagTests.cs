using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Tests.Core;
using EdgeFleet.Nodes;

namespace EdgeFleet.Firmware.Tests.Drivers;

/// <summary>What an Air Box's windows say when its sensors are not well: the real drivers under the real sampler.</summary>
public sealed class AirQualityFlagTests
{
    private readonly PmsModel _dust = new();
    private readonly Probe _air = new();

    private sealed class Probe : IClimateProbe
    {
        public Func<int, (int Celsius, int Percent, int Pascal)> Value { get; set; } =
            n => (2150 + n % 7, 5500 + n % 5, 1_013_250 + n % 3);

        public SensorResult Result { get; set; } = SensorResult.Ok;

        public int Reads { get; private set; }

        public SensorResult TryTake(ClimateReading reading)
        {
            (reading.CentiCelsius, reading.CentiPercent, reading.DeciPascal) = Value(++Reads);
            return Result;
        }
    }

    [Fact]
    public void A_well_air_box_warms_up_and_then_has_nothing_to_note()
    {
        List<Window> windows = Run(5);
        Assert.Equal([QualityFlags.WarmingUp, 0, 0, 0, 0], windows.Select(w => w.Quality["pm25"]));
        Assert.All(windows, w => Assert.Equal(0, w.Quality["temp"]));
        Assert.Equal(
            ["pm1", "pm25", "pm10", "pm25.cf1", "n0.3", "temp", "rh", "pressure"], windows[0].Quality.Keys);
        Assert.All(windows, w => Assert.Equal(60, w.Count["rh"]));
    }

    [Theory]
    [InlineData(9850, 0)]
    [InlineData(9901, QualityFlags.Humidity)]
    public void Air_too_humid_for_the_dust_sensor_is_told_of_its_channels_alone(int centiPercent, int quality)
    {
        List<Window> windows = Run(4, minute =>
        {
            if (minute == 2)
                _air.Value = n => (2150 + n % 3, n == 150 ? centiPercent : 5000, 1_013_250);
        });
        Assert.Equal([0, quality, 0], windows.Skip(1).Select(w => w.Quality["pm25"]));
        Assert.Equal(quality, windows[2].Quality["pm25.cf1"]);
        Assert.All(windows, w => Assert.Equal(0, w.Quality["rh"]));
    }

    [Fact]
    public void A_noisy_line_is_told_of_the_window_in_which_it_was_noisy()
    {
        int n = 0;
        List<Window> windows = Run(5, minute => _dust.Disturb = frame =>
        {
            if (minute == 2 && ++n % 5 == 0)
                frame[9] ^= 0xFF;
            return frame;
        });
        // A frame on its way at the border may make its neighbour noisy too, not those beyond.
        Assert.Equal(QualityFlags.ChecksumErrors, windows[2].Quality["pm25"]);
        Assert.Equal((0, 0), (windows[1].Quality["pm25"], windows[4].Quality["pm25"]));
        Assert.Equal(0, windows[2].Quality["temp"]);
    }

    [Fact]
    public void A_fan_that_fails_is_told_and_one_that_stops_counting_is_frozen()
    {
        int[] failed = PmsModel.Standard(12);
        failed[12] = 0x9702;
        List<Window> windows = Run(20, minute => _dust.Words = minute switch
        {
            2 => _ => failed,
            < 5 => now => PmsModel.Standard((int)(now / 1000) % 50),
            _ => _ => PmsModel.Standard(30),
        });
        Assert.Equal(QualityFlags.SensorError, windows[2].Quality["pm10"]);
        Assert.Equal(0, windows[4].Quality["pm10"]);
        Assert.Equal(0, windows[12].Quality["pm10"]);
        Assert.Equal(QualityFlags.Frozen, windows[19].Quality["pm10"]);
        Assert.Equal(0, windows[19].Quality["temp"]);
    }

    [Fact]
    public void Clean_air_is_not_called_frozen_while_the_particles_still_count()
    {
        List<Window> windows = Run(30, _ => _dust.Words = now => [0, 0, 0, 0, 0, 0, 20 + (int)(now / 1000) % 9, 3, 1, 0, 0, 0, 0x9700]);
        Assert.All(windows.Skip(1), w => Assert.Equal((0, 0L), (w.Quality["pm25"], w.Mean["pm25"])));
    }

    [Fact]
    public void Torn_bytes_in_every_frame_leave_a_window_without_a_number()
    {
        List<Window> windows = Run(4, minute => _dust.Disturb = frame => minute >= 2 ? frame[..17] : frame);
        Assert.True(windows[1].Count["pm25"] > 40);
        Assert.Equal(0, windows[3].Count["pm25"]);
        Assert.True((windows[3].Quality["pm25"] & QualityFlags.Missing) != 0);
        Assert.Equal(60, windows[3].Count["temp"]);
    }

    [Fact]
    public void A_sensor_that_sleeps_is_not_missing_without_a_reason()
    {
        List<Window> windows = Run(12, sleepS: 180, awakeS: 30);
        int asleep = windows.Count(w => w.Quality["pm25"] == (QualityFlags.Missing | QualityFlags.Asleep));
        Assert.InRange(asleep, 3, 7);
        Assert.All(windows, w => Assert.Equal(w.Count["pm25"] == 0, (w.Quality["pm25"] & QualityFlags.Missing) != 0));
        Assert.Contains(windows, w => w.Count["pm25"] > 0);
        Assert.All(windows, w => Assert.Equal(60, w.Count["temp"]));
    }

    [Theory]
    [InlineData(-4001, 5000, 1_013_250, "temp")]
    [InlineData(8501, 5000, 1_013_250, "temp")]
    [InlineData(2000, 10_001, 1_013_250, "rh")]
    [InlineData(2000, -1, 1_013_250, "rh")]
    [InlineData(2000, 5000, 299_999, "pressure")]
    [InlineData(2000, 5000, 1_100_001, "pressure")]
    public void What_the_climate_chip_cannot_measure_is_left_out(int celsius, int percent, int pascal, string channel)
    {
        List<Window> windows = Run(3, minute =>
        {
            if (minute == 1)
                _air.Value = n => n == 90 ? (celsius, percent, pascal) : (2000 + n % 4, 5000, 1_013_250);
        });
        Assert.Equal(QualityFlags.OutOfRange, windows[1].Quality[channel]);
        Assert.Equal(59, windows[1].Count[channel]);
        foreach (string other in new[] { "temp", "rh", "pressure" }.Where(c => c != channel))
            Assert.Equal((0, 60), (windows[1].Quality[other], windows[1].Count[other]));
    }

    [Fact]
    public void A_climate_probe_that_hangs_or_fails_is_missing()
    {
        List<Window> windows = Run(6, minute => _air.Result = minute switch
        {
            1 => SensorResult.NotReady,
            3 => SensorResult.Failed,
            _ => SensorResult.Ok,
        });
        foreach (int minute in new[] { 1, 3 })
        {
            Assert.Equal(0, windows[minute].Count["temp"]);
            Assert.Equal(QualityFlags.Missing, windows[minute].Quality["temp"]);
        }
        Assert.Equal((60, 0), (windows[5].Count["temp"], windows[5].Quality["temp"]));
    }

    /// <summary>A sensor nobody had thought of is further channels: no line of the core knows its name.</summary>
    [Fact]
    public void An_optional_sensor_is_further_channels()
    {
        TestSensor carbonDioxide = new(("co2", "count", 0), ("temp.co2", Units.Celsius, -2))
        {
            Value = (now, channel) => channel == 0 ? 640 + (int)(now / 1000 % 10) : 2300,
        };
        List<Window> windows = Run(3, more: carbonDioxide);
        Assert.Equal("co2", windows[2].Quality.Keys.ElementAt(8));
        Assert.Equal((60, 64_450L), (windows[2].Count["co2"], windows[2].Mean["co2"]));
        Assert.Equal(230_000L, windows[2].Mean["temp.co2"]);
    }

    private List<Window> Run(
        int minutes, Action<int>? each = null, int sleepS = 0, int awakeS = 0, IScalarSensor? more = null)
    {
        ScalarSampler sampler = new(
            AirBoxNode.Sensors(_dust, _air, more == null ? [] : [more]), AirBoxNode.DefaultWindowMs);
        sampler.SetDutyCycle(sleepS, awakeS);
        List<Window> windows = [];
        for (int now = 0; now <= minutes * 60_000; now += 1000)
        {
            if (now % 60_000 == 0)
                each?.Invoke(now / 60_000);
            _dust.AdvanceTo(now);
            sampler.Sample(now);
            if (sampler.Ring.Readable() is not { } closed)
                continue;
            windows.Add(new Window(sampler, closed));
            sampler.Ring.Release();
        }
        return windows;
    }

    private sealed class Window
    {
        public Window(ScalarSampler sampler, ClosedWindow closed)
        {
            for (int i = 0; i < sampler.ChannelCount; i++)
            {
                Quality.Add(sampler.ChannelName(i), closed.Quality[i]);
                Count.Add(sampler.ChannelName(i), closed.Count[i]);
                Mean.Add(sampler.ChannelName(i), closed.Mean[i]);
            }
        }

        public Dictionary<string, int> Quality { get; } = [];

        public Dictionary<string, int> Count { get; } = [];

        public Dictionary<string, long> Mean { get; } = [];
    }
}
