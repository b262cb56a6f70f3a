using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Tests.Core;
using EdgeFleet.Firmware.Uplink;
using EdgeFleet.Nodes;

namespace EdgeFleet.Firmware.Tests.Triggering;

/// <summary>A bridge node on a quiet bridge, with shocks where the test puts them; the uptime is virtual.</summary>
internal sealed class BridgeBench
{
    public const int Rate = 125;

    private readonly int _seed;

    public BridgeBench(FaultyStorage? storage = null, int seed = 1, int segments = 12)
    {
        _seed = seed;
        Settings.WaveformSegments = segments;
        Storage = storage ?? new FaultyStorage(seed);
        Sensor = new TestAccelerometer { Value = Sample };
        Boot();
    }

    public FaultyStorage Storage { get; set; }

    public ScriptedLink Link { get; private set; } = new();

    public TestAccelerometer Sensor { get; private set; }

    public TestBoard Board { get; } = new();

    public NodeSettings Settings { get; } = new()
    {
        FirmwareVersion = "1",
        EnrolmentId = TestNode.Enrolment,
        EnrolmentSecret = [.. Enumerable.Range(1, Limits.KeyBytes).Select(i => (byte)i)],
        GatewayHost = "gateway.test",
        GatewayPort = 1883,
    };

    public NodeRuntime Node { get; private set; } = null!;

    public long NowMs { get; private set; }

    /// <summary>Shocks of two seconds, by the number of their first sample; what they do to each axis.</summary>
    public Dictionary<long, (int X, int Y, int Z)> Shocks { get; } = [];

    public FlashQueue Chunks => Node.Vibration!.Chunks;

    public IEnumerable<NodeEvent> Events => Link.Of(TopicKind.Event).Select(m => m.Event());

    public IEnumerable<NodeEvent> Triggers => Events.Where(e => e.Type == EventType.Trigger);

    public List<WaveformChunk> Sent => [.. Link.Of(TopicKind.Waveform).Select(m => Read(m.Payload))];

    public static WaveformChunk Read(byte[] payload)
    {
        WaveformChunk chunk = new();
        Assert.Equal(ContractError.None, chunk.Read(new CborReader(payload)));
        return chunk;
    }

    /// <summary>The sample that the sensor gives: noise of a few counts, and the shocks.</summary>
    public int Sample(long number, int axis)
    {
        ulong hash = (ulong)((number * 3) + axis + (_seed * 1_000_003L)) * 0x9E3779B97F4A7C15UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        int noise = (int)(hash >> 59) - 16;
        int value = noise + (axis == 2 ? 256_000 : 0);
        foreach ((long at, (int x, int y, int z)) in Shocks)
        {
            if (number < at || number >= at + (2 * Rate))
                continue;
            int size = axis == 0 ? x : axis == 1 ? y : z;
            value += (int)(size * Math.Sin(2 * Math.PI * 8 * (number - at) / Rate));
        }
        return value;
    }

    /// <summary>Power comes on. The sensor's numbers begin anew with the uptime.</summary>
    public void Boot(bool newLink = false)
    {
        NowMs = 0;
        if (newLink)
            Link = new ScriptedLink();
        Link.Disconnect();
        Sensor = new TestAccelerometer { Value = Sample };
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
        NodePorts ports = new(Link, Storage, new TestClock(), new SeededEntropy(Storage.Operations + 7), Board);
        Node = BridgeNode.Create(Settings, ports, Sensor);
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

    /// <summary>Lets the sampler's thread run alone: the uplink's is stuck.</summary>
    public void Sampler(long forMs)
    {
        for (long end = NowMs + forMs; NowMs < end;)
        {
            NowMs += NodeLimits.FastPollMs;
            Node.SampleTick(NowMs);
        }
    }

    public BridgeBench Online()
    {
        for (int i = 0; i < 600 && Node.Uplink.State != UplinkState.Online; i++)
            Run(1000);
        Assert.Equal(UplinkState.Online, Node.Uplink.State);
        return this;
    }

    /// <summary>Past the long mean, so that the trigger works.</summary>
    public BridgeBench Warm()
    {
        Run(40_000 - (NowMs % 1000));
        return this;
    }

    /// <summary>A shock now; answers the number of its first sample.</summary>
    public long Shock(int x = 0, int y = 0, int z = 20_000)
    {
        long at = (NowMs * Rate / 1000) + 1;
        Shocks[at] = (x, y, z);
        return at;
    }

    public void Configure(Action<TriggerConfig> change, uint version = 1)
    {
        DesiredState desired = new() { HasConfig = true };
        desired.Config.Version = version;
        desired.Config.HasTrigger = true;
        change(desired.Config.Trigger);
        Link.Deliver(desired);
        Run(200);
    }

    /// <summary>The gateway is gone, or back.</summary>
    public void SetLink(bool up)
    {
        Link.Admit = _ => up ? Ports.LinkEventType.Connected : Ports.LinkEventType.Disconnected;
        if (!up)
            Link.Break();
    }

    /// <summary>What every chunk ever made must be: acknowledged, waiting or dropped.</summary>
    public void AssertNothingUnaccounted()
    {
        QueueLedger ledger = Chunks.Ledger;
        uint acknowledged = ledger.Done - ledger.Dropped;
        Assert.Equal(Chunks.Added, acknowledged + Chunks.Waiting + ledger.Dropped);
    }

    /// <summary>The samples of one axis as the chunks have them; null where one is missing.</summary>
    public static int?[] Axis(IEnumerable<WaveformChunk> chunks, uint capture, int axis)
    {
        List<WaveformChunk> mine = [.. chunks
            .Where(c => c.Capture == capture && c.Axis == axis).DistinctBy(c => c.Index).OrderBy(c => c.Index)];
        Assert.NotEmpty(mine);
        Assert.Equal(mine[0].Count, mine.Count);
        int?[] samples = new int?[mine.Max(c => c.FirstSample + c.SampleCount)];
        int[] some = new int[Limits.MaxChunkSamples];
        foreach (WaveformChunk chunk in mine)
        {
            Assert.Equal(ContractError.None, chunk.Decode(some, 0));
            for (int i = 0; i < chunk.SampleCount; i++)
            {
                Assert.Null(samples[chunk.FirstSample + i]);
                samples[chunk.FirstSample + i] = some[i];
            }
        }
        return samples;
    }
}
