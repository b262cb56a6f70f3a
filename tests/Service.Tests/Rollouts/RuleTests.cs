using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Rollouts;
using NodeEvent = EdgeFleet.Service.Features.Rollouts.NodeEvent;
using RestartWindows = EdgeFleet.Service.Features.Rollouts.Windows;

namespace EdgeFleet.Service.Tests.Rollouts;

/// <summary>The tables and rules of rollouts, a row a case.</summary>
public sealed class RuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RolloutPlan Plan = new("p", "new", Filter: "kind:airbox", NodeTimeoutMinutes: 60, Tries: 2);

    [Theory]
    [InlineData(NodeState.Asked, UpdateState.Idle, 1, 0, null)]
    [InlineData(NodeState.Asked, UpdateState.Downloading, 1, 0, NodeEvent.Progress)]
    [InlineData(NodeState.Working, UpdateState.Downloading, 1, 0, null)]
    [InlineData(NodeState.Working, UpdateState.Testing, 1, 0, NodeEvent.Trial)]
    [InlineData(NodeState.Testing, UpdateState.Reverted, 1, 0, NodeEvent.Retry)]
    [InlineData(NodeState.Testing, UpdateState.Reverted, 2, 0, NodeEvent.GiveUp)]
    [InlineData(NodeState.Asked, UpdateState.Rejected, 1, 0, NodeEvent.GiveUp)]
    [InlineData(NodeState.Working, UpdateState.Downloading, 1, 61, NodeEvent.Retry)]
    [InlineData(NodeState.Working, UpdateState.Downloading, 2, 61, NodeEvent.GiveUp)]
    [InlineData(NodeState.Waiting, UpdateState.Reverted, 0, 61, null)]
    public void A_nodes_word_and_the_time_decide(NodeState state, UpdateState says, int tries, int minutes, NodeEvent? expected)
    {
        NodeRow row = Row(state) with { Tries = tries, AskedAt = Now.AddMinutes(-minutes) };
        Assert.Equal(expected, NodeRules.Judge(row, Facts("old", says), "new", Plan, Now)?.Event);
        if (expected is { } happened)
            Assert.True(Transitions.Node.ContainsKey((state, happened)), $"{state} takes no {happened}");
    }

    [Fact]
    public void What_a_node_says_of_another_attempt_or_bundle_is_not_about_this_try()
    {
        NodeRow row = Row(NodeState.Asked) with { AskedAt = Now };
        Assert.Null(NodeRules.Judge(row, Facts("old", UpdateState.Reverted) with { Attempt = 2 }, "new", Plan, Now));
        Assert.Null(NodeRules.Judge(row, Facts("old", UpdateState.Rejected) with { Target = "other" }, "new", Plan, Now));
        Assert.Null(NodeRules.Judge(row with { SentAt = null }, Facts("old", UpdateState.Reverted), "new", Plan, Now));
        Assert.Equal(NodeEvent.Confirm, NodeRules.Judge(row, Facts("new", UpdateState.Idle), "new", Plan, Now)?.Event);
        Assert.Null(NodeRules.Judge(row, Facts("new", UpdateState.Testing) with { Confirmed = false, Attempt = 9 }, "new", Plan, Now));
        Assert.Equal(NodeEvent.GiveUp, NodeRules.Judge(Row(NodeState.Updated), Facts("old", UpdateState.Idle), "new", Plan, Now)?.Event);
        Assert.Equal(NodeEvent.Return, NodeRules.Judge(
            Row(NodeState.Returning) with { BeforeDigest = "old", AskedAt = Now }, Facts("old", UpdateState.Idle), "new", Plan, Now)?.Event);
    }

    [Fact]
    public void Every_state_can_be_reached_and_left_or_is_an_end()
    {
        foreach (RolloutState state in Enum.GetValues<RolloutState>())
        {
            Assert.True(state == RolloutState.AwaitingApproval || Transitions.Rollout.Values.Contains(state), state.ToString());
            Assert.Equal(state is RolloutState.RolledBack, Transitions.Rollout.Keys.All(k => k.Item1 != state));
        }
        foreach (NodeState state in Enum.GetValues<NodeState>())
            Assert.True(state == NodeState.Waiting || Transitions.Node.Values.Contains(state), state.ToString());
        foreach (GroupState state in Enum.GetValues<GroupState>())
            Assert.True(state == GroupState.Waiting || Transitions.Group.Values.Contains(state), state.ToString());
        // Whatever state a rollout that goes on is in, a person can end it or go back.
        foreach (RolloutState state in Enum.GetValues<RolloutState>().Where(s => Transitions.IsActive(s) && s != RolloutState.RollingBack))
            Assert.Contains((state, RolloutEvent.Abort), Transitions.Rollout.Keys);
    }

    [Theory]
    [InlineData(100, 0, 2, 1, true)]
    [InlineData(100, 2, 2, 2, false)]
    [InlineData(100, 2, 3, 3, true)]
    [InlineData(100, 2, 3, 0, true)]
    [InlineData(1, 0, 1, 0, true)]
    [InlineData(1, 0, 0, 0, false)]
    public void More_failures_than_the_share_hold(int nodes, int percent, int failed, int waiting, bool holds)
    {
        GroupCounts counts = new(nodes, waiting, 0, nodes - failed - waiting, failed, 0, 0, 0, 0, 0);
        Assert.Equal(holds, GroupRules.TooManyFailures(new GroupPlan(Percent: 100, ErrorPercent: percent), counts, 0) != null);
        Assert.Null(GroupRules.TooManyFailures(new GroupPlan(Percent: 100, ErrorPercent: percent), counts, forgiven: failed));
    }

    [Theory]
    [InlineData(20, 19, 0, 95, true)]
    [InlineData(20, 18, 0, 95, false)]
    [InlineData(20, 0, 20, 95, false)]
    [InlineData(3, 1, 2, 100, true)]
    public void Fewer_successes_than_the_share_are_no_success_and_nobody_proves_nothing(
        int nodes, int updated, int skipped, int percent, bool succeeds)
    {
        GroupCounts counts = new(nodes, 0, 0, updated, nodes - updated - skipped, skipped, 0, 0, 0, 0);
        Assert.Equal(succeeds, GroupRules.TooFewSuccesses(new GroupPlan(Percent: 100, SuccessPercent: percent), counts, 0) == null);
    }

    [Theory]
    [InlineData(100, 0, 10)]
    [InlineData(100, 5, 20)]
    [InlineData(100, 25, 60)]
    [InlineData(200, 0, 10)]
    [InlineData(200, 5, 30)]
    [InlineData(200, 10, 70)]
    public void Rates_are_constant_or_grow(int growth, int minutes, int allowed) =>
        Assert.Equal(allowed, new RatePlan(10, 5, growth).Allowed(TimeSpan.FromMinutes(minutes)));

    [Fact]
    public void What_is_unclear_in_a_plan_is_refused_by_field()
    {
        Assert.Null(Plan.Check(Now));
        Assert.Contains("groups[0]", (Plan with { Groups = [new GroupPlan(Percent: 5, Count: 5)] }).Check(Now)!.Errors!.Keys);
        Assert.Contains("groups[0].errorPercent", (Plan with { Groups = [new GroupPlan(Percent: 5, ErrorPercent: 100)] }).Check(Now)!.Errors!.Keys);
        Assert.Contains("groups[0].successPercent", (Plan with { Groups = [new GroupPlan(Percent: 5, SuccessPercent: 0)] }).Check(Now)!.Errors!.Keys);
        Assert.Contains("filter", (Plan with { Devices = ["a"] }).Check(Now)!.Errors!.Keys);
        Assert.Contains("window.timeZone", (Plan with { Window = new WindowPlan(new(1, 0), new(4, 0), "Moon/Sea") }).Check(Now)!.Errors!.Keys);
        Assert.Contains("deadline", (Plan with { Deadline = Now }).Check(Now)!.Errors!.Keys);
        Assert.Contains("gates.off", (Plan with { Gates = new GatePlan(Off: ["hope"]) }).Check(Now)!.Errors!.Keys);
    }

    [Fact]
    public void A_window_is_in_the_time_of_the_site_also_over_midnight_and_when_clocks_change()
    {
        WindowPlan plan = new(new(23, 0), new(2, 0), "Asia/Taipei", new Dictionary<string, string> { ["Kiel"] = "Europe/Berlin" });
        // 23:30 in Taipei.
        DateTimeOffset at = new(2026, 3, 1, 15, 30, 0, TimeSpan.Zero);
        Assert.Equal((at.AddMinutes(-30), at.AddMinutes(150)), RestartWindows.Next(plan, "Taipei", at));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 22, 0, 0, TimeSpan.Zero), RestartWindows.Next(plan, "Kiel", at).From);
        // On 2026-03-29 clocks in Berlin go from 2:00 to 3:00: the window that would end at 2:00 is an hour after the change.
        (DateTimeOffset? from, DateTimeOffset? until) = RestartWindows.Next(plan, "Kiel", new(2026, 3, 28, 23, 0, 0, TimeSpan.Zero));
        Assert.Equal((22, 1), (from!.Value.UtcDateTime.Hour, until!.Value.UtcDateTime.Hour));
        Assert.Equal((null, null), RestartWindows.Next(null, "Kiel", at));
    }

    [Fact]
    public void No_two_nodes_of_a_span_and_never_all_boxes_of_a_neighbourhood_are_in_one_group()
    {
        List<Device> bridges = [.. Enumerable.Range(0, 60).Select(i => Node($"b{i}", NodeKind.Bridge, $"bridge {i % 15}"))];
        IReadOnlyList<string[]> groups = Grouping.Form(bridges, Plan with { Groups = [new GroupPlan(Count: 5), new GroupPlan(Percent: 100)] }).Value!;
        Assert.Equal(60, groups.Sum(g => g.Length));
        Assert.Equal(5, groups[0].Length);
        Dictionary<string, string> sites = bridges.ToDictionary(d => d.Id, d => d.Site);
        Assert.All(groups, g => Assert.Equal(g.Length, g.Select(id => sites[id]).Distinct().Count()));

        List<Device> boxes = [.. Enumerable.Range(0, 300).Select(i => Node($"a{i}", NodeKind.AirBox, "") with
        {
            Latitude = 25 + i % 50 * 0.05, Longitude = 121.5,
        })];
        groups = Grouping.Form(boxes, Plan).Value!;
        Assert.Equal(300, groups.Sum(g => g.Length));
        Assert.Equal([3, 30], groups.Take(2).Select(g => g.Length));
        Dictionary<string, double> rows = boxes.ToDictionary(d => d.Id, d => d.Latitude!.Value);
        Assert.All(groups, g => Assert.All(g.GroupBy(id => rows[id]), row => Assert.InRange(row.Count(), 1, 5)));
        // The same plan, the same groups.
        Assert.Equal(groups, Grouping.Form([.. boxes.AsEnumerable().Reverse()], Plan).Value!);
    }

    private static Device Node(string id, NodeKind kind, string site) =>
        new(id, kind, id, site, id, null, null, DeviceStatus.Active, "B", Now);

    private static NodeRow Row(NodeState state) => new()
    {
        Rollout = 1, Device = "d", Group = 0, State = state, Attempt = 3, SentAt = Now, ChangedAt = Now, Tries = 1,
    };

    private static NodeFacts Facts(string digest, UpdateState state) =>
        new(digest, "1.0", true, state, UpdateReason.None, "new", 3, 1, 50_000, Now, 60_000);
}
