using System.Diagnostics;
using EdgeFleet.Contracts;
using EdgeFleet.Service;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Ingest;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeFleet.Benchmarks;

/// <summary>
/// The gateway and its journal in a process of their own, as the service runs them, behind a hub that lets everybody in.
/// Says its port on the first line; answers <c>memory</c> on its standard input, and ends with it.
/// </summary>
internal static class GatewayHost
{
    public static async Task<int> RunAsync(string folder)
    {
        InlineSockets.Prefer();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IDeviceHub, OpenHub>();
        builder.AddIngestJournal(_ => Path.Combine(folder, "ingest.db"));
        builder.AddMqttGateway(new MqttOptions { Listen = "127.0.0.1:0" });
        await using WebApplication app = builder.Build();
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<GatewayAddresses>().Plain!.Port);
        IngestJournal journal = app.Services.GetRequiredService<IngestJournal>();
        using CancellationTokenSource stop = new();
        Task reading = ReadAsync(journal, stop.Token);
        while (await Console.In.ReadLineAsync() is { } line)
            Console.WriteLine(line == "memory" ? Memory() : Cpu());
        stop.Cancel();
        await reading;
        await app.StopAsync();
        return 0;
    }

    /// <summary>Prunes what is stored, as the projector does when it has read it; nothing grows without bound.</summary>
    private static async Task ReadAsync(IngestJournal journal, CancellationToken stop)
    {
        try
        {
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(200));
            while (await timer.WaitForNextTickAsync(stop))
                journal.Prune(journal.Head);
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    /// <summary>Managed bytes in use, committed managed bytes, and resident bytes.</summary>
    private static string Memory()
    {
        for (int i = 0; i < 3; i++)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using Process self = Process.GetCurrentProcess();
        return $"{GC.GetTotalMemory(false)} {GC.GetGCMemoryInfo().TotalCommittedBytes} {self.WorkingSet64}";
    }

    private static string Cpu()
    {
        using Process self = Process.GetCurrentProcess();
        return $"{self.UserProcessorTime.TotalSeconds:f2} {self.PrivilegedProcessorTime.TotalSeconds:f2}";
    }

    private sealed class OpenHub(IngestJournal journal) : IDeviceHub
    {
        public ValueTask<Admission> AdmitAsync(Credentials credentials, CancellationToken cancel) =>
            new(new Admission(new Peer(PeerRole.Device, credentials.User), Refusal.None));

        public ValueTask ConnectedAsync(IDeviceSession session, CancellationToken cancel) => default;

        public void Disconnected(IDeviceSession session, LinkEnd reason)
        {
            // Nobody wants to know.
        }

        public ValueTask SubscribedAsync(
            IDeviceSession session, TopicKind kind, string id, CancellationToken cancel) => default;

        public ValueTask ReceiveAsync(
            IDeviceSession session, TopicKind kind, string id, ReadOnlyMemory<byte> payload, ushort receipt,
            CancellationToken cancel) => journal.AppendAsync(session, kind, id, payload, receipt, cancel);
    }
}
