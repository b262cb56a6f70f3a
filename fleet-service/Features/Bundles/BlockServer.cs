using System.Diagnostics.Metrics;
using System.Threading.Channels;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Features.Bundles;

/// <summary>
/// Answers nodes that fetch a bundle, block by block. Nothing is kept for a node: it asks for what its flash lacks, and
/// asks again where no answer comes, so a restart of either side costs one block.
/// </summary>
public sealed partial class BlockServer : BackgroundService
{
    private readonly BundleShelf _shelf;
    private readonly DeviceDirectory _directory;
    private readonly Lazy<IDeviceLink> _link;
    private readonly ILogger<BlockServer> _logger;
    private readonly Counter<long> _answers;
    private readonly Counter<long> _bytes;
    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(BundleStoreLimits.MaxWaiting);

    /// <summary>A server over the shelf.</summary>
    public BlockServer(
        BundleShelf shelf, DeviceDirectory directory, Lazy<IDeviceLink> link, IMeterFactory meters, ILogger<BlockServer> logger)
    {
        (_shelf, _directory, _link, _logger) = (shelf, directory, link, logger);
        Meter meter = meters.Create("EdgeFleet.Bundles");
        _answers = meter.CreateCounter<long>("edgefleet.blocks", "{block}", "Block requests by outcome.");
        _bytes = meter.CreateCounter<long>("edgefleet.block.bytes", "By", "Bytes of bundles sent to nodes.");
    }

    /// <summary>
    /// Takes a request; the payload is copied. Never waits: where too many wait already, the node asks again by itself.
    /// </summary>
    public void Accept(string deviceId, ReadOnlyMemory<byte> payload)
    {
        if (!_waiting.Writer.TryWrite(new Waiting(deviceId, payload.ToArray(), null)))
            Count("dropped");
    }

    /// <summary>Completes once every request that was taken before has been answered.</summary>
    public async Task AnsweredAsync(CancellationToken cancel = default)
    {
        var mark = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _waiting.Writer.WriteAsync(new Waiting("", [], mark), cancel);
        await mark.Task.WaitAsync(cancel);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        BlockRequest request = new();
        BlockAnswer answer = new();
        CborReader reader = new([]);
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        try
        {
            await foreach ((string deviceId, byte[] payload, TaskCompletionSource? mark) in _waiting.Reader.ReadAllAsync(stoppingToken))
            {
                if (mark != null)
                {
                    mark.SetResult();
                    continue;
                }
                reader.Reset(payload, 0, payload.Length);
                if (request.Read(reader) is not ContractError.None and var fault)
                {
                    Malformed(_logger, deviceId, fault);
                    Count("malformed");
                    continue;
                }
                Fill(answer, request, deviceId);
                writer.Reset(buffer, 0, buffer.Length);
                answer.Write(writer);
                bool sent = await _link.Value.SendAsync(
                    TopicKind.BlockAnswer, deviceId, buffer.AsMemory(0, writer.Length), stoppingToken);
                Count(sent ? answer.Status.ToString() : "not-sent");
                if (sent)
                    _bytes.Add(answer.DataLength);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The nodes ask the next service.
        }
    }

    /// <param name="Mark">Instead of a request: whoever waits for those before it.</param>
    private readonly record struct Waiting(string DeviceId, byte[] Payload, TaskCompletionSource? Mark);

    private void Fill(BlockAnswer answer, BlockRequest request, string deviceId)
    {
        request.Digest.CopyTo(answer.Digest, 0);
        answer.Offset = request.Offset;
        answer.Total = 0;
        answer.DataLength = 0;
        byte[]? bundle;
        try
        {
            bundle = _directory.Find(deviceId) is { } device
                ? _shelf.Served(Convert.ToHexStringLower(request.Digest), device.Kind)
                : null;
        }
        catch (IOException e)
        {
            Unreadable(_logger, deviceId, e.Message);
            answer.Status = BlockStatus.Busy;
            return;
        }
        if (bundle == null)
        {
            answer.Status = BlockStatus.UnknownDigest;
            return;
        }
        answer.Total = (uint)bundle.Length;
        answer.Status = request.Offset < bundle.Length ? BlockStatus.Ok : BlockStatus.OutOfRange;
        if (answer.Status != BlockStatus.Ok)
            return;
        answer.DataLength = Math.Min(request.Length, bundle.Length - (int)request.Offset);
        bundle.AsSpan((int)request.Offset, answer.DataLength).CopyTo(answer.Data);
    }

    private void Count(string outcome) => _answers.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Block request of {Device} not readable: {Fault}")]
    private static partial void Malformed(ILogger logger, string device, ContractError fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "Block for {Device} could not be read from disk: {Fault}")]
    private static partial void Unreadable(ILogger logger, string device, string fault);
}
