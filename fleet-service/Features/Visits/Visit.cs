using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Visits;

/// <summary>Why somebody has to go there.</summary>
public enum VisitReason
{
    /// <summary>It was silent for longer than <see cref="VisitList.Unreachable"/>.</summary>
    Unreachable,

    /// <summary>It was given an identity and has never connected since.</summary>
    NeverReported,

    /// <summary>Its runtime cannot carry the bundle it is to have; only a cable can change that.</summary>
    RuntimeTooOld,

    /// <summary>A sensor or the board reports a fault that goes on.</summary>
    HardwareFault,

    /// <summary>It sends no values of a channel that it once sent.</summary>
    SensorSilent,

    /// <summary>Its last self-test failed.</summary>
    SelfTestFailed,

    /// <summary>Neither slot holds an application that runs; it is on the one that it was made with.</summary>
    OnGolden,
}

/// <summary>What a technician takes along.</summary>
public enum VisitItem
{
    /// <summary>A computer with the flash tool, and the cable of the board.</summary>
    FlashKit,

    /// <summary>A board of the same kind, flashed and tested.</summary>
    SpareBoard,

    /// <summary>A power supply and its lead.</summary>
    PowerSupply,

    /// <summary>Sensors of this kind of node.</summary>
    SpareSensors,

    /// <summary>A phone or meter that shows the radio's signal, and an antenna.</summary>
    RadioKit,
}

/// <summary>One reason: since when, and what is known of it.</summary>
/// <param name="Text">In words, with what the node itself says.</param>
public sealed record VisitCause(VisitReason Kind, DateTimeOffset? Since, string Text);

/// <summary>A node that needs a technician.</summary>
/// <param name="Latitude">WGS 84 degrees; null: not known.</param>
/// <param name="HardwareClass">What bundles name, such as <c>esp32-s3</c>; null: not reported.</param>
/// <param name="Reasons">The weightiest first.</param>
/// <param name="Bring">What to take along.</param>
public sealed record Visit(
    string Device, string Name, NodeKind Kind, string Site, double? Latitude, double? Longitude, string HardwareId,
    string Board, string? HardwareClass, string? Firmware, DateTimeOffset? LastSeenAt, bool InMaintenance,
    IReadOnlyList<VisitCause> Reasons, IReadOnlyList<VisitItem> Bring);

/// <summary>The list of visits, by site and name.</summary>
public sealed record VisitPage(int Total, IReadOnlyList<Visit> Items);
