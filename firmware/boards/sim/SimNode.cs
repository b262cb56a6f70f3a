using EdgeFleet.Boards.Sim.Flash;
using EdgeFleet.Boards.Sim.Host;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Boards.Sim.Load;
using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.Boards.Sim.Sensors;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Updates;
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
/// <param name="FirmwareVersion">Of what runs.</param>
public readonly record struct SimNodeStatus(
    string DeviceId, UplinkState State, uint Epoch, uint Produced, uint Acknowledged, uint Buffered,
    uint Dropped, uint EventsProduced, uint EventsDropped, string FirmwareVersion);

/// <summary>
/// One simulated board with the real node code on it. The flash and the link outlive reboots and power cuts; everything
/// else is thrown away and made anew, as RAM is. What runs is what the launcher chooses: an application out of a slot,
/// whose assemblies are loaded from the flash's bytes, or the golden one, which is the firmware that this program was
/// built with.
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
/// <item>A crystal's drift: uptime runs as the world's time does. Brownouts that corrupt RAM, and reset
/// causes other than those that a runner names.</item>
/// <item>Real air and real bridges: signals are plausible, not calibrated.</item>
/// </list>
/// </remarks>
public sealed class SimNode
{
    private readonly SimNodeOptions _options;
    private readonly NodeSettings _settings;
    private readonly SimRandom _random;
    private readonly RsaPublicKey[] _keys;
    private NodeRuntime? _runtime;
    private LoadedApplication? _code;
    private ISimApplication? _application;
    private SimHardware? _hardware;
    private BootRecord? _record;
    private bool _isTrial;
    private long _bootUtcMs;

    /// <summary>A board without power, whose flash is new.</summary>
    public SimNode(SimNodeOptions options, ISimLink link)
    {
        _options = options;
        Link = link;
        _keys = [.. options.TrustedKeys.Select(modulus => new RsaPublicKey(modulus, 0, modulus.Length))];
        _settings = Copy(options.Settings, _keys);
        Flash = new SimFlash(
            options.FlashBytes != 0 ? options.FlashBytes
            : _keys.Length != 0 ? SimNodeOptions.UpdatableFlashBytes
            : SimNodeOptions.DefaultFlashBytes, options.Seed);
        HardwareId = SimBoard.HardwareIdOf(options.Seed);
        _random = new SimRandom(SimRandom.Derive(options.Seed ^ options.Run, "entropy"));
    }

    public string HardwareId { get; }

    public NodeKind Kind => _options.Kind;

    public SimFlash Flash { get; }

    public ISimLink Link { get; }

    /// <summary>The golden application, while it runs; null also where that one was loaded.</summary>
    public NodeRuntime? Runtime => _runtime;

    /// <summary>What an application that was loaded out of a slot last ended with; empty: none did.</summary>
    public string LastCrash { get; private set; } = "";

    /// <summary>Times that an application ended by itself.</summary>
    public int Crashes { get; private set; }

    /// <summary>Times that the watchdog had to end one.</summary>
    public int Hangs { get; private set; }

    /// <summary>The file layer, while the board has power.</summary>
    public SimFileStore? Files { get; private set; }

    /// <summary>The sensors of this boot, to be given faults; replayed sensors have none.</summary>
    public IReadOnlyList<SimScalarSensor> ScalarSensors { get; private set; } = [];

    /// <summary>See <see cref="ScalarSensors"/>.</summary>
    public SimAccelerometer? Accelerometer { get; private set; }

    public bool IsOn => _runtime != null || _application != null;

    /// <summary>Times that the board began to boot, also those in which the power went before the node ran.</summary>
    public int Starts { get; private set; }

    /// <summary>Times that the power went.</summary>
    public int PowerCuts { get; private set; }

    /// <summary>Since the boot, in milliseconds.</summary>
    public long UptimeMs => _options.World.UtcMs - _bootUtcMs;

    /// <summary>When the next <see cref="Tick"/> is due, Unix milliseconds; never while the power is off.</summary>
    public long NextDueUtcMs
    {
        get
        {
            if (!IsOn)
                return long.MaxValue;
            long due = _application?.NextDueMs(UptimeMs) ?? _runtime!.NextDueMs(UptimeMs);
            // The launcher does not wait for an application that has nothing more to do.
            if (_isTrial)
                due = Math.Min(due, NodeLimits.LauncherDeadlineMs);
            if (due != long.MaxValue)
                due += _bootUtcMs;
            return Math.Min(due, Math.Max(Link.NextDueMs, _options.World.UtcMs));
        }
    }

    /// <summary>Null while the power is off: what a node knows is then on its flash alone.</summary>
    public SimNodeStatus? Status
    {
        get
        {
            if (_application != null)
            {
                SimApplicationStatus told = _application.Status;
                return new SimNodeStatus(
                    told.DeviceId, (UplinkState)told.UplinkState, told.Epoch, told.Produced, told.Acknowledged, told.Buffered,
                    told.Dropped, told.EventsProduced, told.EventsDropped, told.FirmwareVersion);
            }
            if (_runtime == null)
                return null;
            QueueLedger windows = _runtime.Outbox.Windows.Ledger;
            return new SimNodeStatus(
                _runtime.DeviceId, _runtime.Uplink.State, windows.Epoch, _runtime.Outbox.Windows.Added,
                windows.Done - windows.Dropped, _runtime.Outbox.Windows.Waiting, windows.Dropped,
                _runtime.Outbox.Events.Added, _runtime.Outbox.Events.Ledger.Dropped + _runtime.Outbox.EventsLost,
                _settings.FirmwareVersion);
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
        if (!IsOn)
            return false;
        Link.Advance(_options.World.UtcMs);
        try
        {
            if (_application == null)
                _runtime!.Tick(UptimeMs);
            else
                Step();
            return true;
        }
        catch (PowerCutException)
        {
            Die();
            return false;
        }
        catch (RebootException)
        {
            return Restart(BootReason.Requested);
        }
    }

    // An application out of a slot may fail in any way; the board goes on, as a board does.
    private void Step()
    {
        try
        {
            _application!.Tick(UptimeMs);
            _hardware!.Feed();
        }
        catch (Exception e) when (e is not (PowerCutException or RebootException))
        {
            Restart(Failed(e));
            return;
        }
        if (!_isTrial || UptimeMs < NodeLimits.LauncherDeadlineMs)
            return;
        _isTrial = false;
        if (Bootloader.IsOverdue(_record!, UptimeMs))
            throw new RebootException();
    }

    private BootReason Failed(Exception e)
    {
        LastCrash = $"{e.GetType().Name}: {e.Message}";
        if (e is WatchdogException)
            Hangs++;
        else
            Crashes++;
        return e is WatchdogException ? BootReason.Watchdog : BootReason.Crash;
    }

    private bool Restart(BootReason reason)
    {
        Link.PowerOff();
        Forget();
        return Boot(reason);
    }

    private bool Boot(BootReason reason)
    {
        _bootUtcMs = _options.World.UtcMs;
        try
        {
            // Each failed start is one boot; the launcher counts them, and gives up an image that has had three.
            while (!TryStart(ref reason))
            {
                Link.PowerOff();
                Forget();
            }
            return true;
        }
        catch (PowerCutException)
        {
            Die();
            return false;
        }
    }

    private bool TryStart(ref BootReason reason)
    {
        Starts++;
        Files = new SimFileStore(Flash);
        NodePorts ports = new(
            Link, Files, new SimReferenceClock(_options.World, _bootUtcMs, _options.ReferenceClock),
            new SimEntropy(_random), new SimBoard(_options.Seed, _options.World, reason));
        if (_keys.Length != 0)
        {
            SlotFiles slots = new(Files);
            ports.Slots = slots;
            _record = new BootRecord(Files, new Crc32());
            BootSettings known = new() { Kind = _options.Kind, HardwareClass = SimNodeOptions.HardwareClass, Keys = _keys };
            Bootloader launcher = new(known, slots, _record);
            BootChoice choice = launcher.Choose(reason);
            if (choice.Slot != UpdateSlot.Golden)
                return TryLoad(launcher, choice, ports, ref reason);
        }
        if (_options.Golden is { } golden)
        {
            Load([golden], ports);
            return true;
        }
        _runtime = _options.Kind == NodeKind.Bridge
            ? BridgeNode.Create(_settings, ports, CreateAccelerometer())
            : AirBoxNode.Create(_settings, ports, CreateScalarSensors());
        return true;
    }

    private bool TryLoad(Bootloader launcher, BootChoice choice, NodePorts ports, ref BootReason reason)
    {
        _isTrial = choice.IsTest;
        var components = new byte[choice.ComponentCount][];
        for (int i = 0; i < components.Length; i++)
        {
            if (launcher.LoadComponent(i) is not { } component)
            {
                reason = BootReason.Crash;
                return false;
            }
            components[i] = component;
        }
        try
        {
            Load(components, ports);
            return true;
        }
        catch (Exception e) when (e is not PowerCutException)
        {
            reason = e is RebootException ? BootReason.Requested : Failed(e);
            return false;
        }
    }

    private void Load(byte[][] components, NodePorts ports)
    {
        bool isBridge = _options.Kind == NodeKind.Bridge;
        _hardware = new SimHardware(
            ports, _settings, _options.TrustedKeys, isBridge ? [] : CreateScalarSensors(), isBridge ? CreateAccelerometer() : null);
        _code = LoadedApplication.Take(components);
        ISimApplication application = _code.Create();
        application.Start(_hardware);
        _application = application;
        _hardware.Feed();
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
    private static NodeSettings Copy(NodeSettings given, RsaPublicKey[] keys) => new()
    {
        Kind = given.Kind,
        HardwareClass = SimNodeOptions.HardwareClass,
        TrustedKeys = keys,
        RuntimeVersion = Environment.Version.ToString(),
        FirmwareVersion = given.FirmwareVersion,
        EnrolmentId = given.EnrolmentId,
        EnrolmentSecret = given.EnrolmentSecret,
        GatewayHost = given.GatewayHost,
        GatewayPort = given.GatewayPort,
        WindowSegments = given.WindowSegments,
        EventSegments = given.EventSegments,
        WaveformSegments = given.WaveformSegments,
        HistoryTriples = given.HistoryTriples,
        SpectrumSamples = given.SpectrumSamples,
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
        _application = null;
        _hardware = null;
        _record = null;
        _isTrial = false;
        _code?.Release();
        _code = null;
        Files = null;
        Accelerometer = null;
        ScalarSensors = [];
    }
}
