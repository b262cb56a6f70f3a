using System.Net;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Alerts;

/// <summary>Who is told of what, over real connections.</summary>
public sealed class RoutingTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";
    private static readonly Actor Ann = new("user", "ann");

    [Fact]
    public async Task A_webhook_gets_a_signed_message_when_it_begins_and_when_it_ends()
    {
        await using HookSink sink = new();
        await using AlertScene scene = await AlertScene.StartAsync();
        await AddAsync(scene, new AlertRouteRequest("hook", RouteKind.Webhook, sink.Url, Secret: Secret));
        string id = await scene.NodeAsync();
        await scene.EventAsync(id, EventType.ThresholdRaised, "pm-high", Severity.Critical);
        HookCall call = await sink.NextAsync();
        Assert.Equal(WebhookSender.Sign(System.Text.Encoding.UTF8.GetBytes(Secret), call.Timestamp, call.Body), call.Signature);
        Assert.Equal(scene.Service.Clock.GetUtcNow().ToUnixTimeSeconds(), call.Timestamp);
        using JsonDocument body = JsonDocument.Parse(call.Body);
        Assert.Equal("raised", body.RootElement.GetProperty("what").GetString());
        Assert.Equal(id, body.RootElement.GetProperty("alert").GetProperty("device").GetString());
        Assert.Equal("critical", body.RootElement.GetProperty("alert").GetProperty("severity").GetString());
        await scene.EventAsync(id, EventType.ThresholdCleared, "pm-high");
        Assert.Contains("\"cleared\"", (await sink.NextAsync()).Body);
    }

    [Fact]
    public async Task What_is_not_taken_is_sent_again_also_after_a_restart_and_in_order()
    {
        string folder = Directory.CreateTempSubdirectory("edgefleet-alerts-").FullName;
        try
        {
            await using HookSink sink = new();
            ManualTimeProvider clock = new();
            string id;
            await using (AlertScene scene = await AlertScene.StartAsync(folder, clock))
            {
                sink.Status = HttpStatusCode.InternalServerError;
                await AddAsync(scene, new AlertRouteRequest("hook", RouteKind.Webhook, sink.Url));
                id = await scene.NodeAsync();
                await scene.EventAsync(id, EventType.Fault, text: "one");
                await sink.NextAsync();
                await scene.EventAsync(id, EventType.Fault, text: "two");
                await scene.Service.Get<DeliveryQueue>().SendDueAsync(default);
                AlertRoute route = Assert.Single(await scene.Service.Get<AlertRoutes>().AllAsync());
                Assert.Equal((2, "answered 500"), (route.Waiting, route.LastError));
            }
            sink.Status = HttpStatusCode.OK;
            sink.Forget();
            clock.Advance(TimeSpan.FromHours(1));
            await using (AlertScene scene = await AlertScene.StartAsync(folder, clock))
            {
                HookCall first = await sink.NextAsync();
                HookCall second = await sink.NextAsync();
                Assert.Contains("\"one\"", first.Body);
                Assert.Contains("\"two\"", second.Body);
                Assert.NotEqual(first.Delivery, second.Delivery);
                await scene.Service.Get<DeliveryQueue>().SendDueAsync(default);
                Assert.Equal(0, Assert.Single(await scene.Service.Get<AlertRoutes>().AllAsync()).Waiting);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_mail_says_in_words_what_happened()
    {
        await using SmtpSink sink = new();
        await using AlertScene scene = await AlertScene.StartAsync(
            settings: ["--Smtp:Host=127.0.0.1", $"--Smtp:Port={sink.Port}", "--Smtp:From=edgefleet@example.org"]);
        await AddAsync(scene, new AlertRouteRequest("duty", RouteKind.Email, "duty@example.org"));
        string id = await scene.NodeAsync("Shezi Bridge");
        await scene.EventAsync(id, EventType.Fault, severity: Severity.Critical, text: "adxl355 does not answer");
        SmtpMail mail = await sink.NextAsync();
        Assert.Equal(("<edgefleet@example.org>", "<duty@example.org>"), (mail.From, mail.To));
        Assert.Contains($"Node: {id}", mail.Data);
        Assert.Contains("Site: Shezi Bridge", mail.Data);
        Assert.Contains("Says: adxl355 does not answer", mail.Data);
    }

    [Theory]
    [InlineData(Severity.Critical, null, "b")]
    [InlineData(Severity.Warning, null, "a b")]
    [InlineData(Severity.Info, "Renai Road", "a b c")]
    [InlineData(Severity.Info, "Elsewhere", "")]
    public async Task Routes_take_their_severity_and_site_alone(Severity least, string? site, string expected)
    {
        await using HookSink sink = new();
        await using AlertScene scene = await AlertScene.StartAsync();
        await AddAsync(scene, new AlertRouteRequest("hook", RouteKind.Webhook, sink.Url, least, site));
        string id = await scene.NodeAsync();
        await scene.EventAsync(id, EventType.Fault, severity: Severity.Warning, text: "a");
        await scene.EventAsync(id, EventType.Fault, severity: Severity.Critical, text: "b");
        await scene.EventAsync(id, EventType.Fault, severity: Severity.Info, text: "c");
        AlertRoutes routes = scene.Service.Get<AlertRoutes>();
        string[] told = [.. scene.Book.Open(id).Where(a => routes.DeliveriesOf(a, "raised", default).Count == 1)
            .Select(a => a.Text!).Order()];
        Assert.Equal(expected, string.Join(' ', told));
    }

    [Fact]
    public async Task Nobody_is_told_of_what_is_silenced_and_when_the_silence_ends_and_it_goes_on_they_are()
    {
        await using HookSink sink = new();
        await using AlertScene scene = await AlertScene.StartAsync();
        string id = await scene.NodeAsync();
        await scene.EventAsync(id, EventType.ThresholdRaised, "pm-high");
        long alert = scene.Book.Open(id)[0].Id;
        DateTimeOffset until = scene.Service.Clock.GetUtcNow().AddHours(2);
        Assert.Equal(until, (await scene.Book.SilenceAsync(alert, new(until, "known"), Ann)).Value!.SilencedUntil);
        await AddAsync(scene, new AlertRouteRequest("hook", RouteKind.Webhook, sink.Url));
        await scene.EventAsync(id, EventType.ThresholdCleared, "pm-high");
        scene.Service.Clock.SetUtcNow(scene.Service.Clock.GetUtcNow().AddHours(1));
        await scene.EventAsync(id, EventType.ThresholdRaised, "pm-high");
        Alert again = Assert.Single(scene.Book.Open(id));
        Assert.NotEqual(alert, again.Id);
        Assert.Equal((until, false), (again.SilencedUntil, again.Routed));
        scene.Service.Clock.SetUtcNow(until.AddSeconds(1));
        await scene.SweepAsync();
        Assert.Contains(again.Id.ToString(), (await sink.NextAsync()).Body);
        Assert.Equal([AlertChange.Raised, AlertChange.Held, AlertChange.Routed],
            (await scene.Book.FindAsync(again.Id))!.History.Select(h => h.Change));
        Assert.Equal("invalid", (await scene.Book.SilenceAsync(
            again.Id, new(scene.Service.Clock.GetUtcNow().AddDays(91)), Ann)).Fault!.Name);
    }

    [Fact]
    public async Task A_site_in_maintenance_records_its_alerts_and_tells_nobody_until_it_is_over()
    {
        await using HookSink sink = new();
        await using AlertScene scene = await AlertScene.StartAsync();
        await AddAsync(scene, new AlertRouteRequest("hook", RouteKind.Webhook, sink.Url));
        string id = await scene.NodeAsync();
        SiteMaintenance sites = scene.Service.Get<SiteMaintenance>();
        DateTimeOffset until = scene.Service.Clock.GetUtcNow().AddHours(3);
        Assert.True((await sites.SetAsync("Renai Road", new(until, "new mast"), Ann)).Ok);
        await scene.EventAsync(id, EventType.Fault, text: "gone before the end");
        await scene.EventAsync(id, EventType.Fault, text: "still there");
        await scene.EventAsync(id, EventType.FaultCleared, text: "gone before the end");
        Alert open = Assert.Single(scene.Book.Open(id));
        Assert.Equal((true, false), (open.InMaintenance, open.Routed));
        scene.Service.Clock.SetUtcNow(until);
        Assert.Empty(sites.All());
        await scene.SweepAsync();
        Assert.Contains("still there", (await sink.NextAsync()).Body);
        await scene.Service.Get<DeliveryQueue>().SendDueAsync(default);
        Assert.Equal(0, sink.Waiting);
        Assert.Equal(["site.maintenance"], (await scene.Service.Get<AuditLog>().SearchAsync(action: "site.")).Items.Select(e => e.Action));
    }

    [Fact]
    public async Task The_nodes_of_a_silent_site_are_told_as_one()
    {
        await using HookSink sink = new();
        await using AlertScene scene = await AlertScene.StartAsync();
        await AddAsync(scene, new AlertRouteRequest("hook", RouteKind.Webhook, sink.Url));
        for (int i = 0; i < 3; i++)
        {
            string id = await scene.NodeAsync("Shezi Bridge");
            await scene.ConnectAsync(id);
            await scene.StateAsync(id);
            scene.Disconnect(id);
            // They fall silent one after the other, not in one moment.
            scene.Service.Clock.SetUtcNow(scene.Service.Clock.GetUtcNow().AddSeconds(20));
        }
        for (int i = 0; i < 20; i++)
        {
            scene.Service.Clock.SetUtcNow(scene.Service.Clock.GetUtcNow().AddSeconds(30));
            await scene.SweepAsync();
        }
        Assert.Contains("3 of 3 nodes silent", (await sink.NextAsync()).Body);
        await scene.Service.Get<DeliveryQueue>().SendDueAsync(default);
        Assert.Equal(0, sink.Waiting);
    }

    [Theory]
    [InlineData("http://example.org/hook", "target")]
    [InlineData("https://user:pass@example.org/hook", "target")]
    [InlineData("ftp://example.org", "target")]
    [InlineData("nonsense", "target")]
    public async Task A_webhook_over_an_open_network_is_refused(string target, string field)
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        Service.Hosting.Fault fault = (await scene.Service.Get<AlertRoutes>().AddAsync(
            new AlertRouteRequest("hook", RouteKind.Webhook, target), Ann)).Fault!;
        Assert.Equal([field], fault.Errors!.Keys);
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_nowhere_in_the_database_or_the_audit()
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        using HttpClient client = await scene.Service.ClientAsync(Role.Operator);
        AlertRouteWithSecret made = await (await client.PostAsync("/api/v1/alert-routes",
            new AlertRouteRequest("hook", RouteKind.Webhook, "https://example.org/hook", Secret: Secret))).ValueAsync<AlertRouteWithSecret>();
        Assert.Equal(Secret, made.Secret);
        Assert.DoesNotContain(Secret, await client.GetStringAsync("/api/v1/alert-routes"));
        Assert.DoesNotContain(Secret, await client.GetStringAsync("/api/v1/alert-routes/" + made.Route.Id));
        Assert.DoesNotContain(Secret, await client.GetStringAsync("/api/v1/audit"));
        Assert.DoesNotContain(scene.Service.Logs.Lines, line => line.Contains(Secret));
        foreach (string file in Directory.EnumerateFiles(scene.Service.Folder, "fleet.db*"))
        {
            await using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader reader = new(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(Secret, await reader.ReadToEndAsync());
        }
    }

    private static async Task AddAsync(AlertScene scene, AlertRouteRequest request) =>
        Assert.Null((await scene.Service.Get<AlertRoutes>().AddAsync(request, Ann)).Fault);
}
