using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Tests.Vectors;

namespace EdgeFleet.Contracts.Tests.Messages;

/// <summary>One fault in an otherwise whole message, in every place where it can be, and its name.</summary>
public sealed class FaultTests
{
    // No kind has this key yet.
    private const int FreeKey = 40;

    // Mandatory keys of each kind, as contracts.cddl has them.
    private static readonly Dictionary<string, int[]> Mandatory = new()
    {
        ["block-answer"] = [1, 2, 3, 4, 5],
        ["block-request"] = [1, 2, 3],
        ["claim-answer"] = [1, 3, 4, 9],
        ["claim-request"] = [1, 2, 5],
        ["command"] = [1, 2, 3],
        ["command-reply"] = [1, 2],
        ["desired-state"] = [],
        ["node-event"] = [1, 2, 3, 4],
        ["reported-state"] = [1, 2, 3, 6],
        ["waveform-chunk"] = [1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13],
    };

    public static TheoryData<string> Kinds() => Reading.MapKinds();

    public static TheoryData<string, string> Names() => VectorTests.Names();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Without_a_mandatory_key_it_is_refused_and_without_another_it_is_read(string kind)
    {
        foreach (int key in Keys(kind))
        {
            ContractError expected = Mandatory[kind].Contains(key) ? ContractError.MissingField : ContractError.None;
            Assert.Equal((key, expected), (key, Reading.Error(kind, Reading.Full(kind).Without(key))));
        }
        TreeMap least = Reading.Full(kind);
        least.RemoveAll(pair => !Mandatory[kind].Contains((int)(long)pair.Key));
        Assert.Equal(ContractError.None, Reading.Error(kind, least));
        ContractError empty = Mandatory[kind].Length == 0 ? ContractError.None : ContractError.MissingField;
        Assert.Equal(empty, Reading.Error(kind, new TreeMap()));
    }

    /// <summary>Every key of every map of ours, before the map and behind it: which of the two is meant?</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_key_that_stands_twice_is_refused(string kind)
    {
        int maps = Tree.Maps(Reading.Full(kind)).Count();
        for (int at = 0; at < maps; at++)
        {
            foreach (KeyValuePair<object, object?> pair in Tree.Maps(Reading.Full(kind)).ElementAt(at))
            {
                foreach (int place in new[] { 0, 1 })
                {
                    TreeMap message = Reading.Full(kind);
                    TreeMap map = Tree.Maps(message).ElementAt(at);
                    map.Insert(place * map.Count, pair);
                    Assert.Equal(ContractError.DuplicateKey, Reading.Error(kind, message));
                }
            }
        }
    }

    /// <summary>Keys that nobody knows yet count as far as they are kept for ours; others are passed over.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_new_key_that_stands_twice_is_refused_where_it_is_kept_for_ours(string kind)
    {
        foreach ((object key, ContractError error) in new (object, ContractError)[]
            {
                (30L, ContractError.DuplicateKey), (31L, ContractError.DuplicateKey), (32L, ContractError.None),
                (-1L, ContractError.None), ("x", ContractError.None),
            })
        {
            TreeMap message = Reading.Full(kind);
            if (message.Any(pair => pair.Key.Equals(key)))
                continue;
            message.Add(key, 1);
            message.Add(key, 1);
            Assert.Equal(error, Reading.Error(kind, message));
        }
    }

    /// <summary>Every value of every map of ours, replaced by each type that it is not.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_value_of_another_type_is_refused(string kind)
    {
        object?[] others =
        [
            1, -1, "text", new byte[] { 1 }, true, null, 1.0, double.NaN, double.PositiveInfinity, (Half)0, float.NaN,
            new List<object?>(), new TreeMap(), new Tagged(0, 1), new Tagged(3, new byte[] { 1 }),
        ];
        int maps = Tree.Maps(Reading.Full(kind)).Count();
        for (int at = 0; at < maps; at++)
        {
            foreach (KeyValuePair<object, object?> pair in Tree.Maps(Reading.Full(kind)).ElementAt(at))
            {
                foreach (object? other in others.Where(other => Type(other) != Type(pair.Value)))
                {
                    TreeMap message = Reading.Full(kind);
                    Tree.Maps(message).ElementAt(at)[pair.Key] = other;
                    Assert.Equal(
                        (pair.Key, other, ContractError.WrongType), (pair.Key, other, Reading.Error(kind, message)));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_no_map_is_refused(string kind)
    {
        foreach (object? item in new object?[]
            {
                0, "a", new byte[1], null, true, 1.0, new Tagged(1, 1), new List<object?> { Reading.Full(kind) },
            })
        {
            Assert.Equal(ContractError.WrongType, Reading.Error(kind, item));
        }
        // Self-described CBOR (tag 55799) is still no map: messages have one encoding.
        Assert.Equal(ContractError.WrongType, Reading.Error(kind, new Tagged(55799, Reading.Full(kind))));
        Assert.Equal(ContractError.Truncated, MessageCodec.Read(MessageCodec.New(kind), new CborReader([])));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Keys_of_other_types_are_refused(string kind)
    {
        foreach (object? key in new object?[]
            { 1.0, true, Array.Empty<byte>(), new List<object?>(), new TreeMap(), new Tagged(1, 1) })
            Assert.Equal(ContractError.WrongType, Reading.Error(kind, With(kind, key!, 0)));
        Assert.Equal(ContractError.OutOfRange, Reading.Error(kind, With(kind, 1UL << 63, 0)));
        Assert.Equal(ContractError.None, Reading.Error(kind, With(kind, long.MinValue, 0)));
        Assert.Equal(ContractError.None, Reading.Error(kind, With(kind, new string('k', Limits.MaxText), 0)));
        Assert.Equal(ContractError.TooLong, Reading.Error(kind, With(kind, new string('k', Limits.MaxText + 1), 0)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_after_the_message_are_refused(string kind, string name)
    {
        byte[] bytes = VectorFile.Get(kind, name).Bytes;
        for (int next = 0; next < 256; next++)
        {
            ContractError error = MessageCodec.Read(MessageCodec.New(kind), new CborReader([.. bytes, (byte)next]));
            Assert.Equal(ContractError.TrailingBytes, error);
        }
        // A second message behind the first is no less one too many.
        CborReader twice = new([.. bytes, .. bytes]);
        Assert.Equal(ContractError.TrailingBytes, MessageCodec.Read(MessageCodec.New(kind), twice));
    }

    /// <summary>To the bound in arrays, maps and tags, and one beyond it, wherever a key is not known.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_unknown_value_nested_too_deep_is_refused(string kind)
    {
        Func<object, object>[] around =
        [
            item => new List<object?> { item }, item => new TreeMap { { 1, item } }, item => new Tagged(1, item),
        ];
        int maps = Tree.Maps(Reading.Full(kind)).Count();
        for (int at = 0; at < maps; at++)
        {
            foreach (Func<object, object> wrap in around)
            {
                foreach ((int depth, ContractError error) in new[]
                    {
                        (Limits.MaxDepth, ContractError.None), (Limits.MaxDepth + 1, ContractError.TooDeep),
                        (500, ContractError.TooDeep),
                    })
                {
                    object value = 1;
                    for (int i = 0; i < depth; i++)
                        value = wrap(value);
                    TreeMap message = Reading.Full(kind);
                    Tree.Maps(message).ElementAt(at).Add(FreeKey, value);
                    Assert.Equal(error, Reading.Error(kind, message));
                }
            }
        }
    }

    /// <summary>Encodings that RFC 8949 allows and the contract does not, and some that nobody allows.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Other_encodings_are_refused_by_name(string kind)
    {
        foreach ((byte[] bytes, ContractError error) in new (byte[], ContractError)[]
            {
                ([0x18, 0x05], ContractError.NotShortest),
                ([0x19, 0x00, 0x05], ContractError.NotShortest),
                ([0x1A, 0x00, 0x00, 0x00, 0x05], ContractError.NotShortest),
                ([0x78, 0x01, 0x61], ContractError.NotShortest),
                ([0x5F, 0x41, 0x00, 0xFF], ContractError.IndefiniteLength),
                ([0x7F, 0x61, 0x61, 0xFF], ContractError.IndefiniteLength),
                ([0x9F, 0xFF], ContractError.IndefiniteLength),
                ([0xBF, 0xFF], ContractError.IndefiniteLength),
                ([0xF7], ContractError.Reserved),
                ([0xF0], ContractError.Reserved),
                ([0xF8, 0x20], ContractError.Reserved),
                ([0x62, 0xC3, 0x28], ContractError.InvalidUtf8),
            })
        {
            Assert.Equal(error, Reading.Error(kind, With(kind, FreeKey, new Raw(bytes))));
        }
        // Their writer refuses to take these; they stand in the place of the last value, which is one byte.
        foreach ((byte[] bytes, ContractError error) in new (byte[], ContractError)[]
            {
                ([0x1C], ContractError.Reserved), ([0xFF], ContractError.IndefiniteLength),
                ([0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], ContractError.Truncated),
                ([0x5A, 0x00, 0x01, 0x00, 0x00], ContractError.Truncated),
            })
        {
            byte[] whole = Tree.Bytes(With(kind, FreeKey, 0));
            byte[] payload = [.. whole[..^1], .. bytes];
            Assert.Equal(error, MessageCodec.Read(MessageCodec.New(kind), new CborReader(payload)));
        }
    }

    /// <summary>An error stays until the reader is set up anew, and then it leaves nothing behind.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_reads_well_after_one_that_was_refused(string kind)
    {
        string whole = Reading.Fields(kind, Reading.Full(kind));
        byte[] good = Tree.Bytes(Reading.Full(kind));
        object message = MessageCodec.New(kind);
        CborReader reader = new([]);
        foreach (int key in Keys(kind))
        {
            byte[] bad = Tree.Bytes(Reading.Full(kind).Set(key, true));
            reader.Reset(bad, 0, bad.Length);
            Assert.Equal(ContractError.WrongType, MessageCodec.Read(message, reader));
            Assert.Equal(ContractError.WrongType, MessageCodec.Read(message, reader));
            reader.Reset(good, 0, good.Length);
            Assert.Equal(ContractError.None, MessageCodec.Read(message, reader));
            Assert.Equal(whole, FieldList.Of(message));
        }
    }

    private static int[] Keys(string kind) => [.. Reading.Full(kind).Select(pair => (int)(long)pair.Key)];

    private static TreeMap With(string kind, object key, object? value)
    {
        TreeMap message = Reading.Full(kind);
        message.Add(key, value);
        return message;
    }

    /// <summary>A number stands for integers and decimal fractions: where one may stand, the other often may.</summary>
    private static string Type(object? item) => item switch
    {
        int or long or ulong or Tagged { Tag: 4 } => "number",
        string => "text",
        byte[] => "bytes",
        List<object?> => "array",
        TreeMap => "map",
        _ => "none of ours",
    };
}
