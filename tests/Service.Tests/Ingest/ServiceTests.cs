using System.Net;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Support;
using EdgeFleet.Service.Tests.Telemetry;

namespace EdgeFleet.Service.Tests.Ingest;

/// <summary>The whole service while its journal is in trouble.</summary>
public sealed class ServiceTests
{
    [Fact]
    public async Task A_locked_journal_is_seen_from_outside_and_the_rest_goes_on()
    {
        await using TestService service = await TestService.StartAsync();
        using HttpClient viewer = await service.ClientAsync(Role.Viewer);
        IngestJournal journal = service.Get<IngestJournal>();
        ListeningSession session = new("node-1");
        IngestMessage pack = Messages.Telemetry("node-1", service.Clock.GetUtcNow().ToUnixTimeMilliseconds(), 
            new SentWindow(1, 1, Bench.At(0), 60_000, 0, Messages.Pm25(1000)));
        using (DatabaseLock.Take(service.Folder, "ingest.db"))
        {
            await service.Get<IDeviceHub>().ReceiveAsync(
                session, TopicKind.Telemetry, "node-1", pack.Payload, 1, TestContext.Current.CancellationToken);
            while (journal.Fault == null)
                await Task.Yield();
            using HttpResponseMessage health = await viewer.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
            Assert.Contains("journal-locked", await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            using HttpResponseMessage devices = await viewer.GetAsync("/api/v1/devices", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, devices.StatusCode);
            Assert.Empty(session.Calls);
        }
        while (session.Receipts.Count == 0)
        {
            service.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        await service.Get<ProjectionProgress>().ReachedAsync(journal.Head);
        using HttpResponseMessage well = await viewer.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, well.StatusCode);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_opened_keeps_the_service_from_starting_with_one_line()
    {
        string folder = Directory.CreateTempSubdirectory("edgefleet-test-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "ingest.db"), new string('x', 20_000));
            StartupException e = await Assert.ThrowsAsync<StartupException>(() => TestService.StartAsync(folder));
            Assert.Equal("journal-unusable", e.Name);
            Assert.Contains("ingest.db", e.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
