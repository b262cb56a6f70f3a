using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Telemetry;
using Microsoft.Playwright;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>An operator's work on many devices, in a browser: find, tag, group, configure, command.</summary>
public sealed class OperatorTests
{
    [Fact]
    public async Task Devices_are_found_tagged_grouped_configured_and_told_what_to_do()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        DeviceDirectory directory = site.Get<DeviceDirectory>();

        // A search that is none is said at its column; one that is finds.
        await page.GotoAsync("/?q=" + Uri.EscapeDataString("colour:red"));
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("column 1");
        await page.GotoAsync("/?q=" + Uri.EscapeDataString("kind:bridge site:\"Guandu Bridge\""));
        await Expect(page.Locator("table.fleet tbody tr")).ToHaveCountAsync(1);

        await page.GetByRole(AriaRole.Link, new() { Name = "Change these" }).ClickAsync();
        await page.GetByLabel("Tags that they get").FillAsync("canary");
        await page.GetByRole(AriaRole.Button, new() { Name = "Count the devices" }).ClickAsync();
        await Expect(page.Locator("#preview")).ToContainTextAsync("1 of 1 devices");
        Assert.Empty(directory.Find(scene.Bridge.DeviceId)!.Tags);
        await page.GetByRole(AriaRole.Button, new() { Name = "Change 1 device" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("1 devices changed");
        Assert.Equal(["canary"], directory.Find(scene.Bridge.DeviceId)!.Tags);

        await page.GotoAsync("/groups?filter=" + Uri.EscapeDataString("tag:canary"));
        await page.Locator("#group-name").FillAsync("canaries");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create group" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "canaries" })).ToBeVisibleAsync();

        await page.GotoAsync("/config?level=group:canaries");
        await page.GetByLabel("As JSON").FillAsync("{\"windowMs\":30}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what changes" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("windowMs");
        await page.GetByLabel("As JSON").FillAsync("{\"windowMs\":30000}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what changes" }).ClickAsync();
        await Expect(page.Locator("#difference")).ToContainTextAsync("30000");
        Assert.Equal(0u, directory.ConfigOf(scene.Bridge.DeviceId)!.Version);
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("1 devices changed");
        Assert.Equal(30_000, directory.ConfigOf(scene.Bridge.DeviceId)!.Config.WindowMs);
        await page.GotoAsync($"/devices/{scene.Bridge.DeviceId}/config");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "group canaries" })).ToBeVisibleAsync();
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task A_command_is_ordered_once_its_devices_are_counted_and_its_answer_appears_by_itself()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        await page.GotoAsync("/devices/" + scene.Bridge.DeviceId);
        await page.Locator("#device-commands").GetByRole(AriaRole.Button, new() { Name = "Self-test" }).ClickAsync();
        await Expect(page.Locator("#device-commands tbody tr")).ToHaveCountAsync(1);
        CommandCenter center = site.Get<CommandCenter>();
        DeviceCommand command = (await center.DevicesAsync(null, scene.Bridge.DeviceId, null, 0, 10)).Items.Single();
        await center.TakeAsync([new DeviceReply(scene.Bridge.DeviceId, (uint)command.Id, ReplyStatus.Done, "all axes moved",
            [], DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())], default);
        await Expect(page.Locator("#device-commands")).ToContainTextAsync("all axes moved");

        await page.GotoAsync("/commands?filter=" + Uri.EscapeDataString("kind:airbox"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Count the devices" }).ClickAsync();
        await Expect(page.Locator("#preview")).ToContainTextAsync("2 active devices");
        await page.GetByRole(AriaRole.Button, new() { Name = "Tell 2 devices" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Reboot" }).Or(
            page.GetByRole(AriaRole.Heading, new() { Name = "Identify" }))).ToBeVisibleAsync();
        Assert.Equal(2, (await center.ListAsync(0, 10)).Items[0].Devices);
        Assert.NotEqual(Actor.System.Name, (await center.ListAsync(0, 10)).Items[0].CreatedBy);
        Assert.Empty(site.Complaints);
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
