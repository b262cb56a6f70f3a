using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Sensors;

/// <summary>How a simulated accelerometer is mounted and read.</summary>
/// <param name="Place">Where on the span it sits, from 0 to 1; at 0.5 even modes are not felt.</param>
/// <param name="RateMilliHz">Samples a second, times a thousand.</param>
/// <param name="QueueTriples">Depth of the queue; the ADXL355's holds 96 values, 32 triples.</param>
/// <param name="UtcOffsetHours">Of the local time that traffic and temperature follow.</param>
public sealed record AccelerometerMount(
    double Place = 0.31, int RateMilliHz = 125_000, int QueueTriples = 32, int UtcOffsetHours = 8);

/// <summary>
/// An accelerometer like the ADXL355 (2 g range: 3.9 micro-g a count, 22.5 micro-g/sqrt(Hz), 20 bits) on a
/// <see cref="SimBridge"/>. It feels gravity through a small tilt, its own offset, which drifts with temperature, its
/// noise, the ground's unrest and the span's modes.
/// </summary>
public sealed class SimAccelerometer : IAccelerometer
{
    /// <summary>3.9 micro-g in nanometres per second squared.</summary>
    public const int NanoMetresPerCountOf2G = 38_246;

    private const double MicroGPerCount = 3.9;
    private const int MaxCounts = (1 << 19) - 1;
    private const double NoiseMicroGPerRootHz = 22.5;

    // Of a truck of ten tonnes and of wind and microseisms, at the crest of the first mode, in micro-g RMS.
    private const double TrafficMicroG = 2500;
    private const double AmbientMicroG = 35;
    private const double DriftMicroGPerKelvin = 100;

    // Traffic and temperature are looked at this often; a vehicle moves a metre or two in the meantime.
    private const int BlockSamples = 16;

    private readonly SimClock _world;
    private readonly SimBridge _bridge;
    private readonly AccelerometerMount _mount;
    private readonly SimRandom _random;
    private readonly Resonator[] _modes;
    private readonly double[] _gains;
    private readonly double[] _forces;
    private readonly double[] _offsetCounts = new double[3];
    private readonly double[] _driftCounts = new double[3];
    private readonly double _noiseCounts;
    private readonly ulong _weather;
    private readonly ulong _spikes;
    private SampleQueue _queue;
    private double _dcX;
    private double _dcY;
    private double _dcZ;
    private double _celsius;

    /// <param name="world">True time; the sensor's power comes on now.</param>
    /// <param name="seed">Of the place and the piece.</param>
    public SimAccelerometer(SimClock world, SimBridge bridge, ulong seed, AccelerometerMount? mount = null)
    {
        _world = world;
        _bridge = bridge;
        _mount = mount ?? new AccelerometerMount();
        _queue = new SampleQueue(world, _mount.RateMilliHz, _mount.QueueTriples, world.UtcMs);
        _weather = SimRandom.Derive(seed, "bridge weather");
        _spikes = SimRandom.Derive(seed, "spikes");
        // A piece's offset and tilt stay; its noise differs from one boot to the next.
        SimRandom piece = new(SimRandom.Derive(seed, "piece"));
        double tiltX = 0.01 * piece.NextNormal();
        double tiltY = 0.01 * piece.NextNormal();
        double[] gravity = [Math.Sin(tiltX), Math.Sin(tiltY), Math.Cos(tiltX) * Math.Cos(tiltY)];
        for (int axis = 0; axis < 3; axis++)
        {
            _offsetCounts[axis] = ((gravity[axis] * 1e6) + (12_000 * piece.NextNormal())) / MicroGPerCount;
            _driftCounts[axis] = DriftMicroGPerKelvin * piece.NextNormal() / MicroGPerCount;
        }
        double rateHz = _mount.RateMilliHz / 1000.0;
        _noiseCounts = NoiseMicroGPerRootHz * Math.Sqrt(rateHz / 2) / MicroGPerCount;
        _random = new SimRandom(SimRandom.Mix(seed, (ulong)world.UtcMs));
        _forces = new double[bridge.Modes.Count];
        _gains = new double[bridge.Modes.Count];
        _modes = [.. bridge.Modes.Select(m => new Resonator(m.FrequencyHz, m.Damping, rateHz))];
        RateMilliHz = _mount.RateMilliHz;
    }

    public SensorFault Fault { get; set; }

    /// <inheritdoc/>
    public int RateMilliHz { get; }

    /// <inheritdoc/>
    public int NanoMetresPerCount => NanoMetresPerCountOf2G;

    /// <inheritdoc/>
    public int AxisMask => 7;

    /// <inheritdoc/>
    public SensorResult Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed)
    {
        triples = 0;
        missed = 0;
        if (Fault == SensorFault.Failed)
            return SensorResult.Failed;
        if (Fault == SensorFault.WarmingUp)
            return SensorResult.WarmingUp;
        int waiting = _queue.Waiting(out missed);
        if (waiting <= 0)
            return SensorResult.NotReady;
        _queue.Skip(missed);
        triples = Math.Min(waiting, maxTriples);
        for (int i = 0; i < triples; i++)
        {
            if (_queue.Next % BlockSamples == 0 || (i == 0 && (missed > 0 || _queue.Next == 0)))
                StartBlock(_queue.UtcMsOf(_queue.Next));
            Sample(out xyz[3 * i], out xyz[(3 * i) + 1], out xyz[(3 * i) + 2]);
            if (Fault == SensorFault.Stuck)
            {
                xyz[3 * i] = (int)_dcX;
                xyz[(3 * i) + 1] = (int)_dcY;
                xyz[(3 * i) + 2] = (int)_dcZ;
            }
            else if (Fault == SensorFault.Spikes)
                AddSpike(xyz, 3 * i);
            _queue.Skip(1);
        }
        return SensorResult.Ok;
    }

    /// <inheritdoc/>
    public SensorResult ReadTemperature(out int centiCelsius)
    {
        centiCelsius = (int)Math.Round(100 * TemperatureAt(_world.UtcMs));
        return Fault == SensorFault.Failed ? SensorResult.Failed : SensorResult.Ok;
    }

    // The span's mass lags behind the air by some hours; the box warms the chip a little.
    private double TemperatureAt(long utcMs)
    {
        double hour = ((utcMs / 3_600_000.0) + _mount.UtcOffsetHours) % 24;
        return 25 + (5 * Math.Cos((hour - 16.5) * Math.PI / 12)) + (2 * ValueNoise.At(_weather, utcMs, 12 * 3_600_000));
    }

    private void StartBlock(long utcMs)
    {
        _bridge.Excite(utcMs, _mount.UtcOffsetHours, _forces);
        for (int i = 0; i < _forces.Length; i++)
        {
            BridgeMode mode = _bridge.Modes[i];
            double shape = Math.Sin(mode.HalfWaves * Math.PI * _mount.Place);
            _gains[i] = shape * mode.Share * ((TrafficMicroG * _forces[i]) + AmbientMicroG) / MicroGPerCount;
        }
        _celsius = TemperatureAt(utcMs);
        _dcX = _offsetCounts[0] + (_driftCounts[0] * (_celsius - 25));
        _dcY = _offsetCounts[1] + (_driftCounts[1] * (_celsius - 25));
        _dcZ = _offsetCounts[2] + (_driftCounts[2] * (_celsius - 25));
    }

    private void Sample(out int x, out int y, out int z)
    {
        double ax = _dcX + (_noiseCounts * _random.NextNormal());
        double ay = _dcY + (_noiseCounts * _random.NextNormal());
        double az = _dcZ + (_noiseCounts * _random.NextNormal());
        for (int i = 0; i < _modes.Length; i++)
        {
            double a = _modes[i].Step(_gains[i] * _random.NextNormal());
            switch (_bridge.Modes[i].Axis)
            {
                case 0:
                    ax += a;
                    break;
                case 1:
                    ay += a;
                    break;
                default:
                    az += a;
                    break;
            }
        }
        x = Count(ax);
        y = Count(ay);
        z = Count(az);
    }

    private void AddSpike(int[] xyz, int at)
    {
        Chances chances = new(SimRandom.Mix(_spikes, (ulong)_queue.Next));
        if (chances.Unit(0) < 0.0005)
            xyz[at + (int)(chances.Bits(1) % 3)] = (int)((chances.Unit(2) - 0.5) * 2 * MaxCounts);
    }

    private static int Count(double counts) => Math.Clamp((int)Math.Floor(counts + 0.5), -MaxCounts - 1, MaxCounts);

    /// <summary>
    /// A damped oscillator in discrete time: two poles at the mode's frequency, zeros at 0 Hz and at half the rate, and a
    /// gain that turns white noise of variance 1 into a swing of variance 1 (g^2 x 2 / (1 - r^2) = 1).
    /// </summary>
    private struct Resonator
    {
        private readonly double _b;
        private readonly double _a1;
        private readonly double _a2;
        private double _u1;
        private double _u2;
        private double _y1;
        private double _y2;

        public Resonator(double frequencyHz, double damping, double rateHz)
        {
            double omega = 2 * Math.PI * frequencyHz / rateHz;
            double r = Math.Exp(-damping * omega);
            _a1 = 2 * r * Math.Cos(omega * Math.Sqrt(1 - (damping * damping)));
            _a2 = -r * r;
            _b = Math.Sqrt((1 - (r * r)) / 2);
        }

        public double Step(double u)
        {
            double y = (_b * (u - _u2)) + (_a1 * _y1) + (_a2 * _y2);
            _u2 = _u1;
            _u1 = u;
            _y2 = _y1;
            _y1 = y;
            return y;
        }
    }
}
