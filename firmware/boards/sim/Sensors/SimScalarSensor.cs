using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Sensors;

/// <summary>What one channel of a sensor is.</summary>
/// <param name="Name">See <see cref="Contracts.Channels"/>.</param>
/// <param name="Unit">See <see cref="Contracts.Units"/>.</param>
/// <param name="Exponent">Power of ten of the values.</param>
/// <param name="Min">Smallest value that can be measured.</param>
/// <param name="Max">Largest value that can be measured.</param>
public sealed record SensorChannel(string Name, string Unit, int Exponent, int Min, int Max);

/// <summary>What every simulated sensor of slow quantities does: warm up, give at most one reading a period, and fail.</summary>
public abstract class SimScalarSensor : IScalarSensor
{
    private readonly SensorChannel[] _channels;
    private readonly SimClock _world;
    private readonly long _bootUtcMs;
    private readonly int _warmUpMs;
    private readonly int _periodMs;
    private readonly ulong _spikes;
    private readonly int[] _last;
    private long _lastReading = long.MinValue;
    private long _wokenUtcMs;
    private long _sleptUtcMs;
    private bool _asleep;
    private int _asleepMs;
    private int _awakeMs;

    /// <param name="world">True time; the sensor's power comes on now.</param>
    /// <param name="seed">Decides the spikes.</param>
    /// <param name="warmUpMs">How long after power-on values do not count.</param>
    /// <param name="periodMs">New values come this often.</param>
    /// <param name="channels">What it measures.</param>
    protected SimScalarSensor(SimClock world, ulong seed, int warmUpMs, int periodMs, params SensorChannel[] channels)
    {
        _world = world;
        _bootUtcMs = world.UtcMs;
        _wokenUtcMs = _bootUtcMs;
        _warmUpMs = warmUpMs;
        _periodMs = periodMs;
        _spikes = SimRandom.Derive(seed, "spikes");
        _channels = channels;
        _last = new int[channels.Length];
    }

    public SensorFault Fault { get; set; }

    /// <inheritdoc/>
    public int ChannelCount => _channels.Length;

    /// <inheritdoc/>
    public string ChannelName(int channel) => _channels[channel].Name;

    /// <inheritdoc/>
    public string ChannelUnit(int channel) => _channels[channel].Unit;

    /// <inheritdoc/>
    public int ChannelExponent(int channel) => _channels[channel].Exponent;

    /// <inheritdoc/>
    public int ChannelMin(int channel) => _channels[channel].Min;

    /// <inheritdoc/>
    public int ChannelMax(int channel) => _channels[channel].Max;

    /// <inheritdoc/>
    public SensorResult Read(long nowMs, int[] values)
    {
        long utcMs = _world.UtcMs;
        if (Fault == SensorFault.Failed)
            return SensorResult.Failed;
        if (Sleeps(utcMs))
            return SensorResult.Asleep;
        if (Fault == SensorFault.WarmingUp || utcMs - _wokenUtcMs < _warmUpMs)
            return SensorResult.WarmingUp;
        long reading = (utcMs - _bootUtcMs) / _periodMs;
        if (reading == _lastReading)
            return SensorResult.NotReady;
        bool stuck = Fault == SensorFault.Stuck && _lastReading != long.MinValue;
        _lastReading = reading;
        if (!stuck)
        {
            Measure(utcMs, _last);
            for (int i = 0; i < _channels.Length; i++)
                _last[i] = Math.Clamp(_last[i], _channels[i].Min, _channels[i].Max);
        }
        for (int i = 0; i < _channels.Length; i++)
            values[i] = _last[i];
        if (Fault == SensorFault.Spikes)
            AddSpike(reading, values);
        return SensorResult.Ok;
    }

    /// <summary>Sleeps and wakes in turn from now on, and warms up after each wake; 0 s asleep: always awake.</summary>
    protected void Alternate(int asleepS, int awakeS)
    {
        _asleepMs = asleepS * 1000;
        _awakeMs = awakeS * 1000;
    }

    private bool Sleeps(long utcMs)
    {
        if (_asleep && utcMs - _sleptUtcMs >= _asleepMs)
        {
            _asleep = false;
            _wokenUtcMs = utcMs;
        }
        else if (!_asleep && _asleepMs > 0 && utcMs - _wokenUtcMs >= (long)_warmUpMs + _awakeMs)
        {
            _asleep = true;
            _sleptUtcMs = utcMs;
        }
        return _asleep;
    }

    /// <summary>What the sensor shows at an instant, in its channels' exponents; limits are applied after it.</summary>
    protected abstract void Measure(long utcMs, int[] values);

    // One reading in fifty is anywhere in the channel's range.
    private void AddSpike(long reading, int[] values)
    {
        Chances slot = new(SimRandom.Mix(_spikes, (ulong)reading));
        if (slot.Unit(0) >= 0.02)
            return;
        int channel = (int)(slot.Bits(1) % (ulong)_channels.Length);
        SensorChannel range = _channels[channel];
        values[channel] = range.Min + (int)(slot.Unit(2) * ((long)range.Max - range.Min));
    }
}
