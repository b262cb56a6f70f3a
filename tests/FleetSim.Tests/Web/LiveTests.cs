using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Gateway;
using Microsoft.Playwright;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>What a page shows while things happen, without anyone reloading it.</summary>
public sealed class LiveTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_board_with_the_secret_that_the_page_showed_appears_in_the_fleet()
    {
        await using Site site = await Site.StartAsync();
        IPage page = await site.SignedInAsync();
        await page.GotoAsync("/enrolments");
        await page.GetByLabel("Site").FillAsync("Guandu Bridge");
        await page.GetByLabel("Kind").SelectOptionAsync("Bridge");
        await page.GetByLabel("Boards", new() { Exact = true }).FillAsync("none");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create enrolment" }).ClickAsync();
        await Expect(page.Locator("#count-problem")).ToHaveTextAsync("1 to 10000.");
        await page.GetByLabel("Boards", new() { Exact = true }).FillAsync("4");
        await page.GetByLabel("Grant claims at once").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create enrolment" }).ClickAsync();
        string id = await page.Locator("#made-id").InnerTextAsync();
        string secret = await page.Locator("#made-secret").InnerTextAsync();

        await page.GotoAsync("/");
        await Expect(page.Locator("#live")).ToHaveTextAsync("Live");
        HubNode node = site.NewNode("a0b1c2d3e4aa", NodeKind.Bridge);
        await node.ClaimAsync(id, System.Buffers.Text.Base64Url.DecodeFromChars(secret));
        await node.ConnectAsync();

        ILocator row = page.Locator($"tr[data-device={node.DeviceId}]");
        await Expect(row).ToContainTextAsync("Online");
        await Expect(row).ToContainTextAsync("Guandu Bridge");
        node.Disconnect();
        await Expect(row).ToContainTextAsync("Offline");
        await page.GotoAsync("/enrolments");
        await Expect(page.Locator("#list")).ToContainTextAsync("1 of 4");
        await Expect(page.GetByText(secret)).ToHaveCountAsync(0);
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task A_chart_takes_the_next_window_by_itself()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        await page.GotoAsync("/devices/" + scene.Bridge.DeviceId);
        ILocator chart = page.Locator("[data-channel=az] .chart");
        await Expect(chart.Locator("canvas")).ToBeVisibleAsync();
        await Expect(page.Locator("#live")).ToHaveTextAsync("Live");
        double before = await NewestAsync(chart);

        await scene.ReportSwingAsync(DateTimeOffset.UtcNow - Minute, 3);
        await page.WaitForFunctionAsync(
            "before => Number(document.querySelector('[data-channel=az] .chart').dataset.newest) > before", before);
        // 42,000 micrometres a second squared are 4.28 thousandths of the acceleration of free fall, and 11.7 times 3,580.
        await Expect(page.Locator("[data-channel=az] .second")).ToHaveTextAsync("peak 4.28 mg, crest 11.7");

        await page.GetByRole(AriaRole.Button, new() { Name = "mm/s²" }).ClickAsync();
        await Expect(page.Locator("[data-channel=az] .second")).ToHaveTextAsync("peak 42.0 mm/s², crest 11.7");
        await page.GetByRole(AriaRole.Button, new() { Name = "24 h" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("range=24h"));
        await Expect(chart.Locator("canvas")).ToBeVisibleAsync();
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task A_claim_that_waits_appears_and_is_approved()
    {
        await using Site site = await Site.StartAsync();
        IPage page = await site.SignedInAsync();
        await page.GotoAsync("/claims");
        await Expect(page.GetByText("Nothing waits")).ToBeVisibleAsync();
        await Expect(page.Locator("#live")).ToHaveTextAsync("Live");
        EnrolmentWithSecret guarded = await Scene.EnrolAsync(site, NodeKind.AirBox, "Old Town", autoAccept: false);
        HubNode node = site.NewNode("a0b1c2d3e4bb", NodeKind.AirBox);
        await node.ClaimAsync(guarded.Enrolment.Id, guarded.SecretBytes());
        Assert.Equal(ClaimStatus.Pending, node.Answer.Status);

        await page.GetByRole(AriaRole.Button, new() { Name = "Approve a0b1c2d3e4bb" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "a0b1c2d3e4bb is" })).ToBeVisibleAsync();
        Assert.Equal(ClaimStatus.Granted, node.Answer.Status);

        HubNode other = site.NewNode("a0b1c2d3e4cc", NodeKind.Bridge);
        await other.ClaimAsync(guarded.Enrolment.Id, guarded.SecretBytes());
        await page.GetByRole(AriaRole.Link, new() { Name = "Refused" }).ClickAsync();
        await Expect(page.Locator("#claims")).ToContainTextAsync("WrongKind");
        await Expect(page.Locator("#claims")).ToContainTextAsync("The enrolment is for the other kind of node.");

        await site.Get<IDeviceHub>().AdmitAsync(
            new Credentials("a0b1c2d3e4cc", "airbox-nobody", "0.AAAA", null, "192.0.2.77", true), default);
        await page.ReloadAsync();
        await Expect(page.Locator("#refused tbody tr").First).ToContainTextAsync("192.0.2.77");
        await Expect(page.Locator("#refused tbody tr").First).ToContainTextAsync("UnknownUser");
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task A_configuration_is_refused_by_field_then_waits_then_is_in_force()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        await page.GotoAsync($"/devices/{scene.AirBox.DeviceId}/config");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a rule" }).ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).First.FillAsync("pm25-high");
        await page.GetByLabel("Channel").SelectOptionAsync(Channels.Pm25);
        await page.GetByLabel("Level").FillAsync("35,5");
        await page.GetByLabel("Window, in seconds").FillAsync("4000");
        await page.GetByLabel("Hold, in seconds").FillAsync("9,9999");
        await page.GetByLabel("Hysteresis").FillAsync("-1");
        await page.GetByLabel("Name", new() { Exact = true }).First.FillAsync("PM 2.5!");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and send" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Not saved: 4 values are refused; the reasons stand below them.");
        await Expect(page.Locator("#window-problem")).ToHaveTextAsync("1 to 3600 seconds.");
        await Expect(page.Locator("#rule-0-id-problem")).ToHaveTextAsync("1 to 32 lower-case letters, digits and hyphens.");
        await Expect(page.Locator("#rule-0-hysteresis-problem")).ToHaveTextAsync("0 or more.");
        await Expect(page.Locator("#rule-0-hold-problem")).ToHaveTextAsync("At most three digits after the point.");
        await Expect(page.Locator("[aria-invalid=true]")).ToHaveCountAsync(4);
        await Expect(page.GetByLabel("Level")).ToHaveValueAsync("35,5");
        Assert.Equal(0, scene.AirBox.Config.WindowMs);

        await page.GetByLabel("Name", new() { Exact = true }).First.FillAsync("pm25-high");
        await page.GetByLabel("Hysteresis").FillAsync("");
        await page.GetByLabel("Hold, in seconds").FillAsync("");
        await page.GetByLabel("Window, in seconds").FillAsync("30");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and send" }).ClickAsync();
        await Expect(page.Locator("#compare")).ToContainTextAsync("waiting for the node");
        Assert.Equal(30_000, scene.AirBox.Config.WindowMs);
        Assert.Equal(35.5, scene.AirBox.Config.Thresholds[0].Level.Mantissa
            * Math.Pow(10, scene.AirBox.Config.Thresholds[0].Level.Exponent), 9);

        await Expect(page.Locator("#live")).ToHaveTextAsync("Live");
        await scene.AirBox.ReportStateAsync();
        await Expect(page.Locator("#compare")).ToContainTextAsync("in force");

        uint version = scene.AirBox.Config.Version;
        await page.GetByLabel("Window, in seconds").FillAsync("20");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and send" }).ClickAsync();
        await Expect(page.Locator("#live")).ToHaveTextAsync("Live");
        scene.AirBox.Config.Version = version;
        await scene.AirBox.ReportStateAsync(version + 1, ConfigFault.ThresholdChannel);
        await Expect(page.Locator("#compare")).ToContainTextAsync("A rule names a channel that this node does not have.");
        Assert.Empty(site.Complaints);
    }

    private static async Task<double> NewestAsync(ILocator chart) =>
        double.Parse((await chart.GetAttributeAsync("data-newest"))!, CultureInfo.InvariantCulture);

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private static IPageAssertions Expect(IPage page) => Assertions.Expect(page);
}
