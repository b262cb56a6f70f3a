using EdgeFleet.Boards.Sim.Sensors;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Drivers.Pms5003;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Tests.Drivers;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>That synthetic air looks like air, and that sensors of it behave like sensors.</summary>
public sealed class SensorTests
{
    // Monday, 2 March 2026, midnight in Taipei.
    private const long MondayUtcMs = 1772380800000;
    private const long HourMs = 3600_000;
    private const long DayMs = 24 * HourMs;

    [Fact]
    public void Dust_rises_with_the_traffic()
    {
        SimCity city = new(1);
        double night = Mean(hour => hour is >= 2 and < 5, weekday: true);
        double rush = Mean(hour => hour is >= 7.5 and < 9, weekday: true);
        double sunday = Mean(hour => hour is >= 7.5 and < 9, weekday: false);
        Assert.True(rush > night * 1.2, $"{rush} at rush hour, {night} at night");
        Assert.True(rush > sunday * 1.1, $"{rush} on working days, {sunday} at weekends");
        Assert.InRange(night, 5, 60);

        double Mean(Func<double, bool> hours, bool weekday)
        {
            List<double> values = [];
            // Many weeks and places, so that the weather and the episodes average out.
            for (int day = 0; day < 140; day++)
            {
                if (day % 7 < 5 != weekday)
                    continue;
                for (int minute = 0; minute < 24 * 60; minute += 10)
                {
                    if (hours(minute / 60.0))
                        values.Add(city.At((ulong)day, MondayUtcMs + (day * DayMs) + (minute * 60_000L)).Pm25);
                }
            }
            return values.Average();
        }
    }

    [Fact]
    public void Neighbours_share_the_weather_and_are_not_the_same()
    {
        SimCity city = new(2);
        SimCity elsewhere = new(3);
        double[] here = Hourly(t => city.At(10, t).Pm25);
        double[] there = Hourly(t => city.At(11, t).Pm25);
        double[] far = Hourly(t => elsewhere.At(11, t).Pm25);
        Assert.InRange(Correlation(here, there), 0.5, 0.98);
        Assert.True(Correlation(here, far) < Correlation(here, there) - 0.2);
    }

    [Fact]
    public void There_are_episodes_and_most_of_the_time_there_are_none()
    {
        SimCity city = new(4);
        double[] year = [.. Enumerable.Range(0, 365 * 24).Select(h => city.At(1, MondayUtcMs + (h * HourMs)).Pm25)];
        Array.Sort(year);
        double median = year[year.Length / 2];
        Assert.InRange(median, 8, 40);
        Assert.InRange(year[^(year.Length / 100)], 1.7 * median, 12 * median);
        Assert.InRange(year[^1], 0, 500);
        Assert.True(year[0] >= 0);
    }

    [Fact]
    public void Warm_air_is_dry_and_the_pressure_is_slow()
    {
        SimCity city = new(5);
        double[] temperature = Hourly(t => city.At(1, t).TemperatureC);
        double[] humidity = Hourly(t => city.At(1, t).HumidityPercent);
        double[] pressure = Hourly(t => city.At(1, t).PressurePa);
        Assert.InRange(Correlation(temperature, humidity), -1, -0.5);
        Assert.All(temperature, t => Assert.InRange(t, 5, 45));
        Assert.All(humidity, h => Assert.InRange(h, 8, 100));
        Assert.All(pressure, p => Assert.InRange(p, 98_000, 104_000));
        Assert.All(pressure.Zip(pressure.Skip(1)), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, 250));
    }

    [Fact]
    public void A_particle_sensor_gives_whole_micrograms_once_a_second_after_half_a_minute()
    {
        VirtualClock clock = new(MondayUtcMs);
        SimParticleSensor sensor = new(clock, new SimCity(1), 42);
        int[] values = new int[5];
        Assert.Equal(SensorResult.WarmingUp, sensor.Read(0, values));
        clock.AdvanceTo(MondayUtcMs + 30_000);
        Assert.Equal(SensorResult.Ok, sensor.Read(30_000, values));
        Assert.Equal(SensorResult.NotReady, sensor.Read(30_000, values));
        List<int> seen = [];
        for (int s = 31; s < 631; s++)
        {
            clock.AdvanceTo(MondayUtcMs + (s * 1000));
            Assert.Equal(SensorResult.Ok, sensor.Read(s * 1000, values));
            Assert.All(values[..4], v => Assert.Equal(0, v % 100));
            Assert.True(values[0] <= values[1] && values[1] <= values[2]);
            Assert.InRange(values[3], values[1], values[1] * 3 / 2 + 100);
            Assert.InRange(values[4], 400, 65_535);
            seen.Add(values[1]);
        }
        Assert.InRange(seen.Distinct().Count(), 3, 40);
        Assert.Equal(
            Enumerable.Range(0, 5).Select(new Pms5003(new PmsModel()).ChannelName),
            Enumerable.Range(0, sensor.ChannelCount).Select(sensor.ChannelName));
    }

    [Fact]
    public void What_a_sensor_shows_depends_on_seed_and_time_alone()
    {
        static List<int> Run(ulong seed, int stepMs)
        {
            VirtualClock clock = new(MondayUtcMs);
            SimScalarSensor[] sensors =
                [new SimParticleSensor(clock, new SimCity(1), seed), new SimClimateSensor(clock, new SimCity(1), seed)];
            List<int> seen = [];
            int[] values = new int[5];
            for (int t = 0; t <= 120_000; t += stepMs)
            {
                clock.AdvanceTo(MondayUtcMs + t);
                foreach (SimScalarSensor sensor in sensors)
                {
                    if (sensor.Read(t, values) == SensorResult.Ok && t % 60_000 == 0)
                        seen.AddRange(values);
                }
            }
            return seen;
        }

        Assert.Equal(Run(7, 1000), Run(7, 1000));
        Assert.Equal(Run(7, 1000), Run(7, 5000));
        Assert.NotEqual(Run(7, 1000), Run(8, 1000));
    }

    [Fact]
    public void Faults_show_as_real_ones_do()
    {
        VirtualClock clock = new(MondayUtcMs);
        SimClimateSensor sensor = new(clock, new SimCity(1), 1);
        int[] values = new int[3];
        int second = 0;
        SensorResult Next()
        {
            clock.AdvanceTo(MondayUtcMs + (++second * 1000));
            return sensor.Read(second * 1000, values);
        }

        Assert.Equal(SensorResult.Ok, Next());
        int[] stuck = [.. values];
        sensor.Fault = SensorFault.Stuck;
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(SensorResult.Ok, Next());
            Assert.Equal(stuck, values);
        }
        sensor.Fault = SensorFault.Failed;
        Assert.Equal(SensorResult.Failed, Next());
        sensor.Fault = SensorFault.WarmingUp;
        Assert.Equal(SensorResult.WarmingUp, Next());
        sensor.Fault = SensorFault.Spikes;
        int spikes = 0;
        for (int i = 0; i < 2000; i++)
        {
            Assert.Equal(SensorResult.Ok, Next());
            for (int c = 0; c < 3; c++)
                Assert.InRange(values[c], sensor.ChannelMin(c), sensor.ChannelMax(c));
            if (Math.Abs(values[0] - stuck[0]) > 500 || Math.Abs(values[1] - stuck[1]) > 1000 || Math.Abs(values[2] - stuck[2]) > 500)
                spikes++;
        }
        Assert.InRange(spikes, 15, 60);
        sensor.Fault = SensorFault.None;
        Next();
        Assert.NotEqual(stuck, values);
    }

    private static double[] Hourly(Func<long, double> value) =>
        [.. Enumerable.Range(0, 60 * 24).Select(h => value(MondayUtcMs + (h * HourMs)))];

    private static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average();
        double meanB = b.Average();
        double ab = a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum();
        return ab / Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
    }
}
