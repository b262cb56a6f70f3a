using EdgeFleet.Contracts;

namespace EdgeFleet.Flash.Service;

/// <summary>Waits until the service has seen a node do what it should: claim, connect, report, and with every sensor.</summary>
internal sealed class Witness(FleetClient client, FlashHost host)
{
    private const int ClaimsAtOnce = 500;

    // A sensor that says one of these of itself is not in order; the others are about the window alone.
    private static readonly string[] BadQuality = ["frozen", "sensorError", "missing", "outOfRange", "checksumErrors"];

    /// <summary>Channels without which a node of a kind is not complete.</summary>
    public static IReadOnlyList<string> ChannelsOf(NodeKind kind) => kind == NodeKind.Bridge
        ? [Channels.AccelX, Channels.AccelY, Channels.AccelZ]
        : [Channels.Pm25, Channels.Temperature, Channels.Humidity, Channels.Pressure];

    /// <summary>The enrolment, where boards may claim under it.</summary>
    /// <exception cref="FlashException">There is none, or it is closed, expired or full.</exception>
    public async Task<Enrolment> EnrolmentAsync(string id, string hardwareId, CancellationToken cancel)
    {
        Enrolment enrolment = await client.GetAsync<Enrolment>($"/api/v1/enrolments/{id}", cancel);
        BoardClaim? claim = enrolment.State == "full" ? await ClaimAsync(id, hardwareId, cancel) : null;
        // A board that has its place in a full enrolment keeps it.
        return claim?.DeviceId != null ? enrolment : enrolment.State switch
        {
            "full" => throw new FlashException(Failure.EnrolmentFull,
                $"The enrolment {id} is full: all {enrolment.Count} boards have claimed.", "Make another one: edgefleet-flash enrol."),
            "expired" => throw new FlashException(Failure.EnrolmentExpired,
                $"The enrolment {id} ended at {enrolment.ExpiresAt:u}.", "Make another one: edgefleet-flash enrol."),
            "closed" => throw new FlashException(Failure.EnrolmentClosed,
                $"The enrolment {id} was closed.", "Ask who closed it, or make another one: edgefleet-flash enrol."),
            _ => enrolment,
        };
    }

    /// <summary>The device that a board is; null: none yet.</summary>
    public async Task<DeviceView?> DeviceAsync(string hardwareId, CancellationToken cancel)
    {
        Page<DeviceView> page = await client.GetAsync<Page<DeviceView>>($"/api/v1/devices?search={hardwareId}&top=5", cancel);
        return page.Items.FirstOrDefault(view => view.Device.HardwareId == hardwareId);
    }

    /// <summary>A board's claim under an enrolment; null: none.</summary>
    public async Task<BoardClaim?> ClaimAsync(string enrolment, string hardwareId, CancellationToken cancel)
    {
        Page<BoardClaim> page = await client.GetAsync<Page<BoardClaim>>($"/api/v1/claims?enrolment={enrolment}&top={ClaimsAtOnce}", cancel);
        return page.Items.FirstOrDefault(claim => claim.HardwareId == hardwareId);
    }

    /// <summary>Windows that the service has ever stored of a device; none of one that it has not heard of yet.</summary>
    public async Task<long> WindowsAsync(string device, CancellationToken cancel) =>
        (await client.FindAsync<DeviceStats>($"/api/v1/devices/{device}/telemetry/stats", cancel))?.WindowsStored ?? 0;

    /// <summary>Waits for the claim to be granted, and for the node to connect under its identity; gives the device's id.</summary>
    /// <param name="before">The board's claim as it was before the node was started.</param>
    public async Task<string> ClaimedAsync(
        string enrolment, string hardwareId, BoardClaim? before, Action<string> says, CancellationToken cancel)
    {
        Waiting waiting = new(host, host.Patience.Claim);
        bool pending = false;
        BoardClaim? claim = null;
        while (true)
        {
            claim = await ClaimAsync(enrolment, hardwareId, cancel);
            if (claim?.State == "pending" && !pending)
            {
                pending = true;
                waiting = new Waiting(host, host.Patience.Approval);
                says("the claim waits for an operator: page Claims");
            }
            if (claim is { State: "rejected" } || (claim is { State: "refused" } && claim.LastRefusedAt != before?.LastRefusedAt))
                throw Refused(claim);
            if (claim is { State: "granted", DeviceId: { } id } && await DeviceAsync(hardwareId, cancel) is { Online: true } view
                && view.Device.Id == id)
                return id;
            if (await waiting.OverAsync(cancel))
                throw await SilentAsync(claim, cancel);
        }
    }

    /// <summary>Waits for a window that was not there before.</summary>
    public async Task ReportedAsync(string device, long before, CancellationToken cancel)
    {
        Waiting waiting = new(host, host.Patience.Telemetry);
        while (await WindowsAsync(device, cancel) <= before)
        {
            if (await waiting.OverAsync(cancel))
            {
                throw new FlashException(Failure.NodeSilent,
                    $"{device} is connected, and has sent no window in {host.Patience.Telemetry.TotalMinutes:F0} min.",
                    "Read its LED (hardware/first-power-on.md), and its page.");
            }
        }
    }

    /// <summary>Waits until every sensor gives values that count, and none reports a fault; gives the values.</summary>
    public async Task<IReadOnlyList<LatestValue>> SensorsAsync(string device, NodeKind kind, CancellationToken cancel)
    {
        Waiting waiting = new(host, host.Patience.Sensors);
        while (true)
        {
            IReadOnlyList<LatestValue> values = await client.GetAsync<LatestValue[]>($"/api/v1/devices/{device}/telemetry/latest", cancel);
            EventAnswer[] alarms = await client.GetAsync<EventAnswer[]>($"/api/v1/devices/{device}/alarms", cancel);
            List<string> wrong = [.. ChannelsOf(kind).Select(channel => Wrong(channel, values)).OfType<string>()];
            wrong.AddRange(alarms.Where(alarm => alarm.Type == "fault").Select(alarm => $"fault: {alarm.Text ?? alarm.Channel ?? alarm.Rule}"));
            if (wrong.Count == 0)
                return values;
            if (await waiting.OverAsync(cancel))
            {
                throw new FlashException(Failure.SensorFault, $"{device} reports, but {string.Join("; ", wrong)}.",
                    "Look after wiring and supply of that sensor (hardware/troubleshooting.md); then run this again.");
            }
        }
    }

    private static string? Wrong(string channel, IReadOnlyList<LatestValue> values)
    {
        LatestValue? value = values.FirstOrDefault(v => v.Channel == channel);
        if (value?.Mean == null || value.MissingSince != null)
            return $"{channel} gives no value";
        string[] bad = [.. (value.Quality ?? []).Intersect(BadQuality)];
        return bad.Length == 0 ? null : $"{channel} is {string.Join(", ", bad)}";
    }

    private async Task<FlashException> SilentAsync(BoardClaim? claim, CancellationToken cancel)
    {
        if (claim is { State: "pending" })
        {
            return new FlashException(Failure.ClaimWaits, "The board has claimed, and no operator has accepted it.",
                "Ask an operator to accept it on the page Claims, and run this again: nothing is flashed anew.");
        }
        if (claim is { State: "refused" })
            return Refused(claim);
        if (claim is { State: "granted" })
        {
            return new FlashException(Failure.NodeSilent, $"{claim.DeviceId} has its identity, and does not connect.",
                "Read its LED (hardware/first-power-on.md).");
        }
        RefusedConnection[] refused = await client.GetAsync<RefusedConnection[]>("/api/v1/refused-connections", cancel);
        RefusedConnection? last = refused.FirstOrDefault(r => r.User.StartsWith("claim/", StringComparison.Ordinal));
        string hint = last == null ? "" : $" The service last refused a connection as {last.User} from {last.RemoteAddress} ({last.Reason}).";
        return new FlashException(Failure.NodeSilent, "The node was started, and the service has not heard of it." + hint,
            "Read its LED (hardware/first-power-on.md): code 2 is the network, 3 the gateway, 4 the settings.");
    }

    private static FlashException Refused(BoardClaim claim) => claim.LastRefusal switch
    {
        "enrolmentFull" => new(Failure.EnrolmentFull, "The service refused the claim: the enrolment is full.", "Make another one: edgefleet-flash enrol."),
        "enrolmentExpired" => new(Failure.EnrolmentExpired, "The service refused the claim: the enrolment is over.", "Make another one: edgefleet-flash enrol."),
        "alreadyClaimed" or "differentClaim" => new(Failure.ClaimRefused,
            "The service refused the claim: this board has an identity already.", "Run `board --again`: it releases the board and flashes it anew."),
        "wrongKind" => new(Failure.ClaimRefused, "The service refused the claim: the enrolment, or the device that this board was, is of another kind.", "Take an enrolment of this kind."),
        var reason => new(Failure.ClaimRefused, $"The claim was refused: {(claim.State == "rejected" ? "an operator rejected the board" : reason)}.", "Ask an operator; the page Claims has the reason."),
    };

    /// <summary>A wait with an end.</summary>
    private sealed class Waiting(FlashHost host, TimeSpan patience)
    {
        private readonly long _since = host.Time.GetTimestamp();

        /// <summary>Waits for the next look; true where the time is over.</summary>
        public async Task<bool> OverAsync(CancellationToken cancel)
        {
            if (host.Time.GetElapsedTime(_since) >= patience)
                return true;
            await Task.Delay(host.Poll, host.Time, cancel);
            return false;
        }
    }
}
