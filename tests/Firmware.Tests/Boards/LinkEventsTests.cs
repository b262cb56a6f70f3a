using EdgeFleet.Boards.Esp32;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Boards;

/// <summary>What the MQTT library's threads tell the uplink's.</summary>
public sealed class LinkEventsTests
{
    private readonly LinkEvents _events = new();
    private readonly LinkEvent _taken = new();

    public LinkEventsTests() => _events.Begin(1);

    [Fact]
    public void Events_come_in_order_with_what_they_carry()
    {
        _events.Post(1, LinkEventType.Connected, 0);
        _events.PostMessage(1, TopicKind.Desired, [1, 2, 3]);
        _events.Post(1, LinkEventType.Stored, 17);
        Assert.Equal((LinkEventType.Connected, 0, 0), Take());
        Assert.Equal((LinkEventType.Message, 0, 3), Take());
        Assert.Equal((TopicKind.Desired, 3), (_taken.Topic, _taken.Payload[2]));
        Assert.Equal((LinkEventType.Stored, 17, 0), Take());
        Assert.False(_events.TryTake(_taken));
    }

    [Fact]
    public void Events_of_a_connection_that_was_given_up_are_gone()
    {
        _events.Post(1, LinkEventType.Stored, 1);
        _events.Begin(2);
        _events.Post(1, LinkEventType.Stored, 2);
        Assert.False(_events.TryTake(_taken));
        _events.Post(2, LinkEventType.Connected, 0);
        Assert.Equal((LinkEventType.Connected, 0, 0), Take());
    }

    [Fact]
    public void What_does_not_fit_breaks_the_connection_behind_what_did()
    {
        for (int i = 1; i <= BoardLimits.LinkEvents + 3; i++)
            _events.Post(1, LinkEventType.Stored, i);
        for (int i = 1; i <= BoardLimits.LinkEvents; i++)
            Assert.Equal((LinkEventType.Stored, i, 0), Take());
        Assert.Equal((LinkEventType.Disconnected, 0, 0), Take());
        Assert.False(_events.TryTake(_taken));
    }

    [Fact]
    public void Messages_are_bounded_by_themselves_since_they_hold_memory()
    {
        for (int i = 0; i <= BoardLimits.LinkMessages; i++)
            _events.PostMessage(1, TopicKind.Command, new byte[10]);
        for (int i = 0; i < BoardLimits.LinkMessages; i++)
            Assert.Equal((LinkEventType.Message, 0, 10), Take());
        Assert.Equal((LinkEventType.Disconnected, 0, 0), Take());
    }

    [Fact]
    public void The_largest_message_fits_when_it_is_alone()
    {
        for (int i = 0; i < 3; i++)
        {
            _events.PostMessage(1, TopicKind.BlockAnswer, new byte[Limits.MaxPayload]);
            Assert.Equal((LinkEventType.Message, 0, Limits.MaxPayload), Take());
        }

        _events.PostMessage(1, TopicKind.BlockAnswer, new byte[Limits.MaxPayload]);
        _events.PostMessage(1, TopicKind.Command, new byte[1]);
        Assert.Equal((LinkEventType.Message, 0, Limits.MaxPayload), Take());
        Assert.Equal((LinkEventType.Disconnected, 0, 0), Take());
    }

    [Fact]
    public void Messages_on_their_way_are_bounded_in_bytes_and_number()
    {
        InFlightBytes bytes = new(1000);
        Assert.True(bytes.HasRoom(5000));
        bytes.Add(1, 400);
        bytes.Add(2, 600);
        Assert.False(bytes.HasRoom(1));
        bytes.Remove(3);
        bytes.Remove(1);
        Assert.True(bytes.HasRoom(400));
        Assert.False(bytes.HasRoom(401));
        bytes.Clear();
        for (int i = 1; i <= BoardLimits.LinkRequests; i++)
            bytes.Add(i, 1);
        Assert.False(bytes.HasRoom(1));
    }

    [Fact]
    public void A_message_longer_than_any_of_ours_is_passed_over()
    {
        _events.PostMessage(1, TopicKind.Command, new byte[Limits.MaxPayload + 1]);
        Assert.False(_events.TryTake(_taken));
    }

    [Fact]
    public void The_queue_goes_round()
    {
        for (int i = 1; i <= 5 * BoardLimits.LinkEvents; i++)
        {
            _events.PostMessage(1, TopicKind.Command, [(byte)i]);
            _events.Post(1, LinkEventType.Stored, i);
            Assert.Equal((LinkEventType.Message, 0, 1), Take());
            Assert.Equal((byte)i, _taken.Payload[0]);
            Assert.Equal((LinkEventType.Stored, i, 0), Take());
        }
    }

    private (LinkEventType Type, int MessageId, int Length) Take()
    {
        Assert.True(_events.TryTake(_taken));
        return (_taken.Type, _taken.MessageId, _taken.PayloadLength);
    }
}
