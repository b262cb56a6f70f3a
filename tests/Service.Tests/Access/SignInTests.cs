using System.Net;
using System.Net.Http.Headers;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Access;

/// <summary>The first start, passwords, cookies and tokens.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private const string Chosen = "a long enough one";

    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task The_first_start_makes_an_admin_whose_one_time_password_is_printed_and_not_logged()
    {
        FirstStart first = _service.Get<FirstStart>();
        StringWriter console = new();
        first.Announce(console);
        Assert.Contains($"one-time password {first.AdminPassword}", console.ToString());
        Assert.Matches("^([2-9a-kmnp-z]{5}-){3}[2-9a-kmnp-z]{5}$", first.AdminPassword);
        User admin = Assert.Single(_service.Get<Users>().All());
        Assert.Equal(("admin", Role.Admin, true), (admin.Name, admin.Role, admin.MustChangePassword));
        await SignInAsync(_service.Browser(), "admin", first.AdminPassword!);
        Assert.DoesNotContain(_service.Logs.Lines, l => l.Contains(first.AdminPassword!));
    }

    [Fact]
    public async Task A_one_time_password_opens_nothing_but_its_own_replacement()
    {
        using HttpClient browser = _service.Browser();
        string oneTime = _service.Get<FirstStart>().AdminPassword!;
        Me me = await SignInAsync(browser, "admin", oneTime);
        Assert.True(me.MustChangePassword);
        Assert.Equal("password-change-required",
            await (await browser.GetAsync("/api/v1/devices")).ProblemAsync(HttpStatusCode.Forbidden));
        using HttpRequestMessage page = new(HttpMethod.Get, "/some/page");
        page.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using HttpResponseMessage moved = await browser.SendAsync(page);
        Assert.Equal((HttpStatusCode.Redirect, "/account/password"),
            (moved.StatusCode, moved.Headers.Location?.ToString()));

        Assert.Equal("invalid", await (await ChangeAsync(browser, oneTime, "short")).ProblemAsync(
            HttpStatusCode.BadRequest));
        Assert.Equal("invalid", await (await ChangeAsync(browser, oneTime, "the admin's own one")).ProblemAsync(
            HttpStatusCode.BadRequest));
        Assert.Equal("wrong-password", await (await ChangeAsync(browser, "nonsense", Chosen)).ProblemAsync(
            HttpStatusCode.Forbidden));
        Assert.Equal(HttpStatusCode.OK, (await ChangeAsync(browser, oneTime, Chosen)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/v1/devices")).StatusCode);
        Assert.Equal("wrong-name-or-password", await (await TryAsync(_service.Browser(), "admin", oneTime))
            .ProblemAsync(HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task Until_it_is_replaced_every_start_prints_a_new_one_and_then_none()
    {
        string folder = Directory.CreateTempSubdirectory("edgefleet-test-").FullName;
        try
        {
            string first, second;
            await using (TestService one = await TestService.StartAsync(folder))
                first = one.Get<FirstStart>().AdminPassword!;
            await using (TestService two = await TestService.StartAsync(folder))
            {
                second = two.Get<FirstStart>().AdminPassword!;
                Assert.NotEqual(first, second);
                Assert.True((await two.Get<Users>().ChangePasswordAsync("admin", second, Chosen)).Ok);
            }
            await using (TestService three = await TestService.StartAsync(folder))
            {
                Assert.Null(three.Get<FirstStart>().AdminPassword);
                StringWriter console = new();
                three.Get<FirstStart>().Announce(console);
                Assert.Equal("", console.ToString());
                Assert.False((await SignInAsync(three.Browser(), "admin", Chosen)).MustChangePassword);
            }
            await using TestService four = await TestService.StartAsync(folder, settings: ["--Access:ResetAdmin=true"]);
            Assert.True((await SignInAsync(four.Browser(), "admin", four.Get<FirstStart>().AdminPassword!))
                .MustChangePassword);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Wrong_passwords_make_the_guesser_wait_and_nobody_else()
    {
        await UserAsync("anna", Role.Viewer);
        await UserAsync("bert", Role.Viewer);
        for (int i = 0; i < ServiceLimits.FreeAttempts; i++)
        {
            Assert.Equal("wrong-name-or-password", await (await TryAsync(_service.Browser(), "anna", "wrong"))
                .ProblemAsync(HttpStatusCode.Unauthorized));
        }
        using HttpResponseMessage wait = await TryAsync(_service.Browser(), "anna", Chosen);
        Assert.Equal("too-many-attempts", await wait.ProblemAsync(HttpStatusCode.TooManyRequests));
        Assert.Equal(TimeSpan.FromSeconds(2), wait.Headers.RetryAfter?.Delta);
        await SignInAsync(_service.Browser(), "bert", Chosen);
        _service.Clock.Advance(TimeSpan.FromSeconds(2));
        await SignInAsync(_service.Browser(), "anna", Chosen);
    }

    [Fact]
    public void Waits_double_up_to_their_bound_and_an_address_has_its_own_count()
    {
        ManualTimeProvider clock = new();
        Throttle throttle = new(clock);
        List<double> waits = [];
        for (int i = 0; i < 18; i++)
        {
            throttle.Failed("anna", "192.0.2.1");
            waits.Add(throttle.Wait("anna", "192.0.2.1").TotalSeconds);
        }
        Assert.Equal([0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900], waits);
        Assert.Equal(TimeSpan.Zero, throttle.Wait("anna", "192.0.2.2"));
        Assert.Equal(TimeSpan.Zero, throttle.Wait("bert", "192.0.2.1"));
        throttle.Failed("x", "192.0.2.1");
        throttle.Failed("y", "192.0.2.1");
        Assert.Equal(TimeSpan.FromSeconds(2), throttle.Wait("bert", "192.0.2.1"));
        clock.Advance(TimeSpan.FromHours(1));
        throttle.Failed("anna", "192.0.2.1");
        Assert.Equal(TimeSpan.Zero, throttle.Wait("anna", "192.0.2.1"));
    }

    [Fact]
    public async Task A_cookie_alone_changes_nothing()
    {
        using HttpClient browser = _service.Browser();
        await UserAsync("anna", Role.Operator);
        await SignInAsync(browser, "anna", Chosen);
        ApiTokenRequest body = new("x");
        Assert.Equal("antiforgery",
            await (await browser.PostAsync("/api/v1/tokens", body)).ProblemAsync(HttpStatusCode.BadRequest));
        await ArmAsync(browser);
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync("/api/v1/tokens", body)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await browser.DeleteAsync("/api/v1/session")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/v1/me")).StatusCode);
    }

    [Fact]
    public async Task Another_site_cannot_sign_a_browser_in()
    {
        using HttpClient browser = _service.Browser();
        await UserAsync("anna", Role.Viewer);
        browser.DefaultRequestHeaders.Add("Origin", "http://evil.example");
        Assert.Equal("foreign-origin",
            await (await TryAsync(browser, "anna", Chosen)).ProblemAsync(HttpStatusCode.Forbidden));
    }

    [Theory]
    [InlineData("role")]
    [InlineData("reset")]
    [InlineData("remove")]
    [InlineData("expire")]
    public async Task Sessions_end_with_what_they_were_given_for(string how)
    {
        using HttpClient browser = _service.Browser();
        Users users = _service.Get<Users>();
        await UserAsync("anna", Role.Operator);
        await SignInAsync(browser, "anna", Chosen);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/v1/devices")).StatusCode);
        switch (how)
        {
            case "role":
                Assert.True((await users.ChangeAsync("anna", Role.Viewer, false, Actor.System)).Ok);
                break;
            case "reset":
                Assert.True((await users.ChangeAsync("anna", null, true, Actor.System)).Ok);
                break;
            case "remove":
                Assert.True((await users.RemoveAsync("anna", Actor.System)).Ok);
                break;
            default:
                _service.Clock.Advance(TimeSpan.FromHours(13));
                break;
        }
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/v1/devices")).StatusCode);
    }

    [Fact]
    public async Task Tokens_end_by_expiry_and_revocation_and_are_worth_no_more_than_their_owner()
    {
        ApiTokens tokens = _service.Get<ApiTokens>();
        await UserAsync("anna", Role.Operator);
        DateTimeOffset soon = _service.Clock.GetUtcNow().AddMinutes(5);
        ApiTokenWithSecret made = (await tokens.CreateAsync("t", Role.Operator, "anna", soon, Actor.System)).Value!;
        Assert.StartsWith("ef_", made.Secret);
        using HttpClient client = WithToken(made.Secret);
        Assert.Equal(Role.Operator, (await (await client.GetAsync("/api/v1/me")).ValueAsync<Me>()).Role);

        await _service.Get<Users>().ChangeAsync("anna", Role.Viewer, false, Actor.System);
        Assert.Equal(Role.Viewer, (await (await client.GetAsync("/api/v1/me")).ValueAsync<Me>()).Role);
        _service.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("not-signed-in",
            await (await client.GetAsync("/api/v1/me")).ProblemAsync(HttpStatusCode.Unauthorized));

        ApiTokenWithSecret second = (await tokens.CreateAsync("t", Role.Viewer, "anna", null, Actor.System)).Value!;
        using HttpClient other = WithToken(second.Secret);
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/api/v1/me")).StatusCode);
        Assert.Equal(HttpStatusCode.OK,
            (await other.DeleteAsync("/api/v1/tokens/" + second.Token.Id)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/api/v1/me")).StatusCode);
        Assert.Equal("invalid", (await tokens.CreateAsync("t", Role.Viewer, null,
            _service.Clock.GetUtcNow().AddDays(ServiceLimits.MaxApiTokenDays + 1), Actor.System)).Fault!.Name);
    }

    [Fact]
    public async Task Nobody_makes_a_token_above_the_own_role_or_ends_anothers()
    {
        await UserAsync("anna", Role.Technician);
        ApiTokens tokens = _service.Get<ApiTokens>();
        string anna = (await tokens.CreateAsync("a", Role.Technician, "anna", null, Actor.System)).Value!.Secret;
        ApiToken foreign = (await tokens.CreateAsync("b", Role.Viewer, "admin", null, Actor.System)).Value!.Token;
        using HttpClient client = WithToken(anna);
        Assert.Equal("role-too-high", await (await client.PostAsync("/api/v1/tokens",
            new ApiTokenRequest("x", Role.Operator))).ProblemAsync(HttpStatusCode.Forbidden));
        Assert.Equal("token-not-found", await (await client.DeleteAsync("/api/v1/tokens/" + foreign.Id))
            .ProblemAsync(HttpStatusCode.NotFound));
        Assert.Single(await (await client.GetAsync("/api/v1/tokens")).ValueAsync<ApiToken[]>());
        Assert.Equal("operator-needed", await (await client.PostAsync("/api/v1/enrolments",
            new Features.Provisioning.EnrolmentRequest(Contracts.NodeKind.AirBox, "s", 1,
                _service.Clock.GetUtcNow().AddDays(1), AutoAccept: true))).ProblemAsync(HttpStatusCode.Forbidden));
    }

    [Theory]
    [InlineData("Bearer ef_nonsense")]
    [InlineData("Bearer ")]
    [InlineData("Basic YWRtaW46YWRtaW4=")]
    [InlineData("nonsense")]
    public async Task What_is_no_token_is_turned_away_even_beside_a_good_cookie(string header)
    {
        using HttpClient browser = _service.Browser();
        await UserAsync("anna", Role.Admin);
        await SignInAsync(browser, "anna", Chosen);
        browser.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        Assert.Equal("not-signed-in",
            await (await browser.GetAsync("/api/v1/me")).ProblemAsync(HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task The_last_admin_stays()
    {
        Users users = _service.Get<Users>();
        Assert.Equal("last-admin", (await users.RemoveAsync("admin", Actor.System)).Fault!.Name);
        Assert.Equal("last-admin", (await users.ChangeAsync("admin", Role.Viewer, false, Actor.System)).Fault!.Name);
        await UserAsync("anna", Role.Admin);
        Assert.True((await users.RemoveAsync("admin", Actor.System)).Ok);
    }

    [Fact]
    public async Task The_last_use_of_a_token_reaches_the_disk_with_the_chores()
    {
        ApiTokens tokens = _service.Get<ApiTokens>();
        using HttpClient client = await _service.ClientAsync(Role.Viewer);
        await client.GetAsync("/api/v1/me");
        await tokens.TidyAsync(default);
        await using Storage.FleetDb db = await _service.Get<Microsoft.EntityFrameworkCore.IDbContextFactory<
            Storage.FleetDb>>().CreateDbContextAsync();
        Assert.Equal(_service.Clock.GetUtcNow(), Assert.Single(db.Set<ApiTokenRow>()).LastUsedAt);
    }

    private static Task<HttpResponseMessage> TryAsync(HttpClient browser, string name, string password) =>
        browser.PostAsync("/api/v1/session", new SessionRequest(name, password));

    private static async Task<Me> SignInAsync(HttpClient browser, string name, string password) =>
        await (await TryAsync(browser, name, password)).ValueAsync<Me>();

    private static async Task ArmAsync(HttpClient browser)
    {
        Me me = await (await browser.GetAsync("/api/v1/me")).ValueAsync<Me>();
        browser.DefaultRequestHeaders.Remove("X-CSRF-TOKEN");
        browser.DefaultRequestHeaders.Add("X-CSRF-TOKEN", me.AntiforgeryToken);
    }

    private static async Task<HttpResponseMessage> ChangeAsync(HttpClient browser, string current, string next)
    {
        await ArmAsync(browser);
        return await browser.PostAsync("/api/v1/me/password", new PasswordRequest(current, next));
    }

    private HttpClient WithToken(string secret)
    {
        HttpClient client = new() { BaseAddress = _service.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return client;
    }

    private async Task UserAsync(string name, Role role)
    {
        Users users = _service.Get<Users>();
        UserWithPassword made = (await users.CreateAsync(name, role, Actor.System)).Value!;
        Assert.True((await users.ChangePasswordAsync(name, made.OneTimePassword, Chosen)).Ok);
    }
}
