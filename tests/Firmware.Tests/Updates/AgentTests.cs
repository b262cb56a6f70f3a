using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Tests.Core;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>The way of an update through a whole node, from the target to the proof.</summary>
public sealed class AgentTests
{
    [Fact]
    public void A_node_gets_to_its_target_and_tells_each_step()
    {
        UpdateBench bench = new();
        Release two = Release.Make(2);
        bench.Install(two);
        Assert.Equal(
            ["offered none", "downloading none 2.0.0", "staged none 2.0.0", "testing none 2.0.0", "confirmed none 2.0.0"],
            bench.Told);
        bench.Run(600_000);
        UpdateStatus update = bench.Link.State!.Update;
        Assert.True(bench.Link.State.HasUpdate);
        Assert.Equal(UpdateState.Confirmed, update.State);
        Assert.Equal(UpdateSlot.A, update.Running);
        Assert.True(update.Confirmed);
        Assert.Equal(two.Digest, update.Target);
        Assert.Equal(two.Digest, bench.Link.State.FirmwareDigest);
        Assert.Equal("sim", bench.Link.State.BoardStatus.HardwareClass);
        Assert.Equal(5, bench.Told.Length);
        // And again, into the other slot.
        bench.Install(Release.Make(3));
        bench.RunUntil(() => bench.Link.State!.Update.State == UpdateState.Confirmed);
        Assert.Equal(UpdateSlot.B, bench.Link.State!.Update.Running);
    }
}
