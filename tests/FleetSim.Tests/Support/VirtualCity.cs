using System.Globalization;
using System.Text.Json;

namespace EdgeFleet.FleetSim.Tests.Support;

/// <summary>A finished run in virtual time whose service still answers.</summary>
internal sealed class VirtualCity : IAsyncDisposable
{
    private readonly VirtualRun _run;
    private readonly string _folder;

    private VirtualCity(VirtualRun run, string folder, Summary summary) =>
        (_run, _folder, Summary) = (run, folder, summary);

    public Summary Summary { get; }

    public VirtualRun Run => _run;

    public static async Task<VirtualCity> RunAsync(SimOptions options)
    {
        options = options with { Virtual = true, Http = "http://127.0.0.1:0" };
        string folder = Directory.CreateTempSubdirectory("edgefleet-city-").FullName;
        var recordings = Recordings.Load(options, DateTimeOffset.UnixEpoch);
        var run = await VirtualRun.StartAsync(options, recordings, folder, TestContext.Current.CancellationToken);
        try
        {
            var summary = await run.RunAsync(recordings, TestContext.Current.CancellationToken);
            return new VirtualCity(run, folder, summary);
        }
        catch
        {
            await run.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>The one device of a run with one node.</summary>
    public string Device => Assert.Single(_run.Fleet!.Nodes).Status!.Value.DeviceId;

    /// <summary>Asks the service's REST interface.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _run.Service.Api.GetAsync(path, TestContext.Current.CancellationToken);
        return answer.RootElement.Clone();
    }

    /// <summary>A time as a query takes it.</summary>
    public static string Iso(DateTime utc) =>
        Uri.EscapeDataString(utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
