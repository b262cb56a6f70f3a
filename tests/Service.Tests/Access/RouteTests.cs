using System.Net;
using System.Text;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeFleet.Service.Tests.Access;

/// <summary>Nothing is open but what is listed here, and each route asks for the role that this table says.</summary>
public sealed class RouteTests : IAsyncLifetime
{
    private static readonly string[] Open = ["/healthz", "/healthz/live", "/healthz/ready", "/api/v1/session"];

    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    public static TheoryData<string, string, Role> Roles => new()
    {
        { "GET", "/api/v1/devices", Role.Viewer },
        { "GET", "/api/v1/devices/{id}", Role.Viewer },
        { "PATCH", "/api/v1/devices/{id}", Role.Technician },
        { "GET", "/api/v1/devices/{id}/timeline", Role.Viewer },
        { "GET", "/api/v1/devices/{id}/target", Role.Viewer },
        { "PUT", "/api/v1/devices/{id}/target", Role.Operator },
        { "DELETE", "/api/v1/devices/{id}/target", Role.Operator },
        { "GET", "/api/v1/rollouts", Role.Viewer },
        { "POST", "/api/v1/rollouts", Role.Operator },
        { "POST", "/api/v1/rollouts/preview", Role.Operator },
        { "GET", "/api/v1/rollouts/{id}", Role.Viewer },
        { "GET", "/api/v1/rollouts/{id}/nodes", Role.Viewer },
        { "GET", "/api/v1/rollouts/{id}/evidence", Role.Viewer },
        { "POST", "/api/v1/rollouts/{id}/approve", Role.Approver },
        { "POST", "/api/v1/rollouts/{id}/pause", Role.Operator },
        { "POST", "/api/v1/rollouts/{id}/resume", Role.Operator },
        { "POST", "/api/v1/rollouts/{id}/abort", Role.Operator },
        { "POST", "/api/v1/rollouts/{id}/roll-back", Role.Operator },
        { "GET", "/api/v1/devices/{id}/config", Role.Viewer },
        { "PUT", "/api/v1/devices/{id}/config", Role.Operator },
        { "POST", "/api/v1/devices/{id}/quarantine", Role.Operator },
        { "POST", "/api/v1/devices/{id}/reinstate", Role.Operator },
        { "POST", "/api/v1/devices/{id}/decommission", Role.Operator },
        { "POST", "/api/v1/devices/{id}/release", Role.Technician },
        { "POST", "/api/v1/devices/{id}/rotate-key", Role.Operator },
        { "PUT", "/api/v1/devices/{id}/certificate", Role.Operator },
        { "GET", "/api/v1/sites", Role.Viewer },
        { "GET", "/api/v1/enrolments", Role.Technician },
        { "POST", "/api/v1/enrolments", Role.Technician },
        { "GET", "/api/v1/enrolments/{id}", Role.Technician },
        { "POST", "/api/v1/enrolments/{id}/close", Role.Operator },
        { "GET", "/api/v1/enrolments/{id}/preauthorised", Role.Technician },
        { "POST", "/api/v1/enrolments/{id}/preauthorised", Role.Operator },
        { "GET", "/api/v1/claims", Role.Technician },
        { "POST", "/api/v1/claims/{id}/approve", Role.Operator },
        { "POST", "/api/v1/claims/{id}/reject", Role.Operator },
        { "DELETE", "/api/v1/claims/{id}", Role.Operator },
        { "GET", "/api/v1/refused-connections", Role.Technician },
        { "GET", "/api/v1/audit", Role.Operator },
        { "GET", "/api/v1/receipts", Role.Viewer },
        { "POST", "/api/v1/receipts", Role.Technician },
        { "GET", "/api/v1/receipts/{id}", Role.Viewer },
        { "PUT", "/api/v1/receipts/{id}/photo", Role.Technician },
        { "GET", "/api/v1/receipts/{id}/photo", Role.Viewer },
        { "GET", "/api/v1/receipt-keys", Role.Technician },
        { "POST", "/api/v1/receipt-keys", Role.Technician },
        { "POST", "/api/v1/receipt-keys/{keyId}/revoke", Role.Operator },
        { "GET", "/api/v1/tokens", Role.Viewer },
        { "POST", "/api/v1/tokens", Role.Viewer },
        { "DELETE", "/api/v1/tokens/{id}", Role.Viewer },
        { "GET", "/api/v1/users", Role.Admin },
        { "POST", "/api/v1/users", Role.Admin },
        { "PATCH", "/api/v1/users/{name}", Role.Admin },
        { "DELETE", "/api/v1/users/{name}", Role.Admin },
        { "GET", "/api/v1/alerts", Role.Viewer },
        { "GET", "/api/v1/alerts/counts", Role.Viewer },
        { "GET", "/api/v1/alerts/{id}", Role.Viewer },
        { "POST", "/api/v1/alerts/{id}/acknowledge", Role.Technician },
        { "POST", "/api/v1/alerts/{id}/silence", Role.Operator },
        { "POST", "/api/v1/alerts/{id}/clear", Role.Operator },
        { "GET", "/api/v1/alert-routes", Role.Operator },
        { "POST", "/api/v1/alert-routes", Role.Operator },
        { "GET", "/api/v1/alert-routes/{id}", Role.Operator },
        { "PUT", "/api/v1/alert-routes/{id}", Role.Operator },
        { "DELETE", "/api/v1/alert-routes/{id}", Role.Operator },
        { "POST", "/api/v1/alert-routes/{id}/test", Role.Operator },
        { "GET", "/api/v1/maintenance", Role.Viewer },
        { "GET", "/api/v1/sites/{site}/maintenance", Role.Viewer },
        { "PUT", "/api/v1/sites/{site}/maintenance", Role.Technician },
        { "DELETE", "/api/v1/sites/{site}/maintenance", Role.Technician },
        { "GET", "/api/v1/visits", Role.Viewer },
        { "GET", "/api/v1/visits.csv", Role.Viewer },
        { "GET", "/openapi/v1.json", Role.Viewer },
        { "POST", "/api/v1/devices/edit", Role.Operator },
        { "GET", "/api/v1/config", Role.Viewer },
        { "GET", "/api/v1/config/status", Role.Viewer },
        { "GET", "/api/v1/config/fleet", Role.Viewer },
        { "PUT", "/api/v1/config/fleet", Role.Operator },
        { "GET", "/api/v1/config/groups/{name}", Role.Viewer },
        { "PUT", "/api/v1/config/groups/{name}", Role.Operator },
        { "GET", "/api/v1/config/devices/{id}", Role.Viewer },
        { "PUT", "/api/v1/config/devices/{id}", Role.Operator },
        { "GET", "/api/v1/config/devices/{id}/inheritance", Role.Viewer },
        { "GET", "/api/v1/groups", Role.Viewer },
        { "POST", "/api/v1/groups", Role.Operator },
        { "GET", "/api/v1/groups/{name}", Role.Viewer },
        { "PATCH", "/api/v1/groups/{name}", Role.Operator },
        { "DELETE", "/api/v1/groups/{name}", Role.Operator },
        { "GET", "/api/v1/groups/{name}/devices", Role.Viewer },
        { "GET", "/api/v1/filters", Role.Viewer },
        { "PUT", "/api/v1/filters/{name}", Role.Operator },
        { "DELETE", "/api/v1/filters/{name}", Role.Operator },
        { "POST", "/api/v1/commands", Role.Technician },
        { "GET", "/api/v1/commands", Role.Viewer },
        { "GET", "/api/v1/commands/{id}", Role.Viewer },
        { "GET", "/api/v1/commands/{id}/devices", Role.Viewer },
        { "POST", "/api/v1/commands/{id}/cancel", Role.Operator },
        { "GET", "/api/v1/devices/{id}/commands", Role.Viewer },
        { "GET", "/api/v1/devices/{id}/commands/{command}/data", Role.Technician },
    };

    [Fact]
    public async Task Every_route_but_health_and_login_turns_strangers_away()
    {
        using HttpClient stranger = await _service.ClientAsync(null);
        int checkedRoutes = 0;
        foreach (RouteEndpoint endpoint in _service.App.Services.GetRequiredService<EndpointDataSource>().Endpoints
                     .OfType<RouteEndpoint>())
        {
            string path = "/" + endpoint.RoutePattern.RawText!.Trim('/');
            foreach (string method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() != null && IsOpen(path, method))
                    continue;
                using HttpResponseMessage response = await stranger.SendAsync(
                    new HttpRequestMessage(new HttpMethod(method), Concrete(path)));
                Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path}: {response.StatusCode}");
                checkedRoutes++;
            }
        }
        Assert.True(checkedRoutes > 30, $"only {checkedRoutes} routes were seen");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/no/such/thing")]
    [InlineData("/api/v1/no-such-thing")]
    public async Task Even_what_is_not_there_is_not_told_to_strangers(string path)
    {
        using HttpClient stranger = await _service.ClientAsync(null);
        Assert.Equal("not-signed-in",
            await (await stranger.GetAsync(path)).ProblemAsync(HttpStatusCode.Unauthorized));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Each_route_takes_its_role_and_higher_ones_alone(string method, string path, Role least)
    {
        foreach (Role role in Enum.GetValues<Role>())
        {
            using HttpClient client = await _service.ClientAsync(role);
            using HttpRequestMessage request = new(new HttpMethod(method), Concrete(path));
            if (method is "POST" or "PUT" or "PATCH")
                request.Content = new StringContent("\"nonsense\"", Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await client.SendAsync(request);
            if (role < least)
                Assert.Equal("not-allowed", await response.ProblemAsync(HttpStatusCode.Forbidden));
            else
                Assert.True((int)response.StatusCode is not (401 or 403 or >= 500), $"{role}: {response.StatusCode}");
        }
    }

    [Fact]
    public void The_roles_table_is_complete_for_the_directory_and_the_access()
    {
        string[] ours =
        [
            "Devices", "Enrolments", "Claims", "Access", "Audit", "Commands", "Groups", "Updates", "Alerts", "Configuration",
            "Visits", "Rollouts",
        ];
        HashSet<string> known = [.. Roles.Select(r => $"{r.Data.Item1} {r.Data.Item2}"),
            "POST /api/v1/session", "DELETE /api/v1/session", "GET /api/v1/me", "POST /api/v1/me/password"];
        foreach (RouteEndpoint endpoint in _service.App.Services.GetRequiredService<EndpointDataSource>().Endpoints
                     .OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.ITagsMetadata>()?.Tags
                    .Any(ours.Contains) != true)
                continue;
            string path = "/" + endpoint.RoutePattern.RawText!.Trim('/').Replace(":long", "");
            foreach (string method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
                Assert.Contains($"{method} {path}", known);
        }
    }

    private static bool IsOpen(string path, string method) => Open.Contains(path) && (method is "GET" or "POST")
        // The page and what it is drawn with.
        || path is "/login" or "/problem" or "/language/{code}" || path.StartsWith("/css/") || path.StartsWith("/js/") || path.StartsWith("/lib/")
        || path.StartsWith("/img/") || path is "/favicon.ico";

    private static string Concrete(string path) => path
        .Replace("{documentName}", "v1").Replace("{id:long}", "7").Replace("{command:long}", "7").Replace("{command}", "7").Replace("claims/{id}", "claims/7")
        .Replace("alerts/{id}", "alerts/7").Replace("{site}", "nowhere")
        .Replace("v1/commands/{id}", "v1/commands/7").Replace("rollouts/{id}", "rollouts/7")
        .Replace("{id}", "nothing").Replace("{name}", "nobody");
}
