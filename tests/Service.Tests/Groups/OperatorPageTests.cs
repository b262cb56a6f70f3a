using System.Net;
using System.Net.Http.Headers;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Groups;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Groups;

/// <summary>What the pages of groups, levels and changes of many say, and to whom they offer a change.</summary>
public sealed class OperatorPageTests : IAsyncLifetime
{
    private TestService _service = null!;
    private string _id = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync();
        _id = (await new Board(_service).JoinAsync((await Board.EnrolAsync(_service)).Enrolment.Id)).DeviceId;
        await _service.Get<DeviceDirectory>().UpdateAsync(_id, new DevicePatch(Tags: ["canary"]), Actor.System);
        DeviceGroups groups = _service.Get<DeviceGroups>();
        await groups.CreateAsync(new GroupRequest("canaries", "<First>", "tag:canary"), Actor.System);
        await groups.CreateAsync(new GroupRequest("bench", Devices: [_id]), Actor.System);
        await _service.Get<SavedFilters>().SaveAsync("Night & day", "kind:bridge", Actor.System);
        await _service.Get<ConfigLevels>().SetAsync(
            ConfigLevel.Group, "canaries", new ConfigLayer(WindowMs: 30_000), null, true, Actor.System);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Everybody_sees_and_operators_change()
    {
        foreach (Role role in new[] { Role.Viewer, Role.Operator })
        {
            bool operates = role >= Role.Operator;
            using HttpClient client = await _service.ClientAsync(role);
            client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
            string groups = await PageAsync(client, "/groups?filter=tag:a");
            Assert.Contains("&lt;First&gt;", groups);
            Assert.Contains("Night &amp; day", groups);
            Assert.Equal(operates, groups.Contains("Create group"));
            string list = await PageAsync(client, "/groups/bench");
            Assert.Contains(_id, list);
            Assert.Equal(operates, list.Contains("Take off"));
            Assert.Equal(operates, (await PageAsync(client, "/groups/canaries")).Contains("data-confirm"));
            string level = await PageAsync(client, "/config?level=group:canaries");
            Assert.Contains("30000", level);
            Assert.Contains("1 not reported", level);
            Assert.Equal(operates, level.Contains("Show what changes"));
            Assert.Contains("Fleet (silent)", await PageAsync(client, "/config"));
            string device = await PageAsync(client, $"/devices/{_id}/config");
            Assert.Contains("group canaries", device);
            Assert.Contains("canary", device);
            string fleet = await PageAsync(client, "/?q=tag:canary");
            Assert.Contains(_id, fleet);
            Assert.Equal(operates, fleet.Contains("Change these"));
            Assert.Contains("column 1", await PageAsync(client, "/?q=colour:red"));
            Assert.Equal(operates ? HttpStatusCode.OK : HttpStatusCode.Forbidden,
                (await client.GetAsync("/devices/edit?filter=tag:canary")).StatusCode);
            foreach (string path in new[] { "/groups/nobody", "/config?level=group:nobody", "/config?level=x" })
                Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path)).StatusCode);
        }
    }

    private static async Task<string> PageAsync(HttpClient client, string path)
    {
        using HttpResponseMessage response = await client.GetAsync(path);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {response.StatusCode} {text}");
        return text;
    }
}
