namespace EdgeFleet.Architecture.Tests;

/// <summary>One breach of a rule: the place and what is wrong there.</summary>
public sealed record Offence(string Where, string What)
{
    public override string ToString() => $"{Where}: {What}";

    /// <summary>Fails with all offences, one a line.</summary>
    public static void AssertNone(IEnumerable<Offence> offences)
    {
        string[] lines = [.. offences.Select(o => o.ToString()).Distinct().Order(StringComparer.Ordinal)];
        Assert.True(lines.Length == 0, $"{lines.Length} offences:\n{string.Join('\n', lines)}");
    }

    /// <summary>Fails unless some offence says all of these words: a rule's proof that it can fail.</summary>
    public static void AssertNames(IEnumerable<Offence> offences, params string[] words)
    {
        string[] lines = [.. offences.Select(o => o.ToString())];
        Assert.True(
            lines.Any(line => words.All(word => line.Contains(word, StringComparison.Ordinal))),
            $"No offence names '{string.Join("', '", words)}'. There are:\n{string.Join('\n', lines)}");
    }
}
