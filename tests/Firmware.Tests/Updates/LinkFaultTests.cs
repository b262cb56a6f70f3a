using System.Globalization;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Tests.Core;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>
/// Updates over lines that lose, repeat, delay, reorder and break, from services that are busy, forget and spoil, on
/// boards that lose their power: each run is drawn from a seed and ends where it should.
/// </summary>
public sealed class LinkFaultTests
{
    private const int Runs = 2_000;

    /// <summary>
    /// From golden to 2, and on to 3, in which every third run changes its mind half way. What may not happen: a node that
    /// runs anything else, stops, forgets what it measured, or cannot be updated afterwards.
    /// </summary>
    [Fact]
    public void Every_line_that_is_there_now_and_then_brings_the_update()
    {
        (Release two, Release three, Release four) = (Release.Make(2), Release.Make(3), Release.Make(4));
        long requests = 0;
        int boots = 0;
        long slowest = 0;
        int reverted = 0;
        for (int seed = 1; seed <= Runs; seed++)
        {
            try
            {
                UpdateBench bench = new(seed);
                Random random = new(seed);
                UpdateFaults faults = Draw(random);
                bench.Link.Faults = faults;
                long took = 0;
                took += Bring(bench, random, two);
                if (seed % 3 == 0)
                {
                    bench.Link.Want(four);
                    for (int i = random.Next(200); i > 0; i--)
                        Run(bench, random, 100);
                }
                took += Bring(bench, random, three);
                requests += bench.Link.Requests.Count;
                boots += bench.Boots;
                slowest = Math.Max(slowest, took);
                reverted += bench.Told.Count(text => text.StartsWith("reverted", StringComparison.Ordinal));
                // The line is well again: nothing measured is missing, and the next update is an ordinary one.
                bench.Link.Faults = new UpdateFaults();
                bench.Install(four, attempt: 100);
                bench.RunUntil(() => bench.Link.Windows.Count == (int)bench.Node.Outbox.Windows.Added);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new Xunit.Sdk.XunitException($"seed {seed}: {e}");
            }
        }
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Runs} runs, {2 * Runs} updates over bad lines: {requests} requests, {boots} boots, {reverted} trials gone back "
            + $"and tried again, the slowest pair {slowest / 60_000.0:F0} min"));
    }

    private static UpdateFaults Draw(Random random) => new()
    {
        Loss = random.NextDouble() * 0.3,
        Twice = random.NextDouble() * 0.3,
        DelayMs = 1 + random.Next(3000),
        BreakEveryMs = random.Next(3) == 0 ? 0 : 20_000 + random.Next(300_000),
        Busy = random.NextDouble() * 0.3,
        Unknown = random.NextDouble() * 0.1,
        Spoilt = random.NextDouble() * 0.2,
    };

    /// <summary>
    /// As an operator would: a bundle that is given up, or went back, is offered anew under the next attempt.
    /// </summary>
    private static long Bring(UpdateBench bench, Random random, Release release)
    {
        uint attempt = bench.Link.Attempt + 1;
        bench.Link.Want(release, attempt);
        long ran = 0;
        while (!(bench.Running == release.Version && bench.Agent.State == UpdateState.Confirmed))
        {
            bool ended = bench.Agent.State is UpdateState.Rejected or UpdateState.Reverted;
            if (ended && bench.Link.State is { } state && state.Update.Attempt == attempt
                && state.Update.Target.AsSpan().SequenceEqual(release.Digest) && state.Update.State == bench.Agent.State)
                bench.Link.Want(release, ++attempt);
            else if (ran % 600_000 == 0)
                bench.Link.Want(release, attempt);
            Run(bench, random, 1000);
            ran += 1000;
            Assert.True(
                ran < 48 * 3_600_000,
                $"{bench.Running}, {bench.Agent.State} {bench.Agent.Reason}, told {string.Join(", ", bench.Told)}");
        }
        return ran;
    }

    private static void Run(UpdateBench bench, Random random, long forMs)
    {
        bench.Run(forMs);
        if (random.Next(2000) == 0)
            bench.Boot(BootReason.PowerOn);
    }
}
