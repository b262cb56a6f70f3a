using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Tests.Core;
using EdgeFleet.Firmware.Vibration;

namespace EdgeFleet.Firmware.Tests.Triggering;

/// <summary>Captures when the power goes, the link is down, the flash is full or broken, or the uplink is late.</summary>
public sealed class CaptureFaultTests
{
    /// <summary>
    /// The power cut before, in and after every flash operation from the shock to the last acknowledgement. What the
    /// gateway has in the end is the whole capture, or none of it and an event that says so. Only a cut before the
    /// capture was written down at all leaves no trace of it.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_power_cut_leaves_a_whole_capture_or_none_and_an_event(bool online)
    {
        BridgeBench first = new BridgeBench().Online();
        first.Run(10_000);
        int operations = Run(first.Storage.Copy(1), online, int.MaxValue, Cut.Before, out _);
        Assert.InRange(operations, 10, 60);
        int whole = 0;
        int lost = 0;
        int unseen = 0;
        for (int at = 1; at <= operations; at++)
        {
            foreach (Cut kind in Enum.GetValues<Cut>())
            {
                Run(first.Storage.Copy(at), online, at, kind, out Outcome outcome);
                Assert.True(
                    outcome is { Chunks: 9, Lost: 0 } or { Chunks: 0, Lost: 1 } or { Chunks: 0, Lost: 0, Known: false },
                    $"cut {kind} operation {at}: {outcome}");
                whole += outcome.Chunks / 9;
                lost += outcome.Lost;
                unseen += outcome.Chunks == 0 && outcome.Lost == 0 ? 1 : 0;
            }
        }
        Assert.True(whole >= 6, $"{whole} whole");
        Assert.True(lost >= 20, $"{lost} lost");
        Assert.InRange(unseen, 1, 6);
    }

    private sealed record Outcome(int Chunks, int Lost, bool Known);

    private static int Run(FaultyStorage storage, bool online, int at, Cut kind, out Outcome outcome)
    {
        BridgeBench bench = new(storage);
        bench.Online().Warm();
        bench.SetLink(online);
        bench.Shock();
        byte[]? a = storage.Names.Contains("node.capture.a") ? storage["node.capture.a"] : null;
        byte[]? b = storage.Names.Contains("node.capture.b") ? storage["node.capture.b"] : null;
        storage.Arm(at, kind);
        bool cut = false;
        try
        {
            bench.Run(16_000);
        }
        catch (PowerCutException)
        {
            cut = true;
        }
        int operations = storage.Operations;
        Assert.Equal(at != int.MaxValue, cut);
        bool known = !Same(storage, "node.capture.a", a) || !Same(storage, "node.capture.b", b);
        storage.CutAt = 0;
        List<Sent> sent = [.. bench.Link.Messages];
        bench.Shocks.Clear();
        bench.Boot(newLink: true);
        // Only what is on flash knows of the capture now; once more, to see that nothing is told twice.
        bench.Online().Run(20_000);
        sent.AddRange(bench.Link.Messages);
        bench.AssertNothingUnaccounted();
        Assert.Equal(0u, bench.Chunks.Waiting);
        bench.Boot(newLink: true);
        bench.Online().Run(5_000);
        sent.AddRange(bench.Link.Messages);
        List<WaveformChunk> chunks = [.. sent.Where(m => m.Kind == TopicKind.Waveform).Select(m => BridgeBench.Read(m.Payload))];
        NodeEvent[] events = [.. sent.Where(m => m.Kind == TopicKind.Event).Select(m => m.Event()).DistinctBy(e => e.Sequence)];
        foreach (WaveformChunk chunk in chunks)
            Assert.Contains(events, e => e.Type == EventType.Trigger && e.Sequence == chunk.Capture);
        for (int axis = 0; axis < 3 && chunks.Count != 0; axis++)
            Assert.Equal(1500, BridgeBench.Axis(chunks, chunks[0].Capture, axis).Count(s => s != null));
        outcome = new Outcome(
            chunks.DistinctBy(c => (c.Capture, c.Axis, c.Index)).Count(),
            events.Count(e => e.Type == EventType.Fault && e.Text.Contains("capture lost", StringComparison.Ordinal)), known);
        return operations;
    }

    private static bool Same(FaultyStorage storage, string name, byte[]? before) =>
        storage.Names.Contains(name) ? before is not null && storage[name].SequenceEqual(before) : before is null;

    [Fact]
    public void Captures_wait_while_the_link_is_down_and_come_when_it_is_back()
    {
        BridgeBench bench = new BridgeBench().Online();
        bench.Configure(c => c.CooldownMs = 1000);
        bench.Warm();
        bench.SetLink(false);
        for (int i = 0; i < 3; i++)
        {
            bench.Shock();
            bench.Run(60_000);
        }
        Assert.Empty(bench.Sent);
        Assert.Equal(27u, bench.Chunks.Waiting);
        bench.AssertNothingUnaccounted();
        bench.SetLink(true);
        bench.Online().Run(10_000);
        Assert.Equal(27, bench.Sent.Count);
        uint[] captures = [.. bench.Sent.Select(c => c.Capture).Distinct()];
        Assert.Equal(bench.Triggers.Select(e => e.Sequence), captures);
        foreach (uint capture in captures)
            Assert.DoesNotContain(null, BridgeBench.Axis(bench.Sent, capture, 2));
        Assert.Equal(0u, bench.Chunks.Waiting);
        bench.AssertNothingUnaccounted();
    }

    /// <summary>Two segments for five captures: the oldest chunks go, and are counted; the newest come whole.</summary>
    [Fact]
    public void A_full_queue_drops_the_oldest_and_counts_them()
    {
        BridgeBench bench = new BridgeBench(segments: 4).Online();
        bench.Configure(c => c.CooldownMs = 1000);
        bench.Warm();
        bench.SetLink(false);
        for (int i = 0; i < 5; i++)
        {
            bench.Shock();
            bench.Run(60_000);
        }
        Assert.Equal(45u, bench.Chunks.Added);
        Assert.True(bench.Chunks.Ledger.Dropped > 18);
        bench.AssertNothingUnaccounted();
        uint waiting = bench.Chunks.Waiting;
        bench.SetLink(true);
        bench.Online().Run(10_000);
        Assert.Equal(waiting, (uint)bench.Sent.Count);
        uint last = bench.Triggers.Last().Sequence;
        Assert.Equal(9, bench.Sent.Count(c => c.Capture == last));
        Assert.Equal(5, bench.Triggers.Count());
        bench.AssertNothingUnaccounted();
    }

    [Fact]
    public void A_flash_without_room_or_that_fails_loses_captures_and_says_so()
    {
        BridgeBench bench = new BridgeBench().Online();
        bench.Configure(c => c.CooldownMs = 1000);
        bench.Warm().Shock();
        bench.Run(6000);
        bench.Storage.Broken = true;
        bench.Run(10_000);
        bench.Storage.Broken = false;
        bench.Run(60_000);
        Assert.Equal(1u, ((VibrationPart)bench.Node.Vibration!).Captures.Lost);
        Assert.Empty(bench.Sent);
        bench.Storage.Capacity = bench.Storage.Used + 3000;
        bench.Shock();
        bench.Run(60_000);
        bench.Storage.Capacity = int.MaxValue;
        bench.AssertNothingUnaccounted();
        bench.Shock();
        bench.Run(60_000);
        uint last = bench.Triggers.Last().Sequence;
        Assert.Equal(9, bench.Sent.Count(c => c.Capture == last));
        Assert.Contains(bench.Events, e => e.Type == EventType.Fault);
        // No capture came in part, except for what an overflow took, and nothing overflowed.
        Assert.All(bench.Sent.GroupBy(c => c.Capture), g => Assert.Equal(9, g.Count()));
        Assert.Equal(0u, bench.Chunks.Waiting);
        bench.AssertNothingUnaccounted();
    }

    /// <summary>An uplink that is stuck for half a minute finds the samples overwritten: no capture, and an event.</summary>
    [Fact]
    public void Samples_that_were_overwritten_are_not_sent_as_if_they_were_the_capture()
    {
        BridgeBench bench = new BridgeBench().Online().Warm();
        bench.Shock();
        bench.Sampler(50_000);
        bench.Run(5000);
        Assert.Equal(1u, ((VibrationPart)bench.Node.Vibration!).Captures.Lost);
        Assert.Empty(bench.Sent);
        Assert.Contains(bench.Events, e => e.Text.StartsWith("capture lost", StringComparison.Ordinal));
        bench.Run(60_000);
        bench.Shock();
        bench.Run(20_000);
        Assert.Equal(9, bench.Sent.Count);
        bench.AssertNothingUnaccounted();
    }

    [Fact]
    public void A_trigger_without_a_slot_is_told()
    {
        BridgeBench bench = new BridgeBench().Online();
        bench.Configure(c => (c.CooldownMs, c.PostMs, c.PreMs, c.LtaMs) = (0, 2000, 0, 5000));
        bench.Warm();
        for (int i = 0; i < 6; i++)
        {
            bench.Shock();
            bench.Sampler(15_000);
        }
        bench.Run(10_000);
        Assert.Contains(bench.Events, e => e.Text == "no free slot for a capture");
        bench.AssertNothingUnaccounted();
    }
}
