using System.Net;
using System.Net.Security;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Link;

/// <summary>How <see cref="TcpLink"/> connects.</summary>
/// <param name="Version5">MQTT 5.0 instead of 3.1.1.</param>
/// <param name="Tls">Options for TLS, or null: plain TCP.</param>
/// <param name="KeepAliveS">Keep-alive interval, in seconds.</param>
/// <param name="Faults">Of these, only drops and partitions: TCP neither loses nor reorders.</param>
/// <param name="LocalAddress">To connect from: one loopback address has but 28,000 ports for outgoing connections.</param>
public sealed record TcpLinkOptions(
    bool Version5 = false, SslClientAuthenticationOptions? Tls = null, int KeepAliveS = 60, LinkFaults? Faults = null,
    IPAddress? LocalAddress = null);

/// <summary>
/// A node's link over real TCP, speaking real MQTT at QoS 1 with a clean session. Everything runs on the thread pool; the
/// node polls. What waits to be sent or taken is bounded, and whatever the other side sends ends in an event, never in an
/// exception.
/// </summary>
public sealed class TcpLink : ISimLink, IDisposable
{
    private readonly LinkFaults _faults;
    private readonly SimRandom _random;
    private volatile TcpConnection? _connection;
    private int _lastPacketId;
    private bool _partitioned;
    private bool _inSpan;
    private int _span;
    private long _dropAtMs = long.MaxValue;
    private long _nowMs;

    public TcpLink(TcpLinkOptions options, ulong seed = 0)
    {
        Options = options;
        _faults = options.Faults ?? new LinkFaults();
        _random = new SimRandom(SimRandom.Derive(seed, "link"));
    }

    public TcpLinkOptions Options { get; }

    /// <inheritdoc/>
    public bool Partitioned
    {
        get => _partitioned || _inSpan;
        set
        {
            _partitioned = value;
            if (value)
                Drop();
        }
    }

    /// <summary>Called on any thread when an event waits.</summary>
    public Action? Wake { get; set; }

    /// <inheritdoc/>
    public long NextDueMs
    {
        get
        {
            if (_connection is { HasEvents: true })
                return _nowMs;
            long span = _span >= _faults.Partitions.Count ? long.MaxValue
                : _inSpan ? _faults.Partitions[_span].ToUtcMs : _faults.Partitions[_span].FromUtcMs;
            return Math.Min(span, _dropAtMs);
        }
    }

    /// <inheritdoc/>
    public LinkResult Connect(LinkAddress address)
    {
        Disconnect();
        TcpConnection connection = new(Options, address, () => Wake?.Invoke());
        _connection = connection;
        _dropAtMs = _faults.DropsPerHour > 0
            ? _nowMs + (long)_random.NextExponential(3_600_000 / _faults.DropsPerHour)
            : long.MaxValue;
        connection.Start(reachable: !Partitioned);
        return LinkResult.Ok;
    }

    /// <inheritdoc/>
    public void Disconnect() => Leave(politely: true);

    /// <inheritdoc/>
    public void PowerOff() => Leave(politely: false);

    /// <inheritdoc/>
    public void Drop() => _connection?.Close(politely: false);

    /// <inheritdoc/>
    public void Advance(long nowMs)
    {
        _nowMs = nowMs;
        if (nowMs >= _dropAtMs)
        {
            _dropAtMs = long.MaxValue;
            Drop();
        }
        while (_span < _faults.Partitions.Count && nowMs >= _faults.Partitions[_span].FromUtcMs)
        {
            _inSpan = nowMs < _faults.Partitions[_span].ToUtcMs;
            if (_inSpan)
            {
                Drop();
                return;
            }
            _span++;
        }
    }

    /// <inheritdoc/>
    public LinkResult Subscribe(TopicKind kind, string id)
    {
        string topic = kind == TopicKind.ClaimAnswer ? Topics.For(kind, id) : Topics.DownFilter(id);
        return _connection is { } connection
            ? connection.Send(MqttPackets.Subscribe(NextPacketId(), topic, Options.Version5))
            : LinkResult.Down;
    }

    /// <inheritdoc/>
    public LinkResult Publish(TopicKind kind, string id, byte[] payload, int offset, int count, out int messageId)
    {
        messageId = 0;
        if (count > Limits.MaxPayload)
            return LinkResult.TooLong;
        if (_connection is not { } connection)
            return LinkResult.Down;
        messageId = NextPacketId();
        return connection.Publish(
            messageId, MqttPackets.Publish(messageId, Topics.For(kind, id), payload.AsSpan(offset, count), Options.Version5));
    }

    /// <inheritdoc/>
    public bool TryGetEvent(LinkEvent target)
    {
        if (_connection is not { } connection || !connection.TryTake(out SimLinkEvent found))
            return false;
        found.CopyTo(target);
        return true;
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => Disconnect();

    // Events wait with their connection: those of one that was given up are gone with it.
    private void Leave(bool politely)
    {
        TcpConnection? connection = _connection;
        _connection = null;
        connection?.Close(politely);
    }

    private int NextPacketId() => _lastPacketId = (_lastPacketId % 65535) + 1;
}
