using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Service;

namespace EdgeFleet.Flash.Steps;

/// <summary>The steps from a bare board to a receipt, in order.</summary>
internal enum Step
{
    /// <summary>Port, chip and address.</summary>
    Detect,

    /// <summary>Erases the flash and writes the runtime.</summary>
    Runtime,

    /// <summary>Writes the node's image at the chip's own address.</summary>
    Image,

    /// <summary>Reads the flash back, and asks the runtime what it has loaded.</summary>
    ReadBack,

    /// <summary>Wi-Fi or Ethernet.</summary>
    Network,

    /// <summary>Settings with the claim's secret, and the gateway's authority.</summary>
    Files,

    /// <summary>Starts the node.</summary>
    Start,

    /// <summary>The service has granted the board's claim, and the node has connected.</summary>
    Claim,

    /// <summary>The service has stored the node's first window.</summary>
    Telemetry,

    /// <summary>Every sensor gives values, and none reports a fault.</summary>
    Sensors,

    /// <summary>Signed, kept here, and sent to the service.</summary>
    Receipt,
}

/// <summary>How far a board has come, in a file of its own: a run that is ended goes on from it.</summary>
internal sealed record BoardState
{
    public required string HardwareId { get; init; }

    public NodeKind Kind { get; init; }

    public string Board { get; init; } = "";

    public string Enrolment { get; init; } = "";

    /// <summary>Of each step that is done, what it was done with.</summary>
    public IReadOnlyDictionary<Step, string> Done { get; init; } = new Dictionary<Step, string>();

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>What was read back, for the receipt.</summary>
    public ReadBack? ReadBack { get; init; }

    /// <summary>Windows that the service had of this device before the node was started; -1: not asked.</summary>
    public long WindowsBefore { get; init; } = -1;

    public string? DeviceId { get; init; }

    public string? ReceiptId { get; init; }

    /// <summary>The step that failed last, and how; for people.</summary>
    public string? LastFailure { get; init; }

    /// <summary>Whether a step is done with this input.</summary>
    public bool Has(Step step, string input) => Done.TryGetValue(step, out string? with) && with == input;

    /// <summary>Notes a step; all later ones count no more, because they were done on what was there before.</summary>
    public BoardState With(Step step, string input) => this with
    {
        Done = new Dictionary<Step, string>(Done.Where(d => d.Key < step)) { [step] = input }, LastFailure = null,
    };

    /// <summary>The state of a board; a new one where it was never begun.</summary>
    public static BoardState Load(StateFolders folders, string hardwareId, TimeProvider time)
    {
        string path = PathOf(folders, hardwareId);
        if (!File.Exists(path))
            return new BoardState { HardwareId = hardwareId, StartedAt = time.GetUtcNow() };
        try
        {
            return JsonSerializer.Deserialize<BoardState>(File.ReadAllBytes(path), FleetClient.Json)!;
        }
        catch (JsonException)
        {
            // A file that cannot be read has nothing to say: the board is done from the start, which is always right.
            return new BoardState { HardwareId = hardwareId, StartedAt = time.GetUtcNow() };
        }
    }

    /// <summary>Keeps the state, whole or not at all.</summary>
    public void Save(StateFolders folders) =>
        SecretFile.Write(PathOf(folders, HardwareId), JsonSerializer.SerializeToUtf8Bytes(this, FleetClient.Json));

    private static string PathOf(StateFolders folders, string hardwareId) => Path.Combine(folders.Boards, hardwareId + ".json");
}

/// <summary>What was found on the board after it was written.</summary>
/// <param name="DeployAddress">Where the image was found, by the flash's own partition table.</param>
/// <param name="ImageDigest">SHA-256 of the bytes there, lower-case hexadecimal.</param>
/// <param name="Target">What the running runtime says that it was made for.</param>
/// <param name="RuntimeVersion">What version it says that it is.</param>
/// <param name="Assembly">The application that it has loaded.</param>
/// <param name="AssemblyVersion">Its version.</param>
internal sealed record ReadBack(
    uint DeployAddress, string ImageDigest, string Target, string RuntimeVersion, string Assembly, string AssemblyVersion);
