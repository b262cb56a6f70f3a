using System.Net;
using System.Net.Sockets;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>What a well-behaved broker never sends: whatever comes ends in an event, and in the right one.</summary>
public sealed class TcpPeerTests : IDisposable
{
    // CONNACK without a reason, in version 3.1.1.
    private const string Welcome = "20020000";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SemaphoreSlim _woken = new(0);
    private readonly LinkEvent _event = new();

    public TcpPeerTests() => _listener.Start();

    public void Dispose()
    {
        _listener.Dispose();
        _woken.Dispose();
    }

    [Theory]
    [InlineData(false, "20020005")] // not authorised
    [InlineData(false, "20020004")] // bad user name or password
    [InlineData(true, "2003008700")]
    [InlineData(true, "2003008600")]
    public Task A_refusal_is_told_as_such(bool version5, string answer) =>
        AnswerAsync(version5, answer, hangUp: false, LinkEventType.NotAuthorised);

    [Theory]
    [InlineData(false, "20020003")] // server unavailable
    [InlineData(true, "2003008800")]
    [InlineData(false, "3003000141")] // a message before the welcome
    [InlineData(false, "90030001 01")] // a granted subscription before the welcome
    [InlineData(false, "FF00")] // no packet at all
    [InlineData(false, "20FFFFFFFF7F")] // a length of five bytes
    [InlineData(false, "2000")] // a welcome that says nothing
    [InlineData(false, "4803545450")] // a packet of no type that servers send
    public Task An_answer_that_is_no_welcome_is_the_end(bool version5, string answer) =>
        AnswerAsync(version5, answer, hangUp: false, LinkEventType.Disconnected);

    [Theory]
    [InlineData(false, Welcome + Welcome)]
    [InlineData(false, Welcome + "9003000180")] // a subscription that is not granted
    [InlineData(true, "2003000000" + "900400010087")]
    [InlineData(false, Welcome + "9000")] // a granted subscription without a number
    [InlineData(false, Welcome + "4001" + "00")] // half an acknowledgement
    [InlineData(true, "2003000000" + "40030001 97")] // an acknowledgement that says: over quota, not stored
    [InlineData(false, Welcome + "3001" + "00")] // a message with half of its topic's length
    [InlineData(false, Welcome + "300400094142")] // a topic longer than its message
    [InlineData(false, Welcome + "3203000141")] // QoS 1 without a number
    [InlineData(false, Welcome + "34050001410001")] // QoS 2, for which nobody asked
    [InlineData(true, "2003000000" + "3004000141FF")] // properties without an end
    [InlineData(false, Welcome + "30FFFF7F")] // a message of two megabytes
    [InlineData(false, Welcome + "E000")] // a goodbye
    [InlineData(false, Welcome + "C000")] // a ping, which only clients send
    [InlineData(false, Welcome + "D00100")] // a ping's answer with something in it
    public Task Nonsense_after_the_welcome_is_the_end(bool version5, string answer) =>
        AnswerAsync(version5, answer, hangUp: false, LinkEventType.Connected, LinkEventType.Disconnected);

    [Theory]
    [InlineData("")]
    [InlineData("20")]
    [InlineData("200200")]
    [InlineData(Welcome, LinkEventType.Connected)]
    [InlineData(Welcome + "3010000161", LinkEventType.Connected)]
    public Task A_peer_that_hangs_up_is_the_end(string answer, params LinkEventType[] before) =>
        AnswerAsync(false, answer, hangUp: true, [.. before, LinkEventType.Disconnected]);

    [Theory]
    [InlineData(Welcome + "D000")] // an answer to a ping
    [InlineData(Welcome + "40021234")] // an acknowledgement of what was never sent
    [InlineData(Welcome + "30050003612F62")] // a topic that is none of ours
    public Task What_concerns_nobody_is_passed_over(string answer) =>
        AnswerAsync(
            false, answer + "9003000101", hangUp: true,
            LinkEventType.Connected, LinkEventType.Subscribed, LinkEventType.Disconnected);

    [Fact]
    public async Task Packets_may_come_in_pieces_of_any_size()
    {
        using TcpLink link = Connect(version5: false);
        using TcpClient peer = await _listener.AcceptTcpClientAsync();
        peer.NoDelay = true;
        string topic = Topics.For(TopicKind.Command, "dev");
        byte[] bytes = [.. Bytes(Welcome), 0x30, (byte)(topic.Length + 4), 0, (byte)topic.Length, .. topic.Select(c => (byte)c), 7, 8];
        foreach (byte b in bytes)
            await peer.GetStream().WriteAsync(new[] { b });
        await ExpectAsync(link, LinkEventType.Connected);
        await ExpectAsync(link, LinkEventType.Message);
        Assert.Equal((TopicKind.Command, 2, 7, 8), (_event.Topic, _event.PayloadLength, _event.Payload[0], _event.Payload[1]));
    }

    // The peer says this whatever it is told. Where it does not hang up, the link has to.
    private async Task AnswerAsync(bool version5, string answer, bool hangUp, params LinkEventType[] expected)
    {
        using TcpLink link = Connect(version5);
        using (TcpClient peer = await _listener.AcceptTcpClientAsync())
        {
            await peer.GetStream().ReadExactlyAsync(new byte[1]);
            await peer.GetStream().WriteAsync(Bytes(answer));
            if (hangUp)
                peer.Client.Shutdown(SocketShutdown.Send);
            foreach (LinkEventType type in expected)
                await ExpectAsync(link, type);
        }
        Assert.False(link.TryGetEvent(_event));
        Assert.Equal(LinkResult.Down, link.Subscribe(TopicKind.Desired, "dev"));
    }

    private TcpLink Connect(bool version5)
    {
        TcpLink link = new(new TcpLinkOptions(version5)) { Wake = () => _woken.Release() };
        int port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        link.Connect(new LinkAddress { Host = "127.0.0.1", Port = port, ClientId = "dev", User = "dev", Password = "secret" });
        return link;
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private async Task ExpectAsync(TcpLink link, LinkEventType type)
    {
        while (!link.TryGetEvent(_event))
            Assert.True(await _woken.WaitAsync(Patience), $"No event came where {type} was to come.");
        Assert.Equal(type, _event.Type);
    }
}
