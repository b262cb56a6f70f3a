using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Link;

/// <summary>An event on its way to the node; small, because thousands of nodes hold some each.</summary>
internal readonly record struct SimLinkEvent(
    LinkEventType Type, int MessageId = 0, TopicKind Topic = TopicKind.None, byte[]? Payload = null)
{
    public void CopyTo(LinkEvent target)
    {
        target.Type = Type;
        target.MessageId = MessageId;
        target.Topic = Topic;
        target.PayloadLength = Payload?.Length ?? 0;
        Payload?.CopyTo(target.Payload, 0);
    }
}
