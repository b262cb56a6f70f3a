using System.Net;
using System.Text;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeFleet.Service.Tests.Access;

/// <summary>All routes of the REST interface with all roles, whichever slice they are of.</summary>
public sealed class EveryRouteTests : IAsyncLifetime
{
    /// <summary>What a viewer may change: the own session, password and tokens.</summary>
    private static readonly string[] Own =
        ["/api/v1/session", "/api/v1/me/password", "/api/v1/tokens", "/api/v1/tokens/{id}"];

    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Whoever_lacks_the_role_is_turned_away_and_whoever_has_it_is_not()
    {
        Dictionary<Role, HttpClient> clients = [];
        foreach (Role role in Enum.GetValues<Role>())
            clients[role] = await _service.ClientAsync(role);
        List<string> wrong = [];
        int asked = 0;
        foreach ((string method, string path, Role least, string body) in Routes())
        {
            foreach ((Role role, HttpClient client) in clients)
            {
                using HttpRequestMessage request = new(new HttpMethod(method), Concrete(path));
                if (method is "POST" or "PUT" or "PATCH")
                    request.Content = new StringContent("\"nonsense\"", Encoding.UTF8, body);
                using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                bool turnedAway = response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized;
                if (turnedAway != role < least || (int)response.StatusCode >= 500)
                    wrong.Add($"{method} {path} as {role}: {(int)response.StatusCode}, for {least}");
                asked++;
            }
        }
        foreach (HttpClient client in clients.Values)
            client.Dispose();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(asked > 300, $"only {asked} requests were made");
    }

    [Fact]
    public void Viewers_change_nothing_but_what_is_their_own()
    {
        string[] open = [.. Routes().Where(r => r.Method != "GET" && r.Least == Role.Viewer && !Own.Contains(r.Path))
            .Select(r => $"{r.Method} {r.Path}")];
        Assert.True(open.Length == 0, string.Join('\n', open));
    }

    [Fact]
    public void Every_route_is_in_the_OpenAPI_document_by_a_summary()
    {
        string[] silent = [.. Endpoints().Where(e => e.Metadata.GetMetadata<
                Microsoft.AspNetCore.Http.Metadata.IEndpointSummaryMetadata>() == null)
            .Select(e => e.RoutePattern.RawText!)];
        Assert.True(silent.Length == 0, string.Join('\n', silent));
    }

    private IEnumerable<(string Method, string Path, Role Least, string Body)> Routes()
    {
        foreach (RouteEndpoint endpoint in Endpoints())
        {
            if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() != null)
                continue;
            // Of several policies all must hold, so the highest counts; none is the fallback, a viewer's.
            Role least = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy)
                .Where(p => p is not null and not Policies.SignedIn).Select(p => Enum.Parse<Role>(p!, ignoreCase: true))
                .DefaultIfEmpty(Role.Viewer).Max();
            // Of another type it would be refused before anybody asks who it is.
            string body = endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.IAcceptsMetadata>()?.ContentTypes[0]
                ?? "application/json";
            foreach (string method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
                yield return (method, "/" + endpoint.RoutePattern.RawText!.Trim('/'), least, body);
        }
    }

    private IEnumerable<RouteEndpoint> Endpoints() =>
        _service.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText?.Trim('/').StartsWith("api/v1", StringComparison.Ordinal) == true);

    /// <summary>Something of the right form in each place: a number where one is demanded.</summary>
    private static string Concrete(string path) => System.Text.RegularExpressions.Regex.Replace(
        path, @"\{(\w+)(:\w+)?\}", place => place.Groups[2].Success || place.Groups[1].Value is "number" or "command" ? "7" : "nothing");
}
