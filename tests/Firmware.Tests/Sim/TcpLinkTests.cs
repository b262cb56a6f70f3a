using System.Text;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>The simulator's MQTT against a broker of others, over real sockets.</summary>
public sealed class TcpLinkTests : IAsyncLifetime
{
    private const string Device = Mosquitto.Device;
    private const string Desired = "ef/" + Device + "/down/desired";
    private const string Telemetry = "ef/" + Device + "/up/telemetry";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly LinkEvent _event = new();
    private readonly SemaphoreSlim _woken = new(0);
    private Mosquitto _broker = null!;
    private TcpLink _link = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await Mosquitto.StartAsync();
        Use(new TcpLinkOptions());
    }

    public async ValueTask DisposeAsync()
    {
        _link.Dispose();
        await _broker.DisposeAsync();
        _woken.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_go_up_acknowledged_and_come_down(bool version5)
    {
        Use(new TcpLinkOptions(version5));
        await _broker.KeepAsync(Telemetry);
        await ConnectAsync();
        Assert.Equal(LinkResult.Ok, _link.Subscribe(TopicKind.Desired, Device));
        await ExpectAsync(LinkEventType.Subscribed);

        Assert.Equal(LinkResult.Ok, _link.Publish(TopicKind.Telemetry, Device, [9, 0xA1, 0xFF, 9], 1, 2, out int first));
        await ExpectAsync(LinkEventType.Stored);
        Assert.Equal(first, _event.MessageId);
        Assert.Equal(LinkResult.Ok, _link.Publish(TopicKind.Telemetry, Device, [], 0, 0, out int second));
        await ExpectAsync(LinkEventType.Stored);
        Assert.Equal(second, _event.MessageId);
        Assert.NotEqual(first, second);
        Assert.Equal([$"1 {Telemetry} A1FF", $"1 {Telemetry} "], await _broker.TakeAsync(Telemetry, 2));

        await _broker.PublishAsync(Desired, [1, 2, 3]);
        await ExpectAsync(LinkEventType.Message);
        Assert.Equal((TopicKind.Desired, 3), (_event.Topic, _event.PayloadLength));
        Assert.Equal([1, 2, 3], _event.Payload[..3]);
    }

    [Fact]
    public async Task Many_messages_in_a_row_are_each_acknowledged_once_and_in_order()
    {
        await _broker.KeepAsync(Telemetry);
        await ConnectAsync();
        List<int> sent = [];
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(LinkResult.Ok, _link.Publish(TopicKind.Telemetry, Device, [(byte)i], 0, 1, out int id));
            sent.Add(id);
        }
        List<int> stored = [];
        while (stored.Count < sent.Count)
        {
            await ExpectAsync(LinkEventType.Stored);
            stored.Add(_event.MessageId);
        }
        Assert.Equal(sent, stored);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"1 {Telemetry} {i:X2}"), await _broker.TakeAsync(Telemetry, 20));
        Assert.False(_link.TryGetEvent(_event));
    }

    [Theory]
    [InlineData(false, Device, "another password")]
    [InlineData(true, Device, "another password")]
    [InlineData(false, "nobody", Mosquitto.Password)]
    [InlineData(true, "nobody", Mosquitto.Password)]
    public async Task A_wrong_user_or_password_is_told_as_such(bool version5, string user, string password)
    {
        Use(new TcpLinkOptions(version5));
        _link.Connect(Address(_broker.Port, user, password));
        await ExpectAsync(LinkEventType.NotAuthorised);
        // That is the end of this connection, and the next one may be better.
        Assert.Equal(LinkResult.Down, _link.Subscribe(TopicKind.Desired, Device));
        await ConnectAsync();
    }

    [Fact]
    public async Task A_message_that_is_refused_is_not_taken_for_stored()
    {
        // Only version 5 can say so; a gateway of version 3.1.1 can but hang up.
        Use(new TcpLinkOptions(Version5: true));
        await ConnectAsync();
        Assert.Equal(LinkResult.Ok, _link.Publish(TopicKind.Telemetry, "another", [1], 0, 1, out _));
        await ExpectAsync(LinkEventType.Disconnected);
    }

    [Fact]
    public async Task A_broker_that_dies_is_noticed_and_found_again()
    {
        await ConnectAsync();
        await _broker.KillAsync();
        await ExpectAsync(LinkEventType.Disconnected);
        Assert.Equal(LinkResult.Down, _link.Publish(TopicKind.Telemetry, Device, [1], 0, 1, out _));
        _link.Connect(Address(_broker.Port));
        await ExpectAsync(LinkEventType.Disconnected);
        await _broker.RestartAsync();
        await ConnectAsync();
        Assert.Equal(LinkResult.Ok, _link.Publish(TopicKind.Telemetry, Device, [1], 0, 1, out int id));
        await ExpectAsync(LinkEventType.Stored);
        Assert.Equal(id, _event.MessageId);
    }

    [Fact]
    public async Task A_partition_and_a_drop_break_the_connection()
    {
        await ConnectAsync();
        _link.Drop();
        await ExpectAsync(LinkEventType.Disconnected);
        await ConnectAsync();
        _link.Partitioned = true;
        await ExpectAsync(LinkEventType.Disconnected);
        _link.Connect(Address(_broker.Port));
        await ExpectAsync(LinkEventType.Disconnected);
        _link.Partitioned = false;
        await ConnectAsync();
    }

    [Fact]
    public async Task A_node_that_left_hears_nothing_more()
    {
        await ConnectAsync();
        _link.Disconnect();
        Assert.Equal(LinkResult.Down, _link.Publish(TopicKind.Telemetry, Device, [1], 0, 1, out _));
        Assert.False(_link.TryGetEvent(_event));
        await ConnectAsync();
        _link.PowerOff();
        Assert.False(_link.TryGetEvent(_event));
    }

    [Fact]
    public async Task Silence_is_filled_with_pings_and_a_silent_broker_given_up()
    {
        const byte Ping = 0xC0;
        await using TcpRelay relay = new(_broker.Port);
        Use(new TcpLinkOptions(KeepAliveS: 1));
        await ConnectAsync(relay.Port);
        // The broker hangs up after one and a half seconds without a packet; three pings are as many.
        using CancellationTokenSource enough = new(Patience);
        for (int pings = 0; pings < 3;)
            pings += await relay.Sent.ReadAsync(enough.Token) == Ping ? 1 : 0;
        Assert.Equal(LinkResult.Ok, _link.Publish(TopicKind.Telemetry, Device, [1], 0, 1, out _));
        await ExpectAsync(LinkEventType.Stored);
        relay.FallSilent();
        await ExpectAsync(LinkEventType.Disconnected);
    }

    [Fact]
    public async Task The_longest_messages_pass_and_longer_ones_do_not()
    {
        await _broker.KeepAsync(Telemetry);
        await ConnectAsync();
        byte[] longest = [.. Enumerable.Range(0, Limits.MaxPayload).Select(i => (byte)(i * 7))];
        Assert.Equal(
            LinkResult.TooLong, _link.Publish(TopicKind.Telemetry, Device, [.. longest, 1], 0, longest.Length + 1, out _));
        Assert.Equal(LinkResult.Ok, _link.Publish(TopicKind.Telemetry, Device, longest, 0, longest.Length, out _));
        await ExpectAsync(LinkEventType.Stored);
        Assert.Equal([$"1 {Telemetry} {Convert.ToHexString(longest)}"], await _broker.TakeAsync(Telemetry, 1));

        _link.Subscribe(TopicKind.Desired, Device);
        await ExpectAsync(LinkEventType.Subscribed);
        await _broker.PublishAsync(Desired, longest);
        await ExpectAsync(LinkEventType.Message);
        Assert.Equal(longest, _event.Payload[.._event.PayloadLength]);
        await _broker.PublishAsync(Desired, [.. longest, 1]);
        await ExpectAsync(LinkEventType.Disconnected);
    }

    [Fact]
    public async Task A_node_that_does_not_listen_holds_the_broker_back_and_loses_nothing()
    {
        await ConnectAsync();
        _link.Subscribe(TopicKind.Desired, Device);
        await ExpectAsync(LinkEventType.Subscribed);
        // More than the link keeps for a node that does not poll.
        const int Count = 200;
        await _broker.PublishLinesAsync(Desired, Enumerable.Range(0, Count).Select(i => $"{i}"));
        for (int i = 0; i < Count; i++)
        {
            await ExpectAsync(LinkEventType.Message);
            Assert.Equal($"{i}", Encoding.ASCII.GetString(_event.Payload, 0, _event.PayloadLength));
        }
    }

    [Fact]
    public async Task An_address_that_leads_nowhere_is_an_event_and_no_exception()
    {
        _link.Connect(new LinkAddress { Host = "no such host", Port = 1, ClientId = Device, User = Device, Password = "" });
        await ExpectAsync(LinkEventType.Disconnected);
        _link.Connect(new LinkAddress { Host = "127.0.0.1", Port = 0, ClientId = Device, User = Device, Password = "" });
        await ExpectAsync(LinkEventType.Disconnected);
    }

    private static LinkAddress Address(int port, string user = Device, string password = Mosquitto.Password) =>
        new() { Host = "127.0.0.1", Port = port, ClientId = Device, User = user, Password = password };

    private void Use(TcpLinkOptions options)
    {
        _link?.Dispose();
        _link = new TcpLink(options) { Wake = () => _woken.Release() };
    }

    private async Task ConnectAsync(int? port = null)
    {
        Assert.Equal(LinkResult.Ok, _link.Connect(Address(port ?? _broker.Port)));
        await ExpectAsync(LinkEventType.Connected);
    }

    private async Task ExpectAsync(LinkEventType type)
    {
        while (!_link.TryGetEvent(_event))
            Assert.True(await _woken.WaitAsync(Patience), $"No event came where {type} was to come.");
        Assert.Equal(type, _event.Type);
    }
}
