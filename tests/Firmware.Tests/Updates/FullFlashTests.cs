using EdgeFleet.Boards.Sim.Flash;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>The flash fills up in the middle of a download, whatever was free when it began.</summary>
public sealed class FullFlashTests
{
    private readonly SimFileStore _files = new(new SimFlash(256 * 1024, 1));
    private readonly UpdateBench _bench;

    public FullFlashTests()
    {
        _bench = new UpdateBench(1, () => _files);
        _bench.Settings.WindowSegments = 2;
        _bench.Settings.EventSegments = 2;
        _bench.Boot(BootReason.PowerOn);
        _bench.Install(UpdateStory.V1);
    }

    [Fact]
    public void What_was_fetched_gives_its_room_back_and_the_update_comes_later()
    {
        _bench.Link.Want(UpdateStory.V2);
        _bench.RunUntil(() => _files.Length("slot.b.0") > 0);
        _files.RefuseAsFull = true;
        _bench.RunUntil(() => _bench.Agent.State == UpdateState.Rejected);
        Assert.Equal(UpdateReason.NoRoom, _bench.Agent.Reason);
        Assert.Empty(_files.List("slot.b."));
        _files.RefuseAsFull = false;
        // No event had room; the report needs none.
        _bench.RunUntil(() => _bench.Link.State!.Update.State == UpdateState.Rejected);
        Assert.Equal(UpdateReason.NoRoom, _bench.Link.State!.Update.Reason);
        Assert.Equal("1.0.0", _bench.Running);
        // A restart looks anew, and so does a new attempt.
        _bench.Boot(BootReason.PowerOn);
        _bench.Install(UpdateStory.V2);
        Assert.Equal("2.0.0", _bench.Running);
    }
}
