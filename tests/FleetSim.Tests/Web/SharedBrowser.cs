using EdgeFleet.FleetSim.Tests.Web;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(SharedBrowser))]

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>
/// One Chromium for all tests; each looks with profiles of its own. A test without a browser proves nothing, so a machine
/// that has none fails: <c>.ci/run</c> installs it.
/// </summary>
public sealed class SharedBrowser : IAsyncDisposable
{
    /// <summary>
    /// How long a page may take, in milliseconds: many times what it takes on two busy cores, so that only what never comes
    /// runs into it.
    /// </summary>
    public const int PatienceMs = 30_000;

    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> Started = new(StartAsync);

    public static async Task<IBrowser> GetAsync() => (await Started.Value).Browser;

    public async ValueTask DisposeAsync()
    {
        if (!Started.IsValueCreated || !Started.Value.IsCompletedSuccessfully)
            return;
        (IPlaywright driver, IBrowser browser) = await Started.Value;
        await browser.DisposeAsync();
        driver.Dispose();
    }

    private static async Task<(IPlaywright Driver, IBrowser Browser)> StartAsync()
    {
        string chromium = Places.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException(
            "The pages are looked at with Chromium, and there is none at " + string.Join(", ", Places)
            + ". On Debian: apt-get install chromium.");
        Assertions.SetDefaultExpectTimeout(PatienceMs);
        IPlaywright driver = await Playwright.CreateAsync();
        IBrowser browser = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = chromium,
            // Containers give Chromium neither the rights for its sandbox nor a large shared memory.
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        });
        return (driver, browser);
    }
}
