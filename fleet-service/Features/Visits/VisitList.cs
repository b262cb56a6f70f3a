using System.Globalization;
using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Features.Visits;

/// <summary>
/// Nodes that need a technician, out of what the slices know. Nothing is kept: a node is on the list for as long as its
/// cause goes on, and off it by itself.
/// </summary>
public sealed class VisitList(
    DeviceDirectory directory, Presence presence, Reports.Reports reports, AlertBook alerts, SiteMaintenance maintenance,
    CommandCenter commands, TelemetryQueries telemetry, TimeProvider time)
{
    /// <summary>
    /// Silence after which somebody goes there. Power cuts and dead networks are over within a day or are somebody
    /// else's to mend, and the node keeps what it measures meanwhile.
    /// </summary>
    public static readonly TimeSpan Unreachable = TimeSpan.FromHours(24);

    /// <summary>How long a fault must go on: what mends itself needs nobody.</summary>
    public static readonly TimeSpan FaultLasts = TimeSpan.FromHours(1);

    /// <summary>Every visit, by site and name.</summary>
    /// <param name="site">Only of this site; null: of all.</param>
    /// <param name="reason">Only for this reason; null: for any.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<Visit>> AllAsync(
        string? site = null, VisitReason? reason = null, CancellationToken cancel = default)
    {
        DateTimeOffset now = time.GetUtcNow();
        ILookup<string, Alert> faults = alerts.Open()
            .Where(a => a.Device != null && a.Source == AlertSource.Fault && now - a.RaisedAt >= FaultLasts)
            .ToLookup(a => a.Device!);
        Dictionary<string, DeviceCommand> tests = (await commands.FailedSelfTestsAsync(cancel)).ToDictionary(c => c.Device);
        List<Visit> visits = [];
        foreach (Device device in directory.All)
        {
            if (device.Status != DeviceStatus.Active || (site != null && device.Site != site))
                continue;
            StateAnswer? state = reports.State(device.Id);
            List<VisitCause> causes = [.. Causes(device, state, now), .. faults[device.Id].Select(FaultOf)];
            if (tests.TryGetValue(device.Id, out DeviceCommand? test))
                causes.Add(new VisitCause(VisitReason.SelfTestFailed, test.ChangedAt, "The self-test failed" + Says(test.Text)));
            if (causes.Count == 0 || (reason != null && causes.All(c => c.Kind != reason)))
                continue;
            causes.Sort((a, b) => a.Kind.CompareTo(b.Kind));
            visits.Add(new Visit(
                device.Id, device.Name, device.Kind, device.Site, device.Latitude, device.Longitude, device.HardwareId,
                device.Board, state?.BoardStatus?.HardwareClass, state?.FirmwareVersion, presence.LastSeenAt(device.Id),
                maintenance.IsOn(device.Site), causes, [.. causes.SelectMany(c => Bring(c.Kind)).Distinct().Order()]));
        }
        visits.Sort((a, b) => (a.Site, a.Name, a.Device).CompareTo((b.Site, b.Name, b.Device)));
        return visits;
    }

    /// <summary>The list as CSV (RFC 4180), with a heading; the flash tool reads <c>device</c>, <c>site</c> and <c>reason</c>.</summary>
    public static string Csv(IReadOnlyList<Visit> visits)
    {
        StringBuilder text = new("device,name,kind,site,latitude,longitude,hardwareId,board,hardwareClass,firmware,lastSeen,reason,bring\r\n");
        foreach (Visit visit in visits)
        {
            string?[] cells =
            [
                visit.Device, visit.Name, visit.Kind.ToString(), visit.Site, Number(visit.Latitude), Number(visit.Longitude),
                visit.HardwareId, visit.Board, visit.HardwareClass, visit.Firmware,
                visit.LastSeenAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                string.Join("; ", visit.Reasons.Select(r => r.Text)), string.Join("; ", visit.Bring),
            ];
            text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");
        }
        return text.ToString();
    }

    private IEnumerable<VisitCause> Causes(Device device, StateAnswer? state, DateTimeOffset now)
    {
        DateTimeOffset? seen = presence.LastSeenAt(device.Id);
        bool online = presence.IsOnline(device.Id);
        if (seen == null && now - device.CreatedAt >= Unreachable)
            yield return new(VisitReason.NeverReported, device.CreatedAt, "Claimed, and never connected since");
        if (seen is { } last && !online && now - last >= Unreachable)
            yield return new(VisitReason.Unreachable, last, "Silent since " + Say(last));
        if (state?.Update is { } update)
        {
            if (update is { State: UpdateState.Rejected, Reason: UpdateReason.MissingNative or UpdateReason.OtherNative })
            {
                yield return new(VisitReason.RuntimeTooOld, null,
                    $"Runtime {state.BoardStatus?.RuntimeVersion ?? "of unknown version"} lacks what the bundle needs ({update.Reason})");
            }
            if (update is { Reason: UpdateReason.FlashFault })
                yield return new(VisitReason.HardwareFault, null, "The flash cannot be read or written");
            if (update is { Running: UpdateSlot.Golden, State: UpdateState.Reverted })
                yield return new(VisitReason.OnGolden, null, $"Runs the application that it was made with ({update.Reason})");
        }
        // A silent node's sensors are no news.
        if (!online)
            yield break;
        foreach (LatestValue value in telemetry.Latest(device.Id))
        {
            if (value is { Start: { } start, MissingSince: { } missing } && now - start >= Unreachable
                && !value.Quality.Contains(QualityNames.Asleep))
                yield return new(VisitReason.SensorSilent, missing, $"No values of {value.Channel} since {Say(start)}");
        }
    }

    private static VisitCause FaultOf(Alert alert) =>
        new(VisitReason.HardwareFault, alert.RaisedAt, "Fault" + Says(alert.Text ?? alert.Key));

    private static VisitItem[] Bring(VisitReason reason) => reason switch
    {
        VisitReason.Unreachable or VisitReason.NeverReported =>
            [VisitItem.FlashKit, VisitItem.SpareBoard, VisitItem.PowerSupply, VisitItem.RadioKit],
        VisitReason.RuntimeTooOld => [VisitItem.FlashKit],
        VisitReason.OnGolden => [VisitItem.FlashKit, VisitItem.SpareBoard],
        VisitReason.SensorSilent => [VisitItem.SpareSensors],
        _ => [VisitItem.FlashKit, VisitItem.SpareBoard, VisitItem.SpareSensors],
    };

    private static string Says(string? text) => string.IsNullOrWhiteSpace(text) ? "" : ": " + text.Trim();

    private static string Say(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string? Number(double? degrees) => degrees?.ToString("0.######", CultureInfo.InvariantCulture);

    // A sheet would take what begins like a formula for one.
    private static string Cell(string? value)
    {
        string text = value ?? "";
        if (text.Length != 0 && text[0] is '=' or '+' or '@' or '\t')
            text = "'" + text;
        return text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : "\"" + text.Replace("\"", "\"\"") + "\"";
    }
}
