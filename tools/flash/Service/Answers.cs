using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Flash.Service;

/// <summary>Who the token acts for.</summary>
internal sealed record Me(string Name, string Role);

/// <summary>An enrolment, as far as a technician cares.</summary>
internal sealed record Enrolment(
    string Id, NodeKind Kind, string Site, int Count, int Used, bool AutoAccept, DateTimeOffset ExpiresAt, string State);

/// <summary>A new enrolment and its secret.</summary>
internal sealed record EnrolmentWithSecret(Enrolment Enrolment, string Secret);

/// <summary>A claim of a board.</summary>
internal sealed record BoardClaim(
    long Id, string EnrolmentId, string HardwareId, string State, string LastRefusal, DateTimeOffset? LastRefusedAt,
    string? DeviceId, DateTimeOffset LastAt);

/// <summary>A page.</summary>
internal sealed record Page<T>(int Total, IReadOnlyList<T> Items);

/// <summary>A device.</summary>
internal sealed record Device(
    string Id, NodeKind Kind, string HardwareId, string Site, string Name, double? Latitude, double? Longitude, string Status);

/// <summary>A device and whether it is there.</summary>
internal sealed record DeviceView(Device Device, bool Online, DateTimeOffset? LastSeenAt);

/// <summary>The last value of a channel.</summary>
internal sealed record LatestValue(
    string Channel, string Unit, DateTimeOffset? Start, double? Mean, double? Min, double? Max, double? Sd, int Count,
    IReadOnlyList<string>? Quality, DateTimeOffset? MissingSince);

/// <summary>What a device last said of itself.</summary>
internal sealed record StateAnswer(
    DateTimeOffset Received, string HardwareId, string Board, string FirmwareVersion, string? FirmwareDigest, string BootReason,
    uint Boots, uint UptimeS, uint FreeHeapBytes, int? RssiDbm, string ClockQuality, uint WindowsProduced);

/// <summary>An event or alarm of a device.</summary>
internal sealed record EventAnswer(
    DateTimeOffset At, string Type, string Severity, string? Rule, string? Channel, string? Text, DateTimeOffset Received);

/// <summary>A window, without its values.</summary>
internal sealed record WindowAnswer(DateTimeOffset Start, DateTimeOffset Received);

/// <summary>Windows.</summary>
internal sealed record WindowPage(IReadOnlyList<WindowAnswer> Windows, string? Next);

/// <summary>Counts of a device's reporting.</summary>
internal sealed record DeviceStats(long WindowsStored);

/// <summary>A connection that the service did not let in.</summary>
internal sealed record RefusedConnection(DateTimeOffset At, string User, string RemoteAddress, string Reason);
