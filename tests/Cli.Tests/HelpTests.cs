using System.CommandLine;

namespace EdgeFleet.Cli.Tests;

/// <summary>Every command and option says what it is for.</summary>
public sealed class HelpTests
{
    [Fact]
    public void Everything_has_a_description()
    {
        int count = 0;
        void Look(Command command)
        {
            count++;
            Assert.False(string.IsNullOrEmpty(command.Description), command.Name);
            Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), option.Name));
            Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), argument.Name));
            foreach (Command sub in command.Subcommands)
                Look(sub);
        }
        Look(CommandLine.Create());
        Assert.True(count >= 30, $"only {count} commands were seen");
    }

    [Theory]
    [InlineData("--help", "Exit codes: 0 done")]
    [InlineData("bundle sign --help", "salt of 32 bytes")]
    [InlineData("key new --help", "asked for at the terminal")]
    public void Help_is_given(string words, string part)
    {
        using Bench bench = new();
        string help = string.Join(' ', bench.Do(words).Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(part, help);
    }

    /// <summary>There is nobody to ask in a build, and the tool says so instead of waiting.</summary>
    [Fact]
    public void Without_a_terminal_a_passphrase_comes_from_a_file()
    {
        if (!Console.IsInputRedirected)
            Assert.Skip("the tests run at a terminal");
        using Bench bench = new();
        Ran ran = bench.Run("key new --bits 2048 --out out:key");
        Assert.Equal(ExitCode.Failed, ran.Code);
        Assert.Contains("--passphrase-file", ran.Error);
    }
}
