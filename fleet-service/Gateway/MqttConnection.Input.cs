using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Gateway;

/// <summary>What arrives once the peer has been let in.</summary>
internal sealed partial class MqttConnection
{
    private volatile bool _stopping;
    private int _unacknowledged;

    private async Task ServeAsync()
    {
        while (!IsEnding)
        {
            ReadResult result = await _input.ReadAsync();
            ReadOnlySequence<byte> buffer = result.Buffer;
            ReasonCode fault = ReasonCode.Success;
            while (!IsEnding
                && Frame.TryRead(ref buffer, GatewayLimits.MaxPacketBytes, out Frame frame, out fault))
            {
                // Before the answer goes out: whoever has it may count on having been heard.
                _sinceMs = _gateway.Watch.NowMs;
                ValueTask handled = Handle(frame);
                if (handled.IsCompletedSuccessfully)
                    continue;
                await handled;
                // The peer was not silent while the service was slow.
                _sinceMs = _gateway.Watch.NowMs;
            }
            _input.AdvanceTo(buffer.Start, buffer.End);
            if (fault != ReasonCode.Success)
                Fail(fault);
            if (result.IsCompleted)
                break;
            if (_flushing)
                await SentAsync();
        }
        if (_stopping)
            await DrainAsync();
    }

    private bool IsEnding => _stopping || _phase != Phase.Serving;

    private ValueTask Handle(in Frame frame)
    {
        ReadOnlyMemory<byte> body = Contiguous(frame.Body);
        switch (frame.Type)
        {
            case PacketType.Publish:
                return TakeMessage(frame.Flags, body);
            case PacketType.PubAck:
                TakeAcknowledgement(frame.Flags, body.Span);
                break;
            case PacketType.PingReq when frame.Flags == 0 && body.IsEmpty:
                SendPong();
                break;
            case PacketType.Subscribe:
                return SubscribeAsync(frame.Flags, body);
            case PacketType.Unsubscribe:
                Unsubscribe(frame.Flags, body.Span);
                break;
            case PacketType.Disconnect:
                TakeFarewell(frame.Flags, body.Span);
                break;
            // A second CONNECT, what only servers send, QoS 2, enhanced authentication, and what is no packet at all.
            default:
                Fail(frame.Type is 0 or PacketType.PingReq ? ReasonCode.MalformedPacket : ReasonCode.ProtocolError);
                break;
        }
        return ValueTask.CompletedTask;
    }

    private ValueTask TakeMessage(int flags, ReadOnlyMemory<byte> body)
    {
        ReasonCode code = PublishPacket.Read(flags, body.Span, _version, out PublishPacket packet);
        if (code != ReasonCode.Success)
        {
            Fail(code);
            return ValueTask.CompletedTask;
        }
        if (!_topics.MayPublish(packet.Topic, out TopicKind kind))
        {
            RefuseTopic(packet.Topic);
            return ValueTask.CompletedTask;
        }
        ReadOnlyMemory<byte> payload = body[packet.PayloadAt..];
        if (payload.Length > Limits.MaxPayload)
        {
            Fail(ReasonCode.PacketTooLarge);
            return ValueTask.CompletedTask;
        }
        if (packet.PacketId != 0
            && Interlocked.Increment(ref _unacknowledged) > GatewayLimits.ReceiveMaximum && _version == MqttVersion.V5)
        {
            Fail(ReasonCode.ReceiveMaximumExceeded);
            return ValueTask.CompletedTask;
        }
        GatewayMetrics.Received.Add(1);
        return kind == TopicKind.Claim
            ? ClaimAsync(payload, packet.PacketId)
            : _gateway.Hub.ReceiveAsync(this, kind, _topics.Id!, payload, packet.PacketId, _context.ConnectionClosed);
    }

    private async ValueTask ClaimAsync(ReadOnlyMemory<byte> payload, ushort packetId)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await RegisterClaimantAsync();
        await _gateway.Hub.ReceiveAsync(
            this, TopicKind.Claim, _topics.Id!, payload, packetId, _context.ConnectionClosed);
    }

    /// <summary>A claimant's identity is the board's hardware id, which its first packet shows.</summary>
    private ValueTask RegisterClaimantAsync() =>
        _known || _topics.Id == null ? ValueTask.CompletedTask : TakeOverAsync();

    private async ValueTask SubscribeAsync(int flags, ReadOnlyMemory<byte> body)
    {
        ReasonCode code = SubscribePacket.Read(
            PacketType.Subscribe, flags, body.Span, _version, out SubscribePacket packet);
        if (code != ReasonCode.Success)
        {
            Fail(code);
            return;
        }
        // The service may block on its database: not on the thread that moves everybody's bytes.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        byte[] codes = new byte[packet.Filters.Count];
        int granted = 0;
        for (int i = 0; i < codes.Length; i++)
            codes[i] = Subscribe(packet.Filters[i], ref granted);
        await RegisterClaimantAsync();
        Send(PacketType.SubAck, packet.PacketId, codes);
        for (TopicKind kind = TopicKind.Telemetry; kind <= TopicKind.ClaimAnswer; kind++)
        {
            if ((granted & (1 << (int)kind)) != 0)
                await _gateway.Hub.SubscribedAsync(this, kind, _topics.Id!, _context.ConnectionClosed);
        }
    }

    private byte Subscribe((string Filter, int Qos) asked, ref int granted)
    {
        ReasonCode code = _topics.MaySubscribe(asked.Filter, out int kinds);
        int qos = Math.Min(asked.Qos, 1);
        if (code == ReasonCode.Success)
        {
            lock (_gate)
            {
                _subscriptions ??= new Subscriptions();
                if (_subscriptions.TryAdd(asked.Filter, kinds, qos))
                {
                    granted |= kinds;
                    return (byte)qos;
                }
            }
            code = ReasonCode.QuotaExceeded;
        }
        GatewayMetrics.Fault(code);
        return (byte)(_version == MqttVersion.V5 ? code : ReasonCode.Unspecified);
    }

    private void Unsubscribe(int flags, ReadOnlySpan<byte> body)
    {
        ReasonCode code = SubscribePacket.Read(
            PacketType.Unsubscribe, flags, body, _version, out SubscribePacket packet);
        if (code != ReasonCode.Success)
        {
            Fail(code);
            return;
        }
        byte[] codes = new byte[packet.Filters.Count];
        lock (_gate)
        {
            for (int i = 0; i < codes.Length; i++)
            {
                bool there = _subscriptions != null && _subscriptions.Remove(packet.Filters[i].Filter);
                codes[i] = (byte)(there ? ReasonCode.Success : ReasonCode.NoSubscriptionExisted);
            }
        }
        Send(PacketType.UnsubAck, packet.PacketId, codes);
    }

    private void TakeFarewell(int flags, ReadOnlySpan<byte> body)
    {
        PacketReader reader = new(body);
        bool v5 = _version == MqttVersion.V5;
        ReasonCode fault = flags != 0 || (!v5 && !body.IsEmpty) ? ReasonCode.MalformedPacket : ReasonCode.Success;
        if (v5 && reader.Remaining > 0)
            reader.Byte();
        if (v5 && reader.Remaining > 0)
        {
            PropertyReader properties = new(ref reader, PropertySets.Disconnect);
            while (properties.Next())
            {
                // Reason and expiry change nothing: no session of ours outlives its connection.
            }
            fault = properties.Fault != ReasonCode.Success ? properties.Fault : fault;
        }
        if (fault != ReasonCode.Success)
            Fail(fault);
        else
            Close(LinkEnd.Goodbye, ReasonCode.Success);
    }

    private void RefuseTopic(ReadOnlySpan<byte> topic)
    {
        bool ours = Topics.TryParse(Encoding.UTF8.GetString(topic), out _, out _);
        ReasonCode code = ours ? ReasonCode.NotAuthorized : ReasonCode.TopicNameInvalid;
        GatewayMetrics.Fault(code);
        LogForeign(_gateway.Log, Peer.Id, RemoteAddress);
        Close(LinkEnd.ForeignTopic, code, "publish below your own up/ only");
    }

    private void Fail(ReasonCode code)
    {
        GatewayMetrics.Fault(code);
        LogFault(_gateway.Log, code, Peer.Id, RemoteAddress);
        Close(LinkEnd.ProtocolError, code);
    }

    /// <summary>The bytes in one piece; copied only where the packet lies across two buffers.</summary>
    private static ReadOnlyMemory<byte> Contiguous(in ReadOnlySequence<byte> bytes) =>
        bytes.IsSingleSegment ? bytes.First : bytes.ToArray();
}
