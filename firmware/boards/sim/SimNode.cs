using EdgeFleet.Boards.Sim.Flash;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.Boards.Sim.Sensors;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Uplink;
using EdgeFleet.Nodes;

namespace EdgeFleet.Boards.Sim;

/// <summary>What a node that is on says of itself.</summary>
/// <param name="DeviceId">Empty: not claimed yet.</param>
/// <param name="State">Of the uplink.</param>
/// <param name="Produced">Windows committed to flash in this epoch.</param>
/// <param name="Acknowledged">Of these, stored by the service.</param>
/// <param name="Buffered">Of these, waiting.</param>
/// <param name="Dropped">Of these, dropped because the queue was full.</param>
public readonly record struct SimNodeStatus(
    string DeviceId, UplinkState State, uint Epoch, uint Produced, uint Acknowledged, uint Buffered,
    uint Dropped, uint EventsProduced, uint EventsDropped);

/// <summary>
/// One simulated board with the real node code on it. The flash and the link outlive reboots and power cuts; everything
/// else is thrown away and made anew, as RAM is.
/// </summary>
/// <remarks>
/// <para>What a simulated board does not show:</para>
/// <list type="bullet">
/// <item>Speed, memory and threads. One thread steps both halves of the node, and a step takes no time: no sample is ever
/// late because of a slow flash, no garbage collection pauses, nothing runs out of heap or stack. Races between the two
/// threads of a board cannot happen here.</item>
/// <item>littlefs and the flash driver. The file layer here is our own with the guarantees of the port, so faults of
/// theirs do not show, and wear figures are of the same order only. Bits do not fade, and a torn bit reads the same
/// every time.</item>
/// <item>The board's network stack and TLS. Over memory there is no TCP at all; over TCP it is this machine's.</item>
/// <item>The drivers. Sensors answer through the port; buses, registers and checksums are not simulated.</item>
/// <item>A crystal's drift: uptime runs as the world's time does. The watchdog, brownouts that corrupt RAM, and reset
/// causes other than those that a runner names.</item>
/// <item>Real air and real bridges: signals are plausible, not calibrated.</item>
/// </list>
/// </remarks>
public sealed class SimNode
{
    private readonly SimNodeOptions _options;
    private readonly NodeSettings _settings;
    private readonly SimRandom _random;
    private NodeRuntime? _runtime;
    private long _bootUtcMs;

    /// <summary>A board without power, whose flash is new.</summary>
    public SimNode(SimNodeOptions options, ISimLink link)
    {
        _options = options;
        _settings = Copy(options.Settings);
        Link = link;
        Flash = new SimFlash(options.FlashBytes, options.Seed);
        HardwareId = SimBoard.HardwareIdOf(options.Seed);
        _random = new SimRandom(SimRandom.Derive(options.Seed ^ options.Run, "entropy"));
    }

    public string HardwareId { get; }

    public NodeKind Kind => _options.Kind;

    public SimFlash Flash { get; }

    public ISimLink Link { get; }

    /// <summary>The node's code, while the board has power.</summary>
    public NodeRuntime? Runtime => _runtime;

    /// <summary>The file layer, while the board has power.</summary>
    public SimFileStore? Files { get; private set; }

    /// <summary>The sensors of this boot, to be given faults; replayed sensors have none.</summary>
    public IReadOnlyList<SimScalarSensor> ScalarSensors { get; private set; } = [];

    /// <summary>See <see cref="ScalarSensors"/>.</summary>
    public SimAccelerometer? Accelerometer { get; private set; }

    public bool IsOn => _runtime != null;

    /// <summary>Times that the board began to boot, also those in which the power went before the node ran.</summary>
    public int Starts { get; private set; }

    /// <summary>Times that the power went.</summary>
    public int PowerCuts { get; private set; }

    /// <summary>Since the boot, in milliseconds.</summary>
    public long UptimeMs => _options.World.UtcMs - _bootUtcMs;

    /// <summary>When the next <see cref="Tick"/> is due, Unix milliseconds; never while the power is off.</summary>
    public long NextDueUtcMs => _runtime == null
        ? long.MaxValue
        : Math.Min(_bootUtcMs + _runtime.NextDueMs(UptimeMs), Math.Max(Link.NextDueMs, _options.World.UtcMs));

    /// <summary>Null while the power is off: what a node knows is then on its flash alone.</summary>
    public SimNodeStatus? Status
    {
        get
        {
            if (_runtime == null)
                return null;
            QueueLedger windows = _runtime.Outbox.Windows.Ledger;
            return new SimNodeStatus(
                _runtime.DeviceId, _runtime.Uplink.State, windows.Epoch, _runtime.Outbox.Windows.Added,
                windows.Done - windows.Dropped, _runtime.Outbox.Windows.Waiting, windows.Dropped,
                _runtime.Outbox.Events.Added, _runtime.Outbox.Events.Ledger.Dropped + _runtime.Outbox.EventsLost);
        }
    }

    /// <summary>Gives the board power; false where it went again before the node ran, as ordered of the flash.</summary>
    /// <param name="keepCut">An ordered cut that has not come yet still holds: so a boot can be cut.</param>
    public bool PowerOn(BootReason reason = BootReason.PowerOn, bool keepCut = false)
    {
        if (IsOn)
            return true;
        Flash.PowerOn(keepCut);
        return Boot(reason);
    }

    /// <summary>Takes the power away, between two steps.</summary>
    public void PowerCut()
    {
        if (!IsOn)
            return;
        Flash.CutNow();
        Die();
    }

    /// <summary>Takes the power away in a flash operation to come: 0 is the next one.</summary>
    public void CutPowerAt(int flashOperationsAhead, CutMoment moment) =>
        Flash.CutAt(Flash.Operations + flashOperationsAhead, moment);

    /// <summary>Steps the node; false where it is off, or went off in this step.</summary>
    public bool Tick()
    {
        if (_runtime == null)
            return false;
        Link.Advance(_options.World.UtcMs);
        try
        {
            _runtime.Tick(UptimeMs);
            return true;
        }
        catch (PowerCutException)
        {
            Die();
            return false;
        }
        catch (RebootException)
        {
            Link.PowerOff();
            Forget();
            return Boot(BootReason.Requested);
        }
    }

    private bool Boot(BootReason reason)
    {
        Starts++;
        _bootUtcMs = _options.World.UtcMs;
        try
        {
            Files = new SimFileStore(Flash);
            NodePorts ports = new(
                Link, Files, new SimReferenceClock(_options.World, _bootUtcMs, _options.ReferenceClock),
                new SimEntropy(_random), new SimBoard(_options.Seed, _options.World, reason));
            _runtime = _options.Kind == NodeKind.Bridge
                ? BridgeNode.Create(_settings, ports, CreateAccelerometer())
                : AirBoxNode.Create(_settings, ports, CreateScalarSensors());
            return true;
        }
        catch (PowerCutException)
        {
            Die();
            return false;
        }
    }

    private IAccelerometer CreateAccelerometer()
    {
        if (_options.BridgeRecording is { } recording)
            return new RecordedBridge(_options.World, recording, _options.Mount.QueueTriples);
        SimBridge bridge = _options.Bridge ?? new SimBridge(SimRandom.Derive(_options.Seed, "bridge"));
        return Accelerometer = new SimAccelerometer(_options.World, bridge, _options.Seed, _options.Mount);
    }

    private IScalarSensor[] CreateScalarSensors()
    {
        if (_options.AirBoxRecording is { } recording)
            return recording.CreateSensors(_options.World);
        SimCity city = _options.City ?? new SimCity(SimRandom.Derive(_options.Seed, "city"));
        SimScalarSensor[] sensors =
        [
            new SimParticleSensor(_options.World, city, _options.Seed),
            new SimClimateSensor(_options.World, city, _options.Seed),
        ];
        ScalarSensors = sensors;
        return [.. sensors];
    }

    // The node writes its kind into them, and nodes of both kinds may have been given the same ones.
    private static NodeSettings Copy(NodeSettings given) => new()
    {
        Kind = given.Kind,
        FirmwareVersion = given.FirmwareVersion,
        EnrolmentId = given.EnrolmentId,
        EnrolmentSecret = given.EnrolmentSecret,
        GatewayHost = given.GatewayHost,
        GatewayPort = given.GatewayPort,
        WindowSegments = given.WindowSegments,
        EventSegments = given.EventSegments,
        WaveformSegments = given.WaveformSegments,
        HistoryTriples = given.HistoryTriples,
    };

    private void Die()
    {
        PowerCuts++;
        Link.PowerOff();
        Forget();
    }

    private void Forget()
    {
        _runtime = null;
        Files = null;
        Accelerometer = null;
        ScalarSensors = [];
    }
}
