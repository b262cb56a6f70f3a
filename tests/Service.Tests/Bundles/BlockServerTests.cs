using System.Diagnostics;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Bundles;

/// <summary>Nodes that fetch bundles, at the seam that the gateway uses.</summary>
public sealed class BlockServerTests : IAsyncLifetime
{
    private TestService _service = null!;
    private string _device = "";

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync();
        _device = await JoinAsync(_service);
        await Press.TrustAsync(_service);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_node_fetches_a_bundle_block_by_block_and_it_verifies()
    {
        byte[] bytes = new Press { Size = 30_000 }.Print();
        await AddAsync(_service, bytes);
        byte[] digest = Press.Digest(bytes);
        List<byte> fetched = [];
        BlockAnswer answer;
        do
        {
            answer = await AskAsync(_service, _device, digest, (uint)fetched.Count, Limits.MaxBlock);
            Assert.Equal(BlockStatus.Ok, answer.Status);
            Assert.Equal((digest.Length, (uint)fetched.Count, (uint)bytes.Length), (32, answer.Offset, answer.Total));
            fetched.AddRange(answer.Data.AsSpan(0, answer.DataLength));
        }
        while (fetched.Count < answer.Total);
        Assert.Equal(bytes, fetched);
        BundleReader reader = new();
        Assert.Equal(BundleError.None, reader.Read([.. fetched], 0, fetched.Count));
        byte[] modulus = Press.Key.ExportParameters(false).Modulus!;
        Assert.Equal(BundleError.None, new BundleVerifier().Verify(reader, [new(modulus, 0, modulus.Length)]));
        BlockAnswer piece = await AskAsync(_service, _device, digest, 12_345, 7);
        Assert.Equal(bytes.AsSpan(12_345, 7), piece.Data.AsSpan(0, piece.DataLength));
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        byte[] bytes = new Press().Print();
        await AddAsync(_service, bytes);
        byte[] bridge = new Press { Kind = NodeKind.Bridge }.Print();
        await AddAsync(_service, bridge);
        byte[] digest = Press.Digest(bytes);
        async Task AssertAsync(BlockStatus status, byte[] of, uint offset)
        {
            BlockAnswer answer = await AskAsync(_service, _device, of, offset, 100);
            Assert.Equal((status, 0), (answer.Status, answer.DataLength));
        }
        await AssertAsync(BlockStatus.UnknownDigest, new byte[32], 0);
        await AssertAsync(BlockStatus.UnknownDigest, Press.Digest(bridge), 0);
        await AssertAsync(BlockStatus.OutOfRange, digest, (uint)bytes.Length);
        await AssertAsync(BlockStatus.OutOfRange, digest, uint.MaxValue);
        Assert.Equal(1, (await AskAsync(_service, _device, digest, (uint)bytes.Length - 1, 100)).DataLength);
        await _service.Get<BundleKeys>().RevokeAsync(Press.IdOf(Press.Key), "stolen", Actor.System);
        await AssertAsync(BlockStatus.UnknownDigest, digest, 0);
    }

    /// <summary>Bytes that are no request are passed over, acknowledged, and do not stop the ones behind them.</summary>
    [Fact]
    public async Task A_malformed_request_stops_nobody()
    {
        byte[] bytes = new Press().Print();
        await AddAsync(_service, bytes);
        FakeSession session = new(PeerRole.Device, _device);
        await _service.Get<IDeviceHub>().ReceiveAsync(
            session, TopicKind.BlockRequest, _device, new byte[] { 0xFF, 1, 2 }, 9, default);
        Assert.Equal<ushort>([9], [.. session.Receipts]);
        Assert.Equal(BlockStatus.Ok, (await AskAsync(_service, _device, Press.Digest(bytes), 0, 1)).Status);
        Assert.Single(_service.Logs.Lines, line => line.Contains("Block request of", StringComparison.Ordinal));
    }

    /// <summary>More bundles than stay in memory, and a service that was started anew: the disk has them all.</summary>
    [Fact]
    public async Task Bundles_outlive_the_cache_and_the_process()
    {
        string folder = Directory.CreateTempSubdirectory("edgefleet-bundles-").FullName;
        try
        {
            List<byte[]> bundles = [];
            string device;
            await using (TestService first = await TestService.StartAsync(folder))
            {
                device = await JoinAsync(first);
                await Press.TrustAsync(first);
                for (uint i = 1; i <= BundleStoreLimits.MaxCached + 3; i++)
                {
                    bundles.Add(new Press { Sequence = i, Version = $"1.0.{i}", Size = 5_000 }.Print());
                    await AddAsync(first, bundles[^1]);
                }
                await AssertServedAsync(first, device, bundles);
                Assert.True((await first.Get<BundleShelf>().HoldAsync(Hex(bundles[0]), "rollout:1")).Ok);
            }
            string left = Path.Combine(folder, "bundles", "left.part");
            await File.WriteAllTextAsync(left, "half an upload");
            await using TestService second = await TestService.StartAsync(folder);
            Assert.False(File.Exists(left));
            await AssertServedAsync(second, device, bundles);
            Assert.Equal("bundle-in-use", (await second.Get<BundleShelf>().DeleteAsync(Hex(bundles[0]), Actor.System)).Fault!.Name);
            Assert.True((await second.Get<BundleShelf>().DeleteAsync(Hex(bundles[1]), Actor.System)).Ok);
            Assert.Equal(
                BlockStatus.UnknownDigest, (await AskAsync(second, device, Press.Digest(bundles[1]), 0, 1)).Status);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Hex(byte[] bundle) => Convert.ToHexStringLower(Press.Digest(bundle));

    private static async Task AssertServedAsync(TestService service, string device, List<byte[]> bundles)
    {
        foreach (byte[] bundle in bundles)
        {
            BlockAnswer answer = await AskAsync(service, device, Press.Digest(bundle), 4_000, 4_096);
            Assert.Equal(bundle.AsSpan(4_000, answer.DataLength), answer.Data.AsSpan(0, answer.DataLength));
            Assert.InRange(answer.DataLength, 1_000, 4_096);
        }
    }

    private static async Task AddAsync(TestService service, byte[] bundle) =>
        Assert.Null((await service.Get<BundleShelf>().AddAsync(bundle, Actor.System)).Fault);

    private static async Task<string> JoinAsync(TestService service)
    {
        string enrolment = (await Board.EnrolAsync(service)).Enrolment.Id;
        return (await new Board(service).JoinAsync(enrolment)).DeviceId;
    }

    /// <summary>Asks as a device does, and waits for the answer that the link was given.</summary>
    private static async Task<BlockAnswer> AskAsync(TestService service, string device, byte[] digest, uint offset, int length)
    {
        BlockRequest request = new() { Offset = offset, Length = length };
        digest.CopyTo(request.Digest, 0);
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        request.Write(writer);
        int before = service.Link.Sent.Count;
        FakeSession session = new(PeerRole.Device, device);
        await service.Get<IDeviceHub>().ReceiveAsync(
            session, TopicKind.BlockRequest, device, buffer.AsMemory(0, writer.Length), 3, default);
        Assert.Equal<ushort>([3], [.. session.Receipts]);
        long start = Stopwatch.GetTimestamp();
        while (service.Link.Sent.Count == before && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30))
            await Task.Yield();
        (TopicKind kind, string id, byte[] payload) = service.Link.Sent.Last();
        Assert.Equal((TopicKind.BlockAnswer, device), (kind, id));
        BlockAnswer answer = new();
        Assert.Equal(ContractError.None, answer.Read(new CborReader(payload)));
        Assert.Equal(digest, answer.Digest);
        return answer;
    }
}
