using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Provisioning;

/// <summary>What a number of boards may claim identities under.</summary>
/// <param name="Id">By which boards name it.</param>
/// <param name="Kind">What boards it is for.</param>
/// <param name="Site">Where its devices belong.</param>
/// <param name="Note">For people.</param>
/// <param name="Count">Boards that it is for.</param>
/// <param name="Used">Boards that have got an identity.</param>
/// <param name="AutoAccept">Whether a claim is granted at once, or waits for an operator.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="ExpiresAt">Until when claims are taken.</param>
/// <param name="ClosedAt">When someone closed it before that.</param>
/// <param name="State"><c>open</c>, <c>full</c>, <c>expired</c> or <c>closed</c>.</param>
public sealed record Enrolment(
    string Id, NodeKind Kind, string Site, string Note, int Count, int Used, bool AutoAccept,
    DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset ExpiresAt, DateTimeOffset? ClosedAt,
    EnrolmentState State);

/// <summary>Whether an enrolment takes claims.</summary>
public enum EnrolmentState
{
    /// <summary>It does.</summary>
    Open,

    /// <summary>All its boards have claimed.</summary>
    Full,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Someone closed it.</summary>
    Closed,
}

/// <summary>An enrolment to make.</summary>
/// <param name="Kind">What boards it is for.</param>
/// <param name="Site">Where its devices belong.</param>
/// <param name="Count">Boards that it is for, 1 to 10,000.</param>
/// <param name="ExpiresAt">Until when, at most 366 days ahead.</param>
/// <param name="AutoAccept">Whether claims are granted at once; otherwise they wait for an operator.</param>
/// <param name="Note">For people.</param>
/// <param name="Id">By which boards name it; absent: made up.</param>
/// <param name="Preauthorised">Boards that need not wait.</param>
public sealed record EnrolmentRequest(
    NodeKind Kind, string Site, int Count, DateTimeOffset ExpiresAt, bool AutoAccept = false, string? Note = null,
    string? Id = null, IReadOnlyList<PreauthorisedBoard>? Preauthorised = null);

/// <summary>A board that need not wait for an operator, and what it is to be called.</summary>
/// <param name="HardwareId">12 to 32 lower-case hexadecimal digits.</param>
/// <param name="Name">What people call it; absent: its device id.</param>
/// <param name="Latitude">WGS 84 degrees; together with the longitude.</param>
/// <param name="Longitude">WGS 84 degrees.</param>
public sealed record PreauthorisedBoard(
    string HardwareId, string? Name = null, double? Latitude = null, double? Longitude = null);

/// <summary>An enrolment, and the secret that its boards need; it is shown once.</summary>
/// <param name="Enrolment">The enrolment.</param>
/// <param name="Secret">Base64url of 32 bytes; the key of the claim's password.</param>
public sealed record EnrolmentWithSecret(Enrolment Enrolment, string Secret)
{
    /// <summary>The secret's bytes, as the node core takes them.</summary>
    public byte[] SecretBytes() => System.Buffers.Text.Base64Url.DecodeFromChars(Secret);
}

/// <summary>How far a claim came.</summary>
public enum ClaimState
{
    /// <summary>It waits for an operator.</summary>
    Pending,

    /// <summary>The board has an identity.</summary>
    Granted,

    /// <summary>The service refused it; see the reason.</summary>
    Refused,

    /// <summary>An operator rejected the board.</summary>
    Rejected,
}

/// <summary>A board's claim, as the operator sees it: one for each board and enrolment.</summary>
/// <param name="Id">By which it is decided.</param>
/// <param name="EnrolmentId">Under which enrolment.</param>
/// <param name="HardwareId">Which board.</param>
/// <param name="Kind">What it says it is; null: it sent no readable claim.</param>
/// <param name="Board">The board's type.</param>
/// <param name="Firmware">Its firmware's version.</param>
/// <param name="State">How far it came.</param>
/// <param name="LastRefusal">Why it was last refused; of a granted claim, what a replay was answered.</param>
/// <param name="LastRefusedAt">When.</param>
/// <param name="Refusals">How many times.</param>
/// <param name="DeviceId">The identity that it got.</param>
/// <param name="RemoteAddress">Where it last came from.</param>
/// <param name="FirstAt">When it first came.</param>
/// <param name="LastAt">When it last came.</param>
/// <param name="DecidedBy">Who approved or rejected it.</param>
public sealed record BoardClaim(
    long Id, string EnrolmentId, string HardwareId, NodeKind? Kind, string Board, string Firmware, ClaimState State,
    ClaimRefusal LastRefusal, DateTimeOffset? LastRefusedAt, int Refusals, string? DeviceId, string RemoteAddress,
    DateTimeOffset FirstAt, DateTimeOffset LastAt, string? DecidedBy);

/// <summary>A page of claims, the newest first.</summary>
public sealed record ClaimPage(int Total, IReadOnlyList<BoardClaim> Items);

/// <summary>A device's new key; it is shown once.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Key">Base64url of 32 bytes.</param>
public sealed record DeviceKey(string DeviceId, string Key);
