using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeFleet.Service.Tests.Alerts;

/// <summary>What nodes report becomes alerts: each cause one, each event once.</summary>
public sealed class AlertFlowTests
{
    private static readonly Actor Ann = new("user", "ann");

    [Fact]
    public async Task A_rule_that_is_raised_and_cleared_is_one_alert_with_its_history()
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        string id = await scene.NodeAsync();
        await scene.EventAsync(id, EventType.ThresholdRaised, "pm-high", Severity.Critical);
        Alert open = Assert.Single(scene.Book.Open(id));
        Assert.Equal(("rule:pm-high", AlertSource.Threshold, Severity.Critical, AlertState.Open, "Renai Road"),
            (open.Key, open.Source, open.Severity, open.State, open.Site));
        scene.Service.Clock.Advance(TimeSpan.FromMinutes(5));
        await scene.EventAsync(id, EventType.ThresholdCleared, "pm-high");
        Assert.Empty(scene.Book.Open(id));
        AlertDetail detail = (await scene.Book.FindAsync(open.Id))!;
        Assert.Equal(AlertState.Cleared, detail.Alert.State);
        Assert.Equal(scene.Service.Clock.GetUtcNow(), detail.Alert.ClearedAt);
        Assert.Equal([AlertChange.Raised, AlertChange.Cleared], detail.History.Select(h => h.Change));
    }

    [Fact]
    public async Task The_same_rule_again_is_the_same_alert_and_another_rule_or_node_is_another()
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        string a = await scene.NodeAsync();
        string b = await scene.NodeAsync();
        await scene.EventAsync(a, EventType.ThresholdRaised, "pm-high");
        await scene.EventAsync(a, EventType.ThresholdRaised, "pm-high", Severity.Critical);
        await scene.EventAsync(a, EventType.ThresholdRaised, "humid");
        await scene.EventAsync(a, EventType.Fault, text: "sps30");
        await scene.EventAsync(b, EventType.ThresholdRaised, "pm-high");
        Assert.Equal(["fault:sps30", "rule:humid", "rule:pm-high"], scene.Book.Open(a).Select(o => o.Key).Order());
        Alert twice = scene.Book.Open(a)[0];
        Assert.Equal((2, Severity.Critical), (twice.Count, twice.Severity));
        Assert.Equal(4, scene.Book.Counts().Open);
        Assert.Equal([AlertChange.Raised, AlertChange.Escalated],
            (await scene.Book.FindAsync(twice.Id))!.History.Select(h => h.Change));
    }

    [Fact]
    public async Task An_event_that_came_again_or_was_stored_before_a_restart_counts_once()
    {
        string folder = Directory.CreateTempSubdirectory("edgefleet-alerts-").FullName;
        try
        {
            ManualTimeProvider clock = new();
            string id;
            await using (AlertScene scene = await AlertScene.StartAsync(folder, clock))
            {
                id = await scene.NodeAsync();
                await scene.EventAsync(id, EventType.Fault, text: "flash");
                await scene.EventAsync(id, EventType.Fault, text: "flash", sequence: 1);
                Assert.Equal(1, Assert.Single(scene.Book.Open(id)).Count);
            }
            await using (AlertScene scene = await AlertScene.StartAsync(folder, clock))
            {
                scene.Know(id);
                await scene.Service.Get<EventFollower>().FollowAsync(default);
                await scene.EventAsync(id, EventType.Fault, text: "flash", sequence: 1);
                Assert.Equal(1, Assert.Single(scene.Book.Open(id)).Count);
                await scene.EventAsync(id, EventType.Fault, text: "flash", sequence: 2);
                Assert.Equal(2, Assert.Single(scene.Book.Open(id)).Count);
                await scene.EventAsync(id, EventType.FaultCleared, text: "flash", sequence: 3);
                Assert.Empty(scene.Book.Open(id));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task While_the_database_cannot_be_written_events_wait_and_none_is_lost()
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        string id = await scene.NodeAsync();
        using (DatabaseLock.Take(scene.Service.Folder))
            await Assert.ThrowsAnyAsync<Exception>(() => scene.EventAsync(id, EventType.Fault, text: "radio"));
        await scene.Service.Get<EventFollower>().FollowAsync(default);
        Assert.Equal(1, Assert.Single(scene.Book.Open(id)).Count);
        AlertDetail detail = (await scene.Book.FindAsync(scene.Book.Open(id)[0].Id))!;
        Assert.Equal(AlertChange.Raised, Assert.Single(detail.History).Change);
    }

    [Theory]
    [InlineData("reverted sensorsFailed 1.4.0", 1)]
    [InlineData("Rejected MissingNative 1.4.0", 1)]
    [InlineData("confirmed none 1.4.0", 0)]
    [InlineData("downloading none 1.4.0", 0)]
    public async Task An_update_that_failed_is_an_alert_until_the_next_begins(string text, int open)
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        string id = await scene.NodeAsync();
        await scene.EventAsync(id, EventType.Update, text: text);
        Assert.Equal(open, scene.Book.Open(id).Count);
        await scene.EventAsync(id, EventType.Update, text: "offered none 1.4.1");
        Assert.Empty(scene.Book.Open(id));
    }

    [Fact]
    public async Task What_a_person_does_is_kept_and_audited_and_a_new_cause_needs_a_new_look()
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        string id = await scene.NodeAsync();
        await scene.EventAsync(id, EventType.ThresholdRaised, "pm-high");
        long alert = scene.Book.Open(id)[0].Id;
        Assert.Equal(1, scene.Book.Counts().New);
        Assert.Equal("ann", (await scene.Book.AcknowledgeAsync(alert, new("on my way"), Ann)).Value!.AcknowledgedBy);
        Assert.Equal(0, scene.Book.Counts().New);
        Assert.Equal("alert-acknowledged", (await scene.Book.AcknowledgeAsync(alert, new(), Ann)).Fault!.Name);
        await scene.EventAsync(id, EventType.ThresholdCleared, "pm-high");
        Assert.Equal("alert-cleared", (await scene.Book.AcknowledgeAsync(alert, new(), Ann)).Fault!.Name);
        scene.Service.Clock.Advance(TimeSpan.FromMinutes(10));
        await scene.EventAsync(id, EventType.ThresholdRaised, "pm-high");
        Alert again = Assert.Single(scene.Book.Open(id));
        Assert.Equal((alert, (string?)null, 2), (again.Id, again.AcknowledgedBy, again.Count));
        AuditEntry entry = Assert.Single((await scene.Service.Get<AuditLog>().SearchAsync(action: "alert.acknowledge")).Items);
        Assert.Equal(("ann", alert.ToString()), (entry.Actor, entry.Subject));
    }

    [Fact]
    public async Task Causes_that_come_and_go_in_turn_are_all_counted()
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        string id = await scene.NodeAsync();
        long start = scene.Service.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        for (uint i = 1; i <= 60; i++)
        {
            await scene.EventAsync(id, i % 2 == 1 ? EventType.ThresholdRaised : EventType.ThresholdCleared, "r" + (i - 1) / 2 % 3,
                timeMs: start + i * 7_200_000L / 60, sequence: i);
        }
        AlertPage all = await scene.Book.SearchAsync(new AlertQuery(State: null, Device: id));
        Assert.Equal(3, all.Items.Select(a => a.Key).Distinct().Count());
        Assert.Equal(30, all.Items.Sum(a => a.Count));
        Assert.All(all.Items, a => Assert.False(a.Active));
    }
}
