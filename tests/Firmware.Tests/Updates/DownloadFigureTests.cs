using System.Globalization;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Tests.Core;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>What an application of 60 KB costs over the air; firmware/README.md has the figures.</summary>
public sealed class DownloadFigureTests
{
    private const int Application = 60 * 1024;

    [Fact]
    public void The_figures_of_the_readme_are_those_of_the_code()
    {
        UpdateBench bench = new();
        // Two components: one of 300 bytes, and the rest.
        Release release = Release.Make(2, size: Application - 300);
        int own = release.EnvelopeLength + Application;
        bench.RunUntil(() => bench.Node.Uplink.State == Uplink.UplinkState.Online);
        bench.Link.Want(release);
        bench.RunUntil(() => bench.Running == release.Version);
        long tookMs = bench.Link.RequestTimesMs[^1] - bench.Link.RequestTimesMs[0];
        bench.RunUntil(() => bench.Agent.State == UpdateState.Confirmed);
        long bytes = bench.Link.BlockBytes;
        int requests = bench.Link.Requests.Count;
        string row = string.Create(
            CultureInfo.InvariantCulture,
            $"| {Application:N0} | {release.EnvelopeLength:N0} | {requests} | {bytes:N0} | {bytes - own:N0} | "
            + $"{100.0 * (bytes - Application) / Application:F1} % | "
            + $"{tookMs / 1000.0:F0} s |");
        TestContext.Current.TestOutputHelper!.WriteLine(row);
        Assert.True(FlashLifeTests.Readme().Contains(row, StringComparison.Ordinal), $"firmware/README.md does not say {row}");
    }
}
