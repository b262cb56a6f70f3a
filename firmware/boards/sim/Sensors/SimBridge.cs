namespace EdgeFleet.Boards.Sim.Sensors;

/// <summary>One way in which a bridge swings.</summary>
/// <param name="FrequencyHz">Natural frequency.</param>
/// <param name="Damping">Share of the critical damping; concrete and steel bridges have 0.005 to 0.03.</param>
/// <param name="HalfWaves">Half waves along the span: the mode's shape is sin(n pi x / L).</param>
/// <param name="Axis">0 along, 1 across, 2 vertical.</param>
/// <param name="Share">How much of the excitation the mode takes, of 1.</param>
public sealed record BridgeMode(double FrequencyHz, double Damping, int HalfWaves, int Axis, double Share);

/// <summary>
/// One span with its modes and its traffic, shared by all nodes on it: they feel the same vehicles, each by its own
/// place. Vehicles are a Poisson stream, denser by day; a vehicle pushes noise of the road's roughness into each mode, as
/// strongly as it is heavy and as the mode moves where the vehicle is.
/// </summary>
public sealed class SimBridge
{
    /// <summary>Traffic is drawn in slices: at most <see cref="MaxVehicles"/> set out in one.</summary>
    public const int SliceMs = 10_000;

    public const int MaxVehicles = 8;

    private readonly ulong _traffic;

    /// <param name="seed">Decides modes and traffic.</param>
    public SimBridge(ulong seed)
    {
        _traffic = SimRandom.Derive(seed, "traffic");
        SimRandom random = new(SimRandom.Derive(seed, "modes"));
        double first = 2.6 + (1.6 * random.NextUnit());
        double damping = 0.008 + (0.008 * random.NextUnit());
        LengthMetres = 30 + (20 * random.NextUnit());
        Modes =
        [
            new BridgeMode(first, damping, 1, 2, 1),
            // Of a beam the second is four times the first; real spans come out lower.
            new BridgeMode(first * 3.3, damping * 1.2, 2, 2, 0.7),
            new BridgeMode(first * 6.4, damping * 1.5, 3, 2, 0.5),
            new BridgeMode(first * 1.7, damping * 1.3, 1, 1, 0.35),
            new BridgeMode(first * 4.6, damping * 1.6, 2, 0, 0.15),
        ];
    }

    public double LengthMetres { get; }

    public IReadOnlyList<BridgeMode> Modes { get; }

    /// <summary>Vehicles a second, on average, by the hour of the day.</summary>
    public static double VehiclesPerSecond(long utcMs, int utcOffsetHours)
    {
        double hour = ((utcMs / 3_600_000.0) + utcOffsetHours) % 24;
        double day = 0.5 - (0.5 * Math.Cos((hour - 3.5) * Math.PI / 12));
        return 0.01 + (0.14 * day * day);
    }

    /// <summary>
    /// How strongly the traffic pushes each mode at an instant, where a truck of ten tonnes at a mode's crest counts 1.
    /// </summary>
    /// <param name="forces">As many as there are modes.</param>
    public void Excite(long utcMs, int utcOffsetHours, Span<double> forces)
    {
        forces.Clear();
        long now = utcMs / SliceMs;
        // The slowest crossing takes less than one slice, so only vehicles of this and the last one can be on the span.
        for (long slice = now - 1; slice <= now; slice++)
        {
            double expected = VehiclesPerSecond(slice * SliceMs, utcOffsetHours) * SliceMs / 1000;
            Chances chances = new(SimRandom.Mix(_traffic, (ulong)slice));
            int vehicles = Poisson(expected, chances.Unit(0));
            for (int i = 0; i < vehicles; i++)
                AddVehicle(utcMs - (slice * SliceMs), chances, 1 + (4 * i), forces);
        }
    }

    private void AddVehicle(long sinceSliceMs, Chances chances, int index, Span<double> forces)
    {
        double speed = 8 + (9 * chances.Unit(index));
        double metres = (sinceSliceMs - (chances.Unit(index + 1) * SliceMs)) / 1000 * speed;
        if (metres <= 0 || metres >= LengthMetres)
            return;
        // One in eight is a truck of 8 to 40 tonnes, the others are cars of 1 to 2.5.
        double tonnes = chances.Unit(index + 2) < 0.125 ? 8 + (32 * chances.Unit(index + 3)) : 1 + (1.5 * chances.Unit(index + 3));
        double push = tonnes / 10 * (speed / 12);
        double place = Math.PI * metres / LengthMetres;
        for (int i = 0; i < forces.Length; i++)
            forces[i] += push * Math.Abs(Math.Sin(Modes[i].HalfWaves * place));
    }

    // By inversion; the chance of more than eight at the densest traffic (1.5 a slice) is below 3 in 100,000.
    private static int Poisson(double mean, double unit)
    {
        double term = Math.Exp(-mean);
        double sum = term;
        int count = 0;
        while (unit > sum && count < MaxVehicles)
        {
            count++;
            term *= mean / count;
            sum += term;
        }
        return count;
    }
}
