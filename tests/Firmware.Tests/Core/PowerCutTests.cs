using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>
/// A whole node, its power cut at every flash operation of a history that has all there is: reporting, an outage that
/// overflows the queue, a configuration, alarms, and the catching up. What the gateway has then is held to what
/// happened, window by window.
/// </summary>
public sealed class PowerCutTests
{
    private const int WindowMs = 10_000;

    /// <summary>What the gateway stored: for each number its one content, and the state reported last.</summary>
    private sealed class Store
    {
        public Dictionary<(uint Epoch, uint Sequence), string> Windows { get; } = [];

        public Dictionary<(uint Epoch, uint Sequence), string> Events { get; } = [];

        public ReportedState? State { get; set; }

        public bool Take(Sent sent)
        {
            if (sent.Kind == TopicKind.State)
                State = sent.State();
            else if (sent.Kind == TopicKind.Event)
                TakeEvent(sent.Event());
            else if (sent.Kind == TopicKind.Telemetry)
                TakePack([.. sent.Records()]);
            return true;
        }

        private void TakeEvent(NodeEvent e) =>
            TakeOne(Events, (e.Epoch, e.Sequence), $"{e.Type} {e.Rule} {e.Value.ToDouble()} {e.TimeMs}");

        private void TakePack(SenmlRecord[] records)
        {
            (uint, uint) key = default;
            string content = "";
            foreach (SenmlRecord record in records)
            {
                if (record.HasWindow)
                {
                    if (content.Length != 0)
                        TakeOne(Windows, key, content);
                    key = (record.Epoch, (uint)record.Value);
                    content = string.Create(CultureInfo.InvariantCulture, $"{record.Time:F3} {record.DurationMs}");
                }
                else
                {
                    content += string.Create(CultureInfo.InvariantCulture, $" {record.Value} {record.Count} {record.Quality}");
                }
            }
            TakeOne(Windows, key, content);
        }

        private static void TakeOne(Dictionary<(uint, uint), string> store, (uint, uint) key, string content)
        {
            if (store.TryGetValue(key, out string? had))
                Assert.True(had == content, $"{key} was {had} and is {content}");
            store[key] = content;
        }
    }

    [Theory]
    [InlineData(Cut.Before)]
    [InlineData(Cut.Torn)]
    [InlineData(Cut.After)]
    public void Nothing_committed_is_lost_and_nothing_acknowledged_comes_as_new(Cut cut)
    {
        int cuts = 0;
        bool overflowed = false;
        for (int at = 1; ; at++)
        {
            Store store = new();
            TestNode node = Start(store);
            node.Storage.Arm(at, cut);
            bool wasCut = false;
            uint committed = 0;
            long powerOnMs = 0;
            for (int part = 0; part < 4; part++)
            {
                try
                {
                    Play(node, part);
                }
                catch (PowerCutException)
                {
                    Assert.False(wasCut);
                    wasCut = true;
                    committed = node.Node.Outbox.Windows.Added;
                    powerOnMs += node.NowMs + 70_000 - node.NowMs % WindowMs;
                    node.Storage.Arm(0, cut);
                    node.Clock.OffsetMs = TestNode.Epoch2026 + powerOnMs;
                    node.Boot();
                    Assert.InRange(node.Node.Outbox.Windows.Added, committed, committed + 1);
                }
            }
            node.Storage.Arm(0, cut);
            overflowed |= CatchUp(node, store);
            if (!wasCut)
                break;
            cuts++;
        }
        Assert.True(cuts > 60, $"only {cuts} cuts");
        Assert.True(overflowed, "the history drops windows");
    }

    private static TestNode Start(Store store)
    {
        TestNode node = new TestNode();
        node.Settings.WindowSegments = 2;
        node.Settings.EventSegments = 2;
        node.Boot();
        node.Dust.Value = (now, channel) => 
            channel == 0 ? (int)(((node.Clock.OffsetMs ?? 0) + now) / WindowMs % 900) + 100 : 2000;
        node.Clock.OffsetMs = TestNode.Epoch2026;
        node.Claimed();
        node.Link.Subscribed = null;
        node.Link.Acknowledge = store.Take;
        foreach (Sent sent in node.Link.Messages)
            store.Take(sent);
        return node;
    }

    private static void Play(TestNode node, int part)
    {
        switch (part)
        {
            case 0:
                DesiredState desired = new() { HasConfig = true };
                desired.Config.Version = 3;
                desired.Config.WindowMs = WindowMs;
                desired.Config.ThresholdCount = 1;
                desired.Config.Thresholds[0].Id = "dust";
                desired.Config.Thresholds[0].Channel = Channels.Pm25;
                desired.Config.Thresholds[0].Level = new DecimalValue(50, 0);
                node.RunUntil(() => node.State == Uplink.UplinkState.Online);
                node.Link.Deliver(desired);
                node.Run(60_000);
                break;
            case 1:
                node.Link.Admit = _ => LinkEventType.Disconnected;
                node.Link.Break();
                node.Run(600_000);
                break;
            case 2:
                node.Link.Admit = _ => LinkEventType.Connected;
                node.Run(400_000);
                break;
            default:
                node.Run(60_000);
                break;
        }
    }

    private static bool CatchUp(TestNode node, Store store)
    {
        node.Link.Admit = _ => LinkEventType.Connected;
        node.RunUntil(() => node.State == Uplink.UplinkState.Online, 1_200_000);
        node.RunUntil(() => node.Node.Outbox.Windows.Waiting == 0 && node.Node.Outbox.Events.Waiting == 0);
        node.Node.Uplink.ReportSoon();
        node.Run(1000);
        ReportedState state = store.State!;
        Assert.Equal(node.Node.Outbox.Windows.Added, state.WindowsProduced);
        Assert.Equal(0u, state.WindowsBuffered);
        // One epoch; every number is stored or told as dropped, by number and by time.
        Assert.All(store.Windows.Keys, k => Assert.Equal(state.Epoch, k.Epoch));
        uint[] missing = [.. Enumerable.Range(1, (int)state.WindowsProduced).Select(n => (uint)n)
            .Where(n => !store.Windows.ContainsKey((state.Epoch, n)))];
        Assert.True(missing.Length <= state.WindowsDropped, $"{missing.Length} missing, {state.WindowsDropped} dropped");
        Assert.All(missing, n => Assert.InRange(n, state.DroppedFirst, state.DroppedLast));
        if (missing.Length > 0)
            Assert.InRange(state.DroppedToMs - state.DroppedFromMs, (missing.Length - 1) * WindowMs, long.MaxValue);
        // No window came twice under two numbers.
        string[] starts = [.. store.Windows.Values.Select(c => c.Split(' ')[0])];
        Assert.Equal(starts.Length, starts.Distinct().Count());
        uint events = node.Node.Outbox.Events.Added;
        Assert.Equal(events, (uint)store.Events.Count + state.EventsDropped);
        return missing.Length > 0;
    }
}
