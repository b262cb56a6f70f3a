using System.Net;
using System.Net.Http.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Groups;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Devices;

/// <summary>Configurations of fleet, groups and devices: what follows for each device, from where, and with which version.</summary>
public sealed class LevelTests : IAsyncLifetime
{
    private const string Hot = """{"id":"hot","channel":"temp","statistic":"max","direction":"above","level":60}""";
    private const string Dust = """{"id":"dust","channel":"pm25","statistic":"mean","direction":"above","level":35}""";
    private const string Tilt = """{"id":"tilt","channel":"az","statistic":"mean","direction":"below","level":9}""";

    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("edgefleet-test-").FullName;
    private TestService _service = null!;
    private HttpClient _client = null!;
    private string _air = null!;
    private string _bridge = null!;

    private DeviceDirectory Directory => _service.Get<DeviceDirectory>();

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync(_folder);
        _client = await _service.ClientAsync(Role.Operator);
        _air = (await new Board(_service, "0123456789aa").JoinAsync((await Board.EnrolAsync(_service)).Enrolment.Id)).DeviceId;
        _bridge = (await new Board(_service, "0123456789bb") { Kind = NodeKind.Bridge }.JoinAsync(
            (await Board.EnrolAsync(_service, kind: NodeKind.Bridge)).Enrolment.Id)).DeviceId;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _service.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_nearer_level_wins_and_every_value_says_where_it_comes_from()
    {
        await GroupAsync("east", "tag:east", 5);
        await GroupAsync("night", "tag:night", 1);
        await PutAsync("fleet", $$"""{"windowMs":60000,"stateIntervalMs":600000,"thresholds":[{{Hot}}]}""");
        await PutAsync("groups/east", """{"windowMs":10000}""");
        await PutAsync("groups/night", $$"""{"windowMs":20000,"air":{"asleepS":600},"thresholds":[{{Dust}}]}""");
        Assert.Equal((60000, 600000), (Config(_air).WindowMs, Config(_air).StateIntervalMs));

        await Directory.UpdateAsync(_air, new DevicePatch(Tags: ["east", "night"]), Actor.System);
        await PutAsync($"devices/{_air}", $$"""{"thresholds":[{{Hot.Replace("60", "70")}}]}""");
        ConfigDocument config = Config(_air);
        Assert.Equal((10000, 600), (config.WindowMs, config.Air!.AsleepS));
        Assert.Equal(["dust 35", "hot 70"], config.Rules.Select(r => $"{r.Id} {r.Level}"));
        ConfigInheritance from = await (await _client.GetAsync($"/api/v1/config/devices/{_air}/inheritance")).ValueAsync<ConfigInheritance>();
        Assert.Equal(
            ["windowMs=Group:east over group night,fleet", "stateIntervalMs=Fleet: over ", "air=Group:night over ",
                "trigger=BuiltIn: over ", "screening=BuiltIn: over ", "modes=BuiltIn: over ",
                "thresholds[dust]=Group:night over ", "thresholds[hot]=Device: over fleet"],
            from.Values.Select(v => $"{v.Field}={v.Level}:{v.Name} over {string.Join(',', v.Over)}"));
        Assert.Equal((ConfigProgress.Unknown, Directory.ConfigOf(_air)!.Version), (from.State.Progress, from.State.Desired));

        // The priority turns the two groups round, and what nobody says any more comes from above.
        await _client.PatchAsync("/api/v1/groups/night", JsonContent.Create(new { priority = 9 }));
        Assert.Equal(20000, Config(_air).WindowMs);
        await PutAsync("groups/night", "{}");
        Assert.Equal((10000, null), (Config(_air).WindowMs, Config(_air).Air));
        await PutAsync($"devices/{_air}", """{"ownRulesOnly":true}""");
        Assert.Empty(Config(_air).Rules);
    }

    [Fact]
    public async Task What_a_kind_of_node_would_refuse_is_not_sent_to_it()
    {
        await PutAsync("fleet", $$"""
            {"windowMs":60000,"air":{"asleepS":600},"trigger":{"on":5},"thresholds":[{{Hot}},{{Dust}},{{Tilt}}]}
            """);
        Assert.Equal(["hot", "dust"], Config(_air).Rules.Select(r => r.Id));
        Assert.Equal(["hot", "tilt"], Config(_bridge).Rules.Select(r => r.Id));
        Assert.Equal((true, false), (Config(_air).Air != null, Config(_air).Trigger != null));
        Assert.Equal((false, true), (Config(_bridge).Air != null, Config(_bridge).Trigger != null));
        // Of what only the others take, nothing is left: no new version.
        uint before = Directory.ConfigOf(_bridge)!.Version;
        await PutAsync("fleet", $$"""
            {"windowMs":60000,"air":{"asleepS":900},"trigger":{"on":5},"thresholds":[{{Hot}},{{Dust}},{{Tilt}}]}
            """);
        Assert.Equal(before, Directory.ConfigOf(_bridge)!.Version);
        Assert.Equal(900, Config(_air).Air!.AsleepS);
    }

    [Fact]
    public async Task A_change_is_shown_before_it_is_made_and_then_sent()
    {
        await PutAsync("fleet", """{"windowMs":60000}""");
        _service.Link.Sent.Clear();
        ConfigChange preview = await (await PutRawAsync("fleet?preview=true", $$"""{"windowMs":30000,"thresholds":[{{Dust}}]}"""))
            .ValueAsync<ConfigChange>();
        Assert.Equal((2, false, 1u), (preview.Devices, preview.Done, preview.Level.Version));
        DeviceDifference air = preview.Sample.Single(d => d.Device == _air);
        Assert.Equal((2u, "windowMs thresholds[dust]"), (air.Version, string.Join(' ', air.Differences.Select(d => d.Field))));
        Assert.Equal(("60000", "30000"), (air.Differences[0].Before!.ToString(), air.Differences[0].After!.ToString()));
        Assert.Empty(_service.Link.Sent);
        Assert.Equal(60000, Config(_air).WindowMs);

        ConfigChange done = await PutAsync("fleet", """{"windowMs":30000}""");
        Assert.Equal((2, true, 2u), (done.Devices, done.Done, done.Level.Version));
        Assert.Equal((2u, 30000), (Sent(_air).Config.Version, Sent(_air).Config.WindowMs));
        Assert.Equal("config-changed", await (await PutRawAsync("fleet?expectedVersion=1", "{}")).ProblemAsync(HttpStatusCode.Conflict));
        AuditEntry audit = (await _service.Get<AuditLog>().SearchAsync("fleet")).Items[0];
        Assert.Equal("config.fleet", audit.Action);
        Assert.Contains("60000", audit.Before);
        Assert.Contains("30000", audit.After);
    }

    [Fact]
    public async Task Versions_grow_whatever_changes_and_survive_a_restart()
    {
        List<uint> versions = [];
        async Task NoteAsync(Task change)
        {
            await change;
            versions.Add(Directory.ConfigOf(_air)!.Version);
        }
        await GroupAsync("east", "tag:east", 5);
        await NoteAsync(PutAsync("fleet", """{"windowMs":60000}"""));
        await NoteAsync(PutAsync("groups/east", """{"windowMs":10000}"""));
        await NoteAsync(Directory.UpdateAsync(_air, new DevicePatch(Tags: ["east"]), Actor.System));
        await NoteAsync(PutAsync($"devices/{_air}", """{"windowMs":5000}"""));
        await NoteAsync(PutAsync("fleet", """{"windowMs":70000}"""));
        await NoteAsync(PutAsync($"devices/{_air}", "{}"));
        await NoteAsync(Directory.EditAsync(new DeviceEdit("tag:east", RemoveTags: ["east"], Expected: 1), Actor.System));
        await NoteAsync(Directory.SetConfigAsync(_air, new ConfigDocument(WindowMs: 7000), null, Actor.System));
        Assert.Equal([1u, 1u, 2u, 3u, 3u, 4u, 5u, 6u], versions);
        await _service.DisposeAsync();

        _service = await TestService.StartAsync(_folder, _service.Clock);
        Assert.Equal((6u, 7000), (Directory.ConfigOf(_air)!.Version, Config(_air).WindowMs));
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        // A device whose whole configuration was set has nothing from above, until its own level is cleared.
        await client.PutAsync("/api/v1/config/fleet", Json("""{"windowMs":80000}"""));
        Assert.Equal(6u, Directory.ConfigOf(_air)!.Version);
        await client.PutAsync($"/api/v1/config/devices/{_air}", Json("{}"));
        Assert.Equal((7u, 80000), (Directory.ConfigOf(_air)!.Version, Config(_air).WindowMs));
    }

    [Fact]
    public async Task A_new_device_gets_what_the_fleet_says_with_its_first_subscription()
    {
        await PutAsync("fleet", """{"windowMs":60000}""");
        string id = (await new Board(_service, "0123456789cc").JoinAsync((await Board.EnrolAsync(_service)).Enrolment.Id)).DeviceId;
        await _service.Get<IDeviceHub>().SubscribedAsync(new FakeSession(PeerRole.Device, id), TopicKind.Desired, id, default);
        Assert.Equal((1u, 60000), (Sent(id).Config.Version, Sent(id).Config.WindowMs));
        Assert.Single(_service.Link.Sent, s => s.Kind == TopicKind.Desired && s.Id == id);
    }

    [Fact]
    public async Task A_group_that_comes_and_goes_by_itself_has_no_configuration()
    {
        await GroupAsync("online", "online:true", 0);
        await GroupAsync("over", "group:online", 0);
        await GroupAsync("steady", "site:x", 0);
        foreach (string name in new[] { "online", "over" })
        {
            Assert.Equal("group-not-steady",
                await (await PutRawAsync("groups/" + name, """{"windowMs":10000}""")).ProblemAsync(HttpStatusCode.Conflict));
        }
        await PutAsync("groups/steady", """{"windowMs":10000}""");
        Assert.Equal("group-in-use", await (await _client.PatchAsync("/api/v1/groups/steady",
            JsonContent.Create(new { filter = "fw<1.4" }))).ProblemAsync(HttpStatusCode.Conflict));
        Assert.Equal("group-in-use", await (await _client.DeleteAsync("/api/v1/groups/steady")).ProblemAsync(HttpStatusCode.Conflict));
        await PutAsync("groups/steady", "{}");
        await (await _client.DeleteAsync("/api/v1/groups/steady")).ValueAsync<DeviceGroup>();
    }

    [Theory]
    [InlineData("fleet", """{"windowMs":1}""", "config-window-ms")]
    [InlineData("fleet", """{"thresholds":[{"id":"drift-f1","channel":"f1","statistic":"mean","direction":"above","level":1}]}""", "config-threshold-id")]
    [InlineData("fleet", """{"thresholds":[{"id":"a","channel":"co2","statistic":"mean","direction":"above","level":1}]}""", "config-threshold-channel")]
    [InlineData("fleet", """{"thresholds":[null]}""", "config-threshold-id")]
    [InlineData("fleet", """{"colour":"red"}""", "bad-request")]
    public async Task What_cannot_be_meant_is_refused(string level, string body, string name)
    {
        Assert.Equal(name, await (await PutRawAsync(level, body)).ProblemAsync(HttpStatusCode.BadRequest));
        Assert.Empty(_service.Get<ConfigLevels>().Shared());
    }

    [Fact]
    public async Task Operators_may_not_use_the_names_of_the_nodes_own_rules_on_any_level()
    {
        string body = """{"thresholds":[{"id":"drift-f4","channel":"f1","statistic":"mean","direction":"above","level":1}]}""";
        foreach (string path in new[] { $"config/devices/{_bridge}", $"devices/{_bridge}/config" })
        {
            Assert.Equal("config-threshold-id",
                await (await _client.PutAsync("/api/v1/" + path, Json(body))).ProblemAsync(HttpStatusCode.BadRequest));
        }
    }

    [Fact]
    public async Task More_rules_together_than_a_node_takes_are_refused_and_nothing_changes()
    {
        string Rules(string prefix, int count) => string.Join(',', Enumerable.Range(0, count)
            .Select(i => $$"""{"id":"{{prefix}}{{i}}","channel":"temp","statistic":"max","direction":"above","level":60}"""));
        await GroupAsync("east", "kind:bridge", 5);
        await PutAsync("fleet", $$"""{"thresholds":[{{Rules("a", 10)}}]}""");
        Assert.Equal("config-too-many-thresholds",
            await (await PutRawAsync("groups/east", $$"""{"thresholds":[{{Rules("b", 7)}}]}""")).ProblemAsync(HttpStatusCode.BadRequest));
        Assert.Equal(10, Config(_bridge).Rules.Count);
    }

    [Fact]
    public async Task How_far_the_fleet_has_come_is_counted()
    {
        await PutAsync("fleet", """{"windowMs":60000}""");
        ConfigStatePage page = await (await _client.GetAsync("/api/v1/config/status?filter=kind:bridge&progress=unknown")).ValueAsync<ConfigStatePage>();
        Assert.Equal((1, _bridge, 1u), (page.Total, Assert.Single(page.Items).Device, page.Items[0].Desired));
        Assert.Equal(1, page.Counts[ConfigProgress.Unknown]);
        Assert.Empty((await (await _client.GetAsync("/api/v1/config/status?progress=refused")).ValueAsync<ConfigStatePage>()).Items);
    }

    private ConfigDocument Config(string id) => Directory.ConfigOf(id)!.Config;

    private async Task GroupAsync(string name, string filter, int priority) => await (await _client.PostAsync(
        "/api/v1/groups", new { name, filter, priority })).ValueAsync<DeviceGroup>();

    private async Task<ConfigChange> PutAsync(string level, string body) =>
        await (await PutRawAsync(level, body)).ValueAsync<ConfigChange>();

    private Task<HttpResponseMessage> PutRawAsync(string level, string body) => _client.PutAsync("/api/v1/config/" + level, Json(body));

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");

    private DesiredState Sent(string id)
    {
        DesiredState state = new();
        byte[] payload = _service.Link.Sent.Last(s => s.Kind == TopicKind.Desired && s.Id == id).Payload;
        Assert.Equal(ContractError.None, state.Read(new CborReader(payload)));
        return state;
    }
}
