using System.Net;
using System.Net.Http.Json;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Devices;

/// <summary>Tags: set, kept, found by, and in the audit log.</summary>
public sealed class TagTests : IAsyncLifetime
{
    private TestService _service = null!;
    private string _id = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync();
        _id = (await new Board(_service).JoinAsync((await Board.EnrolAsync(_service)).Enrolment.Id)).DeviceId;
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Tags_are_set_in_order_found_by_and_audited()
    {
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        DeviceView view = await (await PatchAsync(client, ["pilot", " Canary ", "pilot"])).ValueAsync<DeviceView>();
        Assert.Equal(["canary", "pilot"], view.Device.Tags);
        DevicePage found = await (await client.GetAsync("/api/v1/devices?filter=tag:canary%20-tag:lab")).ValueAsync<DevicePage>();
        Assert.Equal((1, _id), (found.Total, Assert.Single(found.Items).Device.Id));
        Assert.Equal(0, (await (await client.GetAsync("/api/v1/devices?filter=-tag:canary")).ValueAsync<DevicePage>()).Total);

        // The same tags again are no change.
        await PatchAsync(client, ["canary", "pilot"]);
        AuditPage audit = await _service.Get<AuditLog>().SearchAsync(_id, action: "device.update");
        AuditEntry entry = Assert.Single(audit.Items);
        Assert.DoesNotContain("canary", entry.Before);
        Assert.Contains("canary", entry.After);

        view = await (await PatchAsync(client, [])).ValueAsync<DeviceView>();
        Assert.Empty(view.Device.Tags);
    }

    [Fact]
    public async Task Tags_survive_a_restart()
    {
        string folder = System.IO.Directory.CreateTempSubdirectory("edgefleet-test-").FullName;
        try
        {
            string id;
            await using (TestService before = await TestService.StartAsync(folder))
            {
                id = (await new Board(before).JoinAsync((await Board.EnrolAsync(before)).Enrolment.Id)).DeviceId;
                await before.Get<DeviceDirectory>().UpdateAsync(id, new DevicePatch(Tags: ["b", "a"]), Actor.System);
            }
            await using TestService after = await TestService.StartAsync(folder);
            Assert.Equal(["a", "b"], after.Get<DeviceDirectory>().Find(id)!.Tags);
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_is_no_tag_is_refused()
    {
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        string[][] wrong = [["a b"], ["-a"], [""], [new string('a', 33)], [.. Enumerable.Range(0, 17).Select(i => $"t{i}")]];
        foreach (string[] tags in wrong)
        {
            using HttpResponseMessage response = await PatchAsync(client, tags);
            string text = await response.Content.ReadAsStringAsync();
            await response.ProblemAsync(HttpStatusCode.BadRequest);
            Assert.Contains("tags", text);
        }
        using HttpResponseMessage filter = await client.GetAsync("/api/v1/devices?filter=kind:bridge%20nokey:1");
        Assert.Contains("column 13", await filter.Content.ReadAsStringAsync());
        Assert.Equal("invalid", await filter.ProblemAsync(HttpStatusCode.BadRequest));
    }

    private Task<HttpResponseMessage> PatchAsync(HttpClient client, string[] tags) =>
        client.PatchAsync($"/api/v1/devices/{_id}", JsonContent.Create(new { tags }));
}
