using EdgeFleet.Contracts;
using EdgeFleet.Flash.Steps;

namespace EdgeFleet.Flash.Receipts;

/// <summary>What was done to a board, or where a node was put: what a receipt says. There is no secret in it.</summary>
/// <param name="Id">Its name, <c>r-</c> and 20 characters.</param>
/// <param name="Type"><c>flash</c> or <c>install</c>.</param>
/// <param name="At">When it was made, by this computer's clock.</param>
/// <param name="Technician">Who, as this computer knows them.</param>
/// <param name="Tool">This tool and its version.</param>
/// <param name="HardwareId">The board.</param>
/// <param name="DeviceId">The device; null: not known when the receipt was made.</param>
internal sealed record Receipt(
    string Id, string Type, DateTimeOffset At, string Technician, string Tool, string HardwareId, string? DeviceId)
{
    /// <summary>Of a flash.</summary>
    public FlashDetails? Flash { get; init; }

    /// <summary>Of an installation.</summary>
    public InstallDetails? Install { get; init; }
}

/// <summary>What was flashed, and what was read back.</summary>
/// <param name="Seen">Whether the service had seen the node report, with every sensor, before the receipt was made.</param>
/// <param name="Authority">SHA-256 of the authority's file; null: none was given.</param>
/// <param name="Network">The Wi-Fi's name, or <c>ethernet</c>.</param>
internal sealed record FlashDetails(
    NodeKind Kind, string? Name, string Site, string Enrolment, string Gateway, string Network, string? Authority, string Board,
    string Chip, int FlashMb, string Target, string Image, int ImageBytes, string ImageDigest, ReadBack ReadBack, bool Seen,
    DateTimeOffset StartedAt);

/// <summary>Where a node was mounted, and how.</summary>
/// <param name="Asset">What it is mounted on, such as a span or a lamp post.</param>
/// <param name="Position">Where on it.</param>
/// <param name="Orientation">Which way its axes look, such as <c>x along, y across, z up</c>.</param>
/// <param name="Photo">SHA-256 of the photo; null: none.</param>
/// <param name="Checks">What was looked at live, and what was found.</param>
internal sealed record InstallDetails(
    string Site, string Asset, string Position, string Orientation, double? Latitude, double? Longitude, string? Photo,
    string? PhotoType, string Notes, IReadOnlyList<string> Checks);
