using EdgeFleet.FleetSim.Tests.Support;

namespace EdgeFleet.FleetSim.Tests.Virtual;

/// <summary>Virtual time: a seed is a history.</summary>
public sealed class RepeatTests
{
    private static readonly SimOptions Options = new()
    {
        Nodes = 24,
        Seed = 7,
        For = TimeSpan.FromMinutes(90),
        Faults = FaultPlan.Storm,
    };

    [Fact]
    public async Task The_same_seed_gives_the_same_histories_and_summary()
    {
        Summary first = await SummaryAsync(Options);
        Assert.Equal(first, await SummaryAsync(Options));
        Summary other = await SummaryAsync(Options with { Seed = 8 });
        Assert.NotEqual(first.HistoryDigest, other.HistoryDigest);
        Assert.True(other.Balanced);
    }

    [Fact]
    public async Task Without_faults_every_window_is_stored_as_soon_as_it_is_made()
    {
        Summary summary = await SummaryAsync(Options with { Faults = FaultPlan.None, For = TimeSpan.FromMinutes(20) });
        Assert.Equal(summary.WindowsProduced, summary.WindowsStored);
        Assert.Equal((0L, 0L, 0L), (summary.WindowsDropped, summary.DuplicatesReceived, summary.Rejected));
        // 18 Air Boxes at a window a minute, 6 bridge nodes at six; the first ones come after boot and claim.
        Assert.InRange(summary.WindowsProduced, (18 * 18) + (6 * 112), (18 * 20) + (6 * 120));
    }

    // What may differ is how long the machine took.
    private static async Task<Summary> SummaryAsync(SimOptions options)
    {
        await using var city = await VirtualCity.RunAsync(options);
        return city.Summary with { ElapsedSeconds = 0 };
    }
}
