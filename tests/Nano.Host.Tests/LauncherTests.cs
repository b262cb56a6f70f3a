using nanoFramework.TestFramework;
using TestFrameworkShared;

namespace EdgeFleet.Nano.Host.Tests;

/// <summary>That a failure is seen: tests that fail on purpose, in each way that a test can.</summary>
public sealed class LauncherTests
{
    private readonly NanoLauncher _launcher = new(typeof(LauncherTests).Assembly);

    [Theory]
    [InlineData(nameof(FailingFixture.Numbers_differ), "Expected:<1>. Actual:<2>. the count")]
    [InlineData(nameof(FailingFixture.Texts_differ), "Expected:<a>. Actual:<b>")]
    [InlineData(nameof(FailingFixture.Not_a_number_is_not_near), "within")]
    [InlineData(nameof(FailingFixture.Is_not_true), "Assert.IsTrue failed. said why")]
    [InlineData(nameof(FailingFixture.A_byte_differs), "byte 1")]
    [InlineData(nameof(FailingFixture.A_byte_is_missing), "length")]
    [InlineData(nameof(FailingFixture.Something_is_null), "Assert.IsNotNull failed")]
    public void An_expectation_that_is_not_met_fails(string method, string words)
    {
        AssertFailedException failure = Xunit.Assert.Throws<AssertFailedException>(() => Run(method));
        Xunit.Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Xunit.Assert.Contains(method, failure.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_test_throws_fails_it() =>
        Xunit.Assert.Throws<InvalidOperationException>(() => Run(nameof(FailingFixture.Throws)));

    [Fact]
    public void A_test_that_cannot_run_says_so() =>
        Xunit.Assert.Equal(
            "not here",
            Xunit.Assert.Throws<SkipTestException>(() => Run(nameof(FailingFixture.Skips))).Message);

    [Fact]
    public void A_test_that_passes_passes() => Run(nameof(FailingFixture.Passes));

    [Fact]
    public void Tests_that_no_board_would_run_are_named()
    {
        string[] faults = [.. _launcher.Faults()];
        Xunit.Assert.Equal(
            [
                "CrookedFixture.Wants_an_object is not public and static",
                "CrookedFixture.Wants_a_number takes or gives something",
                "CrookedFixture.Is_hidden is not public and static",
                "CrookedFixture.Forgotten is public and no test",
                "EmptyFixture has no test",
            ],
            faults);
    }

    private void Run(string method) => _launcher.Run(nameof(FailingFixture), method);
}
