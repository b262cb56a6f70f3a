using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>When a confirmed image that crashes is kept, and when it is given up.</summary>
public sealed class SettleTests
{
    private readonly UpdateBench _bench = new();

    public SettleTests()
    {
        _bench.Install(UpdateStory.V1);
        _bench.Install(UpdateStory.V2);
    }

    [Fact]
    public void A_node_that_reports_may_crash_after_it()
    {
        for (int i = 0; i < 10; i++)
        {
            _bench.Boot(BootReason.Crash);
            Assert.Equal(1, _bench.Agent.Record.Attempts);
            _bench.RunUntil(() => _bench.Agent.Record.Attempts == 0, 5 * 60_000);
        }
        Assert.Equal("2.0.0", _bench.Running);
    }

    [Fact]
    public void A_node_that_nobody_hears_may_crash_once_in_a_while()
    {
        _bench.Link.Reachable = false;
        for (int i = 0; i < 10; i++)
        {
            _bench.Boot(BootReason.Watchdog);
            _bench.Run(NodeLimits.TestDeadlineMs + 60_000);
        }
        Assert.Equal("2.0.0", _bench.Running);
        Assert.Equal(0, _bench.Agent.Record.Attempts);
    }

    [Fact]
    public void A_node_that_nobody_hears_and_that_crashes_over_and_over_goes_back()
    {
        _bench.Link.Reachable = false;
        for (int i = 0; i < 4; i++)
        {
            _bench.Boot(BootReason.Watchdog);
            _bench.Run(NodeLimits.TestDeadlineMs - 60_000);
        }
        Assert.Equal("1.0.0", _bench.Running);
        Assert.Equal(UpdateReason.Hung, _bench.Agent.Reason);
        // And when somebody hears it, what failed is not tried again.
        _bench.Link.Reachable = true;
        _bench.RunUntil(() => _bench.LastTold.StartsWith("reverted", StringComparison.Ordinal));
        _bench.Run(10 * 60_000);
        Assert.Equal("1.0.0", _bench.Running);
    }
}
