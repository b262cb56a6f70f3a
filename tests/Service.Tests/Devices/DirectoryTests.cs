using System.Net;
using System.Net.Http.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Devices;

/// <summary>The directory: who is there, what people call them, and how they are found.</summary>
public sealed class DirectoryTests : IAsyncLifetime
{
    private TestService _service = null!;
    private string _enrolment = null!;

    private IDeviceHub Hub => _service.Get<IDeviceHub>();

    private DeviceDirectory Directory => _service.Get<DeviceDirectory>();

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync();
        _enrolment = (await Board.EnrolAsync(_service, count: 100)).Enrolment.Id;
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Devices_are_found_by_what_people_know_of_them()
    {
        string[] ids = await JoinAsync(5);
        Assert.True((await Directory.UpdateAsync(ids[2], new DevicePatch("Library", "Xinyi", 25.03, 121.56),
            Actor.System)).Ok);
        using HttpClient client = await _service.ClientAsync(Role.Viewer);
        foreach (string search in new[] { "librar", "XINYI", ids[2], Directory.Find(ids[2])!.HardwareId })
        {
            DevicePage found = await (await client.GetAsync("/api/v1/devices?search=" + search))
                .ValueAsync<DevicePage>();
            Assert.Equal((1, ids[2]), (found.Total, Assert.Single(found.Items).Device.Id));
        }
        Assert.Equal(4, (await PageAsync(client, "site=Renai Road")).Total);
        Assert.Equal(5, (await PageAsync(client, "kind=airBox&online=false&status=active")).Total);
        Assert.Equal(0, (await PageAsync(client, "kind=bridge")).Total);
        DevicePage second = await PageAsync(client, "skip=2&top=2");
        Assert.Equal((5, 2), (second.Total, second.Items.Count));
        Assert.Equal(["Renai Road", "Xinyi"],
            await (await client.GetAsync("/api/v1/sites")).ValueAsync<string[]>());
        Assert.Equal(new DeviceCounts(5, 0, 0, 0), Directory.Counts());
    }

    [Theory]
    [InlineData("top=0", "top")]
    [InlineData("top=501", "top")]
    [InlineData("skip=-1", "skip")]
    [InlineData("kind=toaster", "kind")]
    [InlineData("kind=1", "kind")]
    [InlineData("status=asleep", "status")]
    [InlineData("online=maybe", "online")]
    [InlineData("top=many", "top")]
    public async Task Queries_that_cannot_be_meant_are_refused_by_name(string query, string field)
    {
        using HttpClient client = await _service.ClientAsync(Role.Viewer);
        using HttpResponseMessage response = await client.GetAsync("/api/v1/devices?" + query);
        string text = await response.Content.ReadAsStringAsync();
        await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Contains(field, text);
    }

    [Theory]
    [InlineData("""{"latitude":91,"longitude":0}""", "latitude")]
    [InlineData("""{"latitude":0,"longitude":-181}""", "longitude")]
    [InlineData("""{"latitude":1}""", "longitude")]
    [InlineData("""{"name":"a\u0007b"}""", "name")]
    [InlineData("""{"id":"airbox-other"}""", "id")]
    [InlineData("""{"status":"active"}""", "status")]
    public async Task Changes_that_cannot_be_meant_are_refused_by_name(string body, string field)
    {
        string id = (await JoinAsync(1))[0];
        using HttpClient client = await _service.ClientAsync(Role.Technician);
        using HttpResponseMessage response = await client.PatchAsync($"/api/v1/devices/{id}",
            new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        string text = await response.Content.ReadAsStringAsync();
        await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Contains(field, text);
    }

    [Fact]
    public async Task Presence_follows_the_connections_and_is_published()
    {
        string id = (await JoinAsync(1))[0];
        using LiveSubscription live = _service.Get<LiveFeed>().Subscribe(n => n.Kind == LiveKind.Device)!;
        FakeSession first = new(PeerRole.Device, id);
        await Hub.ConnectedAsync(first, default);
        DeviceView view = Directory.View(id)!;
        Assert.Equal((true, _service.Clock.GetUtcNow()), (view.Online, view.LastSeenAt));
        Assert.True(live.TryRead(out _));

        _service.Clock.Advance(TimeSpan.FromMinutes(3));
        await Hub.ReceiveAsync(first, TopicKind.Telemetry, id, new byte[] { 0x80 }, 3, default);
        Assert.Equal(_service.Clock.GetUtcNow(), Directory.View(id)!.LastSeenAt);
        Assert.Equal(_service.Clock.GetUtcNow().AddMinutes(-3), Directory.View(id)!.Since);

        // A take-over may bring the new session before the old one is gone.
        FakeSession second = new(PeerRole.Device, id);
        await Hub.ConnectedAsync(second, default);
        Hub.Disconnected(first, LinkEnd.TakenOver);
        Assert.True(Directory.View(id)!.Online);
        Assert.False(live.TryRead(out _));
        Hub.Disconnected(second, LinkEnd.Lost);
        Assert.False(Directory.View(id)!.Online);
        Assert.True(live.TryRead(out _));
    }

    [Fact]
    public async Task What_devices_say_is_acknowledged_by_the_journal()
    {
        string id = (await JoinAsync(1))[0];
        FakeSession session = new(PeerRole.Device, id);
        await Hub.ConnectedAsync(session, default);
        await Hub.ReceiveAsync(session, TopicKind.Telemetry, id, new byte[] { 0x80 }, 9, default);
        await _service.Get<IngestJournal>().SettledAsync();
        Assert.Equal<ushort>([9], [.. session.Receipts]);
    }

    [Fact]
    public async Task Last_seen_survives_a_restart()
    {
        string folder = System.IO.Directory.CreateTempSubdirectory("edgefleet-test-").FullName;
        try
        {
            string id;
            DateTimeOffset seen;
            await using (TestService before = await TestService.StartAsync(folder))
            {
                id = (await new Board(before).JoinAsync((await Board.EnrolAsync(before)).Enrolment.Id)).DeviceId;
                await before.Get<IDeviceHub>().ConnectedAsync(new FakeSession(PeerRole.Device, id), default);
                seen = before.Clock.GetUtcNow();
                // Changing the entry must not undo what the chores wrote.
                await before.Get<Presence>().TidyAsync(default);
                await before.Get<DeviceDirectory>().UpdateAsync(id, new DevicePatch("x"), Actor.System);
            }
            await using TestService after = await TestService.StartAsync(folder);
            DeviceView view = after.Get<DeviceDirectory>().View(id)!;
            Assert.Equal((false, seen, "x"), (view.Online, view.LastSeenAt, view.Device.Name));
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_log_with_its_actor()
    {
        string id = (await JoinAsync(1))[0];
        using HttpClient client = await _service.ClientAsync(Role.Admin);
        await client.PatchAsync($"/api/v1/devices/{id}",
            JsonContent.Create(new { name = "Library", latitude = 25.0, longitude = 121.0 }));
        await client.PutAsync($"/api/v1/devices/{id}/config", JsonContent.Create(new { windowMs = 5000 }));
        await client.PutAsync($"/api/v1/devices/{id}/certificate",
            JsonContent.Create(new { thumbprint = new string('a', 64) }));
        DeviceKey key = await (await client.PostAsync($"/api/v1/devices/{id}/rotate-key", null))
            .ValueAsync<DeviceKey>();
        foreach (string verb in new[] { "quarantine", "reinstate", "decommission", "release" })
            Assert.Equal(HttpStatusCode.OK, (await client.PostAsync($"/api/v1/devices/{id}/{verb}", null)).StatusCode);
        await client.PostAsync($"/api/v1/enrolments/{_enrolment}/close", null);

        AuditPage page = await (await client.GetAsync("/api/v1/audit?top=500")).ValueAsync<AuditPage>();
        Assert.Equal(
            ["claim.grant", "device.update", "device.configure", "device.certificate", "device.rotate-key",
                "device.quarantine", "device.reinstate", "device.decommission", "device.release"],
            page.Items.Where(e => e.Subject == id).Select(e => e.Action).Reverse());
        AuditEntry update = page.Items.Single(e => e.Action == "device.update");
        Assert.Equal(("token", "token:test"), (update.ActorKind, update.Actor));
        Assert.Contains("Library", update.After);
        Assert.DoesNotContain("Library", update.Before);
        Assert.Contains(page.Items, e => (e.Action, e.Subject) == ("enrolment.close", _enrolment));
        Assert.Contains(page.Items, e => e.Action == "enrolment.create");
        Assert.Contains(page.Items, e => e.Action == "token.create");
        Assert.Contains(page.Items, e => e.Action == "user.create");
        Assert.All(page.Items, e => Assert.DoesNotContain(key.Key, e.Before + e.After));
        AuditPage some = await (await client.GetAsync($"/api/v1/audit?subject={id}&action=device.re&top=1"))
            .ValueAsync<AuditPage>();
        Assert.Equal((2, "device.release"), (some.Total, Assert.Single(some.Items).Action));
    }

    [Fact]
    public async Task Who_is_not_there_is_not_found_by_name()
    {
        using HttpClient client = await _service.ClientAsync(Role.Admin);
        foreach (string path in new[] { "", "/config" })
        {
            Assert.Equal("device-not-found",
                await (await client.GetAsync("/api/v1/devices/nobody" + path)).ProblemAsync(HttpStatusCode.NotFound));
        }
        foreach (string verb in new[] { "quarantine", "reinstate", "decommission", "release", "rotate-key" })
        {
            Assert.Equal("device-not-found", await (await client.PostAsync($"/api/v1/devices/nobody/{verb}", null))
                .ProblemAsync(HttpStatusCode.NotFound));
        }
    }

    private async Task<string[]> JoinAsync(int count)
    {
        string[] ids = new string[count];
        for (int i = 0; i < count; i++)
        {
            ClaimAnswer answer = await new Board(_service, $"0123456789{i:x2}").JoinAsync(_enrolment);
            ids[i] = answer.DeviceId;
        }
        return ids;
    }

    private static async Task<DevicePage> PageAsync(HttpClient client, string query) =>
        await (await client.GetAsync("/api/v1/devices?" + query)).ValueAsync<DevicePage>();
}
