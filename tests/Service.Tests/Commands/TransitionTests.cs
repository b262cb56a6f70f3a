using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Commands;

namespace EdgeFleet.Service.Tests.Commands;

/// <summary>The whole table of what a command becomes, one row a case.</summary>
public sealed class TransitionTests
{
    // Rows: the state before. Columns: Accepted, Done, Failed, Expired, Unsupported, a status of a later version.
    [Theory]
    [InlineData(CommandState.Waiting, "Accepted Done Failed Expired Unsupported Waiting")]
    [InlineData(CommandState.Sent, "Accepted Done Failed Expired Unsupported Sent")]
    [InlineData(CommandState.Accepted, "Accepted Done Failed Expired Unsupported Accepted")]
    [InlineData(CommandState.Done, "Done Done Done Done Done Done")]
    [InlineData(CommandState.Failed, "Failed Failed Failed Failed Failed Failed")]
    [InlineData(CommandState.Expired, "Expired Done Failed Expired Unsupported Expired")]
    [InlineData(CommandState.Unsupported, "Unsupported Unsupported Unsupported Unsupported Unsupported Unsupported")]
    [InlineData(CommandState.Canceled, "Canceled Done Failed Expired Unsupported Canceled")]
    public void Answers(CommandState before, string after)
    {
        ReplyStatus[] replies = [ReplyStatus.Accepted, ReplyStatus.Done, ReplyStatus.Failed, ReplyStatus.Expired,
            ReplyStatus.Unsupported, (ReplyStatus)77];
        Assert.Equal(after, string.Join(' ', replies.Select(r => CommandTransitions.After(before, r))));
    }

    // Columns: a second before the expiry, at it, a second before the grace ends, at its end.
    [Theory]
    [InlineData(CommandState.Waiting, "Waiting Expired Expired Expired")]
    [InlineData(CommandState.Sent, "Sent Sent Sent Expired")]
    [InlineData(CommandState.Accepted, "Accepted Accepted Accepted Expired")]
    [InlineData(CommandState.Done, "Done Done Done Done")]
    [InlineData(CommandState.Failed, "Failed Failed Failed Failed")]
    [InlineData(CommandState.Canceled, "Canceled Canceled Canceled Canceled")]
    public void Time(CommandState before, string after)
    {
        int[] seconds = [-1, 0, CommandLimits.AnswerGraceS - 1, CommandLimits.AnswerGraceS];
        Assert.Equal(after, string.Join(' ', seconds.Select(
            s => CommandTransitions.After(before, TimeSpan.FromSeconds(s)))));
    }
}
