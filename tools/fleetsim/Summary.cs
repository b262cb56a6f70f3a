using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using EdgeFleet.Boards.Sim;
using Spectre.Console;

namespace EdgeFleet.FleetSim;

/// <summary>What came of a simulation: what the nodes say, and what the service says.</summary>
/// <param name="Seed">The seed that it can be repeated with.</param>
/// <param name="Nodes">Nodes simulated.</param>
/// <param name="NodesReporting">Nodes of which the service has stored something.</param>
/// <param name="SimulatedSeconds">Simulated time.</param>
/// <param name="ElapsedSeconds">Real time that it took.</param>
/// <param name="WindowsProduced">Windows that nodes committed to flash.</param>
/// <param name="WindowsAcknowledged">Windows whose acknowledgement reached the node.</param>
/// <param name="WindowsBuffered">Windows that still wait on a node.</param>
/// <param name="WindowsDropped">Windows that nodes dropped because a queue was full, as they reported to the service.</param>
/// <param name="WindowsDroppedYetStored">Of those dropped, the ones that the service has: their receipt was lost.</param>
/// <param name="WindowsStored">Windows that the service has stored.</param>
/// <param name="Duplicates">Windows that the service has stored more than once.</param>
/// <param name="DuplicatesReceived">Windows that came again and were recognised.</param>
/// <param name="Rejected">Messages that the service refused.</param>
/// <param name="PowerCuts">Times that a node lost its power.</param>
/// <param name="Boots">Times that a node started.</param>
/// <param name="HistoryDigest">A hash over every node's own history: equal for equal seeds under virtual time.</param>
public sealed record Summary(
    ulong Seed, int Nodes, int NodesReporting, double SimulatedSeconds, double ElapsedSeconds, long WindowsProduced,
    long WindowsAcknowledged, long WindowsBuffered, long WindowsDropped, long WindowsDroppedYetStored,
    long WindowsStored, long Duplicates,
    long DuplicatesReceived, long Rejected, long PowerCuts, long Boots, string HistoryDigest)
{
    /// <summary>Windows that are neither stored, nor reported as dropped, nor still on a node: must be 0.</summary>
    public long WindowsLost => WindowsProduced - WindowsStored - (WindowsDropped - WindowsDroppedYetStored) - WindowsBuffered;

    /// <summary>Whether every window is accounted for, once.</summary>
    public bool Balanced => WindowsLost == 0 && Duplicates == 0;

    /// <summary>Asks nodes and service. All nodes must be on.</summary>
    public static async Task<Summary> MakeAsync(
        SimOptions options, SimFleet fleet, FleetApi api, TimeSpan simulated, TimeSpan elapsed, CancellationToken cancel)
    {
        var statuses = fleet.Nodes.Select(node => node.Status ?? default).ToList();
        var ours = statuses.Select(status => status.DeviceId).ToHashSet(StringComparer.Ordinal);
        var stats = await fleet.StatsAsync(api, cancel);
        var audit = await api.AuditAsync(cancel);
        var devices = (stats.PerDevice ?? []).Where(device => ours.Contains(device.Device)).ToList();
        return new Summary(
            options.Seed, fleet.Nodes.Count, devices.Count(device => device.WindowsStored > 0),
            simulated.TotalSeconds, Math.Round(elapsed.TotalSeconds, 1),
            statuses.Sum(status => (long)status.Produced), statuses.Sum(status => (long)status.Acknowledged),
            statuses.Sum(status => (long)status.Buffered), devices.Sum(device => device.WindowsDropped),
            devices.Sum(device => device.WindowsDroppedYetStored),
            devices.Sum(device => device.WindowsStored), audit.StoredTwice,
            devices.Sum(device => device.WindowDuplicates), stats.Rejected,
            fleet.Nodes.Sum(node => (long)node.PowerCuts), fleet.Nodes.Sum(node => (long)node.Starts),
            Digest(fleet));
    }

    /// <summary>As a table for people.</summary>
    public void Print(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("").AddColumn(new TableColumn("").RightAligned());
        table.ShowHeaders = false;
        table.AddRow("nodes reporting", $"{NodesReporting:N0} of {Nodes:N0}");
        table.AddRow("simulated time", $"{TimeSpan.FromSeconds(Math.Round(SimulatedSeconds))} (in {ElapsedSeconds:N1} s)");
        table.AddRow("windows produced", $"{WindowsProduced:N0}");
        table.AddRow("windows acknowledged", $"{WindowsAcknowledged:N0}");
        table.AddRow("windows stored", $"{WindowsStored:N0}");
        table.AddRow("windows dropped, as reported", $"{WindowsDropped:N0}");
        table.AddRow("of these stored all the same", $"{WindowsDroppedYetStored:N0}");
        table.AddRow("windows still on nodes", $"{WindowsBuffered:N0}");
        table.AddRow("windows lost", $"{WindowsLost:N0}");
        table.AddRow("windows stored twice", $"{Duplicates:N0}");
        table.AddRow("windows received again", $"{DuplicatesReceived:N0}");
        table.AddRow("messages rejected", $"{Rejected:N0}");
        table.AddRow("power cuts, boots", $"{PowerCuts:N0}, {Boots:N0}");
        table.AddRow("seed", $"{Seed}");
        console.Write(table);
        console.MarkupLine(Balanced ? "[green]Every window is accounted for.[/]" : "[red]Windows are not accounted for.[/]");
    }

    /// <summary>As JSON for scripts.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JsonFormat);

    private static readonly JsonSerializerOptions JsonFormat =
        new(JsonSerializerDefaults.Web) { WriteIndented = true };

    // The operations of the flash are a witness of everything a node did: each window, event, acknowledgement and boot
    // leaves its trace in their number and bytes.
    private static string Digest(SimFleet fleet)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> entry = stackalloc byte[56];
        foreach (var node in fleet.Nodes)
        {
            var status = node.Status ?? default;
            long[] facts =
            [
                node.Flash.Operations, node.Flash.BytesProgrammed, status.Epoch, status.Produced, status.Acknowledged,
                status.EventsProduced, node.Starts,
            ];
            for (int i = 0; i < facts.Length; i++)
                BinaryPrimitives.WriteInt64LittleEndian(entry[(8 * i)..], facts[i]);
            hash.AppendData(entry);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
