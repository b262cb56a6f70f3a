using System.Net;
using System.Net.Http.Headers;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Alerts;

/// <summary>What the pages of alerts say, and to whom.</summary>
public sealed class AlertPageTests
{
    [Fact]
    public async Task Pages_show_alerts_and_offer_what_the_role_may_do()
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        string id = await scene.NodeAsync("Shezi Bridge");
        await scene.EventAsync(id, EventType.Fault, severity: Severity.Critical, text: "<fan>");
        long alert = scene.Book.Open(id)[0].Id;
        await scene.Service.Get<AlertRoutes>().AddAsync(
            new AlertRouteRequest("duty", RouteKind.Email, "duty@example.org"), Actor.System);
        await scene.Service.Get<SiteMaintenance>().SetAsync(
            "Shezi Bridge", new(scene.Service.Clock.GetUtcNow().AddHours(1), "new mast"), Actor.System);
        foreach (Role role in new[] { Role.Viewer, Role.Technician, Role.Operator })
        {
            using HttpClient client = await scene.Service.ClientAsync(role);
            client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
            string list = await PageAsync(client, "/alerts?severity=critical");
            Assert.Contains("&lt;fan&gt;", list);
            Assert.Contains("maintenance", list);
            Assert.Equal(role >= Role.Technician, list.Contains($"Acknowledge alert {alert}"));
            Assert.DoesNotContain("&lt;fan&gt;", await PageAsync(client, "/alerts?source=offline"));
            string one = await PageAsync(client, $"/alerts/{alert}");
            Assert.Contains("Raised", one);
            Assert.Equal(role >= Role.Operator, one.Contains("handler=Silence"));
            Assert.Contains("new mast", await PageAsync(client, "/alerts/maintenance"));
            Assert.Contains($"/alerts/{alert}", await PageAsync(client, $"/devices/{id}/timeline"));
            await PageAsync(client, "/visits?reason=nonsense");
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/alerts/4711")).StatusCode);
            if (role >= Role.Operator)
                Assert.Contains("duty@example.org", await PageAsync(client, "/alerts/routes"));
            else
                Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/alerts/routes")).StatusCode);
        }
    }

    private static async Task<string> PageAsync(HttpClient client, string path)
    {
        using HttpResponseMessage response = await client.GetAsync(path);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {response.StatusCode} {text}");
        return text;
    }
}
