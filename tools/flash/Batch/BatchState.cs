using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Service;
using EdgeFleet.Flash.Steps;

namespace EdgeFleet.Flash.Batch;

/// <summary>How one row of a batch stands.</summary>
/// <param name="HardwareId">The board that it was begun with; empty: none yet.</param>
/// <param name="Done">Whether it has its receipt.</param>
/// <param name="Failure">Why it failed last; none: it did not.</param>
internal sealed record RowState(
    string HardwareId, bool Done, Failure Failure, string Message, string? DeviceId, string? ReceiptId, Step? Step, double Seconds)
{
    public static RowState New { get; } = new("", false, Failure.None, "", null, null, null, 0);
}

/// <summary>A batch as it stands, in a file: what a later run goes on from.</summary>
internal sealed class BatchState
{
    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly Dictionary<string, RowState> _rows;

    private BatchState(string path, Dictionary<string, RowState> rows) => (_path, _rows) = (path, rows);

    /// <summary>The batch of a manifest and an enrolment; a new one where it was never begun.</summary>
    public static BatchState Load(StateFolders folders, string manifest, string enrolment)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Path.GetFileName(manifest)}\n{enrolment}")))[..16];
        string path = Path.Combine(folders.Batches, name + ".json");
        Dictionary<string, RowState>? rows = File.Exists(path)
            ? JsonSerializer.Deserialize<Dictionary<string, RowState>>(File.ReadAllBytes(path), FleetClient.Json)
            : null;
        return new BatchState(path, rows ?? []);
    }

    /// <summary>How a row stands.</summary>
    public RowState Of(string name)
    {
        lock (_lock)
            return _rows.GetValueOrDefault(name) ?? RowState.New;
    }

    /// <summary>Changes how a row stands, and keeps it.</summary>
    public void Set(string name, RowState row)
    {
        lock (_lock)
        {
            _rows[name] = row;
            SecretFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(_rows, FleetClient.Json));
        }
    }
}
