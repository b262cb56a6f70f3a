using System;
using EdgeFleet.Boards.Sim.Host;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Updates;

namespace EdgeFleet.Boards.Sim.App;

/// <summary>A node's firmware, put on the simulated board.</summary>
public abstract class NodeApplication : ISimApplication
{
    private NodeRuntime _runtime = null!;

    /// <summary>The version that this assembly was built as.</summary>
    public static string Version => typeof(NodeApplication).Assembly.GetName().Version!.ToString(3);

    /// <inheritdoc/>
    public SimApplicationStatus Status
    {
        get
        {
            QueueLedger windows = _runtime.Outbox.Windows.Ledger;
            return new SimApplicationStatus(
                _runtime.DeviceId, (int)_runtime.Uplink.State, windows.Epoch, _runtime.Outbox.Windows.Added,
                windows.Done - windows.Dropped, _runtime.Outbox.Windows.Waiting, windows.Dropped, _runtime.Outbox.Events.Added,
                _runtime.Outbox.Events.Ledger.Dropped + _runtime.Outbox.EventsLost, Version);
        }
    }

    /// <inheritdoc/>
    public virtual void Start(ISimHardware hardware)
    {
        HardwarePorts adapters = new(hardware);
        NodePorts ports = new(Connect(adapters.Link()), adapters.Files(), adapters, adapters, adapters);
        ports.Slots = new SlotFiles(ports.Storage);
        _runtime = Create(Settings(hardware.Settings), ports, adapters);
    }

    /// <inheritdoc/>
    public virtual void Tick(long nowMs) => _runtime.Tick(nowMs);

    /// <inheritdoc/>
    public long NextDueMs(long nowMs) => _runtime.NextDueMs(nowMs);

    /// <summary>The connection that the node gets; a build may put something in between.</summary>
    protected virtual ILink Connect(ILink link) => link;

    /// <summary>Puts the node together.</summary>
    protected abstract NodeRuntime Create(NodeSettings settings, NodePorts ports, HardwarePorts hardware);

    private static NodeSettings Settings(ISimSettings given)
    {
        RsaPublicKey[] keys = new RsaPublicKey[given.TrustedKeys.Count];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = new RsaPublicKey(given.TrustedKeys[i], 0, given.TrustedKeys[i].Length);
        return new NodeSettings
        {
            HardwareClass = given.HardwareClass,
            TrustedKeys = keys,
            RuntimeVersion = Environment.Version.ToString(),
            FirmwareVersion = Version,
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
    }
}
