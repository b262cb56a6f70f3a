using System.Globalization;
using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Flash;
using EdgeFleet.Boards.Sim.Sensors;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Nodes;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>How much a node writes, how evenly that wears the flash, and that the README's figures are these.</summary>
public sealed class FlashLifeTests
{
    private const double YearMs = 365.25 * 86_400_000;
    private const double RatedErases = 100_000;
    private const int Windows = 400;

    /// <summary>Real nodes on simulated sensors, with nobody to report to: what is written is what they keep.</summary>
    [Theory]
    [InlineData(NodeKind.AirBox, "Air Box, 60 s", AirBoxNode.DefaultWindowMs)]
    [InlineData(NodeKind.Bridge, "Bridge, 10 s", BridgeNode.DefaultWindowMs)]
    public void The_figures_of_the_readme_are_those_of_the_code(NodeKind kind, string name, int windowMs)
    {
        NodeSettings settings = new() { WindowSegments = NodeLimits.MaxSegments };
        int sectors = new NodeSettings().WindowSegments;
        FlashQueue queue = RunOffline(kind, settings, windowMs);
        byte[] buffer = new byte[FlashQueue.MaxEntry];
        double bytes = 0;
        for (uint n = 1; n <= queue.Added; n++)
            bytes += FlashQueue.EntryFraming + queue.Read(n, buffer);
        bytes /= queue.Added;
        int perSector = (int)((NodeLimits.SegmentBytes - FlashQueue.SegmentFraming) / bytes);
        double aYear = YearMs / windowMs;
        double inPlace = aYear / perSector;
        string row = string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {bytes:F0} | {perSector} | {aYear:N0} | {inPlace:N0} | {sectors * RatedErases / inPlace:F0} | "
            + $"{sectors * RatedErases / aYear:F1} | {10 * aYear / RatedErases:F0} | "
            + $"{(sectors - 1) * perSector * (windowMs / 3_600_000.0):F1} |");
        Assert.True(Readme().Contains(row, StringComparison.Ordinal), $"firmware/README.md does not say {row}");
    }

    [Fact]
    public void The_bounds_in_the_readme_are_those_of_the_code()
    {
        NodeSettings settings = new();
        int worst = FlashQueue.EntryFraming + 26 + Limits.MaxWindowBody;
        foreach (string sentence in new[]
        {
            $"{settings.WindowSegments} segments for windows, {settings.EventSegments} for events and "
                + $"{settings.WaveformSegments} for captures",
            $"A segment is one file of at most {N(NodeLimits.SegmentBytes)} bytes",
            $"ledger of {FlashQueue.SegmentFraming} bytes",
            $"{FlashQueue.EntryFraming} bytes of framing",
            $"at most {N(worst)} bytes",
            $"at most {NodeLimits.MaxInFlight} messages",
            $"a ring of {NodeLimits.RingSlots} windows",
            $"{NodeLimits.ConnectTimeoutMs / 1000} s",
            $"at most {NodeLimits.BackoffMostMs / 60_000} minutes",
            $"{NodeLimits.DesiredWaitMs / 1000} s for the desired state",
        })
            Assert.True(Readme().Contains(sentence, StringComparison.Ordinal), $"firmware/README.md does not say: {sentence}");
    }

    /// <summary>
    /// A queue alone on a flash, with a file layer that takes sectors in rotation: whether it reports at once, overflows,
    /// or loses its power every few windows, no sector is erased much more often than another.
    /// </summary>
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, 97)]
    [InlineData(false, 97)]
    [InlineData(true, 3)]
    public void Wear_spreads_over_all_sectors(bool reports, int bootEvery)
    {
        const int Sectors = 64;
        SimFlash flash = new(Sectors * SimFlash.SectorBytes, 5);
        FlashQueue queue = Mount(flash);
        byte[] entry = new byte[260];
        for (int i = 1; i <= 20_000; i++)
        {
            if (bootEvery != 0 && i % bootEvery == 0)
                queue = Mount(flash);
            Assert.Equal(StorageResult.Ok, queue.Add(entry, 0, entry.Length, i));
            if (reports)
                queue.Acknowledge(queue.Added);
        }
        uint[] erases = [.. Enumerable.Range(0, Sectors).Select(flash.EraseCount)];
        double mean = erases.Average(e => (double)e);
        Assert.True(mean > 20, $"{mean} erases a sector");
        Assert.True(erases.Max() - erases.Min() <= 0.1 * mean, $"from {erases.Min()} to {erases.Max()}");
        // One erase a segment and one for what the file layer's own headers displace; not one an entry.
        int perSegment = (NodeLimits.SegmentBytes - FlashQueue.SegmentFraming) / (FlashQueue.EntryFraming + entry.Length);
        Assert.InRange(flash.Erases, 20_000 / perSegment, 2.1 * 20_000 / perSegment);
        Assert.Equal(0, flash.Overwrites);
    }

    /// <summary>Acknowledgements alone write nothing: a node that reports writes no more than one that does not.</summary>
    [Fact]
    public void An_acknowledgement_writes_nothing()
    {
        FaultyStorage storage = new(1);
        FlashQueue queue = new(storage, new Crc32(), new SeededEntropy(1), "win.", 8);
        queue.Mount();
        for (int i = 0; i < 50; i++)
            queue.Add(new byte[200], 0, 200, i);
        int operations = storage.Operations;
        for (uint n = 1; n <= 50; n++)
            queue.Acknowledge(n);
        Assert.Equal(operations, storage.Operations);
    }

    private static FlashQueue RunOffline(NodeKind kind, NodeSettings settings, int windowMs)
    {
        const ulong Seed = 11;
        VirtualClock world = new(TestNode.Epoch2026);
        TestClock clock = new() { OffsetMs = TestNode.Epoch2026 };
        NodePorts ports = new(new QuietLink(), new QuietStorage(), clock, new SeededEntropy(1), new TestBoard());
        SimCity city = new(Seed);
        NodeRuntime node = kind == NodeKind.Bridge
            ? BridgeNode.Create(settings, ports, new SimAccelerometer(world, new SimBridge(Seed), Seed))
            : AirBoxNode.Create(
                settings, ports, [new SimParticleSensor(world, city, Seed), new SimClimateSensor(world, city, Seed)]);
        while (node.Outbox.Windows.Added < Windows)
        {
            long due = node.NextDueMs(clock.NowMs + 1);
            clock.NowMs = due;
            world.AdvanceTo(TestNode.Epoch2026 + due);
            node.Tick(due);
        }
        Assert.Equal(0u, node.Outbox.Windows.Ledger.Done);
        Assert.InRange(clock.NowMs, (Windows - 1L) * windowMs, (Windows + 1L) * windowMs);
        return node.Outbox.Windows;
    }

    private static FlashQueue Mount(SimFlash flash)
    {
        FlashQueue queue = new(new SimFileStore(flash), new Crc32(), new SeededEntropy(1), "win.", 20);
        queue.Mount();
        return queue;
    }

    private static string N(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Readme()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at != null && !File.Exists(Path.Combine(at.FullName, "EdgeFleet.sln")))
            at = at.Parent;
        return string.Join(' ', File.ReadAllText(Path.Combine(at!.FullName, "firmware", "README.md"))
            .Split('\n', StringSplitOptions.TrimEntries));
    }
}
