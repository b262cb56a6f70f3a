using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>The conversation with the gateway, and everything that a gateway may do to it.</summary>
public sealed class UplinkTests
{
    [Fact]
    public void State_comes_first_then_events_then_windows()
    {
        TestNode node = new TestNode().Claimed();
        TopicKind[] order = [.. node.Link.Messages.Select(m => m.Kind).Distinct()];
        Assert.Equal([TopicKind.Claim, TopicKind.State, TopicKind.Event], order);
        node.Run(130_000);
        Assert.Equal([1u, 2u], node.Link.Of(TopicKind.Telemetry).SelectMany(m => m.Windows).Take(2));
        Assert.Equal(0u, node.Node.Outbox.Windows.Waiting);
    }

    [Fact]
    public void The_backlog_waits_for_the_desired_state_but_not_for_ever()
    {
        TestNode node = new TestNode().Claimed();
        ScriptedLink link = Reconnect(node);
        node.RunUntil(() => node.State == UplinkState.Synchronising);
        Assert.Empty(link.Messages);
        long since = node.NowMs;
        node.RunUntil(() => node.State == UplinkState.Online);
        Assert.InRange(node.NowMs - since, 1, NodeLimits.DesiredWaitMs + 100);
        Assert.NotEmpty(link.Messages);
    }

    [Fact]
    public void A_gateway_that_never_answers_is_left_after_a_bound()
    {
        TestNode node = new();
        node.Link.Admit = _ => LinkEventType.None;
        node.Run(NodeLimits.ConnectTimeoutMs - 1000);
        Assert.Single(node.Link.Connects);
        node.Run(3600_000);
        Assert.InRange(node.Link.Connects.Count, 10, 121);
    }

    [Fact]
    public void A_subscription_that_is_never_granted_ends_in_another_try()
    {
        TestNode node = new();
        node.Link.GrantSubscriptions = false;
        node.Run(3600_000);
        Assert.InRange(node.Link.Connects.Count, 10, 121);
        Assert.Empty(node.Link.Messages);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_refused_password_is_tried_with_and_without_the_clock_and_never_hammered(bool clock)
    {
        TestNode node = new TestNode().Claimed();
        if (clock)
            node.Clock.OffsetMs = TestNode.Epoch2026;
        List<long> expiries = [];
        ScriptedLink link = Reconnect(node);
        link.Admit = address =>
        {
            Assert.True(AccessToken.TryParse(address.Password, out long expiry, out _));
            expiries.Add(expiry);
            return LinkEventType.NotAuthorised;
        };
        node.Run(3600_000);
        Assert.InRange(expiries.Count, 5, 120);
        Assert.Contains(AccessToken.NoClock, expiries);
        if (clock)
            Assert.Contains(expiries, e => e > TestNode.Epoch2026 / 1000);
    }

    [Fact]
    public void A_clock_that_is_years_off_does_not_keep_the_node_out()
    {
        TestNode node = new TestNode().Claimed();
        node.Clock.OffsetMs = TestNode.Epoch2026 + 5L * 365 * 24 * 3600 * 1000;
        ScriptedLink link = Reconnect(node);
        link.Admit = address =>
        {
            AccessToken.TryParse(address.Password, out long expiry, out _);
            long nowS = (TestNode.Epoch2026 + node.NowMs) / 1000;
            return expiry == 0 || (expiry > nowS && expiry < nowS + Limits.MaxTokenLifeSeconds)
                ? LinkEventType.Connected
                : LinkEventType.NotAuthorised;
        };
        node.RunUntil(() => node.State == UplinkState.Online, 300_000);
    }

    [Fact]
    public void A_token_is_made_anew_for_every_connection()
    {
        TestNode node = new TestNode().Claimed();
        node.Clock.OffsetMs = TestNode.Epoch2026;
        node.Run(1000);
        ScriptedLink link = Reconnect(node);
        node.RunUntil(() => link.Connects.Count == 1);
        Assert.True(AccessToken.TryParse(link.Connects[0].Password, out long expiry, out _));
        long nowS = (TestNode.Epoch2026 + node.NowMs) / 1000;
        Assert.InRange(expiry, nowS + 600, nowS + Limits.MaxTokenLifeSeconds);
    }

    [Fact]
    public void Failures_back_off_to_a_cap_with_jitter()
    {
        List<int> last = [];
        for (int seed = 0; seed < 40; seed++)
        {
            Backoff backoff = new(new SeededEntropy(seed));
            int bound = NodeLimits.BackoffFirstMs;
            for (int i = 0; i < 30; i++)
            {
                int delay = backoff.Next();
                Assert.InRange(delay, 100, 100 + Math.Min(bound, NodeLimits.BackoffMostMs));
                bound = Math.Min(bound * 2, NodeLimits.BackoffMostMs);
                if (i == 29)
                    last.Add(delay);
            }
            backoff.Reset();
            Assert.InRange(backoff.Next(), 100, 100 + NodeLimits.BackoffFirstMs);
        }
        // Full jitter: delays of a fleet spread over the whole range.
        Assert.Contains(last, d => d < NodeLimits.BackoffMostMs / 4);
        Assert.Contains(last, d => d > NodeLimits.BackoffMostMs * 3 / 4);
    }

    [Fact]
    public void A_gateway_that_lets_in_and_hangs_up_is_not_hammered()
    {
        TestNode node = new TestNode().Claimed();
        ScriptedLink link = Reconnect(node);
        link.Acknowledge = sent =>
        {
            link.Store(sent.MessageId);
            link.Break();
            return false;
        };
        node.Run(3600_000);
        Assert.InRange(link.Connects.Count, 5, 150);
    }

    [Fact]
    public void Nothing_counts_before_it_is_stored_and_lost_acknowledgements_are_sent_again_as_the_same()
    {
        TestNode node = new TestNode().Claimed();
        node.Link.Acknowledge = sent => sent.Kind != TopicKind.Telemetry;
        int connects = node.Link.Connects.Count;
        node.RunUntil(() => node.Node.Outbox.Windows.Added == 2);
        Assert.Equal(2u, node.Node.Outbox.Windows.Waiting);
        node.RunUntil(() => node.Link.Connects.Count > connects);
        node.Link.Acknowledge = _ => true;
        node.RunUntil(() => node.Node.Outbox.Windows.Waiting == 0);
        uint[] sent = [.. node.Link.Of(TopicKind.Telemetry).SelectMany(m => m.Windows)];
        Assert.True(sent.Count(w => w == 1) >= 2, "window 1 was sent again");
        Assert.Equal(node.Node.Outbox.Windows.Added, sent.Max());
    }

    [Fact]
    public void Acknowledgements_out_of_order_twice_or_of_nobody_move_the_cursor_only_over_what_is_stored()
    {
        TestNode node = new TestNode().Claimed();
        node.Link.Acknowledge = sent => sent.Kind != TopicKind.Telemetry;
        node.Settings.WindowSegments = 40;
        node.Link.Deliver(new DesiredState { HasConfig = true, Config = { Version = 1, WindowMs = 5000 } });
        node.RunUntil(() => node.Link.Of(TopicKind.Telemetry).Count() == 3);
        Sent[] packs = [.. node.Link.Of(TopicKind.Telemetry)];
        Assert.Equal(0u, node.Node.Outbox.Windows.Ledger.Done);

        node.Link.Store(packs[2].MessageId);
        node.Link.Store(packs[1].MessageId);
        node.Link.Store(packs[1].MessageId);
        node.Link.Store(987_654);
        node.Settle();
        Assert.Equal(0u, node.Node.Outbox.Windows.Ledger.Done);

        node.Link.Store(packs[0].MessageId);
        node.Settle();
        Assert.Equal(packs[2].Windows[^1], node.Node.Outbox.Windows.Ledger.Done);
    }

    [Fact]
    public void Only_a_few_messages_are_in_flight_and_a_pack_holds_many_windows()
    {
        TestNode node = new TestNode().Claimed();
        node.Link.Break();
        node.Link.Admit = _ => LinkEventType.Disconnected;
        node.Run(300 * 60_000L);
        Assert.InRange(node.Node.Outbox.Windows.Waiting, 290u, 302u);
        ScriptedLink link = Reconnect(node);
        link.Acknowledge = sent => sent.Kind != TopicKind.Telemetry;
        node.RunUntil(() => node.State == UplinkState.Online, 900_000);
        Sent[] packs = [.. link.Of(TopicKind.Telemetry)];
        Assert.InRange(packs.Length, 2, NodeLimits.MaxInFlight);
        Assert.All(packs, p => Assert.True(p.Windows.Length is > 8 and <= Limits.MaxWindowsPerPack));
        Assert.Equal(
            Enumerable.Range(1, packs.Sum(p => p.Windows.Length)).Select(i => (uint)i), packs.SelectMany(p => p.Windows));
        link.Acknowledge = _ => true;
        foreach (Sent pack in packs)
            link.Store(pack.MessageId);
        node.Run(5000);
        Assert.Equal(0u, node.Node.Outbox.Windows.Waiting);
    }

    [Fact]
    public void A_break_between_packs_loses_nothing()
    {
        for (int afterMessages = 1; afterMessages < 12; afterMessages++)
        {
            TestNode node = new TestNode().Claimed();
            node.Link.Admit = _ => LinkEventType.Disconnected;
            node.Link.Break();
            node.Run(100 * 60_000L);
            ScriptedLink link = Reconnect(node);
            HashSet<uint> stored = [];
            int left = afterMessages;
            link.Acknowledge = sent =>
            {
                if (left-- == 0)
                {
                    link.Break();
                    return false;
                }
                if (sent.Kind == TopicKind.Telemetry)
                    stored.UnionWith(sent.Windows);
                return true;
            };
            node.RunUntil(() => node.Node.Outbox.Windows.Waiting == 0, 1_200_000);
            Assert.Equal(node.Node.Outbox.Windows.Added, (uint)stored.Count);
        }
    }

    [Fact]
    public void A_busy_port_only_delays()
    {
        TestNode node = new TestNode().Claimed();
        node.Link.Room = 0;
        node.Run(180_000);
        Assert.True(node.Node.Outbox.Windows.Waiting >= 2);
        node.Link.Room = int.MaxValue;
        node.Run(1100);
        Assert.Equal(0u, node.Node.Outbox.Windows.Waiting);
    }

    [Fact]
    public void State_is_reported_at_its_interval_with_growing_numbers()
    {
        TestNode node = new TestNode().Claimed();
        node.Link.Deliver(new DesiredState { HasConfig = true, Config = { Version = 1, StateIntervalMs = 20_000 } });
        node.Run(1000);
        int before = node.Link.Of(TopicKind.State).Count();
        node.Run(200_000);
        ReportedState[] states = [.. node.Link.Of(TopicKind.State).Select(s => s.State())];
        Assert.InRange(states.Length - before, 9, 11);
        Assert.Equal(states.Select(s => s.Sequence).Order(), states.Select(s => s.Sequence).Distinct());
        ReportedState last = states[^1];
        Assert.Equal(1u, last.ConfigVersion);
        Assert.Equal(20_000, last.StateIntervalMs);
        Assert.Equal(60_000, last.WindowMs);
        Assert.Equal(1u, last.Boots);
        Assert.Equal("a0b1c2d3e4f5", last.HardwareId);
        Assert.Equal(BootReason.PowerOn, last.BootReason);
        Assert.Equal(-60, last.RssiDbm);
        Assert.True(last.WindowsProduced >= 3);
        Assert.Equal(node.Node.Outbox.Windows.Ledger.Epoch, last.Epoch);
    }

    [Fact]
    public void Rubbish_from_the_gateway_is_counted_and_changes_nothing()
    {
        TestNode node = new TestNode().Claimed();
        Random random = new(5);
        for (int i = 0; i < 200; i++)
        {
            byte[] rubbish = new byte[random.Next(0, 400)];
            random.NextBytes(rubbish);
            node.Link.Deliver((TopicKind)random.Next(0, 12), rubbish);
            node.Settle();
        }
        Assert.True(node.Node.Uplink.BadMessages > 0);
        Assert.Equal(UplinkState.Online, node.State);
        Assert.Equal(0u, node.Node.Config.Version);
        node.Run(70_000);
        Assert.Equal(0u, node.Node.Outbox.Windows.Waiting);
    }

    [Fact]
    public void What_was_dropped_is_reported_exactly()
    {
        TestNode node = new();
        node.Settings.WindowSegments = 2;
        node.Boot();
        node.Clock.OffsetMs = TestNode.Epoch2026;
        node.Link.Admit = _ => LinkEventType.Disconnected;
        node.Run(200 * 60_000L);
        ScriptedLink link = node.NewLink();
        node.Boot();
        node.Claimed();
        node.RunUntil(() => node.Node.Outbox.Windows.Waiting == 0);
        node.Run(400_000);
        ReportedState state = link.Of(TopicKind.State).Last().State();
        uint[] stored = [.. link.Of(TopicKind.Telemetry).SelectMany(m => m.Windows).Distinct()];
        Assert.True(state.WindowsDropped > 100);
        Assert.Equal(1u, state.DroppedFirst);
        Assert.Equal(state.WindowsDropped, state.DroppedLast);
        Assert.Equal(stored.Min(), state.DroppedLast + 1);
        Assert.Equal(node.Node.Outbox.Windows.Added, (uint)stored.Length + state.WindowsDropped);
        Assert.Equal(TestNode.Epoch2026, state.DroppedFromMs);
        Assert.Equal(TestNode.Epoch2026 + (state.DroppedLast - 1) * 60_000, state.DroppedToMs);
    }

    private static ScriptedLink Reconnect(TestNode node)
    {
        node.Link.Subscribed = null;
        node.Link.Connects.Clear();
        node.Link.Messages.Clear();
        node.Link.Admit = _ => LinkEventType.Connected;
        node.Link.Break();
        node.Settle();
        node.Link.Acknowledge = _ => true;
        return node.Link;
    }
}
