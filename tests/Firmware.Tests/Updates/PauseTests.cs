using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Tests.Core;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>What an update waits for, gives way to, and how it goes on.</summary>
public sealed class PauseTests
{
    /// <summary>A release of ten blocks, so that there is time to disturb it.</summary>
    private static Release Long(int number = 2) => Release.Make(number, size: 9 * 4096);

    [Fact]
    public void A_power_cut_costs_no_block_that_was_there()
    {
        UpdateBench bench = new();
        Release release = Long();
        bench.Link.Want(release);
        for (int cut = 0; cut < 4; cut++)
        {
            int had = bench.Link.Requests.Count;
            bench.RunUntil(() => bench.Link.Requests.Count >= had + 2);
            bench.Run(100);
            bench.Boot(BootReason.PowerOn);
        }
        bench.RunUntil(() => bench.Running == "2.0.0");
        // Each block once, and the envelope; nothing twice, since each cut fell between two requests.
        uint[] offsets = [.. bench.Link.Requests.Select(r => r.Offset).Take(11)];
        Assert.Equal(offsets.Distinct(), offsets);
        Assert.Equal(10, bench.Link.Requests.Count(r => r.Offset != 0));
        bench.RunUntil(() => bench.Agent.State == UpdateState.Confirmed);
    }

    [Fact]
    public void A_broken_line_costs_no_block_that_was_there()
    {
        UpdateBench bench = new();
        bench.Link.Want(Long());
        bench.RunUntil(() => bench.Link.Requests.Count == 5);
        bench.Run(100);
        bench.Link.Reachable = false;
        bench.Link.Break();
        bench.Run(3_600_000);
        Assert.Equal(UpdateState.Downloading, bench.Agent.State);
        bench.Link.Reachable = true;
        bench.RunUntil(() => bench.Running == "2.0.0");
        Assert.Equal(10, bench.Link.Requests.Count(r => r.Offset != 0));
    }

    [Fact]
    public void A_pollution_episode_comes_first()
    {
        UpdateBench bench = new();
        NodeConfig config = new() { Version = 1, ThresholdCount = 1 };
        config.Thresholds[0].CopyFrom(new ThresholdRule
        {
            Id = "dust", Channel = Channels.Pm25, Level = new DecimalValue(100, 0), Hysteresis = new DecimalValue(10, 0),
        });
        bench.Link.Config = config;
        bench.Link.Want(Release.Make(2, size: 60 * 4096));
        bench.RunUntil(() => bench.Agent.State == UpdateState.Downloading);
        bench.Dust.Value = (_, _) => 2000;
        bench.RunUntil(() => bench.Agent.State == UpdateState.Paused);
        Assert.Equal(UpdateReason.Interlock, bench.Agent.Reason);
        bench.RunUntil(() => bench.Link.State!.Update.State == UpdateState.Paused);
        Assert.Equal(BoardStatus.InterlockEpisode, bench.Link.State!.BoardStatus.Interlocks);
        int requests = bench.Link.Requests.Count;
        bench.Run(7_200_000);
        Assert.Equal(requests, bench.Link.Requests.Count);
        bench.Dust.Value = (_, _) => 100;
        bench.RunUntil(() => bench.Agent.State == UpdateState.Staged);
        // A second one, on a bundle that is whole: the swap waits.
        bench.Dust.Value = (_, _) => 2000;
        bench.RunUntil(() => bench.Agent.State == UpdateState.Confirmed && bench.Running == "2.0.0");
        Assert.Equal(
            ["offered none", "downloading none 2.0.0", "paused interlock 2.0.0", "downloading none 2.0.0",
                "staged none 2.0.0", "testing none 2.0.0"],
            bench.Told.Take(6));
    }

    [Fact]
    public void The_swap_waits_for_its_time_and_the_download_does_not()
    {
        UpdateBench bench = new();
        bench.Link.ApplyFromMs = TestNode.Epoch2026 + 3_600_000;
        bench.Link.ApplyUntilMs = TestNode.Epoch2026 + 7_200_000;
        bench.Link.Want(Long());
        bench.RunUntil(() => bench.Agent.State == UpdateState.Staged, 120_000);
        bench.Run(60_000);
        Assert.Equal(UpdateReason.Window, bench.Agent.Reason);
        bench.RunUntil(() => bench.Running == "2.0.0", 3_700_000);
        Assert.Equal(2, bench.Boots);
        bench.RunUntil(() => bench.Agent.State == UpdateState.Confirmed);
        Assert.Single(bench.Told, text => text.StartsWith("staged", StringComparison.Ordinal));
    }

    [Fact]
    public void A_time_that_has_passed_is_told_and_a_new_one_is_taken()
    {
        UpdateBench bench = new();
        bench.Link.ApplyUntilMs = TestNode.Epoch2026 + 1;
        bench.Link.Want(Long());
        bench.RunUntil(() => bench.Agent.Reason == UpdateReason.WindowPassed);
        bench.Run(3_600_000);
        Assert.Equal(UpdateState.Staged, bench.Agent.State);
        bench.RunUntil(() => bench.Link.State!.Update.Reason == UpdateReason.WindowPassed);
        bench.Link.ApplyUntilMs = 0;
        bench.Link.Want(bench.Link.Target);
        bench.RunUntil(() => bench.Running == "2.0.0", 60_000);
        Assert.Single(bench.Told, text => text.StartsWith("offered", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(100)]
    public void A_target_that_is_withdrawn_is_given_up_until_the_swap(int atRequest)
    {
        UpdateBench bench = new();
        bench.Link.ApplyFromMs = TestNode.Epoch2026 + 100_000_000;
        bench.Link.Want(Long());
        bench.RunUntil(() => bench.Link.Requests.Count == atRequest || bench.Agent.State == UpdateState.Staged);
        bench.Link.Want(null);
        bench.RunUntil(() => bench.Agent.State == UpdateState.Canceled);
        Assert.Equal(UpdateReason.Operator, bench.Agent.Reason);
        int requests = bench.Link.Requests.Count;
        bench.Run(200_000_000);
        Assert.Equal(requests, bench.Link.Requests.Count);
        Assert.Equal("golden", bench.Running);
        Assert.Equal("canceled operator 2.0.0", bench.LastTold);
        // Asked for again, it goes on with what is there.
        bench.Link.ApplyFromMs = 0;
        bench.Install(bench.Link.Target ?? Long());
        Assert.True(bench.Link.Requests.Count <= 11 + 1 + 1);
    }

    [Fact]
    public void Another_target_takes_the_place_of_the_one_under_way()
    {
        UpdateBench bench = new();
        bench.Link.Want(Long(2));
        bench.RunUntil(() => bench.Link.Requests.Count == 6);
        bench.Install(Long(3));
        Assert.Contains("canceled superseded 2.0.0", bench.Told);
        Assert.DoesNotContain("staged none 2.0.0", bench.Told);
        Assert.Equal(2, bench.Boots);
    }

    [Fact]
    public void What_the_service_wants_during_a_trial_waits_for_its_end()
    {
        UpdateBench bench = new();
        bench.Link.Want(Long(2));
        bench.RunUntil(() => bench.Running == "2.0.0");
        bench.Install(Long(3));
        Assert.Contains("confirmed none 2.0.0", bench.Told);
        Assert.Equal(3, bench.Boots);
    }

    [Theory]
    [InlineData(true, UpdateReason.Busy)]
    [InlineData(false, UpdateReason.NoAnswer)]
    public void A_service_that_does_not_serve_is_asked_ever_more_seldom(bool busy, UpdateReason reason)
    {
        UpdateBench bench = new();
        bench.Link.Want(Long());
        bench.RunUntil(() => bench.Agent.State == UpdateState.Downloading);
        bench.Link.Faults = new UpdateFaults { Busy = busy ? 1 : 0 };
        bench.Link.Answers = busy;
        bench.RunUntil(() => bench.Agent.State == UpdateState.Paused);
        Assert.Equal(reason, bench.Agent.Reason);
        int requests = bench.Link.Requests.Count;
        bench.Run(10 * 3_600_000);
        // At most every five minutes, evenly: 2.5 on average, and what it takes to see that there is no answer.
        Assert.InRange(bench.Link.Requests.Count - requests, 100, 400);
        Assert.Equal(UpdateState.Paused, bench.Agent.State);
        bench.Link.Faults = new UpdateFaults();
        bench.Link.Answers = true;
        bench.RunUntil(() => bench.Running == "2.0.0");
    }

    /// <summary>Ten minutes of windows wait, and the update with them: what was measured goes first.</summary>
    [Fact]
    public void Telemetry_is_never_behind_blocks()
    {
        UpdateBench bench = new();
        bench.Link.Want(Release.Make(2, size: 60 * 4096));
        bench.RunUntil(() => bench.Agent.State == UpdateState.Downloading);
        bench.Run(30_000);
        bench.Run(180_000);
        uint produced = bench.Node.Outbox.Windows.Added;
        Assert.InRange((int)produced - bench.Link.Windows.Count, 0, 1);
    }
}
