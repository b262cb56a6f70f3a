using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeFleet.Service.Gateway;

/// <summary>How a peer is let in.</summary>
internal sealed partial class MqttConnection
{
    /// <summary>Reads CONNECT, asks the service, takes over an earlier session and answers.</summary>
    private async ValueTask<bool> LetInAsync()
    {
        ConnectPacket connect = new();
        ReasonCode? code = await ReadConnectAsync(connect);
        if (code == null)
        {
            GatewayMetrics.Refuse("no-mqtt");
            return false;
        }
        _version = connect.Version;
        _wantsProblems = connect.WantsProblems;
        if (code == ReasonCode.Success && _gateway.IsFull)
            code = ReasonCode.ServerBusy;
        if (code == ReasonCode.Success && _gateway.IsStopping)
            code = ReasonCode.ServerShuttingDown;
        if (code != ReasonCode.Success)
            return Refuse(code.Value);

        // The service may block on its database: not on the thread that moves everybody's bytes.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Admission admission = await _gateway.Hub.AdmitAsync(Show(connect), _context.ConnectionClosed);
        if (admission.Peer is not { } peer)
            return Refuse(admission.Refusal.ToReasonCode());
        Peer = peer;
        ConnectedAt = _gateway.Time.GetUtcNow();
        _topics = new PeerTopics(peer);
        if (_topics.Id != null)
            await TakeOverAsync();
        _announced = true;
        GatewayMetrics.Connections.Add(1);
        await _gateway.Hub.ConnectedAsync(this, _context.ConnectionClosed);
        return Welcome(connect);
    }

    private async ValueTask<ReasonCode?> ReadConnectAsync(ConnectPacket connect)
    {
        while (true)
        {
            ReadResult result = await _input.ReadAsync();
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (Frame.TryRead(ref buffer, GatewayLimits.MaxPacketBytes, out Frame frame, out ReasonCode fault))
            {
                ReasonCode? code = frame.Type == PacketType.Connect
                    ? connect.Read(frame.Flags, Contiguous(frame.Body).Span)
                    : null;
                // What follows has not been looked at yet: the next read gives it at once.
                _input.AdvanceTo(buffer.Start);
                return code;
            }
            _input.AdvanceTo(buffer.Start, buffer.End);
            // Another protocol shows itself in the first byte; it need not be waited for.
            bool foreign = !buffer.IsEmpty && buffer.FirstSpan[0] >> 4 != (int)PacketType.Connect;
            if (fault != ReasonCode.Success || foreign || result.IsCompleted || result.IsCanceled)
                return null;
        }
    }

    private Credentials Show(ConnectPacket connect)
    {
        string? thumbprint = _context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate
            ?.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
        bool encrypted = _context.Features.Get<ITlsHandshakeFeature>() != null;
        return new Credentials(
            connect.ClientId, connect.User, connect.Password, thumbprint, RemoteAddress, encrypted);
    }

    private async ValueTask TakeOverAsync()
    {
        _known = true;
        MqttConnection? earlier = _gateway.Sessions.Replace(this);
        if (earlier == null)
            return;
        LogTakeOver(_gateway.Log, Peer.Id, RemoteAddress);
        earlier.Close(LinkEnd.TakenOver, ReasonCode.SessionTakenOver);
        // Bounded by GatewayLimits.LingerMs: after that the earlier connection is aborted.
        await earlier.EndedAsync();
    }

    private bool Refuse(ReasonCode code)
    {
        GatewayMetrics.Refuse(code.ToString());
        LogRefused(_gateway.Log, code, RemoteAddress);
        lock (_gate)
        {
            Span<byte> to = _output.GetSpan(PacketWriter.SmallBytes);
            _output.Advance(_version == MqttVersion.V5
                ? PacketWriter.ConnAckV5(to, new ConnAckProperties(code) { Reason = ReasonText(code) })
                : PacketWriter.ConnAck(to, code));
            Flush();
        }
        return false;
    }

    private bool Welcome(ConnectPacket connect)
    {
        int keepAliveS = connect.KeepAliveS;
        // Only MQTT 5 can be told another interval than it asked for.
        int told = _version == MqttVersion.V5 && keepAliveS == 0 ? GatewayLimits.DefaultKeepAliveS : 0;
        lock (_gate)
        {
            // Sent away meanwhile: taken over, revoked, shut down.
            if (_end != null)
                return Refuse(ReasonCode.NotAuthorized);
            _keepAliveMs = 1000 * (told != 0 ? told : keepAliveS);
            _sendMaximum = Math.Min(GatewayLimits.SendMaximum, connect.ReceiveMaximum);
            _maximumPacketSize = (int)Math.Min(int.MaxValue, connect.MaximumPacketSize);
            _sinceMs = _gateway.Watch.NowMs;
            _phase = Phase.Serving;
            Span<byte> to = _output.GetSpan(PacketWriter.SmallBytes);
            _output.Advance(_version == MqttVersion.V5
                ? PacketWriter.ConnAckV5(to, new ConnAckProperties(ReasonCode.Success)
                {
                    AssignedId = connect.ClientId.Length == 0 ? Peer.Id : null,
                    EndsSession = connect.SessionExpiryS != 0,
                    KeepAliveS = told,
                    ReceiveMaximum = GatewayLimits.ReceiveMaximum,
                    MaximumPacketSize = GatewayLimits.MaxPacketBytes,
                })
                : PacketWriter.ConnAck(to, ReasonCode.Success));
            Flush();
        }
        return true;
    }

    private string? ReasonText(ReasonCode code)
    {
        if (!_wantsProblems)
            return null;
        return code switch
        {
            ReasonCode.ImplementationSpecific => "wills are not supported",
            ReasonCode.UnsupportedProtocolVersion => "MQTT 3.1.1 and 5 are supported",
            ReasonCode.BadAuthenticationMethod => "enhanced authentication is not supported",
            _ => null,
        };
    }
}
