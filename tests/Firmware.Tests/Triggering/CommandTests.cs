using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Tests.Core;

namespace EdgeFleet.Firmware.Tests.Triggering;

/// <summary>Commands: carried out once, in time, and answered.</summary>
public sealed class CommandTests
{
    [Fact]
    public void Capture_now_captures_now_and_names_the_event()
    {
        BridgeBench bench = new BridgeBench().Online().Warm();
        Send(bench, 7, CommandType.CaptureNow);
        bench.Run(1000);
        Assert.Equal([(7u, ReplyStatus.Accepted, "")], Replies(bench));
        bench.Run(20_000);
        NodeEvent happened = Assert.Single(bench.Triggers);
        Assert.Equal(("asked for", Severity.Info, ""), (happened.Text, happened.Severity, happened.Channel));
        Assert.Equal(9, bench.Sent.Count(c => c.Capture == happened.Sequence));
        Assert.Equal((7u, ReplyStatus.Done, $"event {happened.Sequence}"), Replies(bench)[^1]);
        Assert.Equal(2, Replies(bench).Length);
    }

    [Fact]
    public void A_command_that_comes_again_is_answered_and_not_carried_out_again()
    {
        BridgeBench bench = new BridgeBench().Online().Warm();
        Send(bench, 7, CommandType.CaptureNow);
        bench.Run(20_000);
        Send(bench, 7, CommandType.CaptureNow);
        bench.Run(20_000);
        Assert.Single(bench.Triggers);
        Assert.Equal((7u, ReplyStatus.Done, "known already"), Replies(bench)[^1]);
        bench.Boot(newLink: true);
        bench.Online();
        Send(bench, 7, CommandType.CaptureNow);
        bench.Run(20_000);
        Assert.Empty(bench.Triggers);
        Assert.Equal([(7u, ReplyStatus.Done, "known already")], Replies(bench));
    }

    [Fact]
    public void A_command_that_comes_too_late_is_refused()
    {
        BridgeBench bench = new BridgeBench().Online();
        Send(bench, 1, CommandType.CaptureNow, -1);
        bench.Run(20_000);
        Assert.Equal([(1u, ReplyStatus.Expired, "")], Replies(bench));
        Assert.Empty(bench.Triggers);
    }

    [Theory]
    [InlineData(CommandType.Identify)]
    [InlineData(CommandType.SelfTest)]
    [InlineData(CommandType.SendLog)]
    [InlineData((CommandType)200)]
    public void What_the_node_cannot_do_is_refused(CommandType type)
    {
        BridgeBench bench = new BridgeBench().Online();
        Send(bench, 1, type);
        bench.Run(1000);
        Assert.Equal([(1u, ReplyStatus.Unsupported, "this node cannot do that")], Replies(bench));
    }

    [Fact]
    public void A_reboot_waits_for_its_reply_and_is_known_to_be_done_afterwards()
    {
        BridgeBench bench = new BridgeBench().Online();
        bool acknowledge = false;
        Func<Sent, bool> before = bench.Link.Acknowledge;
        bench.Link.Acknowledge = sent => (sent.Kind != TopicKind.Reply || acknowledge) && before(sent);
        Send(bench, 3, CommandType.Reboot);
        bench.Run(5000);
        Assert.Equal([(3u, ReplyStatus.Accepted, "")], Replies(bench));
        Assert.Equal(0, bench.Board.Reboots);
        bench.Link.Store(bench.Link.Of(TopicKind.Reply).Single().MessageId);
        bench.Run(100);
        Assert.Equal(1, bench.Board.Reboots);
        bench.Boot(newLink: true);
        bench.Online().Run(1000);
        Assert.Equal([(3u, ReplyStatus.Done, "")], Replies(bench));
        Send(bench, 3, CommandType.Reboot);
        bench.Run(20_000);
        Assert.Equal(1, bench.Board.Reboots);
    }

    [Fact]
    public void A_gateway_that_takes_no_reply_does_not_stop_a_reboot()
    {
        BridgeBench bench = new BridgeBench().Online();
        bench.Link.Acknowledge = sent => sent.Kind != TopicKind.Reply;
        Send(bench, 3, CommandType.Reboot);
        bench.Run(NodeLimits.RebootDelayMs + 100);
        Assert.Equal(1, bench.Board.Reboots);
    }

    [Fact]
    public void What_was_under_way_when_the_node_stopped_has_failed()
    {
        BridgeBench bench = new BridgeBench().Online().Warm();
        Send(bench, 9, CommandType.CaptureNow);
        bench.Run(2000);
        bench.Boot(newLink: true);
        bench.Online().Run(1000);
        Assert.Equal([(9u, ReplyStatus.Failed, "the node was restarted meanwhile")], Replies(bench));
    }

    /// <summary>A reply that is not acknowledged is sent again on the next connection.</summary>
    [Fact]
    public void Replies_survive_a_broken_connection()
    {
        BridgeBench bench = new BridgeBench().Online();
        Func<Sent, bool> before = bench.Link.Acknowledge;
        bench.Link.Acknowledge = sent => sent.Kind != TopicKind.Reply && before(sent);
        Send(bench, 5, CommandType.Identify);
        bench.Run(1000);
        bench.Link.Acknowledge = before;
        bench.Link.Break();
        bench.Run(1000);
        bench.Online().Run(1000);
        Assert.Equal(2, Replies(bench).Length);
        Assert.Single(Replies(bench).Distinct());
    }

    /// <summary>A flash that cannot say that a command was begun must not lead to its being carried out twice.</summary>
    [Fact]
    public void Without_flash_nothing_is_carried_out()
    {
        BridgeBench bench = new BridgeBench().Online().Warm();
        bench.Storage.Broken = true;
        Send(bench, 5, CommandType.CaptureNow);
        bench.Run(1000);
        Assert.Equal([(5u, ReplyStatus.Failed, "flash write failed")], Replies(bench));
        bench.Storage.Broken = false;
        bench.Run(20_000);
        Assert.Empty(bench.Triggers);
    }

    [Fact]
    public void Bytes_that_are_no_command_are_counted_and_do_no_harm()
    {
        BridgeBench bench = new BridgeBench().Online();
        bench.Link.Deliver(TopicKind.Command, [0xA0]);
        bench.Run(1000);
        Assert.Equal(1u, bench.Node.Uplink.BadMessages);
        Assert.Empty(Replies(bench));
    }

    private static void Send(BridgeBench bench, uint id, CommandType type, long validMs = 60_000)
    {
        Command command = new() { Id = id, Type = type, ExpiryMs = TestNode.Epoch2026 + bench.NowMs + validMs };
        bench.Link.Deliver(TopicKind.Command, ScriptedLink.Bytes(command.Write));
    }

    private static (uint Id, ReplyStatus Status, string Text)[] Replies(BridgeBench bench) =>
    [
        .. bench.Link.Of(TopicKind.Reply).Select(sent =>
        {
            CommandReply reply = new();
            Assert.Equal(ContractError.None, reply.Read(new CborReader(sent.Payload)));
            return (reply.Id, reply.Status, reply.Text);
        }),
    ];
}
