using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Web;

namespace EdgeFleet.Service.Tests.Telemetry;

/// <summary>What nodes say of their update and their board comes through, and outlives a restart of the service.</summary>
public sealed class UpdateReportTests
{
    [Fact]
    public async Task An_update_and_a_board_are_told_as_the_node_told_them()
    {
        await using Bench bench = await Bench.RunningAsync();
        ReportedState state = Plain();
        state.HasUpdate = true;
        state.Update.State = UpdateState.Paused;
        state.Update.Reason = UpdateReason.Interlock;
        state.Update.HasTarget = true;
        state.Update.Target[0] = 0xAB;
        state.Update.FetchedBytes = 4096;
        state.Update.TotalBytes = 61_464;
        state.Update.Running = UpdateSlot.B;
        state.Update.Attempt = 2;
        state.HasBoardStatus = true;
        state.BoardStatus.HardwareClass = "esp32-s3";
        state.BoardStatus.Interlocks = BoardStatus.InterlockEvent | BoardStatus.InterlockEpisode;
        state.BoardStatus.ChunksDropped = 3;
        await bench.ProjectAsync(Messages.Of("a", TopicKind.State, Bench.At(1), Messages.State(state)));
        await bench.RestartAsync();

        StateAnswer answer = bench.Reports.State("a")!;
        Assert.Equal(
            new UpdateAnswer(
                UpdateState.Paused, UpdateReason.Interlock, "ab" + new string('0', 62), 4096, 61_464, UpdateSlot.B, false, 0, 2, 0),
            answer.Update);
        Assert.Equal(new BoardAnswer("esp32-s3", null, true, false, true, 0, 3), answer.BoardStatus);
    }

    /// <summary>A node of an older version says nothing, and that is not the same as nothing to do.</summary>
    [Fact]
    public async Task A_node_that_does_not_tell_has_none()
    {
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(Messages.Of("a", TopicKind.State, Bench.At(1), Messages.State(Plain())));
        Assert.Null(bench.Reports.State("a")!.Update);
        Assert.Null(bench.Reports.State("a")!.BoardStatus);
    }

    [Fact]
    public void Every_state_and_reason_has_words_of_its_own()
    {
        string[] states = [.. Enum.GetValues<UpdateState>().Select(UpdateWords.Of)];
        string[] reasons = [.. Enum.GetValues<UpdateReason>().Select(UpdateWords.Of)];
        Assert.Equal(states, states.Distinct());
        Assert.Equal(reasons, reasons.Distinct());
        Assert.DoesNotContain(states, text => text.StartsWith("state ", StringComparison.Ordinal));
        Assert.DoesNotContain(reasons, text => text.StartsWith("Reason ", StringComparison.Ordinal));
        Assert.Equal("Reason 250, which this version has no words for.", UpdateWords.Of((UpdateReason)250));
    }

    private static ReportedState Plain() =>
        new() { Boots = 1, Sequence = 1, Epoch = 1, HardwareId = "a0b1c2d3e4f5", FirmwareVersion = "1.0.0" };
}
