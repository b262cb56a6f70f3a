using System.Text.RegularExpressions;
using EdgeFleet.Contracts.Messages;
using Microsoft.Playwright;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>A captured vibration in the browser: in the list while the page is open, drawn, zoomed, downloaded.</summary>
public sealed class CaptureTests
{
    private const int Samples = 1500;

    [Fact]
    public async Task A_capture_appears_is_drawn_and_can_be_taken_away()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        await page.GotoAsync($"/devices/{scene.Bridge.DeviceId}");
        ILocator list = page.Locator("#captures");
        await Expect(list).ToContainTextAsync("No vibration has been captured yet.");

        long startMs = DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds();
        foreach (WaveformChunk chunk in Chunks(startMs).Where(c => c is not { Axis: 1, Index: 2 }))
            await scene.Bridge.CaptureAsync(chunk);
        // Without a reload: the page hears of it.
        await Expect(list).ToContainTextAsync("8 of 9 chunks");
        await list.GetByRole(AriaRole.Link, new() { NameRegex = new Regex(@"\d{2}:\d{2}") }).First.ClickAsync();
        await Expect(page.Locator("#holes")).ToContainTextAsync("8 of 9 chunks have come.");
        await Expect(page.Locator("[data-axis=ax] .chart")).ToHaveAttributeAsync("data-samples", "1500");
        await Expect(page.Locator("[data-axis=ay] .chart")).ToHaveAttributeAsync("data-samples", "1250");
        await Expect(page.Locator("[data-axis] canvas")).ToHaveCountAsync(3);
        // Peak of a swing of 10,000 counts at 38,246 nm/s2, and the level that it swings about.
        await Expect(page.Locator("[data-axis=az] .summary")).ToHaveTextAsync(
            new Regex(@"^Peak 38\d\.?\d* mm/s², RMS 27\d\.?\d* mm/s², mean 9\.7\d\d m/s²$"));
        // 25 samples at 125 Hz, found to a step of a 512th.
        await Expect(page.Locator("#spectrum .chart")).ToHaveAttributeAsync("data-points", "256");
        await Expect(page.Locator("#spectrum .summary")).ToHaveTextAsync(
            new Regex(@"^ax strongest at (4\.8|4\.9|5\.0|5\.1)\d? Hzay strongest"));

        ILocator plot = page.Locator("[data-axis=az] .u-over");
        await plot.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await plot.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width * 0.25f), box.Y + 40);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width * 0.5f), box.Y + 40, new() { Steps = 5 });
        await page.Mouse.UpAsync();
        await Expect(page.Locator("#capture")).ToHaveAttributeAsync("data-zoom", new Regex(@"^(2\.9|3\.0)\d+ (5\.9|6\.0)\d+$"));
        ILocator whole = page.GetByRole(AriaRole.Button, new() { Name = "Whole capture" });
        await Expect(whole).ToBeEnabledAsync();
        await whole.ClickAsync();
        await Expect(page.Locator("#capture")).ToHaveAttributeAsync("data-zoom", "0.000 11.992");
        await Expect(whole).ToBeDisabledAsync();

        IDownload download = await page.RunAndWaitForDownloadAsync(
            () => page.GetByRole(AriaRole.Link, new() { Name = "miniSEED" }).ClickAsync());
        Assert.Equal($"{scene.Bridge.DeviceId}-0000002a-7.mseed", download.SuggestedFilename);
        download = await page.RunAndWaitForDownloadAsync(
            () => page.GetByRole(AriaRole.Link, new() { Name = "CSV" }).ClickAsync());
        Assert.EndsWith(".csv", download.SuggestedFilename, StringComparison.Ordinal);
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task A_capture_that_is_not_there_has_a_page_that_says_so()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        IResponse? answer = await page.GotoAsync($"/devices/{scene.Bridge.DeviceId}/captures/0000002a-9");
        Assert.Equal(404, answer!.Status);
        await Expect(page.Locator("main")).ToContainTextAsync("There is no capture '0000002a-9'.");
    }

    [Fact]
    public async Task An_operator_sets_the_trigger_of_a_bridge()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        await page.GotoAsync($"/devices/{scene.Bridge.DeviceId}/config");
        await page.GetByRole(AriaRole.Group, new() { Name = "Vibration trigger" }).GetByLabel("Values").SelectOptionAsync("true");
        await page.GetByLabel("Axes that must shake at once").SelectOptionAsync("2");
        await page.GetByLabel("On above the ratio").FillAsync("0.5");
        await page.GetByLabel("Long mean, in seconds").FillAsync("20");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and send" }).ClickAsync();
        await Expect(page.GetByText("On above 1 to 1000")).ToBeVisibleAsync();
        await page.GetByLabel("On above the ratio").FillAsync("3,5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and send" }).ClickAsync();
        await Expect(page.GetByText("Saved as version 1.")).ToBeVisibleAsync();
        Assert.True(scene.Bridge.Config.HasTrigger);
        Assert.Equal((3500, 20_000, 2), (
            scene.Bridge.Config.Trigger.OnMilli, scene.Bridge.Config.Trigger.LtaMs, scene.Bridge.Config.Trigger.Needed));
        await Expect(page.GetByText("2 of xyz, on at 3.5, off at 1.5")).ToBeVisibleAsync();
        Assert.Empty(site.Complaints);
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private static IEnumerable<WaveformChunk> Chunks(long startMs)
    {
        for (int axis = 0; axis < 3; axis++)
        {
            int[] samples = [.. Enumerable.Range(0, Samples).Select(
                i => (axis == 2 ? 254_000 : 0) + (int)(10_000 * Math.Sin(2 * Math.PI * i / 25)))];
            for (int index = 0; index < 3; index++)
            {
                WaveformChunk chunk = new()
                {
                    Epoch = 42,
                    Capture = 7,
                    Axis = axis,
                    Index = index,
                    Count = 3,
                    TimeMs = startMs,
                    RateMilliHz = 125_000,
                    Scale = new DecimalValue(38_246, -9),
                    FirstSample = (uint)(index * 625),
                };
                chunk.Encode(samples, index * 625, Math.Min(625, Samples - (index * 625)));
                yield return chunk;
            }
        }
    }
}
