using EdgeFleet.Contracts;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Tests.Gateway;

/// <summary>PUBLISH and PUBACK from nodes: MQTT 3.1.1 and MQTT 5, sections 3.3 and 3.4.</summary>
public sealed class PublishTests
{
    private const string Telemetry = "ef/airbox-1/up/telemetry";

    [Theory]
    [InlineData(4, "telemetry", TopicKind.Telemetry)]
    [InlineData(5, "telemetry", TopicKind.Telemetry)]
    [InlineData(5, "event", TopicKind.Event)]
    [InlineData(5, "state", TopicKind.State)]
    [InlineData(5, "waveform", TopicKind.Waveform)]
    [InlineData(5, "reply", TopicKind.Reply)]
    [InlineData(5, "block", TopicKind.BlockRequest)]
    [InlineData(5, "of-a-version-to-come", TopicKind.None)]
    public async Task A_message_reaches_the_service_and_is_acknowledged_when_it_is_stored(
        byte version, string tail, TopicKind kind)
    {
        TaskCompletionSource stored = new();
        ScriptedHub hub = new() { Receive = (_, _) => ValueTask.CompletedTask };
        await using TestGateway gateway = await TestGateway.StartAsync(hub);
        await using RawClient client = await gateway.ConnectAsync(version);
        await client.SendAsync(Packets.Publish(version, "ef/airbox-1/up/" + tail, [1, 2, 3], packetId: 0x1234), Packets.Ping);
        HubCall call = await hub.NextAsync("received");
        Assert.Equal((kind, "airbox-1", "010203", (ushort)0x1234), (call.Kind, call.Id, call.Payload, call.Receipt));
        // The answer to the ping behind it shows that no acknowledgement went before the store had it.
        Assert.Equal(0xD0, (await client.ReadAsync()).Head);
        call.Session.Stored([call.Receipt]);
        Packet answer = await client.ReadAsync();
        Assert.Equal((0x40, 0x1234), (answer.Head, answer.PacketId));
    }

    [Fact]
    public async Task QoS_0_is_taken_and_not_acknowledged()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.ConnectAsync(4);
        await client.SendAsync(Packets.Publish(4, Telemetry, [7]), Packets.Ping);
        Assert.Equal((ushort)0, (await gateway.Hub.NextAsync("received")).Receipt);
        Assert.Equal(0xD0, (await client.ReadAsync()).Head);
    }

    [Fact]
    public async Task A_message_that_is_sent_again_is_taken_again()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.ConnectAsync(4);
        // DUP, QoS 1: whether the service has it is its affair; the node must get its acknowledgement.
        await client.SendAsync(Packets.Publish(4, Telemetry, [7], packetId: 9, flags: 0x0A));
        Assert.Equal("07", (await gateway.Hub.NextAsync("received")).Payload);
        Assert.Equal(9, (await client.ReadAsync()).PacketId);
    }

    [Fact]
    public async Task Many_messages_of_one_batch_are_acknowledged_in_order()
    {
        List<ushort> waiting = [];
        ScriptedHub hub = new()
        {
            Receive = (call, _) =>
            {
                waiting.Add(call.Receipt);
                if (waiting.Count == 100)
                    call.Session.Stored([.. waiting]);
                return ValueTask.CompletedTask;
            },
        };
        await using TestGateway gateway = await TestGateway.StartAsync(hub);
        await using RawClient client = await gateway.ConnectAsync(5);
        await client.SendAsync([.. Enumerable.Range(1, 100).Select(i => Packets.Publish(5, Telemetry, [(byte)i], (ushort)i))]);
        for (int i = 1; i <= 100; i++)
            Assert.Equal(i, (await client.ReadAsync()).PacketId);
    }

    public static TheoryData<string, byte, byte[], int> Faults() => new()
    {
        // What is wrong, version, packet, code of the farewell in MQTT 5.
        { "QoS 3", 4, Packets.Publish(4, Telemetry, [1], 1, flags: 0x06), 0x81 },
        { "QoS 3", 5, Packets.Publish(5, Telemetry, [1], 1, flags: 0x06), 0x81 },
        { "QoS 2", 4, Packets.Publish(4, Telemetry, [1], 1, flags: 0x04), 0x9B },
        { "QoS 2", 5, Packets.Publish(5, Telemetry, [1], 1, flags: 0x04), 0x9B },
        { "retain", 5, Packets.Publish(5, Telemetry, [1], 1, flags: 0x03), 0x9A },
        { "packet id 0", 4, Packets.Publish(4, Telemetry, [1], 0, flags: 0x02), 0x81 },
        { "packet id 0", 5, Packets.Publish(5, Telemetry, [1], 0, flags: 0x02), 0x82 },
        { "topic alias", 5, Packets.Publish(5, Telemetry, [1], 1, properties: [0x23, 0, 1]), 0x94 },
        { "a property twice", 5, Packets.Publish(5, Telemetry, [1], 1, properties: [0x01, 0, 0x01, 0]), 0x82 },
        { "a property of CONNECT", 5, Packets.Publish(5, Telemetry, [1], 1, properties: [0x11, 0, 0, 0, 1]), 0x82 },
        { "properties beyond the packet", 5, Packets.Make(0x30, [.. Packets.Text(Telemetry), 9]), 0x81 },
        { "topic beyond the packet", 5, Packets.Make(0x30, [0, 9, (byte)'e']), 0x81 },
        { "no topic at all", 4, Packets.Make(0x30, []), 0x81 },
        { "PUBREC", 5, Packets.Make(0x50, [0, 1]), 0x82 },
        { "PUBREL", 4, Packets.Make(0x62, [0, 1]), 0x82 },
        { "CONNACK", 5, Packets.Make(0x20, [0, 0]), 0x82 },
        { "AUTH", 5, Packets.Make(0xF0, [0]), 0x82 },
        { "type 0", 5, Packets.Make(0x00, []), 0x81 },
        { "PINGREQ with a body", 4, Packets.Make(0xC0, [1]), 0x81 },
        { "PUBACK without an id", 5, Packets.Make(0x40, []), 0x81 },
        { "PUBACK with id 0", 4, Packets.Make(0x40, [0, 0]), 0x81 },
        { "larger than allowed", 5, [0x30, 0x81, 0x40, 0x00], 0x95 },
        { "a length of five bytes", 4, [0x30, 0x80, 0x80, 0x80, 0x80, 0x01], 0x81 },
        { "a payload larger than the contract's", 5, Packets.Publish(5, Telemetry, new byte[Limits.MaxPayload + 1], 1), 0x95 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_breaks_the_protocol_ends_that_connection_alone(string what, byte version, byte[] packet, int code)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        gateway.Expect("it sent a packet that is not allowed");
        await using RawClient other = await gateway.ConnectAsync(4, "airbox-2");
        await using RawClient client = await gateway.ConnectAsync(version);
        await client.SendAsync(packet, Packets.Publish(version, Telemetry, [1], 7));
        await client.ReadFarewellAsync(version, (byte)code);
        HubCall end;
        do
            end = await gateway.Hub.NextAsync("disconnected");
        while (end.Session.Peer.Id != "airbox-1");
        Assert.Equal((what, LinkEnd.ProtocolError), (what, end.End));
        await other.SendAsync(Packets.Ping);
        Assert.Equal(0xD0, (await other.ReadAsync()).Head);
        Assert.True(gateway.Hub.IsQuiet, "A packet behind the fault was taken.");
    }

    [Theory]
    [InlineData("ef/airbox-2/up/telemetry", 0x87)]
    [InlineData("ef/airbox-1/down/desired", 0x87)]
    [InlineData("ef/claim/a0b1c2d3e4f5/up", 0x87)]
    [InlineData("ef/airbox-1/up", 0x90)]
    [InlineData("ef/airbox-11/up/telemetry", 0x87)]
    [InlineData("EF/airbox-1/up/telemetry", 0x90)]
    [InlineData("$SYS/broker", 0x90)]
    [InlineData("/", 0x90)]
    public async Task A_node_cannot_publish_as_another(string topic, int code)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        gateway.Expect("foreign-topic: airbox-1");
        foreach (byte version in (byte[])[4, 5])
        {
            await using RawClient client = await gateway.ConnectAsync(version);
            await client.SendAsync(Packets.Publish(version, topic, [1], 5));
            await client.ReadFarewellAsync(version, (byte)code);
            Assert.Equal(LinkEnd.ForeignTopic, (await gateway.Hub.NextAsync("disconnected")).End);
        }
        Assert.True(gateway.Hub.IsQuiet);
    }

    [Fact]
    public async Task More_unacknowledged_messages_than_agreed_end_a_connection_of_5()
    {
        ScriptedHub hub = new() { Receive = (_, _) => ValueTask.CompletedTask };
        await using TestGateway gateway = await TestGateway.StartAsync(hub);
        gateway.Expect("ReceiveMaximumExceeded");
        await using RawClient client = await gateway.ConnectAsync(5);
        await client.SendAsync(
            [.. Enumerable.Range(1, GatewayLimits.ReceiveMaximum + 1).Select(i => Packets.Publish(5, Telemetry, [1], (ushort)i))]);
        await client.ReadFarewellAsync(5, 0x93);
    }

    [Fact]
    public async Task A_claimant_speaks_for_one_board_and_for_claims_alone()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        gateway.Expect("foreign-topic");
        await using RawClient client = await gateway.ConnectAsync(5, "claim/spring-2026");
        await client.SendAsync(Packets.Publish(5, "ef/claim/a0b1c2d3e4f5/up", [1], 1));
        HubCall claim = await gateway.Hub.NextAsync("received");
        Assert.Equal((TopicKind.Claim, "a0b1c2d3e4f5"), (claim.Kind, claim.Id));
        Assert.Equal(1, (await client.ReadAsync()).PacketId);
        await client.SendAsync(Packets.Publish(5, "ef/claim/ffffffffffff/up", [1], 2));
        await client.ReadFarewellAsync(5, 0x87);
    }
}
