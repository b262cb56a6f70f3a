using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>Nodes, a gateway and one virtual time, stepped as <see cref="MemoryLink"/> says.</summary>
internal sealed class SimWorld
{
    // Noon of 1 April 2026.
    public const long StartUtcMs = 1775044800000;

    private readonly List<(SimNode Node, MemoryLink Link)> _nodes = [];

    public SimWorld(int windowMs = 1000)
    {
        Clock = new VirtualClock(StartUtcMs);
        Gateway = new TestGateway(Clock) { WindowMs = windowMs };
    }

    public VirtualClock Clock { get; }

    public TestGateway Gateway { get; }

    /// <summary>What every node heard, and when; the same seed must give the same.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>What every node sent, and when.</summary>
    public List<(TopicKind Kind, string Told)> Sent { get; } = [];

    public SimNode Add(
        NodeKind kind, ulong seed, LinkFaults? faults = null, int windowSegments = 40, ReferenceClockPlan? clock = null,
        ulong run = 0, Func<SimNodeOptions, SimNodeOptions>? with = null)
    {
        MemoryLink link = new(Gateway, faults ?? new LinkFaults(), seed);
        SimNodeOptions options = new()
        {
            Kind = kind,
            Seed = seed,
            Run = run,
            World = Clock,
            ReferenceClock = clock ?? new ReferenceClockPlan(),
            Settings = new NodeSettings
            {
                FirmwareVersion = "1.0.0",
                EnrolmentId = "test",
                EnrolmentSecret = new byte[32],
                GatewayHost = "gateway",
                GatewayPort = 1883,
                WindowSegments = windowSegments,
            },
        };
        SimNode node = new(
            with == null ? options : with(options),
            new TracingLink(link, text => Trace.Add($"{Clock.UtcMs - StartUtcMs} {seed} {text}"),
                (kind, bytes) => Sent.Add((kind, $"{Clock.UtcMs - StartUtcMs} {seed} {kind} {bytes}"))));
        _nodes.Add((node, link));
        return node;
    }

    /// <summary>Runs until the given time; <paramref name="before"/> is called before each instant's steps.</summary>
    public async Task RunAsync(long forMs, Action? before = null)
    {
        long endMs = Clock.UtcMs + forMs;
        while (true)
        {
            long next = _nodes.Min(n => n.Node.NextDueUtcMs);
            if (next > endMs)
                break;
            Clock.AdvanceTo(next);
            before?.Invoke();
            foreach ((SimNode node, _) in _nodes)
            {
                if (node.NextDueUtcMs <= Clock.UtcMs)
                    node.Tick();
            }
            await SettleAsync();
        }
        Clock.AdvanceTo(endMs);
    }

    /// <summary>No more faults of the network, so that everyone can be heard out.</summary>
    public void EndFaults()
    {
        foreach ((_, MemoryLink link) in _nodes)
            link.EndFaults();
    }

    /// <summary>Moves time on by itself, while all nodes are off.</summary>
    public void Wait(long ms) => Clock.AdvanceTo(Clock.UtcMs + ms);

    private async Task SettleAsync()
    {
        while (_nodes.Any(n => n.Link.IsUnsettled))
        {
            foreach ((_, MemoryLink link) in _nodes)
                await link.SettleAsync();
        }
    }

    private sealed class TracingLink(MemoryLink link, Action<string> trace, Action<TopicKind, string> sent) : ISimLink
    {
        public bool Partitioned
        {
            get => link.Partitioned;
            set => link.Partitioned = value;
        }

        public long NextDueMs => link.NextDueMs;

        public void Advance(long nowMs) => link.Advance(nowMs);

        public void Drop() => link.Drop();

        public void PowerOff() => link.PowerOff();

        public LinkResult Connect(LinkAddress address) => link.Connect(address);

        public void Disconnect() => link.Disconnect();

        public LinkResult Subscribe(TopicKind kind, string id) => link.Subscribe(kind, id);

        public LinkResult Publish(TopicKind kind, string id, byte[] payload, int offset, int count, out int messageId)
        {
            LinkResult result = link.Publish(kind, id, payload, offset, count, out messageId);
            sent(kind, Convert.ToHexString(payload, offset, count));
            trace($"publish {kind} {count} {result} {messageId}");
            return result;
        }

        public bool TryGetEvent(LinkEvent target)
        {
            if (!link.TryGetEvent(target))
                return false;
            trace($"{target.Type} {target.MessageId} {target.Topic} {Convert.ToHexString(target.Payload, 0, target.PayloadLength)}");
            return true;
        }
    }
}
