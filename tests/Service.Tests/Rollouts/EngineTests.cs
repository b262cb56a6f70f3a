using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Rollouts;
using EdgeFleet.Service.Features.Updates;

namespace EdgeFleet.Service.Tests.Rollouts;

/// <summary>Rollouts over the whole service: nodes answer by state reports, the service is ended at every step.</summary>
public sealed class EngineTests
{
    private static readonly Actor Olga = new("user", "olga");

    [Fact]
    public async Task A_good_bundle_goes_group_by_group_to_every_node_once()
    {
        await using RolloutScene scene = await RolloutScene.StartAsync(5);
        RolloutView made = await scene.CreateAsync(RolloutScene.Plan());
        Assert.Equal([1, 2, 2], made.Groups.Select(g => g.Counts.Nodes));
        await scene.Book.SweepAsync();
        Assert.Single(scene.Asked());
        await scene.RunAsync();
        RolloutView done = await scene.ViewAsync();
        Assert.Equal((RolloutState.Finished, 5), (done.State, done.Counts.Updated));
        Assert.Equal(5, scene.Asked().Count);
        Assert.All(scene.Asked(), node => Assert.Equal([0u], node));
    }

    [Fact]
    public async Task One_failure_in_the_first_group_holds_it_and_nobody_else_is_asked()
    {
        await using RolloutScene scene = await RolloutScene.StartAsync(5);
        await scene.CreateAsync(RolloutScene.Plan() with { Tries = 2 });
        await scene.RunAsync(outcome: _ => UpdateState.Reverted);
        RolloutView held = await scene.ViewAsync();
        Assert.Equal((RolloutState.Held, GroupState.Failed), (held.State, held.Groups[0].State));
        Assert.Contains("1 of 1 nodes failed", held.Reason);
        // Tried twice, with two attempts, and no more.
        Assert.Equal([0u, 1u], Assert.Single(scene.Asked()));
        string node = Assert.Single(scene.Asked()).Key;
        Assert.Null(scene.Service.Get<UpdateTargets>().Find(node));
    }

    [Fact]
    public async Task Silence_after_being_asked_runs_out_and_holds()
    {
        await using RolloutScene scene = await RolloutScene.StartAsync(3);
        await scene.CreateAsync(RolloutScene.Plan() with { Tries = 1 });
        await scene.Book.SweepAsync();
        scene.Service.Clock.Advance(TimeSpan.FromMinutes(61));
        await scene.Book.SweepAsync();
        await scene.Book.SweepAsync();
        RolloutView held = await scene.ViewAsync();
        Assert.Equal(RolloutState.Held, held.State);
        RolloutNode failed = Assert.Single((await scene.Book.NodesAsync(1, null, NodeState.Failed, 0, 10))!.Items);
        // These nodes report and were never connected, as far as the hub knows.
        Assert.Equal("never heard of", failed.Reason);
    }

    [Fact]
    public async Task Paused_nobody_new_is_asked_aborted_the_open_are_withdrawn_and_rolled_back_the_updated_return()
    {
        await using RolloutScene scene = await RolloutScene.StartAsync(4);
        await scene.CreateAsync(RolloutScene.Plan(new GroupPlan(Count: 1, SuccessPercent: 100, ErrorPercent: 0, SoakMinutes: 0), new GroupPlan(Percent: 100, SoakMinutes: 0)));
        await scene.RunAsync(1);
        Assert.True((await scene.Book.PauseAsync(1, "lunch", Olga)).Ok);
        await scene.RunAsync(4);
        Assert.Single(scene.Asked());
        Assert.True((await scene.Book.ResumeAsync(1, "", Olga)).Ok);
        for (int i = 0; i < 4; i++)
            await scene.Book.SweepAsync();
        Assert.Equal(3, (await scene.ViewAsync()).Counts.Open);
        Assert.True((await scene.Book.AbortAsync(1, "enough", Olga)).Ok);
        RolloutView aborted = await scene.ViewAsync();
        Assert.Equal((RolloutState.Aborted, 3, 1), (aborted.State, aborted.Counts.Withdrawn, aborted.Counts.Updated));
        Assert.Single(scene.Nodes, node => scene.Service.Get<UpdateTargets>().Find(node) != null);
        Assert.Equal("rollout-state", (await scene.Book.PauseAsync(1, "", Olga)).Fault!.Name);

        Assert.True((await scene.Book.RollBackAsync(1, "", Olga)).Ok);
        await scene.RunAsync(4);
        RolloutView back = await scene.ViewAsync();
        Assert.Equal((RolloutState.RolledBack, 4), (back.State, back.Counts.Returned));
    }

    [Fact]
    public async Task Approval_takes_another_person_and_nothing_is_sent_before()
    {
        await using RolloutScene scene = await RolloutScene.StartAsync(1);
        await scene.CreateAsync(RolloutScene.Plan() with { RequireApproval = true });
        await scene.RunAsync(3);
        Assert.Empty(scene.Asked());
        Assert.Equal("approval-own", (await scene.Book.ApproveAsync(1, Olga)).Fault!.Name);
        Assert.True((await scene.Book.ApproveAsync(1, new Actor("user", "anna"))).Ok);
        await scene.RunAsync(4);
        Assert.Equal(RolloutState.Finished, (await scene.ViewAsync()).State);
    }

    [Fact]
    public async Task A_device_belongs_to_one_rollout_by_priority_then_age()
    {
        await using RolloutScene scene = await RolloutScene.StartAsync(3);
        DateTimeOffset later = scene.Service.Clock.GetUtcNow().AddHours(1);
        await scene.CreateAsync(RolloutScene.Plan() with { StartAt = later });
        Assert.Equal("rollout-empty", (await scene.Book.CreateAsync(RolloutScene.Plan(), Olga)).Fault!.Name);
        await scene.CreateAsync(RolloutScene.Plan() with { Priority = 60, Filter = null, Devices = [scene.Nodes[0]], StartAt = later.AddHours(1) });
        scene.Service.Clock.Advance(TimeSpan.FromHours(1.5));
        // Two nodes are not enough for a group of one that was passed over, so look at who was asked alone.
        await scene.RunAsync(8);
        Assert.DoesNotContain(scene.Nodes[0], scene.Asked().Select(n => n.Key));
        RolloutNode passed = Assert.Single((await scene.Book.NodesAsync(1, null, NodeState.Skipped, 0, 10))?.Items ?? [], n => n.Device == scene.Nodes[0]);
        Assert.Equal("rollout 2 has it", passed.Reason);
    }

    [Fact]
    public async Task Ended_after_every_stored_step_it_goes_on_and_asks_every_node_once()
    {
        int steps = await StepsAsync(cutAt: int.MaxValue);
        Assert.InRange(steps, 8, 100);
        for (int cut = 1; cut <= steps; cut++)
            await StepsAsync(cut);
    }

    [Fact]
    public async Task A_person_who_takes_a_node_away_gets_it()
    {
        await using RolloutScene scene = await RolloutScene.StartAsync(2);
        await scene.CreateAsync(RolloutScene.Plan(new GroupPlan(Percent: 100, SuccessPercent: 50, ErrorPercent: 0, SoakMinutes: 0)));
        await scene.Book.SweepAsync();
        Assert.True((await scene.Service.Get<UpdateTargets>().ClearAsync([scene.Nodes[0]], Olga)).Ok);
        await scene.RunAsync();
        RolloutView view = await scene.ViewAsync();
        Assert.Equal((RolloutState.Finished, 1, 1), (view.State, view.Counts.Skipped, view.Counts.Updated));
    }

    private static async Task<int> StepsAsync(int cutAt)
    {
        await using RolloutScene scene = await RolloutScene.StartAsync(2);
        int stored = 0;
        void Cut(string _)
        {
            if (++stored == cutAt)
                throw new EndedException();
        }
        await scene.CreateAsync(RolloutScene.Plan());
        scene.Book.Stored = Cut;
        for (int i = 0; i < 12 && (await scene.ViewAsync()).State != RolloutState.Finished; i++)
        {
            try
            {
                await scene.Book.SweepAsync();
            }
            catch (EndedException)
            {
                ILookup<string, uint> before = scene.Asked();
                await scene.RestartAsync();
                // What the new service sends on its own word alone would be a second time.
                for (int sweep = 0; sweep < 2; sweep++)
                    await scene.Book.SweepAsync();
                Assert.DoesNotContain(scene.Asked(), node => before.Contains(node.Key));
                scene.Book.Stored = Cut;
            }
            await scene.ObeyAsync();
        }
        RolloutView done = await scene.ViewAsync();
        Assert.True(done is { State: RolloutState.Finished, Counts.Updated: 2 }, $"cut at {cutAt}: {done.State} {done.Reason} {done.Counts}");
        Assert.All(scene.Nodes, node => Assert.Equal(0u, scene.Service.Get<UpdateTargets>().Find(node)!.Attempt));
        return stored;
    }

    private sealed class EndedException : Exception;
}
