using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Tests.Gateway;

/// <summary>CONNECT and CONNACK: MQTT 3.1.1 and MQTT 5, sections 3.1 and 3.2.</summary>
public sealed class ConnectTests
{
    [Fact]
    public async Task A_device_of_3_1_1_is_let_in()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.OpenAsync();
        await client.SendAsync(Packets.Connect(4));
        Packet answer = await client.ReadAsync();
        Assert.Equal([0x20, 0, 0], [answer.Head, .. answer.Body]);
        HubCall call = await gateway.Hub.NextAsync();
        Assert.Equal(("connected", "airbox-1"), (call.What, call.Session.Peer.Id));
        Assert.True(gateway.Link.IsConnected("airbox-1"));
    }

    [Fact]
    public async Task A_device_of_5_is_told_what_is_not_supported()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.OpenAsync();
        // Session Expiry Interval: an hour. No client id, no keep-alive.
        await client.SendAsync(Packets.Connect(5, clientId: "", properties: [0x11, 0, 0, 0x0e, 0x10]));
        Packet answer = await client.ReadAsync();
        Assert.Equal(
            [
                0, 0, (byte)(answer.Body.Length - 3),
                0x11, 0, 0, 0, 0, // The session ends with the connection.
                0x21, 1, 0, // Receive Maximum 256.
                0x24, 1, // Maximum QoS.
                0x25, 0, // Retain Available.
                0x27, 0, 0, 0x20, 0, // Maximum Packet Size 8,192.
                0x12, .. Packets.Text("airbox-1"), // Assigned Client Identifier.
                0x29, 0, // Subscription Identifiers Available.
                0x2A, 0, // Shared Subscription Available.
                0x13, 0x04, 0xB0, // Server Keep Alive: 20 minutes.
            ],
            answer.Body);
    }

    [Fact]
    public async Task The_hub_sees_what_the_peer_shows()
    {
        Credentials? seen = null;
        ScriptedHub hub = new();
        hub.Admit = credentials =>
        {
            seen = credentials;
            return new Admission(new Peer(PeerRole.Device, credentials.User), Refusal.None);
        };
        await using TestGateway gateway = await TestGateway.StartAsync(hub);
        await using RawClient client = await gateway.OpenAsync();
        await client.SendAsync(Packets.Connect(4, clientId: "kitchen", user: "airbox-7", password: "0.abc"));
        await client.ReadAsync();
        Assert.Equal(new Credentials("kitchen", "airbox-7", "0.abc", null, "127.0.0.1", false), seen);
    }

    [Theory]
    [InlineData(Refusal.UnknownUser, 4, 0x86)]
    [InlineData(Refusal.WrongPassword, 4, 0x86)]
    [InlineData(Refusal.TokenExpired, 4, 0x86)]
    [InlineData(Refusal.Quarantined, 5, 0x8A)]
    [InlineData(Refusal.Decommissioned, 5, 0x87)]
    [InlineData(Refusal.ServiceBusy, 3, 0x89)]
    public async Task A_refusal_has_a_code(Refusal refusal, byte code311, byte code5)
    {
        ScriptedHub hub = new() { Admit = _ => new Admission(null, refusal) };
        await using TestGateway gateway = await TestGateway.StartAsync(hub);
        foreach (byte version in (byte[])[4, 5])
        {
            await using RawClient client = await gateway.OpenAsync();
            await client.SendAsync(Packets.Connect(version));
            Packet answer = await client.ReadAsync();
            Assert.Equal(0x20, answer.Head);
            Assert.Equal([0, version == 4 ? code311 : code5], answer.Body[..2]);
            await client.ReadEndAsync();
        }
        Assert.True(hub.IsQuiet);
        Assert.False(gateway.Link.IsConnected("airbox-1"));
    }

    public static TheoryData<string, byte, byte[], int> Refused() => new()
    {
        // What is asked for, version, packet, code of the CONNACK; -1: closed without one.
        { "MQTT 3.1", 3, Packets.Connect(3, protocol: "MQIsdp"), 1 },
        { "level 3 under the new name", 3, Packets.Connect(3), 1 },
        { "a version to come", 6, Packets.Connect(6), 0x84 },
        { "another protocol", 4, Packets.Connect(4, protocol: "AMQP"), -1 },
        { "reserved flag", 4, Packets.Connect(4, flags: 0x03), -1 },
        { "reserved flag", 5, Packets.Connect(5, flags: 0x03), 0x81 },
        { "reserved bits of the fixed header", 4, [0x12, .. Packets.Connect(4)[1..]], -1 },
        { "password without user name", 4, Packets.Connect(4, user: null), -1 },
        { "empty client id without clean session", 4, Packets.Connect(4, clientId: "", flags: 0), 2 },
        { "client id with U+0000", 4, Packets.Connect(4, clientId: "a\0b"), -1 },
        { "client id with U+0000", 5, Packets.Connect(5, clientId: "a\0b"), 0x81 },
        { "bytes behind the password", 4, Packets.Make(0x10, [.. Packets.Connect(4)[2..], 0]), -1 },
        { "cut off in the password", 4, Packets.Make(0x10, Packets.Connect(4)[2..^1]), -1 },
        { "cut off in the properties", 5, Packets.Make(0x10, [.. Packets.Text("MQTT"), 5, 2, 0, 0, 9]), 0x81 },
        { "will of QoS 0", 4, Packets.Connect(4, flags: 0x06, will: [.. Packets.Text("ef/a/up/x"), 0, 0]), 5 },
        { "will of QoS 0", 5, Packets.Connect(5, flags: 0x06, will: [0, .. Packets.Text("t"), 0, 0]), 0x83 },
        { "will of QoS 2", 5, Packets.Connect(5, flags: 0x16, will: [0, .. Packets.Text("t"), 0, 0]), 0x9B },
        { "will that is retained", 5, Packets.Connect(5, flags: 0x26, will: [0, .. Packets.Text("t"), 0, 0]), 0x9A },
        { "will of QoS 3", 5, Packets.Connect(5, flags: 0x1E, will: [0, .. Packets.Text("t"), 0, 0]), 0x81 },
        { "will QoS without a will", 4, Packets.Connect(4, flags: 0x0A), -1 },
        { "enhanced authentication", 5, Packets.Connect(5, properties: [0x15, .. Packets.Text("SCRAM")]), 0x8C },
        { "authentication data alone", 5, Packets.Connect(5, properties: [0x16, 0, 1, 7]), 0x82 },
        { "Receive Maximum 0", 5, Packets.Connect(5, properties: [0x21, 0, 0]), 0x82 },
        { "Maximum Packet Size 0", 5, Packets.Connect(5, properties: [0x27, 0, 0, 0, 0]), 0x82 },
        { "a property twice", 5, Packets.Connect(5, properties: [0x21, 0, 9, 0x21, 0, 9]), 0x82 },
        { "a property of another packet", 5, Packets.Connect(5, properties: [0x23, 0, 9]), 0x82 },
        { "an unknown property", 5, Packets.Connect(5, properties: [0x7E, 0]), 0x81 },
        { "Request Problem Information 2", 5, Packets.Connect(5, properties: [0x17, 2]), 0x82 },
        { "a user name of 257 bytes", 4, Packets.Connect(4, user: new string('u', 257)), -1 },
        { "a packet that is too large", 4, [0x10, 0x81, 0x40], -1 },
        { "a length of five bytes", 4, [0x10, 0x80, 0x80, 0x80, 0x80, 0x01], -1 },
        { "a length with a byte too many", 4, [0x10, 0x80, 0x00], -1 },
        { "another packet first", 4, Packets.Ping, -1 },
        { "HTTP", 4, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), -1 },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_be_served_is_refused(string what, byte version, byte[] packet, int code)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.OpenAsync();
        await client.SendAsync(packet);
        if (code >= 0)
        {
            Packet answer = await client.ReadAsync();
            Assert.Equal((what, version, 0x20, code), (what, version, answer.Head, answer.Body[1]));
        }
        await client.ReadEndAsync();
        Assert.True(gateway.Hub.IsQuiet);
    }

    [Fact]
    public async Task A_packet_may_come_byte_by_byte()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.OpenAsync();
        foreach (byte b in Packets.Connect(5))
            await client.SendAsync([b]);
        Assert.Equal(0, (await client.ReadAsync()).Body[1]);
    }

    [Fact]
    public async Task Packets_behind_CONNECT_need_not_wait_for_the_answer()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.OpenAsync();
        await client.SendAsync(
            Packets.Connect(4), Packets.Publish(4, "ef/airbox-1/up/event", [1], packetId: 3), Packets.Ping);
        Assert.Equal(0x20, (await client.ReadAsync()).Head);
        Assert.Equal(3, (await client.ReadAsync()).PacketId);
        Assert.Equal(0xD0, (await client.ReadAsync()).Head);
    }

    [Fact]
    public async Task Who_says_nothing_is_sent_away()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient silent = await gateway.OpenAsync();
        await using RawClient half = await gateway.OpenAsync();
        await half.SendAsync(Packets.Connect(4)[..5]);
        // Known to the gateway once it has been accepted: this one was accepted after them.
        await using RawClient served = await gateway.ConnectAsync(4);
        gateway.Clock.Advance(TimeSpan.FromMilliseconds(GatewayLimits.ConnectTimeoutMs - 1000));
        await served.SendAsync(Packets.Ping);
        await served.ReadAsync();
        gateway.Clock.Advance(TimeSpan.FromMilliseconds(2000));
        await silent.ReadEndAsync();
        await half.ReadEndAsync();
        await served.SendAsync(Packets.Ping);
        Assert.Equal(0xD0, (await served.ReadAsync()).Head);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_second_CONNECT_ends_the_connection(byte version)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        gateway.Expect("ProtocolError");
        await using RawClient client = await gateway.ConnectAsync(version);
        await client.SendAsync(Packets.Connect(version));
        await client.ReadFarewellAsync(version, 0x82);
        Assert.Equal(LinkEnd.ProtocolError, (await gateway.Hub.NextAsync("disconnected")).End);
    }

    [Fact]
    public async Task Who_is_revoked_while_it_is_let_in_is_refused()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        gateway.Hub.Connected = session => gateway.Link.Disconnect(session.Peer.Id, LinkEnd.Revoked);
        await using RawClient client = await gateway.OpenAsync();
        await client.SendAsync(Packets.Connect(5));
        Assert.Equal(0x87, (await client.ReadAsync()).Body[1]);
        await client.ReadEndAsync();
        Assert.Equal(LinkEnd.Revoked, (await gateway.Hub.NextAsync("disconnected")).End);
    }
}
