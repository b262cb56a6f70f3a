using System.Collections.Concurrent;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>
/// The least service that nodes can live with: it grants every claim, tells the time and a configuration, and keeps what
/// it was sent by epoch and sequence. It answers from pool threads, in whatever order those run.
/// </summary>
internal sealed class TestGateway(VirtualClock clock) : IMemoryGateway
{
    private readonly ConcurrentDictionary<MemoryLink, string> _users = new();
    private readonly ConcurrentDictionary<(string Device, uint Epoch, uint Sequence), string> _windows = new();

    /// <summary>Length of a window that devices are told to use.</summary>
    public int WindowMs { get; init; } = 1000;

    /// <summary>Windows that were sent again with the same number and other content; must stay empty.</summary>
    public ConcurrentBag<string> Contradictions { get; } = [];

    /// <summary>Packs that could not be read; must stay empty.</summary>
    public ConcurrentBag<string> Malformed { get; } = [];

    /// <summary>What came a second time.</summary>
    public int Duplicates => _duplicates;

    private int _duplicates;

    public IReadOnlySet<uint> Stored(string device, uint epoch) =>
        _windows.Keys.Where(k => k.Device == device && k.Epoch == epoch).Select(k => k.Sequence).ToHashSet();

    public int EpochsOf(string device) => _windows.Keys.Where(k => k.Device == device).Select(k => k.Epoch).Distinct().Count();

    public async Task<bool> ConnectAsync(MemoryLink link, string clientId, string user, string password)
    {
        await Task.Yield();
        _users[link] = user;
        return true;
    }

    public async Task<bool> SubscribeAsync(MemoryLink link, TopicKind kind, string id)
    {
        await Task.Yield();
        if (!_users.ContainsKey(link))
            return false;
        if (kind == TopicKind.Desired)
        {
            DesiredState desired = new() { TimeMs = clock.UtcMs, HasConfig = true };
            desired.Config.Version = 1;
            desired.Config.WindowMs = WindowMs;
            link.Deliver(TopicKind.Desired, Bytes(desired.Write));
        }
        return true;
    }

    public async Task<bool> PublishAsync(MemoryLink link, TopicKind kind, string id, byte[] payload)
    {
        await Task.Yield();
        if (!_users.TryGetValue(link, out string? user))
            return false;
        if (kind == TopicKind.Claim)
            Grant(link, payload);
        else if (user != id)
            return false;
        else if (kind == TopicKind.Telemetry)
            Store(id, payload);
        return true;
    }

    public void Disconnected(MemoryLink link) => _users.TryRemove(link, out _);

    private void Grant(MemoryLink link, byte[] payload)
    {
        ClaimRequest claim = new();
        if (claim.Read(new CborReader(payload)) != ContractError.None)
        {
            Malformed.Add("claim");
            return;
        }
        ClaimAnswer answer = new()
        {
            Status = ClaimStatus.Granted,
            DeviceId = "dev-" + claim.HardwareId,
            TimeMs = clock.UtcMs,
        };
        claim.Nonce.CopyTo(answer.Nonce, 0);
        link.Deliver(TopicKind.ClaimAnswer, Bytes(answer.Write));
    }

    private void Store(string device, byte[] payload)
    {
        SenmlReader reader = new(new CborReader(payload));
        SenmlRecord record = new();
        (string Device, uint Epoch, uint Sequence) key = default;
        string content = "";
        bool ok = reader.TryBegin();
        while (ok && reader.Left > 0)
        {
            ok = reader.TryReadRecord(record);
            if (!ok)
                break;
            if (record.HasWindow)
            {
                Keep(key, content);
                key = (device, record.Epoch, (uint)record.Value);
                content = "";
            }
            else
                content += $"{record.Name} {record.Value} {record.Min} {record.Max} {record.Count};";
        }
        if (!ok)
            Malformed.Add($"{device}: {reader.Error}");
        Keep(key, content);
    }

    private void Keep((string Device, uint Epoch, uint Sequence) key, string content)
    {
        if (key.Device == null)
            return;
        string kept = _windows.GetOrAdd(key, content);
        if (ReferenceEquals(kept, content))
            return;
        Interlocked.Increment(ref _duplicates);
        if (kept != content)
            Contradictions.Add($"{key}: '{kept}' became '{content}'");
    }

    private static byte[] Bytes(Action<CborWriter> write)
    {
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        write(writer);
        Assert.Equal(ContractError.None, writer.Error);
        return buffer[..writer.Length];
    }
}
