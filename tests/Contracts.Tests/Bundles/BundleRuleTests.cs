using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Tests.Messages;

namespace EdgeFleet.Contracts.Tests.Bundles;

/// <summary>
/// Each rule of <c>contracts.cddl</c> for bundles, broken once: the tree of a good bundle is changed in one place and
/// written by System.Formats.Cbor.
/// </summary>
public sealed class BundleRuleTests
{
    private static readonly byte[] Tag = new byte[32];

    private readonly BundleReader _reader = new();

    /// <summary>What the changes are made to is taken, and so is what a later version may add to any map.</summary>
    [Fact]
    public void A_tree_is_read()
    {
        Assert.Equal(BundleError.None, ReadManifest(_ => { }));
        BundleError later = ReadManifest(manifest =>
        {
            foreach (TreeMap map in Tree.Maps(manifest).ToArray())
            {
                map.Add(31, new List<object?> { "later", null });
                map.Add("text", true);
                map.Add(-5, 1);
            }
        });
        Assert.Equal(BundleError.None, later);
        Assert.Equal(BundleError.None, ReadHeader(header => header.Add(99, "unknown, but not critical")));
    }

    [Fact]
    public void Defaults_stand_for_what_is_left_out()
    {
        // Twice with one reader: nothing of the one before may shine through.
        Assert.Equal(BundleError.None, ReadManifest(_ => { }));
        Assert.Equal(BundleError.None, ReadManifest(m => Least(m.Without(4).Without(5)).Without(2).Without(3)));
        Assert.Equal((0u, 0L), (_reader.SecurityCounter, _reader.ExpiryMs));
        Assert.Equal((0, 0), (_reader.Target(0).NativeCount, _reader.Target(0).LeastFreeHeap));
    }

    public static TheoryData<string, object?, ContractError> ManifestValues() => new()
    {
        { "0", 0, ContractError.OutOfRange }, { "0", "1", ContractError.WrongType }, { "0", null, ContractError.WrongType },
        { "1", 0, ContractError.OutOfRange }, { "1", 1L << 32, ContractError.OutOfRange }, { "1", -1, ContractError.OutOfRange },
        { "2", "1.4", ContractError.InvalidName }, { "2", "", ContractError.InvalidName }, { "2", 1, ContractError.WrongType },
        { "2", "1.0.0-" + new string('a', 27), ContractError.TooLong },
        { "3", 2, ContractError.OutOfRange }, { "3", -1, ContractError.OutOfRange },
        { "4", -1, ContractError.OutOfRange }, { "4", 1L << 32, ContractError.OutOfRange },
        { "5", -1, ContractError.OutOfRange }, { "5", 1, ContractError.OutOfRange },
        { "5", Limits.MaxUtcMs + 1, ContractError.OutOfRange }, { "6", new List<object?>(), ContractError.OutOfRange },
        { "6", new TreeMap(), ContractError.WrongType },
        { "6.1", new List<object?>(), ContractError.OutOfRange },
        { "6.1", new List<object?> { "ESP32" }, ContractError.InvalidName },
        { "6.1", new List<object?> { "" }, ContractError.InvalidName },
        { "6.1", new List<object?> { "-a" }, ContractError.InvalidName },
        { "6.1", new List<object?> { new string('a', 33) }, ContractError.TooLong },
        { "6.1", new List<object?> { "a", "a" }, ContractError.DuplicateKey },
        { "6.1", new List<object?> { "a", "sim" }, ContractError.DuplicateKey },
        { "6.1", new List<object?> { 1 }, ContractError.WrongType },
        { "6.1", Many(9, i => "c" + i), ContractError.TooLong },
        { "6.2", new List<object?> { "mscorlib" }, ContractError.WrongType },
        { "6.2", new List<object?> { new List<object?> { "mscorlib" } }, ContractError.WrongType },
        { "6.2", new List<object?> { new List<object?> { "mscorlib", -1 } }, ContractError.OutOfRange },
        { "6.2", new List<object?> { new List<object?> { "ms corlib", 1 } }, ContractError.InvalidName },
        { "6.2", Many(2, _ => new List<object?> { "mscorlib", 1 }), ContractError.DuplicateKey },
        { "6.2", Many(33, i => new List<object?> { "n" + i, 1 }), ContractError.TooLong },
        { "6.3", -1, ContractError.OutOfRange }, { "6.3", 1L << 31, ContractError.OutOfRange },
        { "6.4", new List<object?>(), ContractError.OutOfRange },
        { "6.4", Many(9, i => Component("c" + i)), ContractError.TooLong },
        { "6.4", Many(8, i => Component("c" + i)), ContractError.TooLong },
        { "6.4", Many(2, _ => Component("c")), ContractError.DuplicateKey },
        { "6.4.1", "", ContractError.InvalidName }, { "6.4.1", ".pe", ContractError.InvalidName },
        { "6.4.1", "a/b", ContractError.InvalidName }, { "6.4.1", "a\\b", ContractError.InvalidName },
        { "6.4.1", "a.", ContractError.InvalidName }, { "6.4.1", "\u00e4", ContractError.InvalidName },
        { "6.4.1", new string('a', 65), ContractError.TooLong },
        { "6.4.2", 0, ContractError.OutOfRange }, { "6.4.2", BundleLimits.MaxComponent + 1, ContractError.OutOfRange },
        { "6.4.2", 4097, ContractError.OutOfRange },
        { "6.4.3", Array.Empty<byte>(), ContractError.OutOfRange }, { "6.4.3", new byte[31], ContractError.OutOfRange },
        { "6.4.3", new byte[64], ContractError.OutOfRange }, { "6.4.3", "text", ContractError.WrongType },
    };

    [Theory]
    [MemberData(nameof(ManifestValues))]
    public void A_value_outside_its_rule_is_refused(string path, object? value, ContractError fault)
    {
        Assert.Equal(BundleError.Malformed, ReadManifest(manifest => At(manifest, path, (map, key) => map[key] = value)));
        Assert.Equal(fault, _reader.Fault);
    }

    [Theory]
    [InlineData("0 1 2 3 6 6.1 6.4 6.4.1 6.4.2 6.4.3")]
    public void Mandatory_keys_are_missed(string paths)
    {
        foreach (string path in paths.Split(' '))
        {
            Assert.Equal(BundleError.Malformed, ReadManifest(m => At(m, path, (map, key) => map.Without(key))));
            Assert.Equal(ContractError.MissingField, _reader.Fault);
        }
    }

    [Theory]
    [InlineData("0 1 2 3 4 5 6 6.1 6.2 6.3 6.4 6.4.1 6.4.2 6.4.3")]
    public void Keys_stand_once(string paths)
    {
        foreach (string path in paths.Split(' '))
        {
            Assert.Equal(BundleError.Malformed, ReadManifest(m => At(m, path, (map, key) => map.Add(key, map[key]))));
            Assert.Equal(ContractError.DuplicateKey, _reader.Fault);
        }
    }

    [Fact]
    public void A_later_format_is_named()
    {
        Assert.Equal(BundleError.UnknownFormat, ReadManifest(manifest => manifest[0] = 2));
        Assert.Equal(BundleError.UnknownFormat, ReadManifest(manifest => manifest[0] = int.MaxValue));
    }

    [Fact]
    public void Headers_are_held()
    {
        Assert.Equal(BundleError.UnknownAlgorithm, ReadHeader(header => header[1] = -7));
        Assert.Equal(BundleError.UnknownAlgorithm, ReadHeader(header => header[3] = "application/cbor"));
        Assert.Equal(BundleError.UnknownAlgorithm, ReadHeader(header => header.Add(2, new List<object?> { 99 })));
        foreach (Action<TreeMap> change in new Action<TreeMap>[]
        {
            header => header.Without(1), header => header.Without(3), header => header[1] = "PS256",
            header => header[3] = 60, header => header.Add(4, new byte[32]), header => header.Add(4, new byte[8]),
        })
        {
            Assert.Equal(BundleError.Malformed, ReadHeader(change));
        }
    }

    /// <summary>Signed and without an id, with signatures of lengths that no key has, with headers nobody signed.</summary>
    [Fact]
    public void Envelopes_are_held()
    {
        Assert.Equal(BundleError.Malformed, ReadEnvelope(parts => parts[3] = new byte[256]));
        Assert.Equal(BundleError.Malformed, ReadEnvelope(parts => parts[3] = new byte[64]));
        Assert.Equal(BundleError.Malformed, ReadEnvelope(parts => parts[3] = null));
        Assert.Equal(BundleError.Malformed, ReadEnvelope(parts => parts[1] = new TreeMap { { 4, new byte[32] } }));
        Assert.Equal(BundleError.Malformed, ReadEnvelope(parts => parts[2] = null));
        Assert.Equal(BundleError.Malformed, ReadEnvelope(parts => parts[0] = new TreeMap()));
        Assert.Equal(BundleError.NotABundle, ReadEnvelope(parts => parts.RemoveAt(3)));
        Assert.Equal(BundleError.NotABundle, ReadEnvelope(parts => parts.Add(null)));
        byte[] untagged = Tree.Bytes(((Tagged)Envelope()).Content);
        Assert.Equal(BundleError.NotABundle, _reader.Read(untagged, 0, untagged.Length));
        byte[] sign = Tree.Bytes(((Tagged)Envelope()) with { Tag = 98 });
        Assert.Equal(BundleError.NotABundle, _reader.Read(sign, 0, sign.Length));
    }

    /// <summary>The largest manifest and envelope there can be, and one byte more.</summary>
    [Fact]
    public void The_bound_is_the_bound()
    {
        byte[] Padded(int length)
        {
            TreeMap manifest = Manifest();
            // Two of them, for what a reader passes over is bounded, too.
            manifest.Add(29, new byte[4000]);
            manifest.Add(30, Array.Empty<byte>());
            // A byte string of more than 255 bytes has a head of three.
            manifest[30] = new byte[length - Tree.Bytes(manifest).Length - 2];
            byte[] bytes = Tree.Bytes(manifest);
            Assert.Equal(length, bytes.Length);
            return bytes;
        }
        byte[] whole = Sample.Envelope(Padded(BundleLimits.MaxManifest), Sample.Large);
        Assert.Equal(BundleLimits.MaxEnvelope, whole.Length);
        Assert.Equal(BundleError.None, _reader.Read(whole, 0, whole.Length));
        byte[] more = [.. Sample.Envelope(Padded(BundleLimits.MaxManifest + 1), Sample.Large), 0, 0];
        Assert.Equal(BundleError.Malformed, _reader.Read(more, 0, more.Length));
        Assert.Equal(ContractError.TooLong, _reader.Fault);
        byte[] longer = Sample.Envelope(Padded(BundleLimits.MaxEnvelope + 100), Sample.Large);
        Assert.Equal(BundleError.TooLarge, _reader.Read(longer, 0, longer.Length));
    }

    /// <summary>The grammar and examples of semver.org, item 2, 9 and 10.</summary>
    [Theory]
    [InlineData("0.0.0", true)]
    [InlineData("1.9.0", true)]
    [InlineData("1.0.0-alpha.1", true)]
    [InlineData("1.0.0-0.3.7", true)]
    [InlineData("1.0.0-x-y-z.--", true)]
    [InlineData("1.0.0+20130313144700", true)]
    [InlineData("1.0.0-beta+exp.sha.5114f85", true)]
    [InlineData("1.0.0+21AF26D3----117B344092BD", true)]
    [InlineData("1.0.0-0a+01", true)]
    [InlineData("01.0.0", false)]
    [InlineData("1.0.0-01", false)]
    [InlineData("1.0.0-", false)]
    [InlineData("1.0.0+", false)]
    [InlineData("1.0.0-a..b", false)]
    [InlineData("1.0.0-a.", false)]
    [InlineData("1.0.0+a+b", false)]
    [InlineData("1.0.0.0", false)]
    [InlineData("1.0", false)]
    [InlineData("1..0", false)]
    [InlineData("v1.0.0", false)]
    [InlineData("1.0.0 ", false)]
    [InlineData("1.0.0-\u00e4", false)]
    public void Versions_are_semantic(string version, bool valid)
    {
        byte[] bytes = [(byte)'9', .. System.Text.Encoding.UTF8.GetBytes(version), (byte)'9'];
        Assert.Equal(valid, BundleNames.IsVersion(bytes, 1, bytes.Length - 2));
    }

    private static List<object?> Many(int count, Func<int, object> item) => [.. Enumerable.Range(0, count).Select(item)];

    private static TreeMap Component(string name) => new() { { 1, name }, { 2, 1 }, { 3, Tag } };

    // Places: a manifest key, then one of its first target, then one of that target's first component.
    private static void At(TreeMap manifest, string path, Action<TreeMap, object> change)
    {
        int[] keys = [.. path.Split('.').Select(int.Parse)];
        TreeMap map = manifest;
        foreach (int key in keys[..^1])
            map = (TreeMap)((List<object?>)map[key]!)[0]!;
        change(map, keys[^1]);
    }

    private static TreeMap Least(TreeMap manifest) => (TreeMap)((List<object?>)manifest[6]!)[0]!;

    private static TreeMap Manifest() => (TreeMap)Tree.Of((Sample.Usual with
    {
        Targets =
        [
            new(["esp32"], [("mscorlib", 1)], 5, [new("a.pe", [1, 2, 3])]),
            new(["sim"], [], 0, [new("a.dll", [4])]),
        ],
    }).Manifest())!;

    private static object Envelope() => Tree.Of(Sample.Envelope(Tree.Bytes(Manifest()), null))!;

    private BundleError ReadManifest(Action<TreeMap> change)
    {
        TreeMap manifest = Manifest();
        change(manifest);
        byte[] bytes = Sample.Envelope(Tree.Bytes(manifest), null);
        return _reader.Read(bytes, 0, bytes.Length);
    }

    private BundleError ReadHeader(Action<TreeMap> change) => ReadEnvelope(parts =>
    {
        TreeMap header = (TreeMap)Tree.Of((byte[])parts[0]!)!;
        change(header);
        parts[0] = Tree.Bytes(header);
    });

    private BundleError ReadEnvelope(Action<List<object?>> change)
    {
        object envelope = Envelope();
        change((List<object?>)((Tagged)envelope).Content!);
        byte[] bytes = Tree.Bytes(envelope);
        return _reader.Read(bytes, 0, bytes.Length);
    }
}
