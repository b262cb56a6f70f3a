using System.Text.RegularExpressions;
using EdgeFleet.Contracts.Tests.Messages;

namespace EdgeFleet.Contracts.Tests.Vectors;

/// <summary>
/// The keys of <c>contracts.cddl</c> and those of the vectors are the same ones: a key that is written down has been
/// seen on the wire, and what is on the wire is written down. Types and ranges are the readers' tests to hold.
/// </summary>
public sealed partial class CddlTests
{
    // Rules that make up one map, by where a vector has such maps.
    private static readonly (string Rules, string Kinds, Func<object?, IEnumerable<TreeMap>> Maps)[] Places =
    [
        ("claim-request", "claim-request", Outermost),
        ("claim-granted claim-not-granted", "claim-answer", Outermost),
        ("desired-state", "desired-state", Outermost),
        ("node-config", "desired-state", Configs),
        ("threshold-rule", "desired-state", Rules),
        ("trigger-config", "desired-state", item => Parts(item, 5)),
        ("modes-config", "desired-state", item => Parts(item, 6)),
        ("screening-config", "desired-state", item => Parts(item, 7)),
        ("air-config", "desired-state", item => Parts(item, 8)),
        ("update-target", "desired-state", item => Inner(item, 3)),
        ("reported-state", "reported-state", Outermost),
        ("update-status", "reported-state", item => Inner(item, 30)),
        ("board-status", "reported-state", item => Inner(item, 31)),
        ("node-event", "node-event", Outermost),
        ("waveform-chunk", "waveform-chunk", Outermost),
        ("command", "command", Outermost),
        ("command-reply", "command-reply", Outermost),
        ("block-request", "block-request", Outermost),
        ("block-answer block-ok block-not-there", "block-answer", Outermost),
        ("bundle-header", "bundle", item => [Enclosed(item, 0)]),
        ("bundle-manifest", "bundle", item => [Enclosed(item, 2)]),
        ("bundle-target", "bundle", item => Items(Enclosed(item, 2), 6)),
        ("bundle-component", "bundle", item => Items(Enclosed(item, 2), 6).SelectMany(target => Items(target, 4))),
        ("first-head next-head head measured missing", "telemetry-pack", Tree.Maps),
    ];

    // Vectors of senders that are not ours have keys beyond the contract; they are there to be passed over.
    private static readonly string[] Foreign = ["from-newer", "another-sender", "least"];

    public static TheoryData<string> RuleNames() => [.. Places.Select(place => place.Rules)];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void Keys_of_the_rule_are_the_keys_of_the_vectors(string rules)
    {
        var place = Places.Single(p => p.Rules == rules);
        string[] written = [.. rules.Split(' ').SelectMany(KeysOfRule).Distinct().Order(StringComparer.Ordinal)];
        string[] seen =
        [
            .. VectorFile.All.Concat(VectorFile.Bundles)
                .Where(vector => vector.Kind == place.Kinds && !Foreign.Contains(vector.Name))
                .SelectMany(vector => place.Maps(Tree.Vector(vector.Kind, vector.Name)))
                .SelectMany(map => map.Select(pair => pair.Key.ToString()!))
                .Distinct().Order(StringComparer.Ordinal),
        ];
        Assert.NotEmpty(seen);
        Assert.Equal(written, seen);
    }

    /// <summary>A rule for a map that no vector is held to would be a promise that nobody keeps.</summary>
    [Fact]
    public void Every_rule_with_keys_has_vectors()
    {
        string[] known = [.. Places.SelectMany(place => place.Rules.Split(' ')).Order(StringComparer.Ordinal)];
        string[] withKeys =
        [
            .. RuleStart().Matches(Text.Value).Select(match => match.Groups[1].Value)
                .Where(rule => rule != "unknown").Order(StringComparer.Ordinal),
        ];
        Assert.Equal(known, withKeys);
    }

    /// <summary>Whoever reads a rule name finds its rule, and no rule stands there for nothing.</summary>
    [Fact]
    public void Every_name_that_is_used_is_defined_and_used()
    {
        string code = Comment().Replace(Quoted().Replace(Text.Value, "\"\""), "");
        string[] defined = [.. Definition().Matches(code).Select(match => match.Groups[1].Value)];
        Assert.Equal(defined.Distinct(), defined);
        string[] used = [.. Word().Matches(Naming().Replace(code, "")).Select(match => match.Value).Distinct()];
        string[] prelude = ["any", "bool", "bstr", "cbor", "false", "int", "tstr", "size", "regexp"];
        Assert.Equal([], used.Except(defined).Except(prelude));
        foreach (string name in defined.Where(name => name is not ("payload" or "bundle")))
            Assert.True(Word().Matches(code).Count(match => match.Value == name) > 1, name + " is never used");
    }

    private static IEnumerable<TreeMap> Outermost(object? item) => [(TreeMap)item!];

    private static IEnumerable<TreeMap> Inner(object? item, long key) =>
        Outermost(item).SelectMany(map => map.Where(pair => pair.Key.Equals(key))).Select(pair => (TreeMap)pair.Value!);

    private static IEnumerable<TreeMap> Configs(object? item) => Inner(item, 2);

    private static IEnumerable<TreeMap> Rules(object? item) =>
        Configs(item).SelectMany(map => (List<object?>)map[4]!).Select(rule => (TreeMap)rule!);

    private static IEnumerable<TreeMap> Parts(object? item, long key) =>
        Configs(item).SelectMany(map => map.Where(pair => pair.Key.Equals(key))).Select(pair => (TreeMap)pair.Value!);

    /// <summary>What an envelope has in a byte string.</summary>
    private static TreeMap Enclosed(object? item, int place) =>
        (TreeMap)Tree.Of((byte[])((List<object?>)((Tagged)item!).Content!)[place]!)!;

    private static IEnumerable<TreeMap> Items(TreeMap map, int key) =>
        ((List<object?>)map[key]!).Select(item => (TreeMap)item!);

    /// <summary>The keys of a map or group: numbers, quoted texts, and SenML labels by number.</summary>
    private static IEnumerable<string> KeysOfRule(string rule)
    {
        // A rule of one line has its last bracket there, such as next-head; others have it on a line of its own.
        Match body = Regex.Match(
            Comment().Replace(Text.Value, ""), $@"^{rule} = [{{(]( [^\n]* |.*?^)[}})]\s*$",
            RegexOptions.Singleline | RegexOptions.Multiline);
        Assert.True(body.Success, "no rule " + rule);
        foreach (Match key in Key().Matches(body.Groups[1].Value))
        {
            string name = key.Groups[1].Value;
            if (name.StartsWith('"'))
                yield return name.Trim('"');
            else if (char.IsAsciiDigit(name[0]))
                yield return name;
            else
                yield return Regex.Match(Text.Value, $@"\b{name} = (-?\d)").Groups[1].Value;
        }
    }

    private static readonly Lazy<string> Text = new(() => VectorFile.Shared("contracts.cddl"));

    [GeneratedRegex(@"^([a-z-]+) = [{(](?!.*\.\.)", RegexOptions.Multiline)]
    private static partial Regex RuleStart();

    // At the start of a line, after the mark of interrogation if any: a number and a colon, or a label and an arrow.
    [GeneratedRegex(@"^\s*(?:\? )?(\d+(?=:)|""\w+""(?= =>)|[a-z]+(?= =>))", RegexOptions.Multiline)]
    private static partial Regex Key();

    [GeneratedRegex(@";.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"""[^""\n]*""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?:^|  )([a-z][a-z0-9-]*) = ", RegexOptions.Multiline)]
    private static partial Regex Definition();

    // Names of enumeration values and of array places mean themselves.
    [GeneratedRegex(@"[a-z-]+: ")]
    private static partial Regex Naming();

    [GeneratedRegex(@"(?<![\w#.-])[a-z][a-z0-9-]*(?![\w-])|(?<=\.)[a-z]+")]
    private static partial Regex Word();
}
