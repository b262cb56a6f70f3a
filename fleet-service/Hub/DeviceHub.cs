using System.Diagnostics.Metrics;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;

namespace EdgeFleet.Service.Hub;

/// <summary>
/// What the gateway asks of the service: who may come in, who is there, and where its messages go.
/// </summary>
public sealed partial class DeviceHub : IDeviceHub
{
    private readonly DeviceDirectory _directory;
    private readonly Presence _presence;
    private readonly Identities _identities;
    private readonly Enrolments _enrolments;
    private readonly Claims _claims;
    private readonly BlockServer _blocks;
    private readonly CommandCenter _commands;
    private readonly ConfigLevels _levels;
    private readonly IngestJournal _journal;
    private readonly RefusedConnections _refused;
    private readonly LiveFeed _live;
    private readonly Lazy<IDeviceLink> _link;
    private readonly FleetOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<DeviceHub> _logger;
    private readonly Counter<long> _admissions;
    private readonly Counter<long> _claimAnswers;

    /// <summary>A hub over the slices.</summary>
    public DeviceHub(
        DeviceDirectory directory, Presence presence, Identities identities, Enrolments enrolments, Claims claims,
        BlockServer blocks, CommandCenter commands, ConfigLevels levels, IngestJournal journal, RefusedConnections refused, LiveFeed live, Lazy<IDeviceLink> link,
        FleetOptions options, TimeProvider time, IMeterFactory meters, ILogger<DeviceHub> logger)
    {
        (_directory, _presence, _identities, _enrolments) = (directory, presence, identities, enrolments);
        (_claims, _blocks, _journal, _refused, _live, _link) = (claims, blocks, journal, refused, live, link);
        (_commands, _levels, _options, _time, _logger) = (commands, levels, options, time, logger);
        Meter meter = meters.Create("EdgeFleet.Hub");
        _admissions = meter.CreateCounter<long>("edgefleet.admissions", "{connection}", "Connections by outcome.");
        _claimAnswers = meter.CreateCounter<long>("edgefleet.claims", "{claim}", "Claims by outcome.");
        meter.CreateObservableGauge("edgefleet.devices.online", () => presence.OnlineCount, "{device}");
    }

    /// <inheritdoc/>
    public async ValueTask<Admission> AdmitAsync(Credentials credentials, CancellationToken cancel)
    {
        Admission admission;
        try
        {
            admission = credentials.User.StartsWith(Topics.ClaimUser, StringComparison.Ordinal)
                ? AdmitClaimant(credentials)
                : await AdmitDeviceAsync(credentials, cancel);
        }
        catch (Exception e) when (StorageFault.Of(e) is { } fault)
        {
            StorageFailed(_logger, "admit", fault.Name);
            admission = new Admission(null, Refusal.ServiceBusy);
        }
        _admissions.Add(1, new KeyValuePair<string, object?>("outcome", admission.Refusal.ToString()));
        if (admission.Refusal != Refusal.None)
            Note(credentials, admission.Refusal);
        return admission;
    }

    /// <inheritdoc/>
    public ValueTask ConnectedAsync(IDeviceSession session, CancellationToken cancel)
    {
        if (session.Peer.Role != PeerRole.Device)
            return ValueTask.CompletedTask;
        string id = session.Peer.Id;
        if (_presence.Connected(id))
            _live.Publish(LiveKind.Device, id);
        // It may have been quarantined between the password and this moment.
        if (_directory.Find(id)?.Status != DeviceStatus.Active)
            _link.Value.Disconnect(id, LinkEnd.Revoked);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Disconnected(IDeviceSession session, LinkEnd reason)
    {
        if (session.Peer.Role == PeerRole.Device && _presence.Disconnected(session.Peer.Id))
            _live.Publish(LiveKind.Device, session.Peer.Id);
        Ended(_logger, session.Peer.Id, reason);
    }

    /// <inheritdoc/>
    public async ValueTask SubscribedAsync(
        IDeviceSession session, TopicKind kind, string id, CancellationToken cancel)
    {
        if (kind != TopicKind.Desired || session.Peer.Role != PeerRole.Device)
            return;
        // One that is new has none yet of what its groups and the fleet say.
        await _levels.RefreshAsync([session.Peer.Id], Features.Audit.Actor.System, send: false, cancel);
        await _directory.SendDesiredAsync(session.Peer.Id, cancel);
        // After the desired state, which tells the node the time: without it no command can be held to its expiry.
        await _commands.SendWaitingAsync(session.Peer.Id, cancel);
    }

    /// <inheritdoc/>
    public ValueTask ReceiveAsync(
        IDeviceSession session, TopicKind kind, string id, ReadOnlyMemory<byte> payload, ushort receipt,
        CancellationToken cancel)
    {
        if (kind == TopicKind.Claim)
            return ClaimAsync(session, id, payload, receipt, cancel);
        _presence.Seen(session.Peer.Id);
        if (kind == TopicKind.BlockRequest)
        {
            // Nothing of it is kept; a node that hears nothing asks again.
            _blocks.Accept(session.Peer.Id, payload);
            if (receipt != 0)
                session.Stored([receipt]);
            return ValueTask.CompletedTask;
        }
        return _journal.AppendAsync(session, kind, session.Peer.Id, payload, receipt, cancel);
    }

    private async ValueTask ClaimAsync(
        IDeviceSession session, string hardwareId, ReadOnlyMemory<byte> payload, ushort receipt,
        CancellationToken cancel)
    {
        try
        {
            ClaimAnswer answer = await _claims.ClaimAsync(
                session.Peer.Id, hardwareId, payload, session.RemoteAddress, cancel);
            _claimAnswers.Add(1, new KeyValuePair<string, object?>(
                "outcome", answer.Status == ClaimStatus.Refused ? answer.Refusal.ToString() : answer.Status.ToString()));
            await _claims.SendAsync(hardwareId, answer, cancel);
            if (receipt != 0)
                session.Stored([receipt]);
        }
        catch (Exception e) when (StorageFault.Of(e) is { } fault)
        {
            // Not acknowledged: the board asks again.
            StorageFailed(_logger, "claim", fault.Name);
        }
    }

    private async ValueTask<Admission> AdmitDeviceAsync(Credentials credentials, CancellationToken cancel)
    {
        TokenRule rule = new(_time.GetUtcNow(), _options.Mqtt.AllowClocklessTokens, credentials.User);
        Refusal refusal = await _identities.CheckAsync(credentials, rule, cancel);
        // Only who has the key learns what became of the device.
        if (refusal == Refusal.None)
        {
            refusal = _directory.Find(credentials.User)?.Status switch
            {
                DeviceStatus.Active => Refusal.None,
                DeviceStatus.Quarantined => Refusal.Quarantined,
                _ => Refusal.Decommissioned,
            };
        }
        return refusal == Refusal.None
            ? new Admission(new Peer(PeerRole.Device, credentials.User), Refusal.None)
            : new Admission(null, refusal);
    }

    private Admission AdmitClaimant(Credentials credentials)
    {
        string enrolment = credentials.User[Topics.ClaimUser.Length..];
        if (_enrolments.SecretOf(enrolment) is not { } secret)
            return new Admission(null, Refusal.UnknownUser);
        TokenRule rule = new(_time.GetUtcNow(), _options.Mqtt.AllowClocklessTokens, credentials.User);
        Refusal refusal = rule.Judge(credentials, secret);
        return refusal == Refusal.None
            ? new Admission(new Peer(PeerRole.Claimant, enrolment), Refusal.None)
            : new Admission(null, refusal);
    }

    private void Note(Credentials credentials, Refusal reason)
    {
        // What a stranger typed goes into logs and pages: short, and without control characters.
        string user = new([.. credentials.User.Take(ServiceLimits.MaxName).Select(c => char.IsControl(c) ? '?' : c)]);
        _refused.Add(new RefusedConnection(_time.GetUtcNow(), user, credentials.RemoteAddress, reason));
        NotAdmitted(_logger, user, credentials.RemoteAddress, reason);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{User} from {Address} not let in: {Reason}")]
    private static partial void NotAdmitted(ILogger logger, string user, string address, Refusal reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not {What}: {Fault}")]
    private static partial void StorageFailed(ILogger logger, string what, string fault);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Peer} disconnected: {Reason}")]
    private static partial void Ended(ILogger logger, string peer, LinkEnd reason);
}

internal static class DeviceHubSetup
{
    public static void AddDeviceHub(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RefusedConnections>();
        builder.Services.AddSingleton<DeviceHub>();
        builder.Services.AddSingleton<IDeviceHub>(s => s.GetRequiredService<DeviceHub>());
    }

    /// <summary>Opens the journal before anything can be sent to it.</summary>
    public static void UseDeviceHub(this WebApplication app)
    {
        try
        {
            app.Services.GetRequiredService<IngestJournal>();
        }
        catch (IngestException e)
        {
            throw new StartupException(e.Name, e.Message, "Give the service room and the right to write there.");
        }
    }
}
