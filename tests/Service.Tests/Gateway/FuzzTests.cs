using EdgeFleet.Contracts;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Tests.Gateway;

/// <summary>Bytes that nobody meant: each connection ends by itself or goes on, and all the others are served.</summary>
public sealed class FuzzTests
{
    private const string Telemetry = "ef/airbox-1/up/telemetry";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Damaged_packets_harm_their_own_connection_alone(int seed)
    {
        Random random = new(seed);
        ScriptedHub hub = new() { Receive = Quietly };
        await using TestGateway gateway = await TestGateway.StartAsync(hub);
        // Whatever the log says of these peers is expected; that the service failed is not.
        gateway.Expect("");
        await using RawClient honest = await gateway.ConnectAsync(5, "airbox-honest");
        for (int round = 0; round < 150; round++)
        {
            byte version = (byte)(4 + random.Next(2));
            await using RawClient client = await gateway.OpenAsync();
            byte[][] stream =
            [
                Packets.Connect(version), Packets.Subscribe(version, 1, ("ef/airbox-1/down/#", 1)),
                Packets.Publish(version, Telemetry, [1, 2, 3], 2), Packets.Publish(version, Telemetry, [4]),
                Packets.PubAck(1), Packets.Unsubscribe(version, 3, "ef/airbox-1/down/#"), Packets.Ping, Packets.Goodbye,
            ];
            byte[] bytes = Damage([.. stream.SelectMany(packet => packet)], random);
            try
            {
                await client.SendAsync(bytes);
                // A packet that never comes to its end would be waited for.
                client.EndSending();
                while (await client.TryReadAsync() != null)
                {
                }
            }
            catch (IOException)
            {
                // Sent away while it was still sending.
            }
            await honest.SendAsync(Packets.Ping);
            Assert.Equal(0xD0, (await honest.ReadAsync()).Head);
        }
        Assert.True(gateway.Link.IsConnected("airbox-honest"));
        Assert.DoesNotContain(gateway.LogLines, line => line.Contains(" failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Noise_is_no_protocol()
    {
        Random random = new(9);
        await using TestGateway gateway = await TestGateway.StartAsync();
        for (int round = 0; round < 200; round++)
        {
            byte[] noise = new byte[random.Next(1, 2000)];
            random.NextBytes(noise);
            await using RawClient client = await gateway.OpenAsync();
            try
            {
                await client.SendAsync(noise);
                client.EndSending();
                while (await client.TryReadAsync() != null)
                {
                }
            }
            catch (IOException)
            {
                // Sent away while it was still sending.
            }
        }
        await using RawClient served = await gateway.ConnectAsync(4);
        Assert.Equal(1, gateway.Link.ConnectionCount);
    }

    private static ValueTask Quietly(HubCall call, CancellationToken cancel)
    {
        Assert.InRange(call.Payload.Length, 0, 2 * Limits.MaxPayload);
        if (call.Receipt != 0)
            call.Session.Stored([call.Receipt]);
        return ValueTask.CompletedTask;
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        List<byte> damaged = [.. bytes];
        for (int i = random.Next(1, 6); i > 0 && damaged.Count > 1; i--)
        {
            int at = random.Next(damaged.Count);
            switch (random.Next(5))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    damaged.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    damaged.RemoveAt(at);
                    break;
                default:
                    damaged.RemoveRange(at, damaged.Count - at);
                    break;
            }
        }
        return [.. damaged];
    }
}
