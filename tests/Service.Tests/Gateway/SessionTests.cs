using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Tests.Gateway;

/// <summary>How sessions last and end: keep-alive, take-over, farewell, shutdown, and peers that vanish.</summary>
public sealed class SessionTests
{
    private const string Event = "ef/airbox-1/up/event";

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Silence_for_one_and_a_half_keep_alives_ends_it(byte version)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.ConnectAsync(version, keepAliveS: 60);
        gateway.Clock.Advance(TimeSpan.FromSeconds(59));
        await PingAsync(client);
        gateway.Clock.Advance(TimeSpan.FromSeconds(88));
        await PingAsync(client);
        gateway.Clock.Advance(TimeSpan.FromSeconds(92));
        await client.ReadFarewellAsync(version, 0x8D);
        Assert.Equal(LinkEnd.KeepAliveTimeout, (await gateway.Hub.NextAsync("disconnected")).End);
        Assert.False(gateway.Link.IsConnected("airbox-1"));
    }

    [Fact]
    public async Task Without_a_keep_alive_3_1_1_may_be_silent_for_days_and_5_is_given_one()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient old = await gateway.ConnectAsync(4, "airbox-1");
        await using RawClient young = await gateway.ConnectAsync(5, "airbox-2");
        gateway.Clock.Advance(TimeSpan.FromSeconds((GatewayLimits.DefaultKeepAliveS * 1.5) + 2));
        await young.ReadFarewellAsync(5, 0x8D);
        gateway.Clock.Advance(TimeSpan.FromDays(3));
        await PingAsync(old);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_second_session_takes_over(byte version)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient first = await gateway.ConnectAsync(version);
        IDeviceSession before = (await gateway.Hub.NextAsync("connected")).Session;
        await using RawClient second = await gateway.ConnectAsync(version);
        // The service hears of the end before it hears of the beginning.
        HubCall end = await gateway.Hub.NextAsync();
        Assert.Equal(("disconnected", LinkEnd.TakenOver), (end.What, end.End));
        Assert.Same(before, end.Session);
        HubCall begin = await gateway.Hub.NextAsync();
        Assert.Equal("connected", begin.What);
        Assert.NotSame(before, begin.Session);
        await first.ReadFarewellAsync(version, 0x8E);
        await PingAsync(second);
        Assert.True(gateway.Link.IsConnected("airbox-1"));
        // What is stored for the first one has nobody to be told.
        before.Stored([1]);
        await PingAsync(second);
    }

    [Fact]
    public async Task Many_take_overs_at_once_leave_one_session()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        List<RawClient> clients = [];
        for (int i = 0; i < 50; i++)
        {
            clients.Add(await gateway.OpenAsync());
        }
        await Task.WhenAll(clients.Select(client => client.SendAsync(Packets.Connect(5))));
        int begun = 0;
        int ended = 0;
        while (begun < 50 || ended < 49)
        {
            HubCall call = await gateway.Hub.NextAsync();
            if (call.What == "connected")
                begun++;
            else
                ended++;
            Assert.InRange(begun - ended, 0, 1);
        }
        Assert.True(gateway.Hub.IsQuiet);
        Assert.True(gateway.Link.IsConnected("airbox-1"));
        foreach (RawClient client in clients)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task A_farewell_and_a_cut_connection_are_told_apart()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient polite = await gateway.ConnectAsync(4, "airbox-1");
        await polite.SendAsync(Packets.Goodbye);
        await polite.ReadEndAsync();
        Assert.Equal(LinkEnd.Goodbye, (await gateway.Hub.NextAsync("disconnected")).End);
        RawClient rude = await gateway.ConnectAsync(4, "airbox-2");
        rude.Reset();
        Assert.Equal(LinkEnd.Lost, (await gateway.Hub.NextAsync("disconnected")).End);
        Assert.False(gateway.Link.IsConnected("airbox-2"));
    }

    [Theory]
    [InlineData(LinkEnd.Revoked, 0x87)]
    [InlineData(LinkEnd.Shutdown, 0x8B)]
    public async Task The_service_can_end_a_session(LinkEnd reason, int code)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await using RawClient client = await gateway.ConnectAsync(5);
        gateway.Link.Disconnect("airbox-1", reason);
        await client.ReadFarewellAsync(5, (byte)code);
        Assert.Equal(reason, (await gateway.Hub.NextAsync("disconnected")).End);
        // Nobody is there any more; that is no fault.
        gateway.Link.Disconnect("airbox-1", reason);
    }

    [Fact]
    public async Task A_shutdown_waits_for_what_is_on_its_way_to_the_disk()
    {
        ScriptedHub hub = new() { Receive = (_, _) => ValueTask.CompletedTask };
        await using TestGateway gateway = await TestGateway.StartAsync(hub);
        await using RawClient client = await gateway.ConnectAsync(5);
        await client.SendAsync(Packets.Publish(5, Event, [1], 77));
        HubCall call = await hub.NextAsync("received");
        Task stopping = gateway.StopAsync();
        call.Session.Stored([call.Receipt]);
        Packet acknowledged = await client.ReadAsync();
        Assert.Equal((0x40, 77), (acknowledged.Head, acknowledged.PacketId));
        await client.ReadFarewellAsync(5, 0x8B);
        await stopping;
        Assert.Equal(LinkEnd.Shutdown, (await hub.NextAsync("disconnected")).End);
    }

    [Fact]
    public async Task A_service_that_throws_costs_one_connection()
    {
        ScriptedHub hub = new() { Receive = (_, _) => throw new InvalidOperationException("the disk is gone") };
        await using TestGateway gateway = await TestGateway.StartAsync(hub);
        gateway.Expect("the disk is gone");
        await using RawClient other = await gateway.ConnectAsync(4, "airbox-2");
        await using RawClient client = await gateway.ConnectAsync(5);
        await client.SendAsync(Packets.Publish(5, Event, [1], 1));
        await client.ReadFarewellAsync(5, 0x80);
        await PingAsync(other);
    }

    [Fact]
    public async Task While_the_store_is_behind_nothing_more_is_read_than_fits()
    {
        TaskCompletionSource room = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int taken = 0;
        ScriptedHub hub = new()
        {
            Receive = (call, _) =>
            {
                taken++;
                call.Session.Stored([call.Receipt]);
                return new ValueTask(room.Task);
            },
        };
        await using TestGateway gateway = await TestGateway.StartAsync(hub);
        await using RawClient client = await gateway.ConnectAsync(4);
        byte[] packet = Packets.Publish(4, Event, new byte[4096], 1);
        await client.SendAsync(packet);
        await gateway.Hub.NextAsync("received");
        // As much as anybody takes: the sockets' own buffers, and one pipe's; never all of it.
        const int Offered = 256 * 1024 * 1024;
        long sent = 0;
        int refusals = 0;
        while (sent < Offered && refusals < 10_000)
        {
            int some = client.SendSome(packet[(int)(sent % packet.Length)..]);
            sent += some;
            refusals = some == 0 ? refusals + 1 : 0;
            await Task.Yield();
        }
        Assert.True(sent < 16 * 1024 * 1024, $"{sent} bytes were taken from one connection.");
        Assert.Equal(1, taken);
        // Others are served meanwhile, and the connection goes on once there is room.
        await using RawClient other = await gateway.ConnectAsync(4, "airbox-2");
        await PingAsync(other);
        room.SetResult();
        await client.SendAsync(packet[(int)(sent % packet.Length)..]);
        Assert.Equal(1, (await client.ReadAsync()).PacketId);
        Assert.Equal(1, (await client.ReadAsync()).PacketId);
    }

    private static async Task PingAsync(RawClient client)
    {
        await client.SendAsync(Packets.Ping);
        Assert.Equal(0xD0, (await client.ReadAsync()).Head);
    }
}
