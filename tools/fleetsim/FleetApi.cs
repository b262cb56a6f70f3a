using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeFleet.Contracts;

namespace EdgeFleet.FleetSim;

/// <summary>What the REST interface answered instead of what was asked for.</summary>
public sealed class FleetApiException(string message) : Exception(message);

/// <summary>The part of the service's REST interface that a simulation needs.</summary>
public sealed class FleetApi : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly HttpClient _http;

    /// <summary>The service at an address, with an API token of the role operator at least.</summary>
    public FleetApi(Uri address, string token)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>A device, as far as a simulation cares.</summary>
    public sealed record Device(string Id, string HardwareId, string Site);

    /// <summary>A board that may claim without an operator.</summary>
    public sealed record Board(string HardwareId, string Name, double Latitude, double Longitude);

    /// <summary>The fleet's counts.</summary>
    public sealed record Stats(
        long WindowsStored, long WindowDuplicates, long WindowsDropped, long EventsStored, long Rejected,
        IReadOnlyList<DeviceStats>? PerDevice);

    /// <summary>One device's counts.</summary>
    public sealed record DeviceStats(
        string Device, long WindowsStored, long WindowsDropped, long WindowsDroppedYetStored, long WindowDuplicates)
    {
        /// <summary>What was added since an earlier look.</summary>
        public DeviceStats Since(DeviceStats earlier) => this with
        {
            WindowsStored = WindowsStored - earlier.WindowsStored,
            WindowsDropped = WindowsDropped - earlier.WindowsDropped,
            WindowsDroppedYetStored = WindowsDroppedYetStored - earlier.WindowsDroppedYetStored,
            WindowDuplicates = WindowDuplicates - earlier.WindowDuplicates,
        };
    }

    /// <summary>The store's count of its own rows.</summary>
    public sealed record Audit(long Windows, long StoredTwice);

    /// <summary>Makes an enrolment of known boards; gives its id and secret.</summary>
    public async Task<(string Id, byte[] Secret)> EnrolAsync(
        NodeKind kind, string site, IReadOnlyList<Board> boards, DateTimeOffset now, CancellationToken cancel)
    {
        const int AtOnce = 500;
        var request = new
        {
            kind = kind == NodeKind.AirBox ? "airBox" : "bridge",
            site,
            count = boards.Count,
            expiresAt = now.AddDays(2),
            autoAccept = false,
            note = "fleetsim",
            preauthorised = boards.Take(AtOnce),
        };
        using var made = await SendAsync(HttpMethod.Post, "/api/v1/enrolments", request, cancel);
        string id = made.RootElement.GetProperty("enrolment").GetProperty("id").GetString()!;
        string secret = made.RootElement.GetProperty("secret").GetString()!;
        for (int i = AtOnce; i < boards.Count; i += AtOnce)
        {
            using var more = await SendAsync(HttpMethod.Post, $"/api/v1/enrolments/{id}/preauthorised",
                boards.Skip(i).Take(AtOnce), cancel);
        }
        return (id, System.Buffers.Text.Base64Url.DecodeFromChars(secret));
    }

    /// <summary>All devices of the directory.</summary>
    public async Task<IReadOnlyList<Device>> DevicesAsync(CancellationToken cancel)
    {
        const int Page = 500;
        var all = new List<Device>();
        while (true)
        {
            using var page = await SendAsync(HttpMethod.Get, $"/api/v1/devices?skip={all.Count}&top={Page}", null, cancel);
            var items = page.RootElement.GetProperty("items");
            foreach (var item in items.EnumerateArray())
                all.Add(item.GetProperty("device").Deserialize<Device>(Json)!);
            if (items.GetArrayLength() < Page)
                return all;
        }
    }

    /// <summary>Lets a board that lost its memory claim anew, under its old id.</summary>
    public async Task ReleaseAsync(string device, CancellationToken cancel)
    {
        using var done = await SendAsync(HttpMethod.Post, $"/api/v1/devices/{device}/release", null, cancel);
    }

    /// <summary>Sets a device's windows and state reports.</summary>
    public async Task ConfigureAsync(string device, TimeSpan window, CancellationToken cancel)
    {
        var config = new { windowMs = (int)window.TotalMilliseconds, stateIntervalMs = 60_000 };
        using var done = await SendAsync(HttpMethod.Put, $"/api/v1/devices/{device}/config", config, cancel);
    }

    /// <summary>Trusts a key that signs bundles; that it is trusted already is well.</summary>
    public async Task TrustAsync(string name, string pem, CancellationToken cancel)
    {
        using var keys = await SendAsync(HttpMethod.Get, "/api/v1/bundle-keys", null, cancel);
        using var rsa = System.Security.Cryptography.RSA.Create();
        rsa.ImportFromPem(pem);
        string id = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(rsa.ExportSubjectPublicKeyInfo()));
        if (keys.RootElement.EnumerateArray().Any(key => key.GetProperty("keyId").GetString() == id))
            return;
        using var added = await SendAsync(HttpMethod.Post, "/api/v1/bundle-keys", new { name, pem }, cancel);
    }

    /// <summary>Uploads a bundle; its digest, and the kind of node that it is for.</summary>
    public async Task<(string Digest, NodeKind Kind)> UploadAsync(byte[] bundle, CancellationToken cancel)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bundle), "bundle", "bundle.efb" } };
        using var answer = await SendContentAsync(HttpMethod.Post, "/api/v1/bundles", form, cancel);
        return (answer.RootElement.GetProperty("digest").GetString()!,
            answer.RootElement.GetProperty("kind").GetString() == "bridge" ? NodeKind.Bridge : NodeKind.AirBox);
    }

    /// <summary>Asks a device to run a bundle.</summary>
    public async Task SetTargetAsync(string device, string digest, CancellationToken cancel)
    {
        using var done = await SendAsync(HttpMethod.Put, $"/api/v1/devices/{device}/target", new { digest }, cancel);
    }

    /// <summary>The fleet's counts, device by device where wanted.</summary>
    public async Task<Stats> StatsAsync(CancellationToken cancel)
    {
        using var stats = await SendAsync(HttpMethod.Get, "/api/v1/telemetry/stats?devices=true", null, cancel);
        return stats.RootElement.Deserialize<Stats>(Json)!;
    }

    /// <summary>What the store counts when it looks at every row.</summary>
    public async Task<Audit> AuditAsync(CancellationToken cancel)
    {
        using var audit = await SendAsync(HttpMethod.Get, "/api/v1/telemetry/audit", null, cancel);
        return audit.RootElement.Deserialize<Audit>(Json)!;
    }

    /// <summary>Any other question; the answer as it came.</summary>
    public Task<JsonDocument> GetAsync(string path, CancellationToken cancel) =>
        SendAsync(HttpMethod.Get, path, null, cancel);

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    private Task<JsonDocument> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancel) =>
        SendContentAsync(method, path, body == null ? null : JsonContent.Create(body, options: Json), cancel);

    private async Task<JsonDocument> SendContentAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, cancel);
        }
        catch (HttpRequestException problem)
        {
            throw new FleetApiException($"The service at {_http.BaseAddress} does not answer: {problem.Message}");
        }
        using (response)
        {
            string text = await response.Content.ReadAsStringAsync(cancel);
            if (response.IsSuccessStatusCode)
                return JsonDocument.Parse(text.Length == 0 ? "null" : text);
            throw new FleetApiException($"{method} {path}: {(int)response.StatusCode} {Detail(text)}");
        }
    }

    private static string Detail(string text)
    {
        try
        {
            using var problem = JsonDocument.Parse(text);
            return problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() ?? "" : text;
        }
        catch (JsonException)
        {
            return text.Length > 200 ? text[..200] : text;
        }
    }
}
