using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using Microsoft.Playwright;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>Every page, narrow and wide, light and dark: nothing sticks out, nothing is refused, all can be read.</summary>
public sealed class PageTests
{
    [Theory]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    public async Task Every_page_fits_its_screen_and_its_readers(int width, ColorScheme scheme)
    {
        await using Site site = await Site.StartAsync();
        await Scene.SetAsync(site);
        IPage page = await site.NewPageAsync(width, 800, scheme);
        await page.GotoAsync("/login");
        await HoldAsync(page, "/login");
        await page.GetByLabel("Name").FillAsync("nobody");
        await page.GetByLabel("Password").FillAsync("nothing");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await HoldAsync(page, "/login, refused");
        page = await site.SignedInAsync(width, 800, scheme);
        foreach ((string name, string path) in Scene.Paths(site))
        {
            await page.GotoAsync(path);
            if (path.Contains("/devices/", StringComparison.Ordinal) && !path.EndsWith("/config", StringComparison.Ordinal))
                await Assertions.Expect(page.Locator(".chart canvas").First).ToBeVisibleAsync();
            await HoldAsync(page, path);
            if (Environment.GetEnvironmentVariable("EDGEFLEET_SHOTS") is { } folder)
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{width}-{scheme}.png"), FullPage = true });
        }
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task Empty_pages_answers_and_errors_fit_a_small_phone()
    {
        await using Site site = await Site.StartAsync();
        IPage page = await site.SignedInAsync(360, 780);
        foreach (string path in new[] { "/", "/enrolments", "/claims", "/claims?state=refused", "/account", "/account/password" })
        {
            await page.GotoAsync(path);
            await HoldAsync(page, path + ", empty");
        }
        await page.GotoAsync("/enrolments");
        await page.GetByLabel("Site").FillAsync(new string('W', 40));
        await page.GetByRole(AriaRole.Button, new() { Name = "Create enrolment" }).ClickAsync();
        await Assertions.Expect(page.Locator("#made-secret")).ToBeVisibleAsync();
        await HoldAsync(page, "/enrolments, made");
        Scene scene = await Scene.SetAsync(site);
        string config = $"/devices/{scene.AirBox.DeviceId}/config";
        await page.GotoAsync(config);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a rule" }).ClickAsync();
        await page.GetByLabel("Level").FillAsync("high");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and send" }).ClickAsync();
        await Assertions.Expect(page.Locator("#rule-0-level-problem")).ToBeVisibleAsync();
        await HoldAsync(page, config + ", refused");
        await page.GotoAsync("/?q=nothing+like+that");
        await HoldAsync(page, "/, nothing found");
        Assert.Empty(site.Complaints);
        await page.GotoAsync("/devices/" + new string('x', 200));
        await HoldAsync(page, "an error");
    }

    [Fact]
    public async Task Names_are_text_whatever_somebody_puts_into_them()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        const string Wicked = "<img src=x onerror=alert(1)>";
        await site.Get<DeviceDirectory>().UpdateAsync(
            scene.Bridge.DeviceId, new DevicePatch(Wicked, "\"><script>alert(2)</script>"), Actor.System);
        IPage page = await site.SignedInAsync();
        page.Dialog += (_, dialog) => Assert.Fail("A script ran: " + dialog.Message);
        foreach (string path in new[] { "/", "/devices/" + scene.Bridge.DeviceId, "/audit" })
        {
            IResponse? response = await page.GotoAsync(path);
            string policy = response!.Headers["content-security-policy"];
            Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        }
        await page.GotoAsync("/");
        await Assertions.Expect(page.GetByText(Wicked)).ToBeVisibleAsync();
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task The_fleet_is_searched_sorted_and_walked_with_the_keyboard()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        ILocator rows = page.Locator("#fleet tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(3);

        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("elementary");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex(@"/\?q=elementary"));
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Searchbox).FillAsync("nothing like that");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No device fits" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Show all devices" }).ClickAsync();

        await page.GetByLabel("Status").SelectOptionAsync("Offline");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Link, new() { Name = "3 devices" }).ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        await page.GetByLabel("Kind").SelectOptionAsync("Bridge");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToContainTextAsync("Guandu Bridge");
        await page.GetByLabel("Kind").SelectOptionAsync("");
        await page.GetByLabel("Site").SelectOptionAsync("Renai Road");
        await Assertions.Expect(rows).ToHaveCountAsync(2);
        await page.GetByLabel("Alarms").SelectOptionAsync("true");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToContainTextAsync("1 critical");
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex(@"/\?site=Renai%20Road&alarms=true"));
        await page.ReloadAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Link, new() { Name = "3 devices" }).ClickAsync();
        await page.Locator("#sort-Name").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("th[aria-sort=ascending]")).ToHaveTextAsync("Device");
        await Assertions.Expect(page.Locator("#sort-Name")).ToBeFocusedAsync();
        await page.Locator($"#row-{scene.AirBox.DeviceId}").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Renai elementary school");
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task A_gap_is_shaded_and_named_and_an_alarm_stands_above_all()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        await page.GotoAsync($"/devices/{scene.AirBox.DeviceId}?range=1h");
        await Assertions.Expect(page.Locator("#alarms")).ToContainTextAsync("PM2.5 41.2 µg/m³, level 35.0 µg/m³");
        await Assertions.Expect(page.Locator("#gaps tbody tr")).ToContainTextAsync("not measured");
        await Assertions.Expect(page.Locator("[data-channel=pm25] .summary")).ToContainTextAsync("µg/m³");
        IDownload download = await page.RunAndWaitForDownloadAsync(
            () => page.GetByRole(AriaRole.Link, new() { Name = "Download CSV" }).ClickAsync());
        string csv = await File.ReadAllTextAsync(await download.PathAsync());
        // 45 minutes of six channels each, and a heading.
        Assert.True(csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length > 45, csv[..200]);
    }

    [Fact]
    public async Task What_is_not_there_is_a_page_for_people_and_a_problem_for_programs()
    {
        await using Site site = await Site.StartAsync();
        IPage page = await site.SignedInAsync();
        IResponse? missing = await page.GotoAsync("/devices/airbox-nobody");
        Assert.Equal(404, missing!.Status);
        await Assertions.Expect(page.GetByText("There is no device 'airbox-nobody'.")).ToBeVisibleAsync();
        IAPIResponse problem = await page.APIRequest.GetAsync("/api/v1/devices/airbox-nobody");
        Assert.StartsWith("application/problem+json", problem.Headers["content-type"], StringComparison.Ordinal);
        IAPIResponse forged = await page.APIRequest.PostAsync(
            "/enrolments", new() { Headers = new Dictionary<string, string> { ["Accept"] = "text/html" } });
        Assert.Equal(400, forged.Status);
    }

    private static async Task HoldAsync(IPage page, string path)
    {
        int excess = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(excess <= 0, $"{path} is {excess} px too wide.");
        AxeResult result = await page.RunAxe();
        Assert.True(result.Violations.Length == 0, path + "\n" + string.Join("\n", result.Violations.Select(
            v => $"{v.Id}: {v.Help}\n  " + string.Join("\n  ", v.Nodes.Select(n => n.Html)))));
    }
}
