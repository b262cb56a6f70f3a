using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Uplink;
using EdgeFleet.Nodes;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>A reference clock that a test sets; unset, it knows nothing.</summary>
public sealed class TestClock : IReferenceClock
{
    /// <summary>Unix time minus uptime, or null.</summary>
    public long? OffsetMs { get; set; }

    public long NowMs { get; set; }

    public bool TryGetUtcMs(out long utcMs)
    {
        utcMs = OffsetMs.GetValueOrDefault() + NowMs;
        return OffsetMs.HasValue;
    }
}

public sealed class TestBoard : IBoard
{
    public string HardwareId => "a0b1c2d3e4f5";

    public string Model => "TEST";

    public BootReason BootReason => BootReason.PowerOn;

    public uint FreeHeapBytes => 100_000;

    public int RssiDbm => -60;

    public int Reboots { get; private set; }

    public void Reboot() => Reboots++;
}

/// <summary>A slow sensor whose readings come from a function of the uptime.</summary>
public sealed class TestSensor(params (string Name, string Unit, int Exponent)[] channels) : IScalarSensor
{
    public Func<long, int, int> Value { get; set; } = (_, channel) => 100 + channel;

    public Func<long, SensorResult> Result { get; set; } = _ => SensorResult.Ok;

    public int Reads { get; private set; }

    public int ChannelCount => channels.Length;

    public string ChannelName(int channel) => channels[channel].Name;

    public string ChannelUnit(int channel) => channels[channel].Unit;

    public int ChannelExponent(int channel) => channels[channel].Exponent;

    public int Least { get; set; } = -10_000;

    public int Most { get; set; } = 1_000_000;

    public int ChannelMin(int channel) => Least;

    public int ChannelMax(int channel) => Most;

    public SensorResult Read(long nowMs, int[] values)
    {
        Reads++;
        SensorResult result = Result(nowMs);
        for (int i = 0; i < channels.Length && result == SensorResult.Ok; i++)
            values[i] = Value(nowMs, i);
        return result;
    }
}

/// <summary>An accelerometer that yields a function of the sample's number, at an exact rate.</summary>
public sealed class TestAccelerometer : IAccelerometer
{
    private long _taken;

    public Func<long, int, int> Value { get; set; } = (sample, axis) => (int)(sample % 100) + axis * 1000;

    public bool Dead { get; set; }

    /// <summary>Samples that the sensor loses before the next drain.</summary>
    public int Lose { get; set; }

    public int RateMilliHz { get; set; } = 125_000;

    public int NanoMetresPerCount { get; set; } = 38_246;

    public int AxisMask { get; set; } = 7;

    public SensorResult Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed)
    {
        triples = 0;
        missed = 0;
        if (Dead)
            return SensorResult.Failed;
        missed = Lose;
        _taken += Lose;
        Lose = 0;
        long there = nowMs * RateMilliHz / 1_000_000;
        while (_taken < there && triples < maxTriples)
        {
            for (int axis = 0; axis < 3; axis++)
                xyz[triples * 3 + axis] = Value(_taken, axis);
            _taken++;
            triples++;
        }
        return triples == 0 ? SensorResult.NotReady : SensorResult.Ok;
    }

    public SensorResult ReadTemperature(out int centiCelsius)
    {
        centiCelsius = 2150;
        return Dead ? SensorResult.Failed : SensorResult.Ok;
    }
}

/// <summary>An Air Box with everything around it in the test's hand; the uptime is virtual.</summary>
public sealed class TestNode
{
    public const string DeviceId = "airbox-7k3m9q2x";
    public const string Enrolment = "taichung-2026";
    public const long Epoch2026 = 1_767_225_600_000;

    public TestNode(int seed = 1)
        : this(new FaultyStorage(seed), new ScriptedLink())
    {
    }

    private TestNode(FaultyStorage storage, ScriptedLink link)
    {
        Storage = storage;
        Link = link;
        Boot();
    }

    /// <summary>A board with what is on this flash already.</summary>
    public static TestNode On(FaultyStorage storage, ScriptedLink link) => new(storage, link);

    public FaultyStorage Storage { get; set; }

    public ScriptedLink Link { get; private set; }

    public TestClock Clock { get; } = new();

    public TestBoard Board { get; } = new();

    public TestSensor Dust { get; } = new(
        (Channels.Pm25, Units.MicrogramsPerCubicMetre, -1), (Channels.Temperature, Units.Celsius, -2));

    public NodeSettings Settings { get; } = new()
    {
        FirmwareVersion = "1.2.3",
        EnrolmentId = Enrolment,
        EnrolmentSecret = [.. Enumerable.Range(1, Limits.KeyBytes).Select(i => (byte)i)],
        GatewayHost = "gateway.test",
        GatewayPort = 1883,
    };

    public static byte[] DeviceKey => [.. Enumerable.Range(101, Limits.KeyBytes).Select(i => (byte)i)];

    public NodeRuntime Node { get; private set; } = null!;

    public long NowMs { get; private set; }

    public UplinkState State => Node.Uplink.State;

    /// <summary>Power comes on: everything in RAM is new, the flash is as it was.</summary>
    public void Boot()
    {
        NowMs = 0;
        Clock.NowMs = 0;
        Link.Disconnect();
        NodePorts ports = new(Link, Storage, Clock, new SeededEntropy(Storage.Operations + 7), Board);
        Node = AirBoxNode.Create(Settings, ports, [Dust]);
    }

    /// <summary>Starts with a new far end.</summary>
    public ScriptedLink NewLink()
    {
        Link = new ScriptedLink();
        return Link;
    }

    /// <summary>Steps as a simulator does: from one due time to the next, never past the end.</summary>
    public void Run(long forMs)
    {
        long end = NowMs + forMs;
        int guard = 0;
        while (true)
        {
            Settle();
            long next = Math.Max(Node.NextDueMs(NowMs), NowMs + 1);
            if (next > end)
                break;
            NowMs = next;
            Clock.NowMs = next;
            Assert.True(++guard < 10_000_000, "time stands still");
        }
        NowMs = end;
        Clock.NowMs = end;
        Settle();
    }

    /// <summary>Runs until something is so, at most for a bound of virtual time.</summary>
    public void RunUntil(Func<bool> condition, long atMostMs = 600_000)
    {
        long end = NowMs + atMostMs;
        while (!condition())
        {
            Assert.True(NowMs < end, "it did not happen in time");
            Run(100);
        }
    }

    /// <summary>Steps at one moment until nothing more comes of it.</summary>
    public void Settle()
    {
        int messages;
        do
        {
            messages = Link.Moves;
            Node.Tick(NowMs);
        }
        while (Link.Moves != messages);
    }

    public TestNode Claimed()
    {
        Link.Acknowledge = sent =>
        {
            if (sent.Kind == TopicKind.Claim)
                Link.Deliver(Grant(sent.Claim()));
            return true;
        };
        Link.Subscribed = (kind, _) =>
        {
            if (kind == TopicKind.Desired)
                Link.Deliver(new DesiredState { TimeMs = Epoch2026 + NowMs });
        };
        RunUntil(() => State == UplinkState.Online);
        return this;
    }

    public static ClaimAnswer Grant(ClaimRequest claim)
    {
        ClaimAnswer answer = new() { Status = ClaimStatus.Granted, DeviceId = DeviceId };
        DeviceKey.CopyTo(answer.DeviceKey, 0);
        claim.Nonce.CopyTo(answer.Nonce, 0);
        return answer;
    }
}
