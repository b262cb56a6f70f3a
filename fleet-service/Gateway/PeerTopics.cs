using System.Text;
using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Gateway;

/// <summary>Where one peer may publish and subscribe: its own tree and nothing else.</summary>
internal sealed class PeerTopics
{
    /// <summary>Kinds that a device receives, as bits.</summary>
    public const int DeviceDown =
        1 << (int)TopicKind.Command | 1 << (int)TopicKind.Desired | 1 << (int)TopicKind.BlockAnswer;

    /// <summary>What a claimant receives, as bits.</summary>
    public const int ClaimantDown = 1 << (int)TopicKind.ClaimAnswer;

    private const string ClaimUp = "/up";
    private const string ClaimDown = "/down";

    private readonly PeerRole _role;
    private readonly byte[]? _up;
    private readonly string? _down;

    public PeerTopics(Peer peer)
    {
        _role = peer.Role;
        if (_role != PeerRole.Device)
            return;
        Id = peer.Id;
        _up = Encoding.ASCII.GetBytes(Topics.Root + peer.Id + "/up/");
        _down = Topics.Root + peer.Id + "/down/";
    }

    /// <summary>The device id; for a claimant the hardware id, as soon as it has used one.</summary>
    public string? Id { get; private set; }

    /// <summary>
    /// Whether the peer may publish here. Inside its own tree a kind that this version does not know is
    /// <see cref="TopicKind.None"/>: a newer node must not lose its connection over it.
    /// </summary>
    public bool MayPublish(ReadOnlySpan<byte> topic, out TopicKind kind)
    {
        kind = TopicKind.None;
        if (_role == PeerRole.Claimant)
        {
            kind = TopicKind.Claim;
            return IsClaim(Encoding.UTF8.GetString(topic), ClaimUp);
        }
        if (!topic.StartsWith(_up))
            return false;
        ReadOnlySpan<byte> tail = topic[_up!.Length..];
        if (tail.SequenceEqual("telemetry"u8))
            kind = TopicKind.Telemetry;
        else if (tail.SequenceEqual("event"u8))
            kind = TopicKind.Event;
        else if (tail.SequenceEqual("state"u8))
            kind = TopicKind.State;
        else if (tail.SequenceEqual("waveform"u8))
            kind = TopicKind.Waveform;
        else if (tail.SequenceEqual("reply"u8))
            kind = TopicKind.Reply;
        else if (tail.SequenceEqual("block"u8))
            kind = TopicKind.BlockRequest;
        return true;
    }

    /// <summary>
    /// Whether the peer may subscribe here: <see cref="ReasonCode.Success"/> and the kinds that the filter selects, or
    /// why not.
    /// </summary>
    public ReasonCode MaySubscribe(string filter, out int kinds)
    {
        kinds = 0;
        if (filter.StartsWith("$share/", StringComparison.Ordinal))
            return ReasonCode.SharedSubscriptionsNotSupported;
        if (!IsWellFormed(filter))
            return ReasonCode.TopicFilterInvalid;
        if (_role == PeerRole.Claimant)
        {
            if (!IsClaim(filter, ClaimDown))
                return ReasonCode.NotAuthorized;
            kinds = ClaimantDown;
            return ReasonCode.Success;
        }
        if (!filter.StartsWith(_down!, StringComparison.Ordinal))
            return ReasonCode.NotAuthorized;
        kinds = filter[_down!.Length..] switch
        {
            "#" or "+" or "+/#" => DeviceDown,
            "command" or "command/#" => 1 << (int)TopicKind.Command,
            "desired" or "desired/#" => 1 << (int)TopicKind.Desired,
            "block" or "block/#" => 1 << (int)TopicKind.BlockAnswer,
            // Inside its own tree, but where nothing is sent today.
            _ => 0,
        };
        return ReasonCode.Success;
    }

    private bool IsClaim(string topic, string tail)
    {
        if (!Topics.TryParse(topic, out TopicKind kind, out string hardwareId)
            || kind is not (TopicKind.Claim or TopicKind.ClaimAnswer)
            || !topic.EndsWith(tail, StringComparison.Ordinal))
        {
            return false;
        }
        // One board a connection: the first hardware id that it uses is its own.
        Id ??= hardwareId;
        return Id == hardwareId;
    }

    /// <summary>Wildcards fill a level of their own, and <c>#</c> is the last (section 4.7.1).</summary>
    private static bool IsWellFormed(string filter)
    {
        for (int i = 0; i < filter.Length; i++)
        {
            char c = filter[i];
            if (c is not ('+' or '#'))
                continue;
            bool last = i == filter.Length - 1;
            if ((i > 0 && filter[i - 1] != '/') || (c == '#' && !last) || (!last && filter[i + 1] != '/'))
                return false;
        }
        return true;
    }
}
