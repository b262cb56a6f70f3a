using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Tests.Core;
using EdgeFleet.Firmware.Updates;
using EdgeFleet.Nodes;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>The board of a bench: counts restarts, and has as much heap as the test says.</summary>
internal sealed class BenchBoard : IBoard
{
    public string HardwareId => "a0b1c2d3e4f5";

    public string Model => "TEST";

    public BootReason BootReason { get; set; } = BootReason.PowerOn;

    public uint FreeHeapBytes { get; set; } = 200_000;

    public int RssiDbm => -60;

    public bool WantsReboot { get; set; }

    public void Reboot() => WantsReboot = true;
}

/// <summary>Native assemblies of a firmware.</summary>
internal sealed class BenchNatives : INativeAssemblies
{
    public Dictionary<string, uint> Checksums { get; } = [];

    public bool TryGetChecksum(string name, out uint checksum) => Checksums.TryGetValue(name, out checksum);
}

/// <summary>
/// An Air Box with launcher, slots, line and service; the uptime is virtual, and a restart that the node asks for is made.
/// What runs is always this source, under the version that the launcher chose.
/// </summary>
internal sealed class UpdateBench
{
    private readonly Func<IStorage> _mount;

    public UpdateBench(int seed = 1, FaultyStorage? storage = null)
        : this(storage ?? new FaultyStorage(seed), seed)
    {
    }

    private UpdateBench(FaultyStorage storage, int seed)
        : this(seed, () => storage)
    {
        Storage = storage;
        Boot(BootReason.PowerOn);
    }

    /// <summary>A board with other flash, which is mounted anew at each boot; the power is off.</summary>
    public UpdateBench(int seed, Func<IStorage> mount)
    {
        _mount = mount;
        Link = new UpdateLink(seed);
        Dust = new TestSensor((Channels.Pm25, Units.MicrogramsPerCubicMetre, -1));
        Climate = new TestSensor((Channels.Temperature, Units.Celsius, -2));
    }

    public FaultyStorage Storage { get; } = null!;

    public UpdateLink Link { get; }

    public TestClock Clock { get; } = new();

    public BenchBoard Board { get; } = new();

    public BenchNatives Natives { get; } = new();

    public TestSensor Dust { get; }

    public TestSensor Climate { get; }

    public NodeSettings Settings { get; } = new()
    {
        EnrolmentId = TestNode.Enrolment,
        EnrolmentSecret = new byte[Limits.KeyBytes],
        GatewayHost = "gateway.test",
        GatewayPort = 1883,
        HardwareClass = Release.HardwareClass,
        TrustedKeys = Release.Trusted,
    };

    public NodeRuntime Node { get; private set; } = null!;

    public long NowMs { get; private set; }

    public int Boots { get; private set; }

    /// <summary>What runs: a version, or "golden".</summary>
    public string Running { get; private set; } = "";

    /// <summary>All that was ever started.</summary>
    public HashSet<string> Ran { get; } = [];

    public bool HasSlots { get; set; } = true;

    /// <summary>Versions that the launcher starts and that then never get to anything, as a crash would.</summary>
    public HashSet<string> Crashing { get; } = [];

    /// <summary>What the flash does to itself before each boot.</summary>
    public Action<FaultyStorage>? Decay { get; set; }

    /// <summary>What goes wrong as soon as a version starts.</summary>
    public Dictionary<string, Action<UpdateBench>> Spoilt { get; } = [];

    public UpdateAgent Agent => Node.Updates;

    public string[] Told => [.. Link.Told.Values];

    public string LastTold => Told.LastOrDefault() ?? "";

    /// <summary>Power comes on, or the board starts again.</summary>
    public void Boot(BootReason reason)
    {
        Link.PowerOff();
        IStorage files;
        do
        {
            Boots++;
            NowMs = 0;
            Clock.NowMs = 0;
            Board.BootReason = reason;
            Board.WantsReboot = false;
            files = _mount();
            SlotFiles slots = new(files);
            BootSettings settings = new()
            {
                Kind = NodeKind.AirBox, HardwareClass = Settings.HardwareClass, Keys = Release.Trusted, Natives = Natives,
            };
            Decay?.Invoke(Storage);
            BootChoice choice = new Bootloader(settings, slots, new BootRecord(files, new Crc32())).Choose(reason);
            Running = choice.Slot == UpdateSlot.Golden ? "golden" : choice.Version;
            Ran.Add(Running);
            Assert.True(Boots < 1000, "boots without end");
            reason = BootReason.Crash;
        }
        while (Crashing.Contains(Running));
        Settings.FirmwareVersion = Running;
        if (Spoilt.TryGetValue(Running, out Action<UpdateBench>? spoil))
            spoil(this);
        NodePorts ports = new(Link, files, Clock, new SeededEntropy(Boots), Board) { Natives = Natives };
        if (HasSlots)
            ports.Slots = new SlotFiles(files);
        Node = AirBoxNode.Create(Settings, ports, [Dust, Climate]);
    }

    /// <summary>Steps from one due time to the next, never past the end; makes the restarts that are asked for.</summary>
    public void Run(long forMs)
    {
        long left = forMs;
        while (true)
        {
            long end = NowMs + left;
            while (NowMs <= end && !Board.WantsReboot)
            {
                Step();
                long next = Math.Max(Math.Min(Node.NextDueMs(NowMs), Link.NextDueMs), NowMs + 1);
                if (next > end)
                    break;
                NowMs = next;
            }
            if (!Board.WantsReboot)
            {
                NowMs = end;
                return;
            }
            left = end - NowMs;
            Boot(BootReason.Requested);
        }
    }

    private void Step()
    {
        Clock.NowMs = NowMs;
        Link.Advance(NowMs);
        Node.Tick(NowMs);
    }

    /// <summary>Runs until something is so, at most for a bound of virtual time.</summary>
    public void RunUntil(Func<bool> condition, long atMostMs = 3_600_000)
    {
        for (long ran = 0; !condition(); ran += 500)
        {
            Assert.True(
                ran < atMostMs,
                $"it did not happen in time: {Running}, {Agent.State} {Agent.Reason}, told {string.Join(", ", Told)}");
            Run(500);
        }
    }

    /// <summary>The service wants a release, and the node gets to it.</summary>
    public void Install(Release release, uint attempt = 0)
    {
        Link.Want(release, attempt);
        RunUntil(() => Running == release.Version && Agent.State == UpdateState.Confirmed && LastTold.StartsWith("confirmed"));
    }
}
