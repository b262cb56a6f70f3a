using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace EdgeFleet.Cli.Api;

/// <summary>The service's REST, with its problems as <see cref="CliException"/>.</summary>
internal sealed class ApiClient : IDisposable
{
    /// <summary>Most rows that a list collects over its pages: what a terminal or a script takes at once.</summary>
    public const int MaxRows = 100_000;

    private const int PageRows = 500;

    private const int TimeoutS = 60;

    private readonly HttpClient _http;

    public ApiClient(Uri server, string token)
    {
        Server = server;
        // A token goes where it was meant to go, and nowhere that an answer points to.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = server, Timeout = TimeSpan.FromSeconds(TimeoutS),
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("edgefleet-cli");
    }

    public Uri Server { get; }

    /// <summary>Asks for something below <c>/api/v1</c>, such as <c>devices/airbox-1</c>.</summary>
    public Task<JsonElement> GetAsync(string path, CancellationToken cancel) => SendAsync(HttpMethod.Get, path, null, cancel);

    /// <summary>Posts; without a body where <paramref name="body"/> is null.</summary>
    public Task<JsonElement> PostAsync(string path, object? body, CancellationToken cancel) =>
        SendAsync(HttpMethod.Post, path, body, cancel);

    /// <summary>Asks for something that is text.</summary>
    public async Task<string> TextAsync(string path, CancellationToken cancel)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/" + path);
        using HttpResponseMessage response = await ExchangeAsync(request, cancel);
        string text = await response.Content.ReadAsStringAsync(cancel);
        return response.IsSuccessStatusCode ? text : throw ApiProblem.Of(response.StatusCode, text);
    }

    /// <summary>Any request; the answer is JSON, or nothing (<see cref="JsonValueKind.Undefined"/>).</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancel)
    {
        using HttpRequestMessage request = new(method, "/api/v1/" + path);
        if (body != null)
            request.Content = JsonContent.Create(body, options: Json.Options);
        using HttpResponseMessage response = await ExchangeAsync(request, cancel);
        string text = await response.Content.ReadAsStringAsync(cancel);
        if (!response.IsSuccessStatusCode)
            throw ApiProblem.Of(response.StatusCode, text);
        if (text.Length == 0)
            return default;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new CliException(ExitCode.Failed, $"{Server} answers with something else than JSON; is it EdgeFleet's service?");
        }
    }

    /// <summary>
    /// The rows of a list that comes in pages of <c>items</c> and <c>total</c>: the first <paramref name="most"/>.
    /// </summary>
    public async Task<JsonElement> ListAsync(string path, int most, CancellationToken cancel)
    {
        List<JsonElement> rows = [];
        char mark = path.Contains('?') ? '&' : '?';
        int total;
        do
        {
            int top = Math.Min(PageRows, most - rows.Count);
            JsonElement page = await GetAsync($"{path}{mark}skip={rows.Count}&top={top}", cancel);
            total = page.GetProperty("total").GetInt32();
            int before = rows.Count;
            rows.AddRange(page.GetProperty("items").EnumerateArray());
            if (rows.Count == before)
                break;
        }
        while (rows.Count < Math.Min(total, most));
        return JsonSerializer.SerializeToElement(new { total, items = rows }, Json.Options);
    }

    /// <summary>A text as part of a path or query.</summary>
    public static string Escape(string text) => Uri.EscapeDataString(text);

    /// <summary>A query of those values that there are.</summary>
    public static string Query(params ReadOnlySpan<(string Name, string? Value)> values)
    {
        StringBuilder query = new();
        foreach ((string name, string? value) in values)
        {
            if (value != null)
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Escape(value));
        }
        return query.ToString();
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> ExchangeAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            return await _http.SendAsync(request, cancel);
        }
        catch (HttpRequestException problem)
        {
            throw new CliException(ExitCode.Unreachable, $"{Server} cannot be reached: {problem.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CliException(ExitCode.Unreachable, $"{Server} did not answer within {TimeoutS} s.");
        }
    }
}

/// <summary>The service's Problem Details as a line for people.</summary>
internal static class ApiProblem
{
    public static CliException Of(HttpStatusCode status, string text)
    {
        int code = (int)status;
        StringBuilder message = new();
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement problem = document.RootElement;
            string? detail = problem.Text("detail");
            message.Append(problem.Text("title") ?? "http-" + code).Append(": ").Append(detail ?? "the service says no more.");
            if (problem.TryGetProperty("errors", out JsonElement errors))
            {
                foreach (JsonProperty field in errors.EnumerateObject())
                {
                    foreach (JsonElement what in field.Value.EnumerateArray())
                    {
                        string line = $"{field.Name}: {what.GetString()}";
                        if (line != detail)
                            message.Append("\n  ").Append(line);
                    }
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            message.Clear().Append($"http-{code}: the service answers {code} without saying why.");
        }
        if (code == 401)
            message.Append(" Is the token right, and does it still hold?");
        return new CliException(ExitOf(code), message.ToString());
    }

    private static int ExitOf(int status) => status switch
    {
        400 or 413 or 415 or 422 => ExitCode.Usage,
        502 or 503 or 504 => ExitCode.Unreachable,
        >= 400 and < 500 => ExitCode.Refused,
        _ => ExitCode.Failed,
    };
}
