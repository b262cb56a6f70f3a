using EdgeFleet.Contracts;
using EdgeFleet.Service;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>
/// The service in this process, on a free port and a folder of its own, and a real browser that looks at it. What the
/// browser's console complains about, refused scripts and styles included, fails the test that asks for it.
/// </summary>
public sealed class Site : IAsyncDisposable
{
    public const string Password = "three calm bridges";

    // The live updates of a page never end, so on a busy machine its load event is no sign to wait for.
    private static readonly PageWaitForURLOptions Arrived = new() { WaitUntil = WaitUntilState.DOMContentLoaded };

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "edgefleet-web-" + Guid.NewGuid().ToString("N"));
    private readonly HubLink _link = new();
    private readonly List<string> _complaints = [];
    private WebApplication? _app;
    private readonly List<IBrowserContext> _profiles = [];
    private IBrowser? _browser;

    private Site()
    {
    }

    public string Url { get; private set; } = "";

    /// <summary>What browsers complained about, and requests that the service failed.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
                return [.. _complaints];
        }
    }

    public static async Task<Site> StartAsync()
    {
        Site site = new();
        try
        {
            await site.OpenAsync();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    public T Get<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    public HubNode NewNode(string hardwareId, NodeKind kind) => new(Get<IDeviceHub>(), _link, hardwareId, kind);

    /// <summary>A fresh browser profile: no cookies, no cache.</summary>
    public async Task<IPage> NewPageAsync(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Url,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            TimezoneId = "Asia/Taipei",
            Locale = "en-GB",
        });
        _profiles.Add(context);
        context.SetDefaultTimeout(SharedBrowser.PatienceMs);
        IPage page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Complain($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => Complain($"{page.Url}: {error}");
        page.Response += (_, response) =>
        {
            if (response.Status >= 500)
                Complain($"{response.Url}: {response.Status}");
        };
        return page;
    }

    /// <summary>A page of somebody who is signed in as admin; the one-time password is replaced the first time.</summary>
    public async Task<IPage> SignedInAsync(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        IPage page = await NewPageAsync(width, height, scheme);
        bool first = Get<Users>().Find(FirstStart.AdminName)!.MustChangePassword;
        string password = first ? Get<FirstStart>().AdminPassword! : Password;
        await page.GotoAsync("/login");
        await page.GetByLabel("Name").FillAsync(FirstStart.AdminName);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        if (first)
        {
            await page.WaitForURLAsync("**/account/password", Arrived);
            await page.GetByLabel("One-time password").FillAsync(password);
            await page.GetByLabel("New password", new() { Exact = true }).FillAsync(Password);
            await page.GetByLabel("New password again").FillAsync(Password);
            await page.GetByRole(AriaRole.Button, new() { Name = "Save password" }).ClickAsync();
        }
        await page.WaitForURLAsync(Url + "/", Arrived);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IBrowserContext profile in _profiles)
            await profile.DisposeAsync();
        if (_app != null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private async Task OpenAsync()
    {
        _browser = await SharedBrowser.GetAsync();
        _app = FleetServiceApp.Create(
            ["--Data:Path=" + _folder, "--Http:Url=http://127.0.0.1:0", "--Mqtt:Listen=127.0.0.1:0"],
            builder =>
            {
                builder.Logging.AddFilter(null, LogLevel.Warning);
                builder.Services.AddSingleton<IDeviceLink>(_link);
            });
        await _app.StartAsync();
        Url = _app.Urls.First(url => url.StartsWith("http://", StringComparison.Ordinal));
    }

    private void Complain(string text)
    {
        lock (_complaints)
            _complaints.Add(text);
    }
}
