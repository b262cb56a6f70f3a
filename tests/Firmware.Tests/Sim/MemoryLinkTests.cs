using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>That a network in memory fails as it was told, and in the same way every time.</summary>
public sealed class MemoryLinkTests
{
    private static readonly LinkFaults Storm = new()
    {
        Loss = 0.03,
        Duplicate = 0.1,
        Reorder = 0.1,
        MinDelayMs = 5,
        DelayMs = 200,
        DropsPerHour = 20,
        Partitions = [new Partition(SimWorld.StartUtcMs + 100_000, SimWorld.StartUtcMs + 160_000)],
    };

    private readonly FakeGateway _gateway = new();
    private readonly LinkEvent _event = new();

    [Fact]
    public async Task The_same_seed_gives_the_same_history_whatever_the_threads_do()
    {
        List<string> first = await StormAsync(1);
        Assert.True(first.Count > 2000, $"Only {first.Count} events.");
        Assert.Equal(first, await StormAsync(1));
        Assert.NotEqual(first, await StormAsync(2));
    }

    [Fact]
    public async Task Messages_are_stored_and_acknowledged()
    {
        MemoryLink link = await ConnectedAsync(new LinkFaults { MinDelayMs = 10 });
        Assert.Equal(LinkResult.Ok, link.Publish(TopicKind.Telemetry, "dev", [1, 2, 3], 1, 2, out int id));
        await StepAsync(link, 1009);
        Assert.Empty(_gateway.Published);
        await StepAsync(link, 1010);
        Assert.Equal([2, 3], Assert.Single(_gateway.Published));
        Assert.Equal(1020, link.NextDueMs);
        Assert.False(link.TryGetEvent(_event));
        await StepAsync(link, 1020);
        Assert.True(link.TryGetEvent(_event));
        Assert.Equal((LinkEventType.Stored, id), (_event.Type, _event.MessageId));
    }

    [Fact]
    public async Task A_link_is_unsettled_as_long_as_the_gateway_works()
    {
        MemoryLink link = await ConnectedAsync(new LinkFaults());
        _gateway.Hold = new TaskCompletionSource<bool>();
        link.Publish(TopicKind.Telemetry, "dev", [1], 0, 1, out _);
        link.Advance(1000);
        Assert.True(link.IsUnsettled);
        Task settling = link.SettleAsync();
        Assert.False(settling.IsCompleted);
        _gateway.Hold.SetResult(true);
        await settling;
        Assert.False(link.IsUnsettled);
        Assert.True(link.TryGetEvent(_event));
        Assert.Equal(LinkEventType.Stored, _event.Type);
    }

    [Fact]
    public async Task Losses_and_duplicates_are_as_frequent_as_ordered()
    {
        MemoryLink link = await ConnectedAsync(new LinkFaults { Loss = 0.2, Duplicate = 0.3 });
        int acknowledged = 0;
        for (int i = 0; i < 4000; i++)
        {
            Assert.Equal(LinkResult.Ok, link.Publish(TopicKind.Telemetry, "dev", [1], 0, 1, out _));
            await StepAsync(link, 1000 + i);
            while (link.TryGetEvent(_event))
                acknowledged++;
        }
        Assert.InRange(_gateway.Published.Count, 4000 * 1.3 * 0.8 * 0.95, 4000 * 1.3 * 0.8 * 1.05);
        Assert.InRange(acknowledged, 4000 * 1.3 * 0.64 * 0.95, 4000 * 1.3 * 0.64 * 1.05);
    }

    [Fact]
    public async Task Reordered_messages_overtake_each_other_and_others_do_not()
    {
        MemoryLink link = await ConnectedAsync(new LinkFaults { MinDelayMs = 10 });
        Assert.Equal(0, await OvertakingAsync(link));
        link = await ConnectedAsync(new LinkFaults { MinDelayMs = 10, Reorder = 0.1 });
        Assert.InRange(await OvertakingAsync(link), 50, 1000);

        async Task<int> OvertakingAsync(MemoryLink on)
        {
            _gateway.Published.Clear();
            for (int i = 0; i < 1000; i++)
            {
                on.Publish(TopicKind.Telemetry, "dev", [(byte)(i >> 8), (byte)i], 0, 2, out _);
                await StepAsync(on, 2000 + (i * 100));
            }
            await StepAsync(on, 1_000_000);
            int[] order = [.. _gateway.Published.Select(p => (p[0] << 8) | p[1])];
            Assert.Equal(1000, order.Length);
            return order.Zip(order.Skip(1)).Count(p => p.Second < p.First);
        }
    }

    [Fact]
    public async Task A_partition_breaks_the_connection_and_lets_none_be_made()
    {
        MemoryLink link = await ConnectedAsync(
            new LinkFaults { MinDelayMs = 10, Partitions = [new Partition(5000, 9000)] });
        await StepAsync(link, 4995);
        link.Publish(TopicKind.Telemetry, "dev", [1], 0, 1, out _);
        await StepAsync(link, 5000);
        await StepAsync(link, 5010);
        Assert.True(link.TryGetEvent(_event));
        Assert.Equal(LinkEventType.Disconnected, _event.Type);
        Assert.Empty(_gateway.Published);
        Assert.False(_gateway.IsConnected);
        Assert.Equal(LinkResult.Down, link.Publish(TopicKind.Telemetry, "dev", [1], 0, 1, out _));
        link.Connect(new LinkAddress());
        await StepAsync(link, 8500);
        Assert.True(link.TryGetEvent(_event));
        Assert.Equal(LinkEventType.Disconnected, _event.Type);
        await StepAsync(link, 9000);
        link.Connect(new LinkAddress());
        await StepAsync(link, 9010);
        await StepAsync(link, 9020);
        Assert.True(link.TryGetEvent(_event));
        Assert.Equal(LinkEventType.Connected, _event.Type);
    }

    [Fact]
    public async Task A_node_that_gave_up_while_it_was_let_in_is_not_taken_for_connected()
    {
        MemoryLink link = new(_gateway, new LinkFaults(), 1);
        _gateway.Hold = new TaskCompletionSource<bool>();
        link.Connect(new LinkAddress());
        link.Advance(1000);
        Assert.True(_gateway.IsConnected);
        link.PowerOff();
        _gateway.Hold.SetResult(true);
        await link.SettleAsync();
        Assert.False(_gateway.IsConnected);
        Assert.False(link.TryGetEvent(_event));
    }

    [Fact]
    public async Task The_gateway_can_end_a_connection_and_speak_from_any_thread()
    {
        MemoryLink link = await ConnectedAsync(new LinkFaults());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => link.Deliver(TopicKind.Command, [(byte)i]))));
        await link.SettleAsync();
        for (int i = 0; i < 8; i++)
        {
            Assert.True(link.TryGetEvent(_event));
            Assert.Equal((LinkEventType.Message, TopicKind.Command, i), (_event.Type, _event.Topic, _event.Payload[0]));
        }
        await Task.Run(link.Break);
        Assert.True(link.IsUnsettled);
        await link.SettleAsync();
        Assert.True(link.TryGetEvent(_event));
        Assert.Equal(LinkEventType.Disconnected, _event.Type);
        Assert.False(link.TryGetEvent(_event));
    }

    [Fact]
    public async Task Too_long_and_too_many_messages_are_refused()
    {
        MemoryLink link = await ConnectedAsync(new LinkFaults { MinDelayMs = 1000 });
        Assert.Equal(
            LinkResult.TooLong,
            link.Publish(TopicKind.Telemetry, "dev", new byte[Limits.MaxPayload + 1], 0, Limits.MaxPayload + 1, out _));
        int taken = 0;
        while (link.Publish(TopicKind.Telemetry, "dev", [1], 0, 1, out _) == LinkResult.Ok)
            taken++;
        Assert.Equal(32, taken);
    }

    private static async Task<List<string>> StormAsync(ulong seed)
    {
        SimWorld world = new(windowMs: 2000);
        for (ulong i = 0; i < 8; i++)
            world.Add(i == 5 ? NodeKind.Bridge : NodeKind.AirBox, (seed * 100) + i, Storm).PowerOn();
        await world.RunAsync(12 * 60_000);
        Assert.Empty(world.Gateway.Malformed);
        return world.Trace;
    }

    private async Task<MemoryLink> ConnectedAsync(LinkFaults faults)
    {
        MemoryLink link = new(_gateway, faults, 1);
        link.Connect(new LinkAddress());
        await StepAsync(link, 500);
        await StepAsync(link, 1000);
        if (faults.MinDelayMs > 500)
        {
            await StepAsync(link, 2000);
            await StepAsync(link, 3000);
        }
        Assert.True(link.TryGetEvent(_event));
        Assert.Equal(LinkEventType.Connected, _event.Type);
        return link;
    }

    private static async Task StepAsync(MemoryLink link, long nowMs)
    {
        link.Advance(nowMs);
        await link.SettleAsync();
    }

    private sealed class FakeGateway : IMemoryGateway
    {
        public List<byte[]> Published { get; } = [];

        public TaskCompletionSource<bool>? Hold { get; set; }

        public bool IsConnected { get; private set; }

        public Task<bool> ConnectAsync(MemoryLink link, string clientId, string user, string password)
        {
            IsConnected = true;
            return Answer();
        }

        public Task<bool> SubscribeAsync(MemoryLink link, TopicKind kind, string id) => Answer();

        public Task<bool> PublishAsync(MemoryLink link, TopicKind kind, string id, byte[] payload)
        {
            Published.Add(payload);
            return Answer();
        }

        public void Disconnected(MemoryLink link) => IsConnected = false;

        private Task<bool> Answer() => Hold?.Task ?? Task.FromResult(true);
    }
}
