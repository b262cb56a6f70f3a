namespace EdgeFleet.Boards.Sim.Sensors;

/// <summary>The air at one place.</summary>
/// <param name="Pm25">PM2.5, in micrograms a cubic metre.</param>
/// <param name="TemperatureC">In degrees Celsius.</param>
/// <param name="HumidityPercent">Relative.</param>
/// <param name="PressurePa">At the place, not at sea level.</param>
public readonly record struct Air(double Pm25, double TemperatureC, double HumidityPercent, double PressurePa);

/// <summary>
/// A city's air as a function of the seed and the time alone. All places share what the weather brings (a regional
/// background, temperature, pressure, episodes of a few hours); each adds its own traffic, its own sources and its own
/// small differences. The numbers are those of a subtropical city with moderate pollution.
/// </summary>
public sealed class SimCity(ulong seed, int utcOffsetHours = 8)
{
    private const long HourMs = 3600 * 1000;
    private const long DayMs = 24 * HourMs;

    private readonly ulong _background = SimRandom.Derive(seed, "background");
    private readonly ulong _episodes = SimRandom.Derive(seed, "episodes");
    private readonly ulong _weather = SimRandom.Derive(seed, "weather");

    /// <summary>The air at a place, which is known by its own seed.</summary>
    public Air At(ulong place, long utcMs)
    {
        long localMs = utcMs + (utcOffsetHours * HourMs);
        double hour = (localMs % DayMs) / (double)HourMs;
        double regional = 14
            * Math.Exp(0.35 * ValueNoise.Walk(_background, utcMs, 3 * HourMs, 6) / 4)
            * (1 + Episode(_episodes, utcMs, 0.12, 4 * HourMs, 14 * HourMs, 3.5));
        double street = 4 + (6 * SimRandom.Unit(SimRandom.Mix(place, 1)));
        double traffic = street * RushHours(localMs, hour) * Math.Exp(0.25 * ValueNoise.At(place, utcMs, 10 * 60_000));
        double neighbour = 25 * Episode(SimRandom.Mix(place, 2), utcMs, 0.25, HourMs / 3, 2 * HourMs, 1);
        // A box's own turbulence, seconds to minutes, multiplies.
        double local = Math.Exp(0.10 * ValueNoise.Walk(SimRandom.Mix(place, 3), utcMs, 15_000, 4) / 2);

        double warmth = Math.Cos((hour - 14.5) * Math.PI / 12);
        double temperature = 24 + (4.5 * warmth)
            + (2.5 * ValueNoise.Walk(_weather, utcMs, 6 * HourMs, 5) / 4)
            + (0.8 * SimRandom.Normal(SimRandom.Mix(place, 4)))
            + (0.15 * ValueNoise.At(SimRandom.Mix(place, 5), utcMs, 5 * 60_000));
        // The water in the air changes over days; what the day does to the humidity, it does through the temperature.
        double dewPoint = 19.5 + (2 * ValueNoise.At(SimRandom.Mix(_weather, 1), utcMs, 18 * HourMs));
        double humidity = Math.Clamp(100 * SaturationPa(dewPoint) / SaturationPa(temperature), 8, 100);
        double pressure = 101_325
            + (260 * ValueNoise.Walk(SimRandom.Mix(_weather, 2), utcMs, 3 * HourMs, 6) / 4)
            // The atmosphere's tide: twice a day, with its crests at ten.
            + (120 * Math.Cos((hour - 10) * Math.PI / 6))
            - (12 * 60 * SimRandom.Unit(SimRandom.Mix(place, 6)));
        return new Air(Math.Max(0, (regional + traffic + neighbour) * local), temperature, humidity, pressure);
    }

    // Two rush hours on working days, a late and lower one at weekends; nearly nobody at night.
    private static double RushHours(long localMs, double hour)
    {
        // 1 January 1970 was a Thursday.
        long day = ((localMs / DayMs) + 3) % 7;
        double evening = Bell(hour, 18, 1.8);
        return day < 5 ? 0.15 + Bell(hour, 8, 1.2) + evening : 0.15 + (0.6 * Bell(hour, 11, 2.5)) + (0.7 * evening);
    }

    private static double Bell(double x, double centre, double width)
    {
        double z = (x - centre) / width;
        return Math.Exp(-0.5 * z * z);
    }

    /// <summary>
    /// What an episode adds at an instant: from 0 to <paramref name="strength"/>. On any day one begins with a given
    /// chance; it rises fast and falls slowly.
    /// </summary>
    private static double Episode(
        ulong seed, long utcMs, double chanceADay, long shortestMs, long longestMs, double strength)
    {
        double sum = 0;
        long today = utcMs / DayMs;
        for (long day = today - 1; day <= today; day++)
        {
            Chances slot = new(SimRandom.Mix(seed, (ulong)day));
            if (slot.Unit(0) >= chanceADay)
                continue;
            long startMs = (day * DayMs) + (long)(slot.Unit(1) * DayMs);
            double lengthMs = shortestMs + (slot.Unit(2) * (longestMs - shortestMs));
            double t = (utcMs - startMs) / lengthMs;
            if (t is <= 0 or >= 1)
                continue;
            double shape = t < 0.2 ? t / 0.2 : (1 - t) / 0.8;
            sum += strength * (0.3 + (0.7 * slot.Unit(3))) * shape * shape * (3 - (2 * shape));
        }
        return sum;
    }

    // Magnus formula over water (Alduchov and Eskridge 1996).
    private static double SaturationPa(double celsius) => 610.94 * Math.Exp(17.625 * celsius / (celsius + 243.04));
}

/// <summary>Several independent numbers from one hash.</summary>
internal readonly struct Chances(ulong hash)
{
    public ulong Bits(int index) => SimRandom.Mix(hash, (ulong)index);

    /// <summary>From 0 up to but without 1.</summary>
    public double Unit(int index) => SimRandom.Unit(Bits(index));
}
