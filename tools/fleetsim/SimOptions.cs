using EdgeFleet.FleetSim.Updates;

namespace EdgeFleet.FleetSim;

/// <summary>What to simulate, as the command line says.</summary>
public sealed record SimOptions
{
    /// <summary>Nodes of both kinds together.</summary>
    public int Nodes { get; init; } = 16;

    /// <summary>Air Boxes and bridge nodes, as a ratio.</summary>
    public (int AirBox, int Bridge) Mix { get; init; } = (3, 1);

    /// <summary>The one seed that all chance comes from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How long, in simulated time; null: until Ctrl-C.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Virtual time, as fast as it goes.</summary>
    public bool Virtual { get; init; }

    /// <summary>Length of a window; null: each kind's own.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>A running service, or null: start one in this process.</summary>
    public Uri? Service { get; init; }

    /// <summary>Data folder of the service that is started here; null: a temporary one, removed at the end.</summary>
    public string? DataPath { get; init; }

    /// <summary>Where the started service serves its pages.</summary>
    public string Http { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Where the started service listens for nodes.</summary>
    public string Mqtt { get; init; } = "127.0.0.1:1883";

    /// <summary>What goes wrong.</summary>
    public FaultPlan Faults { get; init; } = FaultPlan.None;

    /// <summary>What the fleet is updated to, or null.</summary>
    public UpdatePlan? Update { get; init; }

    /// <summary>How often the service is restarted in a run of virtual time, evenly over it; nodes and data stay.</summary>
    public int ServiceRestarts { get; init; }

    /// <summary>A recording for the Air Boxes, or null.</summary>
    public string? ReplayAirBox { get; init; }

    /// <summary>A recording for the bridge nodes, or null.</summary>
    public string? ReplayBridge { get; init; }

    /// <summary>Print a summary as JSON on standard output, and everything else on standard error.</summary>
    public bool Json { get; init; }

    /// <summary>Air Boxes among <see cref="Nodes"/>: the first ones.</summary>
    public int AirBoxes
    {
        get
        {
            int parts = Mix.AirBox + Mix.Bridge;
            int boxes = (int)Math.Round((double)Nodes * Mix.AirBox / parts, MidpointRounding.AwayFromZero);
            return Math.Clamp(boxes, 0, Nodes);
        }
    }
}
