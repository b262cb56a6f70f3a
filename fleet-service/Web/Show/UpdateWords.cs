using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Web;

/// <summary>What states of updates and their reasons are called in pages.</summary>
public static class UpdateWords
{
    /// <summary>How far a node is.</summary>
    public static string Of(UpdateState state) => state switch
    {
        UpdateState.Idle => "nothing to do",
        UpdateState.Offered => "being looked at",
        UpdateState.Downloading => "downloading",
        UpdateState.Paused => "paused",
        UpdateState.Staged => "ready to swap",
        UpdateState.Testing => "new version on trial",
        UpdateState.Confirmed => "up to date",
        UpdateState.Reverted => "went back",
        UpdateState.Rejected => "refused",
        UpdateState.Canceled => "given up",
        _ => $"state {(int)state}",
    };

    /// <summary>What the application runs from.</summary>
    public static string Of(UpdateSlot slot) => slot switch
    {
        UpdateSlot.Golden => "golden application",
        UpdateSlot.A => "slot a",
        UpdateSlot.B => "slot b",
        _ => $"slot {(int)slot}",
    };

    /// <summary>Why, as a sentence; empty for no reason.</summary>
    public static string Of(UpdateReason reason) => reason switch
    {
        UpdateReason.None => "",
        UpdateReason.WrongKind => "The bundle is for the other kind of node.",
        UpdateReason.WrongClass => "The bundle has nothing for this node's hardware.",
        UpdateReason.BadSignature => "The bundle's signature does not verify.",
        UpdateReason.UnknownKey => "The node does not trust the key that the bundle is signed with.",
        UpdateReason.Expired => "The bundle has expired.",
        UpdateReason.Downgraded => "The bundle's security counter is below the one that the node has confirmed.",
        UpdateReason.KnownBad => "The bundle failed on this node before; a new attempt must be asked for.",
        UpdateReason.NotEnoughHeap => "The node has less free memory than the bundle asks for.",
        UpdateReason.MissingNative => "The board's firmware lacks what the bundle needs.",
        UpdateReason.OtherNative => "The board's firmware has another version of what the bundle needs.",
        UpdateReason.TooLarge => "The bundle is larger than the node takes.",
        UpdateReason.NoRoom => "The node's flash has no room for the bundle.",
        UpdateReason.BlockMismatch => "A block came wrong again and again.",
        UpdateReason.NotServed => "The service does not serve the bundle to this node.",
        UpdateReason.Malformed => "What the node fetched is no bundle.",
        UpdateReason.UnknownFormat => "The bundle's format is one that the node does not know.",
        UpdateReason.NotSigned => "Nobody has signed the bundle.",
        UpdateReason.OtherBundle => "What the node fetched is another bundle than the one asked for.",
        UpdateReason.NoSlots => "The node has no slots for updates.",
        UpdateReason.Interlock => "A vibration event or a pollution episode comes first.",
        UpdateReason.Window => "The time for the swap has not come, or the node has no clock.",
        UpdateReason.Busy => "The service asked the node to wait.",
        UpdateReason.NoAnswer => "The node's requests were not answered.",
        UpdateReason.Offline => "The node has no connection to fetch over.",
        UpdateReason.Superseded => "Another bundle was asked for.",
        UpdateReason.Operator => "The service withdrew it.",
        UpdateReason.WindowPassed => "The time for the swap has passed.",
        UpdateReason.BootFailed => "The new version crashed or could not be loaded.",
        UpdateReason.Hung => "The new version hung.",
        UpdateReason.DeadlinePassed => "The new version did not prove itself in time.",
        UpdateReason.SensorsFailed => "Not every sensor answered under the new version.",
        UpdateReason.NotAcknowledged => "The new version's measurements did not reach the service in time.",
        UpdateReason.CannotFetch => "The new version could not fetch, so it could not have been updated again.",
        UpdateReason.ImageMismatch => "The image that ran was not the one asked for.",
        UpdateReason.FlashFault => "The node's flash could not be read or written.",
        _ => $"Reason {(int)reason}, which this version has no words for.",
    };
}
