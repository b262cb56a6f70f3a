using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.Boards.Sim.Time;

namespace EdgeFleet.FleetSim;

/// <summary>What is replayed instead of synthesised, and when it was recorded.</summary>
/// <param name="AirBox">For the Air Boxes, or null.</param>
/// <param name="Bridge">For the bridge nodes, or null.</param>
/// <param name="ReferenceClock">How the nodes get to know the date.</param>
public sealed record Recordings(AirBoxRecording? AirBox, BridgeRecording? Bridge, ReferenceClockPlan ReferenceClock)
{
    /// <summary>When the recordings begin, Unix milliseconds, or null.</summary>
    public long? StartUtcMs => AirBox?.StartUtcMs ?? Bridge?.StartUtcMs;

    /// <summary>When the last recording ends, Unix milliseconds, or null.</summary>
    public long? EndUtcMs => AirBox == null ? Bridge?.EndUtcMs : Math.Max(AirBox.EndUtcMs, Bridge?.EndUtcMs ?? 0);

    /// <summary>
    /// Loads what the options name. In real time the nodes are told that now is now, so the readings carry today's date;
    /// in virtual time the whole world, service included, lives when the recording was made.
    /// </summary>
    /// <exception cref="RecordingException">A file is not what it should be; the message says where.</exception>
    public static Recordings Load(SimOptions options, DateTimeOffset now)
    {
        var airBox = options.ReplayAirBox == null ? null : AirBoxRecording.Load(options.ReplayAirBox);
        var bridge = options.ReplayBridge == null ? null : BridgeRecording.Load(options.ReplayBridge);
        var recordings = new Recordings(airBox, bridge, new ReferenceClockPlan());
        if (options.Virtual || recordings.StartUtcMs is not { } start)
            return recordings;
        return recordings with { ReferenceClock = new ReferenceClockPlan(OffsetMs: now.ToUnixTimeMilliseconds() - start) };
    }
}
