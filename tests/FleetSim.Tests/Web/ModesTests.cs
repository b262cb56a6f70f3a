using System.Text.RegularExpressions;
using EdgeFleet.Contracts;
using Microsoft.Playwright;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>The natural frequencies of a bridge on its page, and what an operator sets of them.</summary>
public sealed class ModesTests
{
    [Fact]
    public async Task A_frequency_that_comes_in_one_window_of_many_is_shown_without_gaps()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        DateTimeOffset start = DateTimeOffset.UtcNow.AddMinutes(-10);
        for (int i = 0; i < 60; i++)
        {
            (string, string, int, long, long, long, long) swing = (Channels.AccelZ, Units.MetresPerSecondSquared, -6, 9_806_000, 9_800_000, 9_812_000, 1400);
            (string, string, int, long, long, long, long) mode = (Channels.Mode1, Units.Hertz, -3, 10_787 + i, 10_787 + i, 10_787 + i, 0);
            await scene.Bridge.ReportAsync(start.AddSeconds(10 * i), TimeSpan.FromSeconds(10), i % 26 == 7 ? [swing, mode] : [swing]);
        }
        IPage page = await site.SignedInAsync();
        await page.GotoAsync("/devices/" + scene.Bridge.DeviceId);
        ILocator card = page.Locator("[data-channel=f1]");
        await Expect(card.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Natural frequency 1");
        await Expect(card.Locator(".value")).ToHaveTextAsync(new Regex(@"^10\.846\s*Hz$"));
        await Expect(card.Locator("canvas")).ToBeVisibleAsync();
        await Expect(card.Locator(".flags .badge")).ToHaveCountAsync(0);
        await Expect(card.Locator(".summary")).ToContainTextAsync("10.8");
        await Expect(card).ToHaveAttributeAsync("data-sparse", "true");
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task An_operator_sets_the_bands_of_a_bridge()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        await page.GotoAsync($"/devices/{scene.Bridge.DeviceId}/config");
        await page.GetByLabel("Set by").SelectOptionAsync("true");
        await page.GetByLabel("Bands, in Hz").FillAsync("12-9,5");
        await page.GetByLabel("Alarm when off by").FillAsync("1,5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and send" }).ClickAsync();
        await Expect(page.GetByText("At most 4 bands")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Bands, in Hz")).ToHaveValueAsync("12-9,5");
        await page.GetByLabel("Bands, in Hz").FillAsync("9,5-12; 15–17.5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and send" }).ClickAsync();
        await Expect(page.GetByText("Saved as version 1.")).ToBeVisibleAsync();
        Assert.True(scene.Bridge.Config.HasModes);
        Assert.Equal((2, 15_000, 9500, 12_000, 17_500), (
            scene.Bridge.Config.Modes.BandCount, scene.Bridge.Config.Modes.DriftPpm, scene.Bridge.Config.Modes.LowMilliHz[0],
            scene.Bridge.Config.Modes.HighMilliHz[0], scene.Bridge.Config.Modes.HighMilliHz[1]));
        await Expect(page.GetByText("z, 9.5-12; 15-17.5 Hz, alarm at 1.5 %")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Bands, in Hz")).ToHaveValueAsync("9.5-12; 15-17.5");
        Assert.Empty(site.Complaints);
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
