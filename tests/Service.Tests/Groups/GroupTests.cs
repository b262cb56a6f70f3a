using System.Net;
using System.Net.Http.Json;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Groups;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Groups;

/// <summary>Groups by list and by filter, saved filters, and changes of many devices at once.</summary>
public sealed class GroupTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-test-").FullName;
    private TestService _service = null!;
    private HttpClient _client = null!;
    private string[] _ids = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync(_folder);
        _client = await _service.ClientAsync(Role.Operator);
        string enrolment = (await Board.EnrolAsync(_service)).Enrolment.Id;
        _ids = new string[4];
        for (int i = 0; i < _ids.Length; i++)
            _ids[i] = (await new Board(_service, $"0123456789{i:x2}").JoinAsync(enrolment)).DeviceId;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_list_has_who_is_put_on_it_and_survives_a_restart()
    {
        DeviceGroup group = await CreateAsync(new { name = "lab", description = "Bench", devices = new[] { _ids[0], _ids[1] } });
        Assert.Equal((2, null), (group.Devices, group.Filter));
        group = await (await PatchAsync("lab", new { addDevices = new[] { _ids[2], _ids[1] }, removeDevices = new[] { _ids[0] } }))
            .ValueAsync<DeviceGroup>();
        Assert.Equal(2, group.Devices);
        Assert.Equal(Sorted(_ids[1], _ids[2]), await InAsync("group:lab"));
        await _service.Get<DeviceDirectory>().DecommissionAsync(_ids[2], Actor.System);
        Assert.Equal(Sorted(_ids[1]), await InAsync("group:lab"));
        Assert.Equal(Sorted(_ids[0], _ids[3]), await InAsync("-group:lab"));
        AuditEntry change = (await _service.Get<AuditLog>().SearchAsync("lab", action: "group.change")).Items.Single();
        Assert.Contains(_ids[0], change.Before);
        Assert.Contains(_ids[2], change.After);

        await _service.DisposeAsync();
        await using TestService again = await TestService.StartAsync(_folder);
        Assert.Equal(1, again.Get<DeviceGroups>().Find("lab")!.Devices);
    }

    [Fact]
    public async Task A_filter_has_who_fits_at_the_moment_and_may_name_other_groups()
    {
        await CreateAsync(new { name = "lab", devices = new[] { _ids[0], _ids[1] } });
        await CreateAsync(new { name = "canaries", filter = "tag:canary -group:lab" });
        Assert.Empty(await InAsync("group:canaries"));
        await EditAsync(new { filter = "kind:airbox", addTags = new[] { "canary" }, expected = 4 });
        Assert.Equal(Sorted(_ids[2], _ids[3]), await InAsync("group:canaries"));
        Assert.Equal(2, (await (await _client.GetAsync("/api/v1/groups/canaries/devices")).ValueAsync<DevicePage>()).Total);
        await PatchAsync("lab", new { addDevices = new[] { _ids[2] } });
        Assert.Equal(Sorted(_ids[3]), await InAsync("group:canaries"));
        Assert.False(_service.Get<DeviceGroups>().IsSteady(DeviceFilter.Parse("group:canaries online:true").Value!));
        Assert.True(_service.Get<DeviceGroups>().IsSteady(DeviceFilter.Parse("group:canaries").Value!));
    }

    [Fact]
    public async Task What_would_go_round_in_a_circle_or_into_nothing_is_refused()
    {
        await CreateAsync(new { name = "a", filter = "tag:a" });
        await CreateAsync(new { name = "b", filter = "group:a" });
        Assert.Contains("ask for itself", await RefusedAsync(PatchAsync("a", new { filter = "group:b" }), HttpStatusCode.BadRequest));
        Assert.Contains("ask for itself",
            await RefusedAsync(_client.PostAsync("/api/v1/groups", new { name = "c", filter = "group:c" }), HttpStatusCode.BadRequest));
        Assert.Contains("no group 'x'",
            await RefusedAsync(_client.PostAsync("/api/v1/groups", new { name = "c", filter = "group:x" }), HttpStatusCode.BadRequest));
        Assert.Contains("'b' asks", await RefusedAsync(_client.DeleteAsync("/api/v1/groups/a"), HttpStatusCode.Conflict));
        await (await _client.DeleteAsync("/api/v1/groups/b")).ValueAsync<DeviceGroup>();
        await (await _client.DeleteAsync("/api/v1/groups/a")).ValueAsync<DeviceGroup>();
        // A misspelt group is nobody's, and with a dash everybody's: who acts on it is told.
        Assert.Contains("no group 'a'", await RefusedAsync(_client.GetAsync("/api/v1/devices?filter=-group:a"), HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("""{"name":"A b"}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":"x","priority":1001}""")]
    [InlineData("""{"name":"x","priority":-1}""")]
    [InlineData("""{"name":"x","filter":"","devices":[]}""")]
    [InlineData("""{"name":"x","filter":"colour:red"}""")]
    [InlineData("""{"name":"x","devices":["nobody"]}""")]
    [InlineData("""{"name":"x","devices":[null]}""")]
    public async Task Groups_that_cannot_be_meant_are_refused(string body)
    {
        using StringContent content = new(body, System.Text.Encoding.UTF8, "application/json");
        await (await _client.PostAsync("/api/v1/groups", content)).ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Empty(_service.Get<DeviceGroups>().All());
    }

    [Fact]
    public async Task A_group_keeps_its_kind_and_its_name_is_its_own()
    {
        await CreateAsync(new { name = "list" });
        await CreateAsync(new { name = "filter", filter = "tag:a" });
        await RefusedAsync(PatchAsync("list", new { filter = "tag:b" }), HttpStatusCode.Conflict);
        await RefusedAsync(PatchAsync("filter", new { addDevices = new[] { _ids[0] } }), HttpStatusCode.Conflict);
        await RefusedAsync(_client.PostAsync("/api/v1/groups", new { name = "list" }), HttpStatusCode.Conflict);
        await RefusedAsync(PatchAsync("nobody", new { priority = 1 }), HttpStatusCode.NotFound);
        DeviceGroup group = await (await PatchAsync("filter", new { priority = 7, description = "d" })).ValueAsync<DeviceGroup>();
        Assert.Equal((7, "d", "tag:a"), (group.Priority, group.Description, group.Filter));
    }

    [Fact]
    public async Task Filters_are_kept_under_names()
    {
        SavedFilter saved = await (await _client.PutAsJsonAsync("/api/v1/filters/My night shift", new { filter = " tag:a   kind:AIRBOX " }))
            .ValueAsync<SavedFilter>();
        Assert.Equal(("My night shift", "tag:a kind:AIRBOX"), (saved.Name, saved.Filter));
        await _client.PutAsJsonAsync("/api/v1/filters/My night shift", new { filter = "tag:b" });
        Assert.Equal("tag:b", Assert.Single(await (await _client.GetAsync("/api/v1/filters")).ValueAsync<SavedFilter[]>()).Filter);
        await RefusedAsync(_client.PutAsJsonAsync("/api/v1/filters/x", new { filter = "x:y" }), HttpStatusCode.BadRequest);
        await (await _client.DeleteAsync("/api/v1/filters/My night shift")).ValueAsync<SavedFilter>();
        await RefusedAsync(_client.DeleteAsync("/api/v1/filters/My night shift"), HttpStatusCode.NotFound);
        Assert.Equal(["filter.remove", "filter.save", "filter.save"],
            (await _service.Get<AuditLog>().SearchAsync("My night shift")).Items.Select(e => e.Action));
    }

    [Fact]
    public async Task Many_devices_are_changed_once_their_number_was_seen()
    {
        await _service.Get<DeviceDirectory>().UpdateAsync(_ids[0], new DevicePatch(Site: "Xinyi", Tags: ["old"]), Actor.System);
        var edit = new { filter = "kind:airbox", addTags = new[] { "night" }, removeTags = new[] { "old" }, site = "Xinyi" };
        DeviceEditAnswer seen = await (await _client.PostAsync("/api/v1/devices/edit", edit)).ValueAsync<DeviceEditAnswer>();
        Assert.Equal((4, 4, false), (seen.Fitting, seen.Changing, seen.Done));
        Assert.Empty(await InAsync("tag:night"));
        Assert.Equal("devices-changed", await (await EditAsync(new { edit.filter, edit.addTags, expected = 3 }))
            .ProblemAsync(HttpStatusCode.Conflict));
        DeviceEditAnswer done = await (await EditAsync(new { edit.filter, edit.addTags, edit.removeTags, edit.site, expected = 4 }))
            .ValueAsync<DeviceEditAnswer>();
        Assert.Equal((4, true), (done.Changing, done.Done));
        Assert.Equal(Sorted(_ids), await InAsync("tag:night -tag:old site:Xinyi"));
        // Who is so already does not change, and is not in the audit log a second time.
        seen = await (await _client.PostAsync("/api/v1/devices/edit", edit)).ValueAsync<DeviceEditAnswer>();
        Assert.Equal((4, 0), (seen.Fitting, seen.Changing));
        AuditPage audit = await _service.Get<AuditLog>().SearchAsync(action: "device.update");
        Assert.Equal(5, audit.Total);
        AuditEntry one = audit.Items.First(e => e.Subject == _ids[0]);
        Assert.Contains("old", one.Before);
        Assert.Contains("night", one.After);
    }

    [Theory]
    [InlineData("""{"filter":""}""")]
    [InlineData("""{"filter":"","addTags":[]}""")]
    [InlineData("""{"filter":"","addTags":["A B"]}""")]
    [InlineData("""{"filter":"x:","addTags":["a"]}""")]
    [InlineData("""{"filter":"group:nobody","addTags":["a"]}""")]
    public async Task Changes_of_many_that_cannot_be_meant_are_refused(string body)
    {
        using StringContent content = new(body, System.Text.Encoding.UTF8, "application/json");
        await (await _client.PostAsync("/api/v1/devices/edit", content)).ProblemAsync(HttpStatusCode.BadRequest);
    }

    private async Task<DeviceGroup> CreateAsync(object body) =>
        await (await _client.PostAsync("/api/v1/groups", body)).ValueAsync<DeviceGroup>();

    private Task<HttpResponseMessage> PatchAsync(string name, object body) =>
        _client.PatchAsync("/api/v1/groups/" + name, JsonContent.Create(body));

    private Task<HttpResponseMessage> EditAsync(object body) => _client.PostAsync("/api/v1/devices/edit", body);

    private static string[] Sorted(params string[] ids) => [.. ids.Order(StringComparer.Ordinal)];

    private async Task<string[]> InAsync(string filter)
    {
        DevicePage page = await (await _client.GetAsync("/api/v1/devices?filter=" + Uri.EscapeDataString(filter))).ValueAsync<DevicePage>();
        return Sorted([.. page.Items.Select(i => i.Device.Id)]);
    }

    private static async Task<string> RefusedAsync(Task<HttpResponseMessage> request, HttpStatusCode status)
    {
        using HttpResponseMessage response = await request;
        string text = await response.Content.ReadAsStringAsync();
        await response.ProblemAsync(status);
        return System.Text.RegularExpressions.Regex.Unescape(text);
    }
}
