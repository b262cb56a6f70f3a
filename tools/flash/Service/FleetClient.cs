using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeFleet.Flash.Service;

/// <summary>The service's REST interface, as far as a technician needs it.</summary>
internal sealed class FleetClient : IDisposable
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        RespectRequiredConstructorParameters = false,
    };

    private readonly HttpClient _http;

    /// <param name="address">Where the service is.</param>
    /// <param name="token">An API token of the role technician at least; null: none.</param>
    public FleetClient(Uri address, string? token)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = FlashLimits.Request };
        if (token != null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Where the service is.</summary>
    public Uri Address => _http.BaseAddress!;

    /// <summary>Asks; fails where there is no answer or a refusal.</summary>
    public Task<T> GetAsync<T>(string path, CancellationToken cancel) => SendAsync<T>(HttpMethod.Get, path, null, cancel);

    /// <summary>Asks; null where the service knows no such thing.</summary>
    public async Task<T?> FindAsync<T>(string path, CancellationToken cancel)
        where T : class
    {
        try
        {
            return await GetAsync<T>(path, cancel);
        }
        catch (FlashException e) when (e.Failure == Failure.NotFound)
        {
            return null;
        }
    }

    /// <summary>Sends JSON.</summary>
    public Task<T> PostAsync<T>(string path, object body, CancellationToken cancel) =>
        SendAsync<T>(HttpMethod.Post, path, JsonContent.Create(body, body.GetType(), options: Json), cancel);

    /// <summary>Changes a part.</summary>
    public Task<T> PatchAsync<T>(string path, object body, CancellationToken cancel) =>
        SendAsync<T>(HttpMethod.Patch, path, JsonContent.Create(body, body.GetType(), options: Json), cancel);

    /// <summary>Sends bytes.</summary>
    public Task<T> PutAsync<T>(string path, byte[] body, string type, CancellationToken cancel)
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return SendAsync<T>(HttpMethod.Put, path, content, cancel);
    }

    /// <summary>The date that the service's answers carry; to compare this computer's clock with.</summary>
    public async Task<DateTimeOffset?> DateAsync(CancellationToken cancel)
    {
        using HttpResponseMessage response = await AnswerAsync(new HttpRequestMessage(HttpMethod.Get, "/healthz/live"), cancel);
        return response.Headers.Date;
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        using HttpResponseMessage response = await AnswerAsync(request, cancel);
        string text = await response.Content.ReadAsStringAsync(cancel);
        if (!response.IsSuccessStatusCode)
            throw Problem(response.StatusCode, $"{method} {path.Split('?')[0]}", text);
        try
        {
            return text.Length == 0 ? default! : JsonSerializer.Deserialize<T>(text, Json)!;
        }
        catch (JsonException e)
        {
            throw new FlashException(Failure.Refused, $"{Address} does not answer as EdgeFleet does: {e.Message}",
                "Is the address right, and the tool of the service's version?");
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            return await _http.SendAsync(request, cancel);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new FlashException(Failure.ServiceUnreachable, $"The service at {Address} does not answer: {e.Message}",
                "Is there a network, and the address right? Without one, work from a pack, and `sync` later.");
        }
    }

    private FlashException Problem(HttpStatusCode status, string what, string text)
    {
        (string name, string detail) = Names(text);
        string message = detail.Length != 0 ? detail : $"{what}: HTTP {(int)status}";
        return status switch
        {
            HttpStatusCode.Unauthorized => new(Failure.NotAllowed, $"The service at {Address} does not know this token.",
                "Make a token of the role technician on the service's page *Account*; give it in EDGEFLEET_TOKEN or --token-file."),
            HttpStatusCode.Forbidden => new(Failure.NotAllowed, message, "It takes another role; ask an operator."),
            HttpStatusCode.NotFound => new(Failure.NotFound, message),
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout =>
                new(Failure.ServiceUnreachable, $"The service at {Address} is not ready: {message}", "Try again in a minute."),
            _ => new(Failure.Refused, name.Length == 0 ? message : $"{name}: {message}"),
        };
    }

    private static (string Name, string Detail) Names(string text)
    {
        try
        {
            using JsonDocument problem = JsonDocument.Parse(text);
            string type = Text(problem.RootElement, "type");
            string detail = Text(problem.RootElement, "detail");
            return (type.StartsWith("urn:edgefleet:", StringComparison.Ordinal) ? type["urn:edgefleet:".Length..] : "", detail);
        }
        catch (JsonException)
        {
            return ("", "");
        }
    }

    private static string Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
