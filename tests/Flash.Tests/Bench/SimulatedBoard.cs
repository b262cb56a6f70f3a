using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeFleet.Boards.Esp32;
using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware;
using EdgeFleet.Flash.StandIn;
using BoardPartitions = EdgeFleet.Flash.Boards.PartitionTable;

namespace EdgeFleet.Flash.Tests.Bench;

/// <summary>
/// A board on the bench: a chip with flash, which boots what is on it. Where runtime, image, network and settings are in
/// order, the node in it is the real node code, and talks to a real service.
/// </summary>
/// <remarks>What it does not show: the loader's protocol, speed, brownouts, and everything that SimNode does not show.</remarks>
internal sealed class SimulatedBoard : IDisposable
{
    private const int RuntimeAt = 0x1_0000;

    private readonly NodePump _pump;
    private readonly byte[] _flash;
    private readonly Dictionary<string, byte[]> _files = [];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _faults = new();
    private readonly ulong _seed;
    private JsonElement? _network;
    private ulong _formats;
    private SimNode? _node;

    public SimulatedBoard(NodePump pump, ulong seed, string chip = "ESP32", string? name = null, int flashMb = 4)
    {
        (_pump, _seed) = (pump, seed);
        HardwareId = SimBoard.HardwareIdOf(seed);
        string mac = string.Join(':', Enumerable.Range(0, 6).Select(i => HardwareId.Substring(i * 2, 2)));
        Chip = new ChipSheet(chip, name ?? $"{chip}-D0WD-V3 (revision v3.1)", flashMb, "undetermined", mac);
        _flash = new byte[flashMb * 1024 * 1024];
        Array.Fill(_flash, (byte)0xFF);
    }

    public ChipSheet Chip { get; }

    public string HardwareId { get; }

    /// <summary>The network's password that works here; null: any does.</summary>
    public string? WifiPassword { get; init; }

    /// <summary>What the bench does to the sensors when the node starts.</summary>
    public Action<SimNode>? Sensors { get; set; }

    /// <summary>Whether the node never gets through to anybody.</summary>
    public bool Silent { get; set; }

    /// <summary>The node, while it runs.</summary>
    public SimNode? Node => _node;

    /// <summary>What was written to the storage.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>Told of every operation when it is asked for, before it is done.</summary>
    public Action<string>? Asked { get; set; }

    /// <summary>Every operation that was asked for, in order.</summary>
    public ConcurrentQueue<string> Operations { get; } = new();

    /// <summary>
    /// Lets an operation fail, once for each call of this: <c>pull</c> the cable goes, <c>hang</c> the flasher gets stuck,
    /// <c>deaf</c> nothing answers, <c>flip</c> a bit is written wrongly, <c>refuse</c>, <c>disk-full</c>.
    /// </summary>
    public SimulatedBoard Fail(string operation, string fault, int times = 1)
    {
        for (int i = 0; i < times; i++)
            _faults.GetOrAdd(operation, _ => new()).Enqueue(fault);
        return this;
    }

    /// <summary>Answers the stand-in; null: the cable is out.</summary>
    public BoardMessage? Answer(BoardMessage question)
    {
        Operations.Enqueue(question.Op);
        Asked?.Invoke(question.Op);
        string fault = _faults.TryGetValue(question.Op, out var waiting) && waiting.TryDequeue(out string? next) ? next : "";
        if (fault == "pull")
            return null;
        bool deaf = fault == "deaf";
        BoardMessage answer = question.Op switch
        {
            "hello" => Hello(deaf),
            "erase" => Erase(),
            "write" => Write(question, flip: fault == "flip"),
            "read" => new BoardMessage("read") { Data = _flash.AsSpan((int)question.Address, question.Length).ToArray() },
            "reset" => Reset(),
            "clr" => new BoardMessage("clr", Clr: deaf ? null : Runtime()),
            "network" => Network(question, refuse: fault == "refuse"),
            "file" => Store(question, refuse: fault == "refuse"),
            _ => new BoardMessage(question.Op, Ok: false),
        };
        return answer with { Number = question.Number, Fault = fault is "hang" or "disk-full" ? fault : "" };
    }

    /// <summary>Writes past every check, as a worn flash does.</summary>
    public void Corrupt(int address) => _flash[address] ^= 0x10;

    public void Dispose() => StopNode();

    private BoardMessage Hello(bool deaf)
    {
        StopNode();
        return deaf ? new BoardMessage("hello", Ok: false) : new BoardMessage("hello", Chip: Chip);
    }

    private BoardMessage Erase()
    {
        Array.Fill(_flash, (byte)0xFF);
        _files.Clear();
        _network = null;
        _formats++;
        _formatted = null;
        return new BoardMessage("erase");
    }

    private BoardMessage Write(BoardMessage question, bool flip)
    {
        question.Data.CopyTo(_flash, question.Address);
        if (flip)
            _flash[question.Address + 3] ^= 1;
        return new BoardMessage("write", Text: Convert.ToHexStringLower(
            MD5.HashData(_flash.AsSpan((int)question.Address, question.Data.Length))));
    }

    private BoardMessage Reset()
    {
        StopNode();
        StartNode();
        return new BoardMessage("reset");
    }

    private BoardMessage Network(BoardMessage question, bool refuse)
    {
        if (!refuse)
            _network = JsonDocument.Parse(question.Text).RootElement.Clone();
        return new BoardMessage("network", Ok: !refuse);
    }

    private BoardMessage Store(BoardMessage question, bool refuse)
    {
        if (!refuse)
            _files[question.Path] = question.Data;
        return new BoardMessage("file", Ok: !refuse);
    }

    /// <summary>What is on the flash, as the runtime would load it: the table says where, the assemblies must be there.</summary>
    private ClrSheet? Runtime()
    {
        string[] runtime = Encoding.ASCII.GetString(_flash, RuntimeAt, 128).Split('\n');
        if (runtime[0] != "nanoCLR")
            return null;
        List<string> assemblies = ["mscorlib, 1.17.11.0"];
        if (Application() is { } application)
            assemblies.Add($"{application}, 0.1.0.0");
        return new ClrSheet(runtime[1], runtime[2], [.. assemblies]);
    }

    private string? Application()
    {
        int at = (int)BoardPartitions.Read(_flash).FirstOrDefault(p => p.Label == "deploy").Offset;
        ReadOnlySpan<byte> image = _flash.AsSpan(at, 256);
        if (at == 0 || !image.StartsWith("NFMRK"u8))
            return null;
        return image.IndexOf("EdgeFleet.Bridge"u8) >= 0 ? "EdgeFleet.Bridge" : "EdgeFleet.AirBox";
    }

    private SimNode? _formatted;
    private CatchingUpClock? _clock;

    private void StartNode()
    {
        if (Runtime() == null || Application() is not { } application || !_files.TryGetValue(@"I:\edgefleet.cfg", out byte[]? bytes))
            return;
        BoardSettings settings = new();
        settings.Parse(Encoding.UTF8.GetString(bytes));
        if (_formatted == null)
        {
            _clock = new CatchingUpClock();
            _formatted = new SimNode(
                new SimNodeOptions
                {
                    Kind = application == "EdgeFleet.Bridge" ? NodeKind.Bridge : NodeKind.AirBox,
                    Seed = _seed, Run = _formats, World = _clock,
                    Settings = new NodeSettings
                    {
                        FirmwareVersion = "0.1.0", EnrolmentId = settings.Enrolment, EnrolmentSecret = settings.Secret,
                        GatewayHost = settings.Host, GatewayPort = settings.GatewayPort,
                    },
                },
                new TcpLink(new TcpLinkOptions(), _seed));
        }
        _formatted.Link.Partitioned = Silent || !HasNetwork();
        _node = _formatted;
        _pump.PowerOn(_node, _clock!);
        Sensors?.Invoke(_node);
    }

    private bool HasNetwork()
    {
        if (_network is not { } network)
            return false;
        return !network.TryGetProperty("WirelessClient", out JsonElement client) || WifiPassword == null
            || client.GetProperty("Password").GetString() == WifiPassword;
    }

    private void StopNode()
    {
        if (_node is { } node)
            _pump.PowerCut(node);
        _node = null;
    }
}
