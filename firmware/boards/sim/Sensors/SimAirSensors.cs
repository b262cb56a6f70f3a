using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Sensors;

/// <summary>
/// An optical particle counter like the PMS5003: whole micrograms a cubic metre, a new frame every second, a fan that
/// needs half a minute, and an optical gain that differs from one piece to the next (the data sheet allows 10 percent).
/// </summary>
public sealed class SimParticleSensor : SimScalarSensor, IDutyCycle
{
    private const int WarmUpMs = 30_000;
    private const int FrameMs = 1000;
    private const int Exponent = -2;

    // The largest concentration that a frame reports, in hundredths.
    private const int Most = 1000 * 100;

    private readonly SimCity _city;
    private readonly ulong _place;
    private readonly ulong _noise;
    private readonly double _gain;

    /// <param name="seed">Of the place and the piece.</param>
    public SimParticleSensor(SimClock world, SimCity city, ulong seed)
        : base(
            world, seed, WarmUpMs, FrameMs,
            new SensorChannel(Channels.Pm1, Units.MicrogramsPerCubicMetre, Exponent, 0, Most),
            new SensorChannel(Channels.Pm25, Units.MicrogramsPerCubicMetre, Exponent, 0, Most),
            new SensorChannel(Channels.Pm10, Units.MicrogramsPerCubicMetre, Exponent, 0, Most),
            new SensorChannel(Channels.Pm25Factory, Units.MicrogramsPerCubicMetre, Exponent, 0, Most),
            new SensorChannel(Channels.Particles03, Units.Count, 0, 0, 65_535))
    {
        _city = city;
        _place = SimRandom.Derive(seed, "place");
        _noise = SimRandom.Derive(seed, "particles");
        _gain = 1 + (0.05 * SimRandom.Normal(SimRandom.Derive(seed, "gain")));
    }

    /// <inheritdoc/>
    public bool CanSleep => true;

    /// <inheritdoc/>
    public void SetDutyCycle(int asleepS, int awakeS) => Alternate(asleepS, awakeS);

    /// <inheritdoc/>
    protected override void Measure(long utcMs, int[] values)
    {
        double pm25 = _gain * _city.At(_place, utcMs).Pm25;
        Chances slot = new(SimRandom.Mix(_noise, (ulong)(utcMs / FrameMs)));
        // Few particles are counted in a frame, and fewer of the large ones: the noise is multiplicative and grows.
        values[0] = Whole(pm25 * 0.62 * Math.Exp(0.05 * SimRandom.Normal(slot.Bits(0))));
        values[1] = Math.Max(values[0], Whole(pm25 * Math.Exp(0.07 * SimRandom.Normal(slot.Bits(1)))));
        values[2] = Math.Max(values[1], Whole(pm25 * 1.28 * Math.Exp(0.12 * SimRandom.Normal(slot.Bits(2)))));
        values[3] = 100 * (int)Math.Round(values[1] / 100 * FactoryShare(values[1] / 100));
        values[4] = (int)(400 + (pm25 * 130 * Math.Exp(0.04 * SimRandom.Normal(slot.Bits(3)))));
    }

    /// <summary>
    /// What the sensor's own correction for outdoor air takes away: nothing in clean air, a third in heavy smoke. No
    /// manual names it; this is what those found who compared the two numbers.
    /// </summary>
    private static double FactoryShare(int pm25) => 1 + (0.5 * Math.Clamp((pm25 - 20) / 46.0, 0, 1));

    private static int Whole(double micrograms) => 100 * (int)Math.Round(micrograms);
}

/// <summary>A sensor of temperature, humidity and pressure like the BME280, with its resolution and noise.</summary>
public sealed class SimClimateSensor : SimScalarSensor
{
    private const int PeriodMs = 1000;

    private readonly SimCity _city;
    private readonly ulong _place;
    private readonly ulong _noise;

    /// <param name="seed">Of the place and the piece; the same as of the particle sensor beside it.</param>
    public SimClimateSensor(SimClock world, SimCity city, ulong seed)
        : base(
            world, seed, 0, PeriodMs,
            new SensorChannel(Channels.Temperature, Units.Celsius, -2, -4000, 8500),
            new SensorChannel(Channels.Humidity, Units.RelativeHumidity, -2, 0, 10_000),
            new SensorChannel(Channels.Pressure, Units.Pascal, 0, 30_000, 110_000))
    {
        _city = city;
        _place = SimRandom.Derive(seed, "place");
        _noise = SimRandom.Derive(seed, "climate");
    }

    /// <inheritdoc/>
    protected override void Measure(long utcMs, int[] values)
    {
        Air air = _city.At(_place, utcMs);
        Chances slot = new(SimRandom.Mix(_noise, (ulong)(utcMs / PeriodMs)));
        values[0] = (int)Math.Round((air.TemperatureC * 100) + (0.5 * SimRandom.Normal(slot.Bits(0))));
        values[1] = (int)Math.Round((air.HumidityPercent * 100) + (2 * SimRandom.Normal(slot.Bits(1))));
        values[2] = (int)Math.Round(air.PressurePa + (1.3 * SimRandom.Normal(slot.Bits(2))));
    }
}
