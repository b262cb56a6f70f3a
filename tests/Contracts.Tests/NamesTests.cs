using System.Text.RegularExpressions;

namespace EdgeFleet.Contracts.Tests;

/// <summary>The grammars, against regular expressions that say the same, over every character.</summary>
public sealed class NamesTests
{
    private static readonly Regex Id = new(@"\A[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\z", RegexOptions.CultureInvariant);

    private static readonly Regex Hardware = new(@"\A[0-9a-f]{12,32}\z", RegexOptions.CultureInvariant);

    private static readonly Regex Channel = new(@"\A[a-z][a-z0-9./-]{0,23}\z", RegexOptions.CultureInvariant);

    /// <summary>Every character of UTF-16 alone, first, in the midst and last.</summary>
    [Fact]
    public void Every_character_in_every_place()
    {
        for (int c = 0; c <= char.MaxValue; c++)
        {
            char x = (char)c;
            foreach (string text in new[] { $"{x}", $"{x}b", $"a{x}b", $"a{x}" })
            {
                Same(Id.IsMatch(text), Names.IsId(text), text);
                Same(Channel.IsMatch(text), Names.IsChannel(text), text);
            }
            foreach (string text in new[] { $"{x}0123456789a", $"0123{x}456789a", $"0123456789a{x}" })
                Same(Hardware.IsMatch(text), Names.IsHardwareId(text), text);
        }
    }

    [Fact]
    public void Every_length()
    {
        for (int length = 0; length <= 64; length++)
        {
            string text = new('a', length);
            Same(length is >= 1 and <= 32, Names.IsId(text), text);
            Same(length is >= 12 and <= 32, Names.IsHardwareId(text), text);
            Same(length is >= 1 and <= 24, Names.IsChannel(text), text);
        }
        Assert.False(Names.IsId(null));
        Assert.False(Names.IsHardwareId(null));
        Assert.False(Names.IsChannel(null));
    }

    [Theory]
    [InlineData("airbox-7k3m9q2x", true)]
    [InlineData("a--b", true)]
    [InlineData("7", true)]
    [InlineData("-", false)]
    [InlineData("a/b", false)]
    [InlineData("claim", true)]
    public void Ids_by_hand(string text, bool valid)
    {
        Assert.Equal(valid, Names.IsId(text));
    }

    [Theory]
    [InlineData("pm25", true)]
    [InlineData("az/rms.1-min", true)]
    [InlineData("25pm", false)]
    [InlineData(".pm", false)]
    [InlineData("PM25", false)]
    [InlineData("pm_25", false)]
    public void Channels_by_hand(string text, bool valid)
    {
        Assert.Equal(valid, Names.IsChannel(text));
    }

    /// <summary>What we call our own channels and units must pass what we ask of others.</summary>
    [Fact]
    public void Our_own_names_keep_the_rules()
    {
        string[] channels =
        [
            .. typeof(Channels).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!),
        ];
        Assert.Contains(Channels.Pm25Factory, channels);
        Assert.All(channels, name => Assert.True(Names.IsChannel(name)));
        Assert.Equal(channels.Length, channels.Distinct().Count());
        // A channel that is called as heads are would be taken for one by other readers.
        Assert.DoesNotContain(Contracts.Senml.SenmlWriter.WindowName, channels);

        // Of RFC 8428 section 12.1, and ug/m3 of RFC 8798 section 3, for which our packs have their base version.
        string[] registered = ["Cel", "%RH", "Pa", "m/s2", "count"];
        string[] ours =
        [
            Units.Celsius, Units.RelativeHumidity, Units.Pascal, Units.MetresPerSecondSquared, Units.Count,
        ];
        Assert.Equal(registered, ours);
        Assert.Equal("ug/m3", Units.MicrogramsPerCubicMetre);
        Assert.Equal(10 + 16, Contracts.Senml.SenmlWriter.BaseVersion);
    }

    private static void Same(bool expected, bool actual, string text)
    {
        if (expected != actual)
            Assert.Fail($"'{text}' ({string.Join(' ', text.Select(c => ((int)c).ToString("X4")))}): {actual}");
    }
}
