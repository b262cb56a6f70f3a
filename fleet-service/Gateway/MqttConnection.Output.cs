using System.IO.Pipelines;
using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Gateway;

/// <summary>What is sent. Whoever sends writes and flushes under the lock; the transport sends at once if it can.</summary>
internal sealed partial class MqttConnection
{
    private Subscriptions? _subscriptions;
    private Outbox? _outbox;
    private TaskCompletionSource? _sent;
    private TaskCompletionSource? _drained;
    private volatile bool _flushing;
    private long _stalledSinceMs;
    private int _sendMaximum;
    private int _maximumPacketSize;

    /// <inheritdoc/>
    public void Stored(ReadOnlySpan<ushort> receipts)
    {
        GatewayMetrics.Acknowledged.Add(receipts.Length);
        bool last = Interlocked.Add(ref _unacknowledged, -receipts.Length) == 0;
        lock (_gate)
        {
            if (_phase == Phase.Serving)
            {
                Span<byte> to = _output.GetSpan(PacketWriter.PubAckBytes * receipts.Length);
                int at = 0;
                foreach (ushort receipt in receipts)
                    at += PacketWriter.PubAck(to[at..], receipt);
                _output.Advance(at);
                Flush();
            }
            if (last)
                _drained?.TrySetResult();
        }
    }

    /// <summary>Sends a message where the peer has subscribed to its kind; see <see cref="IDeviceLink.SendAsync"/>.</summary>
    public bool Send(TopicKind kind, ReadOnlyMemory<byte> payload)
    {
        lock (_gate)
        {
            int qos = _phase == Phase.Serving && _subscriptions != null ? _subscriptions.Qos(kind) : -1;
            if (qos < 0)
                return false;
            OutMessage message = new(kind, Topics.For(kind, Id!), payload, qos);
            if (PacketWriter.PublishBytes(_version, message.Topic, payload.Length, qos) > _maximumPacketSize)
            {
                GatewayMetrics.NotSent("too-large");
                return false;
            }
            _outbox ??= new Outbox(_sendMaximum);
            if (_flushing || (qos == 1 && (_outbox.HasWaiting || !_outbox.HasRoom)))
            {
                // The caller's buffer is the caller's again when this returns.
                if (_outbox.TryWait(message with { Payload = payload.ToArray() }))
                    return true;
                GatewayMetrics.NotSent("queue-full");
                return false;
            }
            Write(message);
            Flush();
            return true;
        }
    }

    private void TakeAcknowledgement(int flags, ReadOnlySpan<byte> body)
    {
        PacketReader reader = new(body);
        ushort packetId = reader.UInt16();
        bool v5 = _version == MqttVersion.V5;
        ReasonCode fault = flags != 0 || reader.Failed || packetId == 0 || (!v5 && reader.Remaining > 0)
            ? ReasonCode.MalformedPacket
            : ReasonCode.Success;
        if (v5 && reader.Remaining > 0)
            reader.Byte();
        if (v5 && reader.Remaining > 0)
        {
            PropertyReader properties = new(ref reader, PropertySets.Acknowledgement);
            while (properties.Next())
            {
                // Why a node refused a message is its own affair; it reports that in its state.
            }
            fault = properties.Fault != ReasonCode.Success ? properties.Fault : fault;
        }
        if (fault != ReasonCode.Success)
        {
            Fail(fault);
            return;
        }
        lock (_gate)
        {
            if (_outbox == null || !_outbox.End(packetId))
                return;
            SendWaiting();
            Flush();
        }
    }

    private void SendPong()
    {
        lock (_gate)
        {
            if (_phase != Phase.Serving)
                return;
            _output.Advance(PacketWriter.PingResp(_output.GetSpan(PacketWriter.SmallBytes)));
            Flush();
        }
    }

    private void Send(PacketType type, ushort packetId, ReadOnlySpan<byte> codes)
    {
        lock (_gate)
        {
            if (_phase != Phase.Serving)
                return;
            Span<byte> to = _output.GetSpan(PacketWriter.SubAckBytes(codes.Length));
            _output.Advance(PacketWriter.SubAck(to, type, _version, packetId, codes));
            Flush();
        }
    }

    private void Write(in OutMessage message)
    {
        ushort packetId = message.Qos == 0 ? (ushort)0 : _outbox!.Begin();
        int bytes = PacketWriter.PublishBytes(_version, message.Topic, message.Payload.Length, message.Qos);
        Span<byte> to = _output.GetSpan(bytes);
        _output.Advance(PacketWriter.Publish(
            to, _version, message.Topic, message.Payload.Span, message.Qos, packetId));
        GatewayMetrics.Sent.Add(1);
    }

    private void SendWaiting()
    {
        while (!_flushing && _outbox is { HasRoom: true } && _outbox.TryNext(out OutMessage message))
            Write(message);
    }

    /// <summary>
    /// Hands over what was written. Where the peer does not read, one flush stays pending; what is written meanwhile goes
    /// with the next one. Called under the lock.
    /// </summary>
    private void Flush()
    {
        if (_flushing)
            return;
        ValueTask<FlushResult> flushed = _output.FlushAsync();
        if (flushed.IsCompletedSuccessfully)
        {
            _ = flushed.Result;
            return;
        }
        _flushing = true;
        _stalledSinceMs = Math.Max(1, _gateway.Watch.NowMs);
        _ = FlushLaterAsync(flushed);
    }

    private async Task FlushLaterAsync(ValueTask<FlushResult> pending)
    {
        try
        {
            await pending;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The connection is gone; reading notices it, too.
        }
        TaskCompletionSource? sent;
        lock (_gate)
        {
            _flushing = false;
            _stalledSinceMs = 0;
            if (_phase == Phase.Serving)
                SendWaiting();
            if (_phase != Phase.Gone)
                Flush();
            sent = null;
            if (!_flushing)
                (sent, _sent) = (_sent, null);
        }
        sent?.TrySetResult();
    }

    /// <summary>Completes once the peer has read what it was sent: until then nothing more is read from it.</summary>
    private Task SentAsync()
    {
        lock (_gate)
        {
            if (!_flushing)
                return Task.CompletedTask;
            _sent ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _sent.Task.WaitAsync(_context.ConnectionClosed);
        }
    }

    /// <summary>Waits until everything received is acknowledged, for a while, and says goodbye.</summary>
    private async Task DrainAsync()
    {
        Task drained = Task.CompletedTask;
        lock (_gate)
        {
            if (Volatile.Read(ref _unacknowledged) > 0)
            {
                _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                drained = _drained.Task;
            }
        }
        try
        {
            await drained.WaitAsync(
                TimeSpan.FromMilliseconds(GatewayLimits.LingerMs), _gateway.Time, _context.ConnectionClosed);
        }
        catch (TimeoutException)
        {
            // The disk is behind; what is not acknowledged, the node sends again.
        }
        Close(LinkEnd.Shutdown, ReasonCode.ServerShuttingDown);
    }
}
