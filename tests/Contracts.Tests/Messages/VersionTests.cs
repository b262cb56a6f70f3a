using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Tests.Vectors;

namespace EdgeFleet.Contracts.Tests.Messages;

/// <summary>
/// Boards and service of different versions: what a newer one adds is passed over wherever it stands, and what an older
/// one does not send has a default.
/// </summary>
public sealed class VersionTests
{
    public static TheoryData<string, string> Names() => VectorTests.Names();

    public static TheoryData<string> Kinds() => Reading.MapKinds();

    /// <summary>Keys of every form and values of every type, first and last in every map of the message.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_newer_version_adds_to_any_map_is_passed_over(string kind, string name)
    {
        string before = Reading.Fields(kind, Tree.Vector(kind, name));
        int maps = Tree.Maps(Tree.Vector(kind, name)).Count();
        Assert.InRange(maps, 1, 64);
        for (int at = 0; at < maps; at++)
        {
            foreach ((object key, object? value) in NewPairs(kind))
            {
                foreach (bool first in new[] { true, false })
                {
                    object? newer = Tree.Vector(kind, name);
                    TreeMap map = Tree.Maps(newer).ElementAt(at);
                    if (map.Any(pair => pair.Key.Equals(key)))
                        continue;
                    map.Insert(first ? 0 : map.Count, new(key, value));
                    Assert.Equal(before, Reading.Fields(kind, newer));
                }
            }
        }
    }

    /// <summary>All at once, in every map: as many as a map may hold with ours.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_much_newer_version_is_read(string kind)
    {
        TreeMap newer = Reading.Full(kind);
        string before = Reading.Fields(kind, newer);
        for (int key = 100; newer.Count < 48; key++)
            newer.Add(key, "new");
        Assert.Equal(before, Reading.Fields(kind, newer));
        newer.Add(99, "one more");
        Assert.Equal(ContractError.TooLong, Reading.Error(kind, newer));
    }

    /// <summary>The version is for logs and decisions of the other side: it changes nothing that is read.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_version_from_the_oldest_on_is_read_by_its_known_keys(string kind)
    {
        string ours = Reading.Fields(kind, Reading.Full(kind));
        Assert.StartsWith(".Version = 1", Line(ours, ".Version"), StringComparison.Ordinal);
        foreach (int version in new[]
            { Protocol.OldestVersion, Protocol.Version, Protocol.Version + 1, 2, 255, int.MaxValue })
        {
            TreeMap message = Reading.Full(kind).Set(0, version);
            Assert.Equal(
                ours.Replace(Line(ours, ".Version"), $".Version = {version}", StringComparison.Ordinal),
                Reading.Fields(kind, message));
        }
    }

    /// <summary>There is no version that is too new, but one that no version number can be.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_version_that_cannot_be_is_refused_by_name(string kind)
    {
        foreach ((object? version, ContractError error) in new (object?, ContractError)[]
            {
                (Protocol.OldestVersion - 1, ContractError.UnsupportedVersion),
                (int.MinValue, ContractError.UnsupportedVersion),
                (int.MinValue - 1L, ContractError.OutOfRange),
                (int.MaxValue + 1L, ContractError.OutOfRange),
                (ulong.MaxValue, ContractError.OutOfRange),
                ("1", ContractError.WrongType),
                (1.0, ContractError.WrongType),
                (null, ContractError.WrongType),
            })
        {
            Assert.Equal(error, Reading.Error(kind, Reading.Full(kind).Set(0, version)));
        }
    }

    /// <summary>A message of version 0 has no version key.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_without_a_version_is_the_oldest(string kind)
    {
        string ours = Reading.Fields(kind, Reading.Full(kind));
        Assert.Equal(
            ours.Replace(Line(ours, ".Version"), ".Version = 0", StringComparison.Ordinal),
            Reading.Fields(kind, Reading.Full(kind).Without(0)));
    }

    /// <summary>
    /// The keys that an older sender may leave out, one by one, after a message that had them all: the field has the
    /// default of the contract, not the value of the message before, and the other fields are what they were.
    /// </summary>
    [Theory]
    [MemberData(nameof(Optional))]
    public void What_an_older_version_leaves_out_has_its_default(string kind, int key, string field, string value)
    {
        object message = MessageCodec.New(kind);
        TreeMap full = Reading.Full(kind);
        Assert.Equal(ContractError.None, MessageCodec.Read(message, new(Tree.Bytes(full))));
        Assert.NotEqual($"{field} = {value}", Line(FieldList.Of(message), field));
        string others = FieldList.Of(message).Replace(Line(FieldList.Of(message), field), "", StringComparison.Ordinal);

        TreeMap older = full.Without(key);
        Assert.Equal(ContractError.None, MessageCodec.Read(message, new(Tree.Bytes(older))));
        Assert.Equal($"{field} = {value}", Line(FieldList.Of(message), field));
        Assert.Equal(
            others, FieldList.Of(message).Replace(Line(FieldList.Of(message), field), "", StringComparison.Ordinal));
    }

    /// <summary>Kind, key, field and default of every optional key whose field stands by itself.</summary>
    public static TheoryData<string, int, string, string> Optional() => new()
    {
        { "claim-request", 3, ".Board", "" },
        { "claim-request", 4, ".FirmwareVersion", "" },
        { "claim-answer", 2, ".Refusal", "None" },
        { "claim-answer", 5, ".GatewayHost", "" },
        { "claim-answer", 6, ".GatewayPort", "0" },
        { "claim-answer", 7, ".TimeMs", "0" },
        { "claim-answer", 8, ".RetryAfterS", "0" },
        { "desired-state", 1, ".TimeMs", "0" },
        { "reported-state", 4, ".HardwareId", "" },
        { "reported-state", 5, ".Board", "" },
        { "reported-state", 8, ".BootReason", "Unknown" },
        { "reported-state", 9, ".UptimeS", "0" },
        { "reported-state", 10, ".FreeHeapBytes", "0" },
        { "reported-state", 11, ".RssiDbm", "0" },
        { "reported-state", 12, ".ClockAgeS", "-1" },
        { "reported-state", 13, ".ClockQuality", "Relative" },
        { "reported-state", 14, ".ConfigVersion", "0" },
        { "reported-state", 15, ".RefusedConfigVersion", "0" },
        { "reported-state", 16, ".RefusedConfigFault", "None" },
        { "reported-state", 17, ".WindowMs", "0" },
        { "reported-state", 18, ".StateIntervalMs", "0" },
        { "reported-state", 19, ".Epoch", "0" },
        { "reported-state", 20, ".WindowsProduced", "0" },
        { "reported-state", 21, ".WindowsBuffered", "0" },
        { "reported-state", 22, ".WindowsDropped", "0" },
        { "reported-state", 23, ".DroppedFirst", "0" },
        { "reported-state", 24, ".DroppedLast", "0" },
        { "reported-state", 25, ".DroppedFromMs", "0" },
        { "reported-state", 26, ".DroppedToMs", "0" },
        { "reported-state", 27, ".EventsProduced", "0" },
        { "reported-state", 28, ".EventsDropped", "0" },
        { "reported-state", 29, ".SamplesMissed", "0" },
        { "node-event", 5, ".TimeQuality", "Synchronised" },
        { "node-event", 6, ".Severity", "Info" },
        { "node-event", 7, ".Rule", "" },
        { "node-event", 8, ".ConfigVersion", "0" },
        { "node-event", 9, ".Channel", "" },
        { "node-event", 10, ".Value", "0e0" },
        { "node-event", 11, ".Level", "0e0" },
        { "node-event", 12, ".Text", "" },
        { "waveform-chunk", 7, ".TimeQuality", "Synchronised" },
        { "waveform-chunk", 10, ".Gaps", "0" },
        { "command", 4, ".Argument", "" },
        { "command-reply", 3, ".Text", "" },
    };

    private static string Line(string fields, string name) =>
        fields.Split('\n').Single(line => line.StartsWith(name + " = ", StringComparison.Ordinal));

    /// <summary>
    /// In a pack, the labels of ours are texts, and integers beyond RFC 8428's are nobody's yet; a text that ends in
    /// '_' would have to be understood. Nested less deep than is allowed, for some maps stand in unknown ones.
    /// </summary>
    private static IEnumerable<(object Key, object? Value)> NewPairs(string kind)
    {
        object[] keys = kind == "telemetry-pack"
            ? [9L, -7L, 31L, long.MaxValue, long.MinValue, "", "x", "st2", "_new", new string('k', 96)]
            : [30L, 31L, 32L, 255L, long.MaxValue, -1L, long.MinValue, "", "x", "new_", new string('k', 96)];
        // A state has used up the keys that are kept for ours.
        if (kind == "reported-state")
            keys = keys[2..];
        object?[] values =
        [
            0, -1, long.MinValue, ulong.MaxValue, true, null, 1.5, double.NaN, (Half)1, "", "text", Array.Empty<byte>(),
            new byte[300], new List<object?>(), new List<object?> { 1, new List<object?> { "a" } }, new TreeMap(),
            new TreeMap { { 0, 1 }, { "0", new TreeMap { { 1, 2 }, { 1, 3 } } } },
            new Tagged(4, new List<object?> { -99, 1 }), new Tagged(ulong.MaxValue, "any"), Nested(6),
        ];
        return from key in keys from value in values select (key, value);
    }

    private static object Nested(int depth) =>
        depth == 1 ? new List<object?>() : new List<object?> { Nested(depth - 1) };
}
