using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using Microsoft.Playwright;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>What needs a person: seen as it comes, on a list and on a map, taken care of, and read in Chinese.</summary>
public sealed class AlertsTests
{
    [Fact]
    public async Task An_alert_comes_by_itself_is_looked_at_and_taken_care_of()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        await page.GotoAsync("/overview");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "claims that wait for a decision" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "alerts that nobody has looked at" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#live")).ToHaveTextAsync("Live");
        await ShotAsync(page, "overview-alert");

        await page.GotoAsync("/alerts");
        await Assertions.Expect(page.Locator("#live")).ToHaveTextAsync("Live");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await scene.AirBox.RaiseAsync(
            DateTimeOffset.UtcNow, "pm10-high", Channels.Pm10, new DecimalValue(980, -1), new DecimalValue(50, 0));
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await ShotAsync(page, "alerts-open");
        await page.Locator("tr", new() { HasText = "pm10-high" }).GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("Acknowledged.");
        await page.GetByLabel("Note").FillAsync("street works");
        await page.GetByRole(AriaRole.Button, new() { Name = "Silence", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("#alert")).ToContainTextAsync("street works");
        await ShotAsync(page, "alert-one");
        Assert.NotNull(site.Get<AlertBook>().Open(scene.AirBox.DeviceId).Single(a => a.Key.Contains("pm10")).SilencedUntil);
        Assert.Empty(site.Complaints);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task The_map_needs_no_network_and_is_walked_with_the_keyboard(ColorScheme scheme)
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        await site.Get<DeviceDirectory>().UpdateAsync(
            scene.Bridge.DeviceId, new DevicePatch("Guandu pylon", null, 25.1234, 121.4561), Actor.System);
        IPage page = await site.SignedInAsync(scheme: scheme);
        List<string> elsewhere = [];
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(site.Url, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                elsewhere.Add(request.Url);
        };
        await page.GotoAsync("/map");
        await Assertions.Expect(page.Locator("#map[data-ready='2']")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#map canvas")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#map-problem")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("#map .dot.node")).ToHaveCountAsync(2);
        await page.Locator("#map .leaflet-marker-icon[title^='Guandu']").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".leaflet-popup-content a")).ToHaveTextAsync("Guandu pylon");
        // It fades in, and half way there its words are pale.
        await Assertions.Expect(page.Locator(".leaflet-popup")).ToHaveCSSAsync("opacity", "1");
        await ShotAsync(page, "map-" + scheme);
        AxeResult result = await page.RunAxe();
        Assert.True(result.Violations.Length == 0, string.Join("\n", result.Violations.Select(v => $"{v.Id}: {v.Help} {v.Nodes[0].Html}")));
        Assert.Empty(elsewhere);
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task A_person_reads_the_pages_in_chinese_and_goes_back()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        await page.GotoAsync("/alerts?severity=Warning");
        await page.GetByRole(AriaRole.Link, new() { Name = "正體中文" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("警示");
        await Assertions.Expect(page.Locator("#live")).ToHaveTextAsync("即時");
        Assert.Contains("severity=Warning", page.Url, StringComparison.Ordinal);
        await ShotAsync(page, "alerts-chinese");
        await page.GotoAsync("/");
        await Assertions.Expect(page.GetByText("Renai elementary school")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#fleet tbody time").First).ToContainTextAsync("前");
        await ShotAsync(page, "fleet-chinese");
        await page.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Fleet");
        Assert.Empty(site.Complaints);
    }

    private static async Task ShotAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("EDGEFLEET_SHOTS") is { } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }
}
