using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Host.Tests;

/// <summary>The tests of tests/nano, each under its own name, on the host.</summary>
public sealed class NanoTests
{
    private static readonly NanoLauncher Launcher = new(typeof(EdgeFleet.Nano.Tests.GoldenVectorTests).Assembly);

    public static TheoryData<string, string> All()
    {
        TheoryData<string, string> tests = [];
        foreach ((string type, string method) in Launcher.Tests)
            tests.Add(type, method);
        return tests;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Passes(string type, string method)
    {
        try
        {
            Launcher.Run(type, method);
        }
        catch (SkipTestException skipped)
        {
            Xunit.Assert.Skip(skipped.Message);
        }
    }

    /// <summary>A test that the launcher does not find would never run, on no board and not here.</summary>
    [Fact]
    public void All_tests_are_ones_that_a_board_runs() => Xunit.Assert.Empty(Launcher.Faults());
}
