using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace EdgeFleet.Service.Tests.Support;

/// <summary>The whole service on a free port, in a folder of its own, with a clock that the test moves.</summary>
public sealed class TestService : IAsyncDisposable
{
    private readonly bool _keepFolder;
    private int _stopped;

    private TestService(WebApplication app, string folder, ManualTimeProvider clock, FakeLink link, LogCapture logs,
        bool keepFolder)
    {
        (App, Folder, Clock, Link, Logs, _keepFolder) = (app, folder, clock, link, logs, keepFolder);
        Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.First(a => a.StartsWith("http", StringComparison.Ordinal)));
    }

    public WebApplication App { get; }

    public string Folder { get; }

    public ManualTimeProvider Clock { get; }

    public FakeLink Link { get; }

    public LogCapture Logs { get; }

    public Uri Url { get; }

    public static async Task<TestService> StartAsync(
        string? folder = null, ManualTimeProvider? clock = null, string[]? settings = null)
    {
        bool keep = folder != null;
        folder ??= Directory.CreateTempSubdirectory("edgefleet-test-").FullName;
        clock ??= new ManualTimeProvider();
        FakeLink link = new();
        LogCapture logs = new();
        WebApplication app = FleetServiceApp.Create(
            [$"--Data:Path={folder}", "--Http:Url=http://127.0.0.1:0", "--Mqtt:Listen=", "--Data:BusyTimeoutS=1", .. settings ?? []],
            builder =>
            {
                builder.Logging.ClearProviders().AddProvider(logs);
                builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
                builder.Services.RemoveAll<IDeviceLink>().AddSingleton<IDeviceLink>(link);
            });
        await app.StartAsync();
        return new TestService(app, folder, clock, link, logs, keep);
    }

    public T Get<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>A client that signs in with a token of this role; null: with nothing.</summary>
    public async Task<HttpClient> ClientAsync(Role? role)
    {
        HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Url };
        if (role is { } wanted)
        {
            ApiTokenWithSecret token = (await Get<ApiTokens>().CreateAsync(
                "test", wanted, null, null, Actor.System)).Value!;
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Secret);
        }
        return client;
    }

    /// <summary>A client that keeps cookies, as a browser does.</summary>
    public HttpClient Browser() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        CookieContainer = new CookieContainer(),
    }) { BaseAddress = Url };

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        await App.StopAsync();
        await App.DisposeAsync();
        if (!_keepFolder)
            Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Every log line, with the values in it.</summary>
public sealed class LogCapture : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}

/// <summary>What tests ask of answers.</summary>
public static class Answers
{
    public static readonly JsonSerializerOptions Json = Options();

    /// <summary>The name of the problem that the answer is; fails where it is none or has another status.</summary>
    public static async Task<string> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using JsonDocument problem = JsonDocument.Parse(text);
        string type = problem.RootElement.GetProperty("type").GetString()!;
        Assert.StartsWith("urn:edgefleet:", type);
        Assert.Equal((int)status, problem.RootElement.GetProperty("status").GetInt32());
        return type["urn:edgefleet:".Length..];
    }

    /// <summary>The answer's value; fails where it is not 200.</summary>
    public static async Task<T> ValueAsync<T>(this HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {text}");
        return JsonSerializer.Deserialize<T>(text, Json)!;
    }

    public static Task<HttpResponseMessage> PostAsync<T>(this HttpClient client, string path, T body) =>
        client.PostAsJsonAsync(path, body, Json);

    private static JsonSerializerOptions Options()
    {
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web);
        EdgeFleet.Service.Hosting.HostingSetup.Configure(options);
        // The service leaves out what is null; a reader must take that for null.
        options.RespectRequiredConstructorParameters = false;
        return options;
    }
}
