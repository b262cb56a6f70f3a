using System.Text.RegularExpressions;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Tests.Vectors;

namespace EdgeFleet.Contracts.Tests.Messages;

/// <summary>Names of states and reasons: one each, the one that contracts.cddl has beside its number.</summary>
public sealed partial class UpdateNamesTests
{
    [Fact]
    public void Every_state_and_reason_has_the_name_that_the_contract_has()
    {
        string cddl = VectorFile.Shared("contracts.cddl");
        Check(cddl, "update-state", Enum.GetValues<UpdateState>().Select(s => ((int)s, UpdateNames.Of(s))));
        Check(cddl, "update-reason", Enum.GetValues<UpdateReason>().Select(r => ((int)r, UpdateNames.Of(r))));
    }

    [Fact]
    public void What_has_no_name_yet_is_its_number()
    {
        Assert.Equal("state-200", UpdateNames.Of((UpdateState)200));
        foreach (int number in new[] { 20, 43, 49, 57, 61, 255 })
            Assert.Equal($"reason-{number}", UpdateNames.Of((UpdateReason)number));
    }

    private static void Check(string cddl, string rule, IEnumerable<(int Number, string Name)> ours)
    {
        string[] lines = cddl.Split('\n');
        int at = Array.FindIndex(lines, line => line.StartsWith(rule + " = uint8", StringComparison.Ordinal));
        string comment = "";
        for (int i = at - 1; lines[i].StartsWith(';'); i--)
            comment = lines[i][1..] + comment;
        (int, string)[] written =
        [
            .. Named().Matches(comment)
                .Select(match => (int.Parse(match.Groups[1].Value), match.Groups[2].Value.Replace(' ', '-'))),
        ];
        Assert.Equal(ours, written);
    }

    [GeneratedRegex(@"(?<=[ ;:])(\d+) ([a-z ]+?)(?=[,;]|$)")]
    private static partial Regex Named();
}
