using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Features.Updates;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Bundles;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Updates;

/// <summary>Which bundle a device is to run: set, sent, told, withdrawn, remembered.</summary>
public sealed class TargetTests : IAsyncLifetime
{
    private static readonly byte[] First = new Press().Print();
    private static readonly byte[] Second = new Press { Sequence = 2, Version = "2.0.0" }.Print();

    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-targets-").FullName;
    private TestService _service = null!;
    private string _id = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync(_folder);
        _id = (await new Board(_service).JoinAsync((await Board.EnrolAsync(_service)).Enrolment.Id)).DeviceId;
        await Press.TrustAsync(_service);
        Assert.Null((await _service.Get<BundleShelf>().AddAsync(First, Actor.System)).Fault);
        Assert.Null((await _service.Get<BundleShelf>().AddAsync(Second, Actor.System)).Fault);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_target_is_sent_at_once_and_again_on_every_subscribe()
    {
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        DateTimeOffset from = _service.Clock.GetUtcNow().AddHours(1);
        DeviceTarget target = await (await SetAsync(client, First, applyFrom: from, applyUntil: from.AddHours(2)))
            .ValueAsync<DeviceTarget>();
        Assert.Equal(("1.0.0", 0u), (target.Version, target.Attempt));
        await SubscribeAsync();
        DesiredState[] sent = Sent();
        Assert.Equal(2, sent.Length);
        foreach (DesiredState state in sent)
        {
            Assert.True(state.HasTarget);
            Assert.Equal(Press.Digest(First), state.Target.Digest);
            Assert.Equal((uint)First.Length, state.Target.TotalBytes);
            Assert.Equal((uint)_service.Get<BundleShelf>().Find(Hex(First))!.EnvelopeSize, state.Target.EnvelopeBytes);
            Assert.Equal(from.ToUnixTimeMilliseconds(), state.Target.ApplyFromMs);
            Assert.Equal(from.AddHours(2).ToUnixTimeMilliseconds(), state.Target.ApplyUntilMs);
        }
    }

    [Fact]
    public async Task Asked_for_the_same_again_nothing_changes_but_a_retry_counts_and_another_bundle_begins_anew()
    {
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        await SetAsync(client, First);
        await SetAsync(client, First);
        Assert.Single(Sent());
        Assert.Equal(1u, (await (await SetAsync(client, First, retry: true)).ValueAsync<DeviceTarget>()).Attempt);
        Assert.Equal(0u, (await (await SetAsync(client, Second)).ValueAsync<DeviceTarget>()).Attempt);
        Assert.Equal([0u, 1u, 0u], Sent().Select(state => state.Target.Attempt));
    }

    [Fact]
    public async Task Withdrawn_it_is_sent_no_more_and_asked_for_anew_it_is_a_new_attempt_also_after_a_restart()
    {
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        await SetAsync(client, First);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(Path)).StatusCode);
        Assert.False(Sent()[^1].HasTarget);
        Assert.Null((await (await client.GetAsync(Path)).ValueAsync<DeviceUpdate>()).Target);

        await _service.DisposeAsync();
        _service = await TestService.StartAsync(_folder, _service.Clock);
        Assert.Null(_service.Get<UpdateTargets>().Find(_id));
        Assert.Null((await _service.Get<UpdateTargets>().SetAsync([_id], new TargetRequest(Hex(First)), Actor.System)).Fault);
        Assert.Equal(1u, _service.Get<UpdateTargets>().Find(_id)!.Attempt);
    }

    [Fact]
    public async Task A_bundle_that_devices_are_to_run_cannot_be_deleted_and_one_that_none_is_can()
    {
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        await SetAsync(client, First);
        Assert.Equal("bundle-in-use",
            await (await client.DeleteAsync("/api/v1/bundles/" + Hex(First))).ProblemAsync(HttpStatusCode.Conflict));
        await SetAsync(client, Second);
        await _service.Get<UpdateTargets>().TidyAsync(default);
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync("/api/v1/bundles/" + Hex(First))).StatusCode);
        Assert.Equal("bundle-in-use",
            await (await client.DeleteAsync("/api/v1/bundles/" + Hex(Second))).ProblemAsync(HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_bundle_whose_key_was_revoked_is_no_longer_asked_for()
    {
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        await SetAsync(client, First);
        await _service.Get<BundleKeys>().RevokeAsync(Press.IdOf(Press.Key), "stolen", Actor.System);
        await SubscribeAsync();
        Assert.False(Sent()[^1].HasTarget);
        Assert.Equal("bundle-not-trusted", await (await SetAsync(client, Second)).ProblemAsync(HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task What_cannot_be_run_is_refused_by_name_and_no_device_of_a_batch_is_asked()
    {
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        byte[] bridge = new Press { Kind = NodeKind.Bridge }.Print();
        await _service.Get<BundleShelf>().AddAsync(bridge, Actor.System);
        DateTimeOffset now = _service.Clock.GetUtcNow();
        byte[] short_lived = new Press { Sequence = 3, Version = "3.0.0", ExpiryMs = now.AddDays(1).ToUnixTimeMilliseconds() }.Print();
        await _service.Get<BundleShelf>().AddAsync(short_lived, Actor.System);
        _service.Clock.SetUtcNow(_service.Clock.GetUtcNow() + TimeSpan.FromDays(2));

        Assert.Equal("bundle-wrong-kind", await (await SetAsync(client, bridge)).ProblemAsync(HttpStatusCode.Conflict));
        Assert.Equal("bundle-expired", await (await SetAsync(client, short_lived)).ProblemAsync(HttpStatusCode.Conflict));
        Assert.Equal("invalid",
            await (await SetAsync(client, First, applyUntil: now)).ProblemAsync(HttpStatusCode.BadRequest));
        Assert.Equal("bundle-not-found", await (await client.PutAsJsonAsync(
            Path, new TargetRequest(new string('0', 64)), Answers.Json)).ProblemAsync(HttpStatusCode.NotFound));
        Assert.Equal("device-not-found",
            (await _service.Get<UpdateTargets>().SetAsync([_id, "nobody"], new TargetRequest(Hex(First)), Actor.System)).Fault!.Name);
        Assert.Null(_service.Get<UpdateTargets>().Find(_id));
        Assert.Empty(Sent());
    }

    [Fact]
    public async Task How_far_it_is_stands_beside_what_is_asked_for_and_every_change_is_audited()
    {
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        await SetAsync(client, First);
        ReportedState state = new() { Boots = 1, Sequence = 1, Kind = NodeKind.AirBox, FirmwareVersion = "0.9.0", HasUpdate = true };
        state.Update.State = UpdateState.Downloading;
        state.Update.FetchedBytes = 4096;
        state.Update.TotalBytes = (uint)First.Length;
        await _service.Get<IDeviceHub>().ReceiveAsync(
            new FakeSession(PeerRole.Device, _id), TopicKind.State, _id, Telemetry.Messages.Bytes(state.Write), 9, default);
        await _service.Get<IIngestReader>().SettledAsync();
        await _service.Get<ProjectionProgress>().ReachedAsync(_service.Get<IIngestReader>().Head).WaitAsync(TimeSpan.FromSeconds(30));
        JsonElement update = await (await client.GetAsync(Path)).ValueAsync<JsonElement>();
        Assert.Equal("downloading", update.GetProperty("reported").GetProperty("state").GetString());
        Assert.Equal(4096, update.GetProperty("reported").GetProperty("fetchedBytes").GetInt32());
        Assert.Equal(Hex(First), update.GetProperty("target").GetProperty("digest").GetString());

        await SetAsync(client, Second);
        await client.DeleteAsync(Path);
        AuditPage audit = await _service.Get<AuditLog>().SearchAsync(_id, action: "update.");
        Assert.Equal(["update.withdraw", "update.target", "update.target"], audit.Items.Select(entry => entry.Action));
        Assert.Contains("1.0.0", audit.Items[1].Before);
        Assert.Contains("2.0.0", audit.Items[1].After);
        Assert.Null(audit.Items[0].After);
    }

    private string Path => $"/api/v1/devices/{_id}/target";

    private static string Hex(byte[] bundle) => Convert.ToHexStringLower(Press.Digest(bundle));

    private Task<HttpResponseMessage> SetAsync(
        HttpClient client, byte[] bundle, bool retry = false, DateTimeOffset? applyFrom = null, DateTimeOffset? applyUntil = null) =>
        client.PutAsJsonAsync(Path, new TargetRequest(Hex(bundle), retry, applyFrom, applyUntil), Answers.Json);

    private async Task SubscribeAsync() => await _service.Get<IDeviceHub>().SubscribedAsync(
        new FakeSession(PeerRole.Device, _id), TopicKind.Desired, _id, default);

    private DesiredState[] Sent() => [.. _service.Link.Sent.Where(s => s.Kind == TopicKind.Desired && s.Id == _id).Select(s =>
    {
        DesiredState state = new();
        Assert.Equal(ContractError.None, state.Read(new CborReader(s.Payload)));
        return state;
    })];
}
