using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Dsp;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Tests.Core;
using EdgeFleet.Firmware.Uplink;
using EdgeFleet.Firmware.Vibration;
using EdgeFleet.Nodes;

namespace EdgeFleet.Firmware.Tests.Dsp;

/// <summary>A whole bridge node over a sensor whose samples are the test's; the uptime is virtual.</summary>
internal sealed class ModalBench
{
    private readonly FaultyStorage _storage;

    public ModalBench(IAccelerometer sensor, FaultyStorage? storage = null, int spectrumSamples = 2048)
    {
        _storage = storage ?? new FaultyStorage(1);
        Sensor = sensor as TestAccelerometer ?? new TestAccelerometer();
        Link.Acknowledge = sent =>
        {
            if (sent.Kind == TopicKind.Claim)
                Link.Deliver(TestNode.Grant(sent.Claim()));
            return true;
        };
        Link.Subscribed = (kind, _) =>
        {
            if (kind == TopicKind.Desired)
                Link.Deliver(new DesiredState { TimeMs = TestNode.Epoch2026 + NowMs });
        };
        NodeSettings settings = new()
        {
            FirmwareVersion = "1",
            EnrolmentId = TestNode.Enrolment,
            EnrolmentSecret = [.. Enumerable.Range(1, Limits.KeyBytes).Select(i => (byte)i)],
            GatewayHost = "gateway.test",
            GatewayPort = 1883,
            SpectrumSamples = spectrumSamples,
        };
        NodePorts ports = new(Link, _storage, new TestClock(), new SeededEntropy(_storage.Operations + 7), new TestBoard());
        Node = BridgeNode.Create(settings, ports, sensor);
    }

    public ScriptedLink Link { get; } = new();

    /// <summary>The sensor, where it is a test's own.</summary>
    public TestAccelerometer Sensor { get; }

    public NodeRuntime Node { get; }

    public ModalTracker Modes => ((VibrationPart)Node.Vibration!).Modes;

    public long NowMs { get; private set; }

    public IEnumerable<NodeEvent> Events => Link.Of(TopicKind.Event).Select(m => m.Event());

    public IEnumerable<NodeEvent> Drifts => Events.Where(e => e.Rule.StartsWith("drift-", StringComparison.Ordinal));

    public IEnumerable<SenmlRecord> Records => Link.Of(TopicKind.Telemetry).SelectMany(m => m.Records());

    /// <summary>What was sent of a mode, from 1, in hertz.</summary>
    public double[] Mode(int mode) =>
        [.. Records.Where(r => r.Name.EndsWith("/f" + mode, StringComparison.Ordinal) && r.HasValue).Select(r => r.Value)];

    public void Configure(Action<ModesConfig> change, uint version = 1)
    {
        DesiredState desired = new() { HasConfig = true };
        desired.Config.Version = version;
        desired.Config.HasModes = true;
        change(desired.Config.Modes);
        Link.Deliver(desired);
        Run(200);
    }

    public ModalBench Online()
    {
        for (int i = 0; i < 600 && Node.Uplink.State != UplinkState.Online; i++)
            Run(1000);
        Assert.Equal(UplinkState.Online, Node.Uplink.State);
        return this;
    }

    public void Run(long forMs)
    {
        long end = NowMs + forMs;
        while (NowMs < end)
        {
            NowMs += NodeLimits.FastPollMs;
            int moves;
            do
            {
                moves = Link.Moves;
                Node.Tick(NowMs);
            }
            while (Link.Moves != moves);
        }
    }
}
