using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using EdgeFleet.Contracts;
using Microsoft.AspNetCore.Connections;

namespace EdgeFleet.Service.Gateway;

/// <summary>
/// One connection, from its first byte to its end. This file is its life; what arrives is handled in
/// <c>MqttConnection.Input.cs</c>, what is sent in <c>MqttConnection.Output.cs</c>.
/// </summary>
/// <remarks>
/// There may be ten thousand, most of them idle: what only few need is made when it is needed. Reading is one
/// asynchronous loop; everything that others may do to the connection is guarded by <c>_gate</c>.
/// </remarks>
internal sealed partial class MqttConnection : IDeviceSession
{
    private readonly object _gate = new();
    private readonly MqttGateway _gateway;
    private readonly ConnectionContext _context;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;

    private PeerTopics _topics = null!;
    private Phase _phase;
    private MqttVersion _version;
    private bool _wantsProblems;
    private bool _announced;
    private bool _known;
    private LinkEnd? _end;
    private int _keepAliveMs;
    private long _sinceMs;
    private TaskCompletionSource? _ended;

    public MqttConnection(MqttGateway gateway, ConnectionContext context)
    {
        _gateway = gateway;
        _context = context;
        _input = context.Transport.Input;
        _output = context.Transport.Output;
        _sinceMs = gateway.Watch.NowMs;
    }

    private enum Phase : byte
    {
        Connecting,
        Serving,
        Closing,
        Gone,
    }

    /// <summary>Neighbours in the list of all connections; see <see cref="Watch"/>.</summary>
    public MqttConnection? Next { get; set; }

    /// <inheritdoc cref="Next"/>
    public MqttConnection? Previous { get; set; }

    /// <inheritdoc/>
    public Peer Peer { get; private set; } = null!;

    /// <inheritdoc/>
    public DateTimeOffset ConnectedAt { get; private set; }

    /// <inheritdoc/>
    public string RemoteAddress => (_context.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "";

    /// <summary>Device id or hardware id, once it is known.</summary>
    public string? Id => _topics?.Id;

    /// <summary>Serves the connection until it ends; never throws.</summary>
    public async Task RunAsync()
    {
        _gateway.Watch.Add(this);
        try
        {
            if (await LetInAsync())
                await ServeAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ConnectionAbortedException)
        {
            // The peer left, or was sent away; how it ended stands in _end.
        }
        catch (Exception e)
        {
            LogFailed(_gateway.Log, RemoteAddress, e);
            Close(LinkEnd.Lost, ReasonCode.Unspecified);
        }
        finally
        {
            Finish();
        }
    }

    /// <summary>Ends the connection, the first reason given wins. The peer is told why where the protocol can.</summary>
    public void Close(LinkEnd end, ReasonCode code, string? reason = null)
    {
        lock (_gate)
        {
            if (_end != null || _phase == Phase.Gone)
                return;
            _end = end;
            if (_phase == Phase.Serving && _version == MqttVersion.V5 && code != ReasonCode.Success)
            {
                Span<byte> to = _output.GetSpan(PacketWriter.SmallBytes);
                _output.Advance(PacketWriter.Disconnect(to, code, _wantsProblems ? reason : null));
                Flush();
            }
            _phase = Phase.Closing;
            _sinceMs = _gateway.Watch.NowMs;
        }
        // Wakes the loop, which then ends. On a thread of its own: the caller may hold locks of the service.
        ThreadPool.UnsafeQueueUserWorkItem(static input => input.CancelPendingRead(), _input, preferLocal: false);
    }

    /// <summary>Ends it without waiting for anything.</summary>
    public void Abort(string reason) => _context.Abort(new ConnectionAbortedException(reason));

    /// <summary>Completes once the service has been told that the session is over.</summary>
    public Task EndedAsync()
    {
        lock (_gate)
        {
            if (_phase == Phase.Gone)
                return Task.CompletedTask;
            _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _ended.Task;
        }
    }

    /// <summary>Whether a deadline has passed; then <see cref="Expire"/> does what has to be done.</summary>
    public bool IsDue(long nowMs)
    {
        long elapsedMs = nowMs - Volatile.Read(ref _sinceMs);
        return _phase switch
        {
            Phase.Connecting => elapsedMs > GatewayLimits.ConnectTimeoutMs,
            Phase.Closing => elapsedMs > GatewayLimits.LingerMs,
            // What was heard is dated with the last look at the clock, which may be one interval ago.
            Phase.Serving => (_keepAliveMs != 0 && elapsedMs > _keepAliveMs * 3L / 2 + GatewayLimits.SweepMs)
                || (_stalledSinceMs != 0 && nowMs - _stalledSinceMs > GatewayLimits.StallTimeoutMs),
            _ => false,
        };
    }

    /// <summary>See <see cref="IsDue"/>.</summary>
    public void Expire()
    {
        switch (_phase)
        {
            case Phase.Connecting:
                GatewayMetrics.Refuse("connect-timeout");
                Abort("It took too long to say who it is.");
                break;
            case Phase.Serving when _stalledSinceMs == 0:
                LogKeepAlive(_gateway.Log, Peer.Id, RemoteAddress);
                Close(LinkEnd.KeepAliveTimeout, ReasonCode.KeepAliveTimeout);
                break;
            case Phase.Serving:
                Close(LinkEnd.Lost, ReasonCode.Unspecified);
                break;
            case Phase.Closing:
                Abort("It did not close in time.");
                break;
        }
    }

    /// <summary>Stops reading, waits for what is on its way to the disk, and says goodbye.</summary>
    public void ShutDown()
    {
        _stopping = true;
        _input.CancelPendingRead();
    }

    private void Finish()
    {
        LinkEnd end;
        TaskCompletionSource? ended;
        lock (_gate)
        {
            end = _end ??= LinkEnd.Lost;
            // From here on nothing is written any more: the transport ends its side next.
            _phase = Phase.Gone;
        }
        _gateway.Watch.Remove(this);
        if (_known)
            _gateway.Sessions.Remove(this);
        if (_announced)
        {
            GatewayMetrics.Connections.Add(-1);
            GatewayMetrics.End(end);
            try
            {
                _gateway.Hub.Disconnected(this, end);
            }
            catch (Exception e)
            {
                LogFailed(_gateway.Log, RemoteAddress, e);
            }
        }
        lock (_gate)
            ended = _ended;
        ended?.TrySetResult();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "The connection from {Address} failed")]
    private static partial void LogFailed(ILogger log, string address, Exception exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message =
        "keep-alive-timeout: nothing was heard from {Peer} at {Address}")]
    private static partial void LogKeepAlive(ILogger log, string peer, string address);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message =
        "{Code}: {Peer} at {Address} is disconnected; it sent a packet that is not allowed")]
    private static partial void LogFault(ILogger log, ReasonCode code, string peer, string address);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message =
        "foreign-topic: {Peer} at {Address} is disconnected; it published outside its own tree")]
    private static partial void LogForeign(ILogger log, string peer, string address);

    [LoggerMessage(EventId = 5, Level = LogLevel.Information, Message =
        "{Code}: the connection from {Address} was not let in")]
    private static partial void LogRefused(ILogger log, ReasonCode code, string address);

    [LoggerMessage(EventId = 6, Level = LogLevel.Information, Message =
        "session-taken-over: {Peer} connected again from {Address}")]
    private static partial void LogTakeOver(ILogger log, string peer, string address);
}
