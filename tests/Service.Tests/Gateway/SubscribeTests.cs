using EdgeFleet.Contracts;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Tests.Gateway;

/// <summary>SUBSCRIBE, UNSUBSCRIBE and messages to nodes: sections 3.8 to 3.11, and 4.3 of both versions.</summary>
public sealed class SubscribeTests
{
    private const string Desired = "ef/airbox-1/down/desired";

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_node_gets_what_it_subscribed_to(byte version)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.ConnectAsync(version);
        Assert.False(await gateway.Link.SendAsync(TopicKind.Desired, "airbox-1", new byte[] { 1 }));
        await client.SendAsync(Packets.Subscribe(version, 3, (Desired, 1)));
        Packet granted = await client.ReadAsync();
        Assert.Equal((0x90, 3, (byte)1), (granted.Head, granted.PacketId, granted.Body[^1]));
        HubCall call = await gateway.Hub.NextAsync("subscribed");
        Assert.Equal((TopicKind.Desired, "airbox-1"), (call.Kind, call.Id));

        Assert.True(await gateway.Link.SendAsync(TopicKind.Desired, "airbox-1", new byte[] { 1, 2 }));
        Assert.False(await gateway.Link.SendAsync(TopicKind.Command, "airbox-1", new byte[] { 3 }));
        Packet message = await client.ReadAsync();
        Assert.Equal(0x32, message.Head);
        byte[] properties = version == 5 ? [0] : [];
        Assert.Equal([.. Packets.Text(Desired), message.Body[2 + Desired.Length], message.Body[3 + Desired.Length], .. properties, 1, 2], message.Body);

        await client.SendAsync(Packets.Unsubscribe(version, 4, Desired));
        Assert.Equal((0xB0, 4), Head(await client.ReadAsync()));
        Assert.False(await gateway.Link.SendAsync(TopicKind.Desired, "airbox-1", new byte[] { 1 }));
    }

    [Theory]
    // Filter, asked QoS, what 3.1.1 says, what 5 says.
    [InlineData("ef/airbox-1/down/#", 1, 1, 1)]
    [InlineData("ef/airbox-1/down/+", 0, 0, 0)]
    [InlineData("ef/airbox-1/down/command", 2, 1, 1)]
    [InlineData("ef/airbox-1/down/later", 1, 1, 1)]
    [InlineData("ef/airbox-2/down/#", 1, 0x80, 0x87)]
    [InlineData("ef/airbox-1/up/#", 1, 0x80, 0x87)]
    [InlineData("ef/#", 1, 0x80, 0x87)]
    [InlineData("#", 1, 0x80, 0x87)]
    [InlineData("ef/+/down/desired", 1, 0x80, 0x87)]
    [InlineData("$SYS/#", 1, 0x80, 0x87)]
    [InlineData("ef/airbox-1/down/de#", 1, 0x80, 0x8F)]
    [InlineData("ef/airbox-1/down/#/x", 1, 0x80, 0x8F)]
    [InlineData("$share/g/ef/airbox-1/down/#", 1, 0x80, 0x9E)]
    public async Task Filters_are_judged_one_by_one(string filter, int qos, byte code311, byte code5)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        foreach (byte version in (byte[])[4, 5])
        {
            await using RawClient client = await gateway.ConnectAsync(version, "airbox-1");
            await client.SendAsync(Packets.Subscribe(version, 9, (Desired, 1), (filter, qos)));
            Packet granted = await client.ReadAsync();
            Assert.Equal([1, version == 4 ? code311 : code5], granted.Body[^2..]);
        }
    }

    [Fact]
    public async Task Filters_of_a_session_are_bounded()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.ConnectAsync(5);
        await client.SendAsync(Packets.Subscribe(5, 1, [.. Enumerable.Range(0, 9).Select(i => ($"ef/airbox-1/down/x{i}", 1))]));
        Packet granted = await client.ReadAsync();
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 1, 0x97], granted.Body[^9..]);
    }

    public static TheoryData<string, byte, byte[], int> Faults() => new()
    {
        { "no filter", 4, Packets.Subscribe(4, 1), 0x82 },
        { "no filter", 5, Packets.Subscribe(5, 1), 0x82 },
        { "packet id 0", 4, Packets.Subscribe(4, 0, (Desired, 1)), 0x81 },
        { "QoS 3", 4, Packets.Subscribe(4, 1, (Desired, 3)), 0x81 },
        { "reserved bits of the options", 5, Packets.Subscribe(5, 1, (Desired, 0xC1)), 0x81 },
        { "wrong flags", 5, [0x80, .. Packets.Subscribe(5, 1, (Desired, 1))[1..]], 0x81 },
        { "subscription identifier", 5, Packets.Make(0x82, [0, 1, 2, 0x0B, 5, .. Packets.Text(Desired), 1]), 0xA1 },
        { "unsubscribe from nothing", 5, Packets.Unsubscribe(5, 1), 0x82 },
        { "empty filter", 4, Packets.Subscribe(4, 1, ("", 1)), 0x81 },
        { "cut off in the filter", 4, Packets.Make(0x82, [0, 1, 0, 20, 65]), 0x81 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_breaks_the_protocol_ends_the_connection(string what, byte version, byte[] packet, int code)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        gateway.Expect("it sent a packet that is not allowed");
        await using RawClient client = await gateway.ConnectAsync(version);
        await client.SendAsync(packet);
        await client.ReadFarewellAsync(version, (byte)code);
        Assert.Equal((what, LinkEnd.ProtocolError), (what, (await gateway.Hub.NextAsync("disconnected")).End));
    }

    [Fact]
    public async Task A_node_that_does_not_acknowledge_is_not_flooded()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.ConnectAsync(5);
        await client.SendAsync(Packets.Subscribe(5, 1, ("ef/airbox-1/down/#", 1)));
        await client.ReadAsync();
        int taken = 0;
        while (await gateway.Link.SendAsync(TopicKind.Command, "airbox-1", new byte[] { (byte)taken }))
            taken++;
        Assert.Equal(GatewayLimits.SendMaximum + GatewayLimits.SendQueue, taken);
        List<Packet> first = [];
        for (int i = 0; i < GatewayLimits.SendMaximum; i++)
            first.Add(await client.ReadAsync());
        // Nothing more until something is acknowledged: the answer to a ping comes next.
        await client.SendAsync(Packets.Ping);
        Assert.Equal(0xD0, (await client.ReadAsync()).Head);
        await client.SendAsync(Packets.PubAck(IdOf(first[0])));
        Assert.Equal(GatewayLimits.SendMaximum, (await client.ReadAsync()).Body[^1]);
    }

    [Fact]
    public async Task The_peers_own_bounds_are_kept()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.OpenAsync();
        // Receive Maximum 1, Maximum Packet Size 64.
        await client.SendAsync(
            Packets.Connect(5, properties: [0x21, 0, 1, 0x27, 0, 0, 0, 64]), Packets.Subscribe(5, 1, (Desired, 1)));
        await client.ReadAsync();
        await client.ReadAsync();
        Assert.False(await gateway.Link.SendAsync(TopicKind.Desired, "airbox-1", new byte[64]));
        Assert.True(await gateway.Link.SendAsync(TopicKind.Desired, "airbox-1", new byte[] { 1 }));
        Assert.True(await gateway.Link.SendAsync(TopicKind.Desired, "airbox-1", new byte[] { 2 }));
        Packet first = await client.ReadAsync();
        await client.SendAsync(Packets.Ping);
        Assert.Equal(0xD0, (await client.ReadAsync()).Head);
        await client.SendAsync(Packets.PubAck(IdOf(first)));
        Assert.Equal(2, (await client.ReadAsync()).Body[^1]);
    }

    private static (int, int) Head(Packet packet) => (packet.Head, packet.PacketId);

    private static ushort IdOf(Packet publish)
    {
        int topic = (publish.Body[0] << 8) | publish.Body[1];
        return (ushort)((publish.Body[2 + topic] << 8) | publish.Body[3 + topic]);
    }
}
