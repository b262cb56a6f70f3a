using System.Collections.Concurrent;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeFleet.Service.Tests.Gateway;

/// <summary>
/// The MQTT endpoint on a free port, before a hub that a test scripts, with a clock that the test moves. Disposing fails
/// on any warning or error in the log that the test has not said it expects.
/// </summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Logs _logs;
    private readonly List<string> _expected = [];

    private TestGateway(WebApplication app, ScriptedHub hub, ManualTimeProvider clock, Logs logs)
    {
        (_app, Hub, Clock, _logs) = (app, hub, clock, logs);
        hub.Link = app.Services.GetRequiredService<IDeviceLink>();
    }

    public ScriptedHub Hub { get; }

    public ManualTimeProvider Clock { get; }

    public IDeviceLink Link => Hub.Link;

    public GatewayAddresses Addresses => _app.Services.GetRequiredService<GatewayAddresses>();

    public int Port => Addresses.Plain!.Port;

    public static async Task<TestGateway> StartAsync(
        ScriptedHub? hub = null, MqttOptions? options = null, IDeviceHub? other = null)
    {
        hub ??= new ScriptedHub();
        ManualTimeProvider clock = new();
        Logs logs = new();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton(other ?? hub);
        builder.AddMqttGateway(options ?? new MqttOptions { Listen = "127.0.0.1:0" });
        WebApplication app = builder.Build();
        await app.StartAsync();
        return new TestGateway(app, hub, clock, logs);
    }

    /// <summary>A connection that has said nothing yet.</summary>
    public Task<RawClient> OpenAsync() => RawClient.OpenAsync(Port);

    /// <summary>A device that was let in.</summary>
    public async Task<RawClient> ConnectAsync(byte version, string id = "airbox-1", int keepAliveS = 0)
    {
        RawClient client = await OpenAsync();
        await client.SendAsync(Packets.Connect(version, user: id, keepAliveS: keepAliveS));
        Packet answer = await client.ReadAsync();
        Assert.Equal(0x20, answer.Head);
        Assert.Equal([0, 0], answer.Body[..2]);
        return client;
    }

    /// <summary>Warnings and errors so far.</summary>
    public IReadOnlyCollection<string> LogLines => _logs.Lines;

    /// <summary>Lets a warning or an error pass that contains this; it has to come.</summary>
    public void Expect(string text) => _expected.Add(text);

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        string[] unexpected = [.. _logs.Lines.Where(line => !_expected.Any(line.Contains))];
        Assert.True(unexpected.Length == 0, "Unexpected in the log:\n" + string.Join('\n', unexpected));
        string[] missing = [.. _expected.Where(text => !_logs.Lines.Any(line => line.Contains(text)))];
        Assert.True(missing.Length == 0, "Missing in the log:\n" + string.Join('\n', missing));
    }

    private sealed class Logs : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
            // Lines are read after the service is gone.
        }
    }
}
