using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Load;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Updates;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>Whatever an application out of a slot does, signed as it is: its board tries it three times, and goes back.</summary>
[Collection(LoadedCode.Name)]
public sealed class BadApplicationTests
{
    [Theory]
    [InlineData("throw new System.InvalidOperationException(\"at the start\");", "", false, "at the start")]
    [InlineData("", "throw new System.InvalidOperationException(\"in a step\");", false, "in a step")]
    [InlineData("EdgeFleet.Contracts.Topics.DownFilter(null!);", "", false, "EdgeFleet.Contracts")]
    [InlineData("while (true) hardware.Random();", "", true, "watchdog")]
    [InlineData("", "while (true) hardware.Files.Length(\"x\");", true, "watchdog")]
    public async Task It_is_given_up_after_three_boots(string start, string tick, bool hangs, string told)
    {
        (SimNode node, SimWorld world) = Board(TestApplications.Compile(start, tick));
        Assert.True(node.PowerOn());
        await world.RunAsync(10_000);
        Assert.Equal(hangs ? (0, 3) : (3, 0), (node.Crashes, node.Hangs));
        Assert.Contains(told, node.LastCrash, StringComparison.OrdinalIgnoreCase);
        AssertGolden(node, hangs ? UpdateReason.Hung : UpdateReason.BootFailed);
    }

    [Fact]
    public async Task What_is_signed_and_no_assembly_is_given_up_too()
    {
        (SimNode node, SimWorld world) = Board(TestApplications.Of(NodeKind.AirBox)[..10_000]);
        Assert.True(node.PowerOn());
        await world.RunAsync(10_000);
        Assert.Equal(3, node.Crashes);
        AssertGolden(node, UpdateReason.BootFailed);
    }

    [Fact]
    public async Task One_that_does_nothing_is_left_at_the_launchers_deadline()
    {
        (SimNode node, SimWorld world) = Board(TestApplications.Compile("", ""));
        Assert.True(node.PowerOn());
        Assert.Null(node.Runtime);
        await world.RunAsync(NodeLimits.LauncherDeadlineMs - 1000);
        Assert.Null(node.Runtime);
        await world.RunAsync(2000);
        Assert.Equal((0, 0), (node.Crashes, node.Hangs));
        AssertGolden(node, UpdateReason.DeadlinePassed);
    }

    private static (SimNode Node, SimWorld World) Board(byte[] application)
    {
        SimWorld world = new();
        SimNode node = world.Add(NodeKind.AirBox, 5, with: options => options with
        {
            TrustedKeys = [TestApplications.Modulus],
        });
        TestApplications.Stage(node, application);
        return (node, world);
    }

    private static void AssertGolden(SimNode node, UpdateReason reason)
    {
        Assert.NotNull(node.Runtime);
        Assert.Equal((UpdateState.Reverted, reason), (node.Runtime.Updates.State, node.Runtime.Updates.Reason));
        Assert.Equal(0, LoadedApplication.Count);
        BootRecord record = new(node.Files!, new Crc32());
        Assert.True(record.Load());
        Assert.True(record.KnownBad.Refuses(record.OutcomeOf.Digest, 0));
        node.PowerCut();
    }
}
