using System.Text.RegularExpressions;
using EdgeFleet.Contracts;
using EdgeFleet.Service;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Provisioning;
using Microsoft.Playwright;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>What the pages do not let happen: foreign scripts, forged forms, secrets in addresses, roles overstepped.</summary>
public sealed class GuardTests
{
    private const string Token = "__RequestVerificationToken";

    [Fact]
    public async Task No_page_has_a_script_in_it_a_form_without_a_token_or_a_secret_in_an_address()
    {
        await using Site site = await Site.StartAsync();
        await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        HashSet<string> actions = [];
        foreach ((_, string path) in Scene.Paths(site).Append(("password", "/account/password")))
        {
            IResponse response = (await page.GotoAsync(path))!;
            string policy = response.Headers["content-security-policy"];
            Assert.Contains("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            string html = await response.TextAsync();
            Assert.DoesNotMatch(new Regex(@"<script(?![^>]*\ssrc=)", RegexOptions.IgnoreCase), html);
            Assert.DoesNotMatch(new Regex(@"<[^>]+\son[a-z]+=|<style|\sstyle=|javascript:", RegexOptions.IgnoreCase), html);
            foreach (string address in await page.EvaluateAsync<string[]>(
                "() => [...document.querySelectorAll('[href],[src],[action],[hx-get]')].map(e => (e.getAttribute('href') ?? '') + ' ' + (e.getAttribute('action') ?? '') + ' ' + (e.getAttribute('hx-get') ?? ''))"))
                Assert.DoesNotMatch(new Regex("secret|password=|token=|key=", RegexOptions.IgnoreCase), address);
            foreach (string[] form in await page.EvaluateAsync<string[][]>(
                "() => [...document.forms].map(f => [f.method, f.action, f.elements['" + Token + "']?.value ?? '', f.querySelector('[type=password]') ? 'p' : ''])"))
            {
                Assert.True(form[0] == "post" || form[3].Length == 0, "A password would stand in the address: " + form[1]);
                if (form[0] != "post")
                    continue;
                Assert.True(form[2].Length > 20, $"{path}: the form to {form[1]} has no token.");
                actions.Add(form[1]);
            }
        }
        // The pages above offer at least: sign out, unit, configuration, details, life, key, enrolment, its end, decisions,
        // token, user, role, password.
        Assert.True(actions.Count >= 12, string.Join("\n", actions));
        foreach (string action in actions)
        {
            IAPIResponse forged = await page.APIRequest.PostAsync(action, new() { MaxRedirects = 0 });
            Assert.True(forged.Status == 400, $"{action} took a form without a token: {forged.Status}.");
        }
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task Whoever_guesses_passwords_has_to_wait_even_with_the_right_one()
    {
        await using Site site = await Site.StartAsync();
        string right = site.Get<FirstStart>().AdminPassword!;
        IPage page = await site.NewPageAsync();
        await page.GotoAsync("/login");
        IResponse wrong = await page.RunAndWaitForResponseAsync(
            () => SignInAsync(page, FirstStart.AdminName, "wrong one"), "**/login**");
        Assert.Equal(200, wrong.Status);
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The name or the password is wrong.");
        // The first waits are shorter than a busy machine may take to type again; after so many they are minutes.
        for (int i = 1; i < ServiceLimits.FreeAttempts + 12; i++)
            site.Get<Throttle>().Failed(FirstStart.AdminName, "127.0.0.1");
        IResponse refused = await page.RunAndWaitForResponseAsync(
            () => SignInAsync(page, FirstStart.AdminName, right), "**/login**");
        Assert.Equal(429, refused.Status);
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Too many wrong passwords. Try again in ");
        Assert.DoesNotContain("wrong", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_finds_no_button_to_change_anything_and_the_server_refuses_all_the_same()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await SignedInAsync(site, "guest", Role.Viewer);
        await page.GotoAsync("/devices/" + scene.Bridge.DeviceId);
        await Expect(page.Locator("[data-channel=az] canvas").First).ToBeVisibleAsync();
        await page.GotoAsync($"/devices/{scene.Bridge.DeviceId}/config");
        await Expect(page.GetByText("Changing the configuration needs the role operator.")).ToBeVisibleAsync();
        foreach (string name in new[] { "Save", "Add a rule", "Quarantine", "Decommission", "Release", "Make a new key" })
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = name })).ToHaveCountAsync(0);
        foreach (string path in new[] { "/enrolments", "/claims", "/audit", "/users" })
        {
            await Expect(page.Locator($".nav a[href='{path}']")).ToHaveCountAsync(0);
            Assert.Equal(403, (await page.APIRequest.GetAsync(path)).Status);
        }
        string device = "/devices/" + scene.Bridge.DeviceId + "/config";
        await RefusedAsync(page, device, ("Form.StateInterval", "60"));
        await RefusedAsync(page, device + "?handler=Details", ("name", "Mine"), ("site", ""));
        await RefusedAsync(page, device + "?handler=Life", ("step", "decommission"));
        await RefusedAsync(page, device + "?handler=Life", ("step", "release"));
        await RefusedAsync(page, device + "?handler=Key", ("atOnce", "true"));
        await RefusedAsync(page, "/claims?handler=Approve&id=1");
        await RefusedAsync(page, "/enrolments", ("Form.Site", "Here"), ("Form.Count", "1"), ("Form.Days", "1"));
        await RefusedAsync(page, "/users", ("name", "friend"), ("role", "Admin"));
        await RefusedAsync(page, "/account", ("name", "mine"), ("role", "Admin"), ("days", "7"));
        Assert.Single(await ClaimsAsync(site, ClaimState.Pending));
        Assert.Equal(2, site.Get<Users>().All().Count);
    }

    [Fact]
    public async Task A_technician_enrols_but_leaves_decisions_to_operators()
    {
        await using Site site = await Site.StartAsync();
        await Scene.SetAsync(site);
        IPage page = await SignedInAsync(site, "bench", Role.Technician);
        await page.GotoAsync("/claims");
        await Expect(page.Locator("#claims")).ToContainTextAsync("a0b1c2d3e403");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Approve" })).ToHaveCountAsync(0);
        long waiting = Assert.Single(await ClaimsAsync(site, ClaimState.Pending)).Id;
        await RefusedAsync(page, $"/claims?handler=Approve&id={waiting}");
        await RefusedAsync(page, $"/claims?handler=Reject&id={waiting}");

        await page.GotoAsync("/enrolments");
        await Expect(page.GetByLabel("Grant claims at once")).ToHaveCountAsync(0);
        await page.GetByLabel("Site").FillAsync("Bench");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create enrolment" }).ClickAsync();
        await Expect(page.Locator("#made-secret")).ToBeVisibleAsync();
        Assert.Single(await ClaimsAsync(site, ClaimState.Pending));
    }

    [Fact]
    public async Task Secrets_are_shown_once_and_leave_no_trace()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        List<string> secrets = [];

        await page.GotoAsync("/enrolments");
        await page.GetByLabel("Site").FillAsync("Renai Road");
        secrets.Add(await MadeAsync(page, "Create enrolment", "#made-secret"));
        await page.GotoAsync("/account");
        await page.GetByLabel("Name").FillAsync("nightly export");
        secrets.Add(await MadeAsync(page, "Create token", "#secret"));
        await page.GotoAsync("/users");
        await page.GetByLabel("Name").FillAsync("wei-ting");
        secrets.Add(await MadeAsync(page, "Create user", "#secret"));
        await page.GotoAsync($"/devices/{scene.Bridge.DeviceId}/config");
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        secrets.Add(await MadeAsync(page, "Make a new key", "#key"));

        foreach ((_, string path) in Scene.Paths(site))
        {
            string html = await (await page.GotoAsync(path))!.TextAsync();
            foreach (string secret in secrets)
                Assert.DoesNotContain(secret, html, StringComparison.Ordinal);
        }
        IAPIResponse asProgram = await page.APIRequest.GetAsync(
            "/api/v1/devices", new() { Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer " + secrets[1] } });
        Assert.Equal(200, asProgram.Status);
        Assert.Empty(site.Complaints);
    }

    private static async Task<string> MadeAsync(IPage page, string button, string where)
    {
        IResponse response = await page.RunAndWaitForResponseAsync(
            () => page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync(), answer => answer.Request.Method == "POST");
        Assert.Contains("no-store", response.Headers["cache-control"], StringComparison.Ordinal);
        string secret = (await page.Locator(where).InnerTextAsync()).Trim();
        Assert.True(secret.Length >= 16, $"'{button}' showed '{secret}'.");
        Assert.DoesNotContain(secret, page.Url, StringComparison.Ordinal);
        return secret;
    }

    /// <summary>Posts with the session and the token of the page's person, as a script of that person could.</summary>
    private static async Task RefusedAsync(IPage page, string address, params (string Name, string Value)[] fields)
    {
        IFormData form = page.APIRequest.CreateFormData();
        form.Set(Token, await page.Locator($"form[action='/logout'] input[name={Token}]").InputValueAsync());
        foreach ((string name, string value) in fields)
            form.Set(name, value);
        IAPIResponse answer = await page.APIRequest.PostAsync(address, new() { Form = form, MaxRedirects = 0 });
        Assert.True(answer.Status == 403, $"{address} answered {answer.Status}.");
    }

    private static async Task<IPage> SignedInAsync(Site site, string name, Role role)
    {
        const string Own = "quiet evening walk";
        UserWithPassword made = (await site.Get<Users>().CreateAsync(name, role, Actor.System)).Value!;
        IPage page = await site.NewPageAsync();
        await page.GotoAsync("/login");
        await SignInAsync(page, name, made.OneTimePassword);
        await page.GetByLabel("One-time password").FillAsync(made.OneTimePassword);
        await page.GetByLabel("New password", new() { Exact = true }).FillAsync(Own);
        await page.GetByLabel("New password again").FillAsync(Own);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save password" }).ClickAsync();
        await page.WaitForURLAsync(site.Url + "/");
        return page;
    }

    private static async Task SignInAsync(IPage page, string name, string password)
    {
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private static async Task<IReadOnlyList<BoardClaim>> ClaimsAsync(Site site, ClaimState state) =>
        (await site.Get<Claims>().SearchAsync(state, null, 0, 10)).Items;

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
