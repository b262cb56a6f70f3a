using System.Collections.Concurrent;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>The service's end of the nodes of a test: hands every message to the node that it is for.</summary>
public sealed class HubLink : IDeviceLink
{
    private readonly ConcurrentDictionary<string, HubNode> _nodes = new();

    public int ConnectionCount => _nodes.Count;

    public ValueTask<bool> SendAsync(
        TopicKind kind, string id, ReadOnlyMemory<byte> payload, CancellationToken cancel = default)
    {
        if (!_nodes.TryGetValue(id, out HubNode? node))
            return ValueTask.FromResult(false);
        node.Receive(kind, payload.ToArray());
        return ValueTask.FromResult(true);
    }

    public bool IsConnected(string deviceId) => _nodes.ContainsKey(deviceId);

    public void Disconnect(string deviceId, LinkEnd reason)
    {
        if (_nodes.TryGetValue(deviceId, out HubNode? node))
            node.Disconnect(reason);
    }

    internal void Add(string id, HubNode node) => _nodes[id] = node;

    internal void Remove(string id) => _nodes.TryRemove(id, out _);
}

/// <summary>
/// A node at the seam that engines use: real claims, passwords, packs and receipts, without a wire. What it measures is
/// told by the test, so that a page can be held to it.
/// </summary>
public sealed class HubNode(IDeviceHub hub, HubLink link, string hardwareId, NodeKind kind)
{
    private const uint Epoch = 0x5EED;

    private readonly byte[] _nonce = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
    private readonly Session _claiming = new();
    private readonly Session _connected = new();
    private uint _windows;
    private uint _events;
    private uint _reports;

    public string HardwareId => hardwareId;

    public string DeviceId { get; private set; } = "";

    /// <summary>The answer to the last claim.</summary>
    public ClaimAnswer Answer { get; private set; } = new();

    /// <summary>The configuration in force.</summary>
    public NodeConfig Config { get; } = new();

    /// <summary>Claims under an enrolment; the answer is there when the call returns.</summary>
    public async Task ClaimAsync(string enrolment, byte[] secret)
    {
        await AdmitAsync(Topics.ClaimUser + enrolment, secret);
        link.Add(hardwareId, this);
        _claiming.Peer = new Peer(PeerRole.Claimant, enrolment);
        ClaimRequest request = new()
        {
            HardwareId = hardwareId,
            Kind = kind,
            Board = "ESP32_S3",
            FirmwareVersion = "1.2.0",
        };
        _nonce.CopyTo(request.Nonce, 0);
        await SendAsync(_claiming, TopicKind.Claim, hardwareId, request.Write);
    }

    /// <summary>Connects with the identity of the last answer and asks for the desired state.</summary>
    public async Task ConnectAsync()
    {
        DeviceId = Answer.DeviceId;
        await AdmitAsync(DeviceId, Answer.DeviceKey);
        _connected.Peer = new Peer(PeerRole.Device, DeviceId);
        link.Add(DeviceId, this);
        await hub.ConnectedAsync(_connected, default);
        await hub.SubscribedAsync(_connected, TopicKind.Desired, DeviceId, default);
    }

    public void Disconnect(LinkEnd reason = LinkEnd.Goodbye)
    {
        link.Remove(DeviceId);
        hub.Disconnected(_connected, reason);
    }

    /// <summary>Sends one window; completes when the service has it on disk.</summary>
    /// <param name="channels">Mean, minimum, maximum and deviation in units of ten to the exponent.</param>
    public Task ReportAsync(
        DateTimeOffset start, TimeSpan length,
        params (string Name, string Unit, int Exponent, long Mean, long Min, long Max, long Sd)[] channels)
    {
        WindowHead head = new()
        {
            Epoch = Epoch,
            Sequence = ++_windows,
            StartMs = start.ToUnixTimeMilliseconds(),
            DurationMs = (int)length.TotalMilliseconds,
            Channels = channels.Length,
        };
        return SendAsync(_connected, TopicKind.Telemetry, DeviceId, writer =>
        {
            SenmlWriter.WritePackStart(writer, channels.Length + 1);
            SenmlWriter.WriteHead(writer, DeviceId, head);
            foreach (var (name, unit, exponent, mean, min, max, sd) in channels)
                SenmlWriter.WriteChannel(writer, name, unit, exponent, mean, min, max, sd, 100, QualityFlags.None);
        });
    }

    /// <summary>Leaves out numbers, as windows do that were lost.</summary>
    public void Skip(uint windows) => _windows += windows;

    public Task ReportStateAsync(uint refusedVersion = 0, ConfigFault refusal = ConfigFault.None)
    {
        ReportedState state = new()
        {
            Boots = 3,
            Sequence = ++_reports,
            Kind = kind,
            HardwareId = hardwareId,
            Board = "ESP32_S3",
            FirmwareVersion = "1.2.0",
            BootReason = BootReason.PowerOn,
            UptimeS = 93_600,
            FreeHeapBytes = 120_000,
            RssiDbm = -61,
            ClockAgeS = 40,
            ClockQuality = TimeQuality.Synchronised,
            ConfigVersion = Config.Version,
            RefusedConfigVersion = refusedVersion,
            RefusedConfigFault = refusal,
            WindowMs = Config.WindowMs == 0 ? 60_000 : Config.WindowMs,
            StateIntervalMs = Config.StateIntervalMs,
            Epoch = Epoch,
            WindowsProduced = _windows,
            EventsProduced = _events,
        };
        return SendAsync(_connected, TopicKind.State, DeviceId, state.Write);
    }

    public Task RaiseAsync(DateTimeOffset at, string rule, string channel, DecimalValue value, DecimalValue level)
    {
        NodeEvent happened = new()
        {
            Epoch = Epoch,
            Sequence = ++_events,
            Type = EventType.ThresholdRaised,
            TimeMs = at.ToUnixTimeMilliseconds(),
            Severity = Severity.Critical,
            Rule = rule,
            Channel = channel,
            Value = value,
            Level = level,
        };
        return SendAsync(_connected, TopicKind.Event, DeviceId, happened.Write);
    }

    internal void Receive(TopicKind topic, byte[] payload)
    {
        if (topic == TopicKind.ClaimAnswer)
        {
            ClaimAnswer answer = new();
            Assert.Equal(ContractError.None, answer.Read(new CborReader(payload)));
            Answer = answer;
        }
        else if (topic == TopicKind.Desired)
        {
            DesiredState desired = new();
            Assert.Equal(ContractError.None, desired.Read(new CborReader(payload)));
            if (desired.HasConfig)
                Config.CopyFrom(desired.Config);
        }
    }

    /// <summary>A chunk of a captured vibration.</summary>
    public Task CaptureAsync(WaveformChunk chunk) =>
        SendAsync(_connected, TopicKind.Waveform, DeviceId, chunk.Write);

    private async Task AdmitAsync(string user, byte[] key)
    {
        string password = AccessToken.Create(user, DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds(), key);
        Admission admission = await hub.AdmitAsync(
            new Credentials(hardwareId, user, password, null, "192.0.2.10", true), default);
        Assert.Equal(Refusal.None, admission.Refusal);
    }

    private async Task SendAsync(Session session, TopicKind topic, string id, Action<CborWriter> write)
    {
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        write(writer);
        Assert.Equal(ContractError.None, writer.Error);
        Task stored = session.Expect(out ushort receipt);
        await hub.ReceiveAsync(session, topic, id, buffer.AsMemory(0, writer.Length), receipt, default);
        await stored;
    }

    private sealed class Session : IDeviceSession
    {
        private readonly ConcurrentDictionary<ushort, TaskCompletionSource> _waiting = new();
        private int _last;

        public Peer Peer { get; set; } = new(PeerRole.Claimant, "");

        public string RemoteAddress => "192.0.2.10";

        public DateTimeOffset ConnectedAt { get; } = DateTimeOffset.UtcNow;

        public Task Expect(out ushort receipt)
        {
            receipt = (ushort)(Interlocked.Increment(ref _last) % 65_535 + 1);
            return (_waiting[receipt] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        public void Stored(ReadOnlySpan<ushort> receipts)
        {
            foreach (ushort receipt in receipts)
            {
                if (_waiting.TryRemove(receipt, out TaskCompletionSource? waiting))
                    waiting.SetResult();
            }
        }
    }
}
