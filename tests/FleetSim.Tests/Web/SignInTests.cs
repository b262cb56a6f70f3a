using EdgeFleet.Service.Features.Access;
using Microsoft.Playwright;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>The first minutes: the one-time password, the own one, and an empty fleet.</summary>
public sealed class SignInTests
{
    [Fact]
    public async Task The_first_start_leads_from_the_one_time_password_to_an_empty_fleet()
    {
        await using Site site = await Site.StartAsync();
        IPage page = await site.NewPageAsync();
        await page.GotoAsync("/audit");
        Assert.Contains("/login?ReturnUrl=", page.Url, StringComparison.OrdinalIgnoreCase);

        await SignInAsync(page, "not the password");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The name or the password is wrong.");
        string oneTime = site.Get<FirstStart>().AdminPassword!;
        await SignInAsync(page, oneTime);
        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Choose a password");

        // Nothing else is open before the password is an own one.
        await page.GotoAsync("/enrolments");
        Assert.EndsWith("/account/password", page.Url);
        await ChooseAsync(page, oneTime, Site.Password, "another one by mistake");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The two new passwords differ.");
        await ChooseAsync(page, oneTime, Site.Password, Site.Password);

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No devices yet" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Create an enrolment" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "New enrolment" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync("**/login");
        await page.GotoAsync("/");
        Assert.Contains("/login", page.Url, StringComparison.Ordinal);
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task A_viewer_sees_the_fleet_and_a_page_that_says_what_is_not_allowed()
    {
        await using Site site = await Site.StartAsync();
        UserWithPassword made = (await site.Get<Users>().CreateAsync(
            "guest", Role.Viewer, EdgeFleet.Service.Features.Audit.Actor.System)).Value!;
        IPage page = await site.NewPageAsync();
        await page.GotoAsync("/login");
        await page.GetByLabel("Name").FillAsync("guest");
        await SignInAsync(page, made.OneTimePassword, null);
        await ChooseAsync(page, made.OneTimePassword, "quiet evening walk", "quiet evening walk");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No devices yet" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Enrolments" })).ToHaveCountAsync(0);
        IResponse? refused = await page.GotoAsync("/enrolments");
        Assert.Equal(403, refused!.Status);
        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Not allowed");
    }

    private static async Task SignInAsync(IPage page, string password, string? name = FirstStart.AdminName)
    {
        if (name != null)
            await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private static async Task ChooseAsync(IPage page, string current, string next, string again)
    {
        await page.GetByLabel("One-time password").FillAsync(current);
        await page.GetByLabel("New password", new() { Exact = true }).FillAsync(next);
        await page.GetByLabel("New password again").FillAsync(again);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save password" }).ClickAsync();
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
