using System.Net;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Bundles;

/// <summary>Bundles and their keys over REST.</summary>
public sealed class BundleApiTests : IAsyncLifetime
{
    private const string Bundles = "/api/v1/bundles";
    private const string Keys = "/api/v1/bundle-keys";

    private TestService _service = null!;
    private HttpClient _operator = null!;
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync();
        _operator = await _service.ClientAsync(Role.Operator);
        _admin = await _service.ClientAsync(Role.Admin);
    }

    public async ValueTask DisposeAsync()
    {
        _operator.Dispose();
        _admin.Dispose();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task A_bundle_is_uploaded_listed_fetched_and_deleted()
    {
        await Press.TrustAsync(_service);
        byte[] bytes = new Press { SecurityCounter = 3, Version = "1.0.0-rc.1" }.Print();
        Bundle made = await (await UploadAsync(bytes)).ValueAsync<Bundle>();
        Assert.Equal(Convert.ToHexStringLower(Press.Digest(bytes)), made.Digest);
        Assert.Equal(
            (NodeKind.AirBox, 1L, "1.0.0-rc.1", 3L, bytes.Length, BundleKeyState.Trusted, "token:test"),
            (made.Kind, made.Sequence, made.Version, made.SecurityCounter, made.Size, made.KeyState, made.UploadedBy));
        Assert.Equal(bytes.Length - 10_000, made.EnvelopeSize);
        Assert.Equal(Press.IdOf(Press.Key), made.KeyId);
        BundleTargetView target = Assert.Single(made.Targets);
        Assert.Equal(["esp32", "sim"], target.Classes);
        Assert.Equal("0x54A2DF6A", target.Natives["mscorlib"]);
        Assert.Equal(new BundleComponentView("EdgeFleet.App.pe", 10_000), Assert.Single(target.Components));

        Assert.Equal(bytes, await _operator.GetByteArrayAsync($"{Bundles}/{made.Digest}/content"));
        Assert.Single(await (await _operator.GetAsync(Bundles + "?kind=airBox")).ValueAsync<Bundle[]>());
        Assert.Empty(await (await _operator.GetAsync(Bundles + "?kind=bridge")).ValueAsync<Bundle[]>());
        await (await _operator.GetAsync(Bundles + "?kind=tower")).ProblemAsync(HttpStatusCode.BadRequest);
        await (await _operator.DeleteAsync($"{Bundles}/{made.Digest}")).ValueAsync<Bundle>();
        Assert.Equal(
            "bundle-not-found", await (await _operator.GetAsync($"{Bundles}/{made.Digest}")).ProblemAsync(HttpStatusCode.NotFound));
        Assert.Equal(
            "bundle-not-found", await (await _operator.DeleteAsync($"{Bundles}/{made.Digest}")).ProblemAsync(HttpStatusCode.NotFound));
        Assert.Empty(Directory.GetFiles(Path.Combine(_service.Folder, "bundles")));
        AuditPage audit = await _service.Get<AuditLog>().SearchAsync(subject: made.Digest);
        Assert.Equal(["bundle.delete", "bundle.upload"], audit.Items.Select(entry => entry.Action));
    }

    public static TheoryData<string, HttpStatusCode, string> Refusals() => new()
    {
        { "empty", HttpStatusCode.UnprocessableEntity, "bundle-incomplete" },
        { "text", HttpStatusCode.UnprocessableEntity, "bundle-not-a-bundle" },
        { "cut head", HttpStatusCode.UnprocessableEntity, "bundle-incomplete" },
        { "unsigned", HttpStatusCode.UnprocessableEntity, "bundle-not-signed" },
        { "stranger", HttpStatusCode.UnprocessableEntity, "bundle-unknown-key" },
        { "signature", HttpStatusCode.UnprocessableEntity, "bundle-bad-signature" },
        { "cut", HttpStatusCode.UnprocessableEntity, "bundle-wrong-length" },
        { "longer", HttpStatusCode.UnprocessableEntity, "bundle-wrong-length" },
        { "component", HttpStatusCode.UnprocessableEntity, "bundle-block-mismatch" },
        { "expired", HttpStatusCode.UnprocessableEntity, "bundle-expired" },
        { "same", HttpStatusCode.Conflict, "bundle-exists" },
        { "sequence", HttpStatusCode.Conflict, "bundle-sequence-taken" },
        { "version", HttpStatusCode.Conflict, "bundle-version-taken" },
        { "downgraded", HttpStatusCode.UnprocessableEntity, "bundle-downgraded" },
    };

    /// <summary>Refused by name, and nothing of it is kept.</summary>
    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_is_wrong_with_a_bundle_is_named(string fault, HttpStatusCode status, string name)
    {
        await Press.TrustAsync(_service);
        Press first = new() { Sequence = 5, Version = "5.0.0", SecurityCounter = 2 };
        await (await UploadAsync(first.Print())).ValueAsync<Bundle>();
        Press press = new() { Sequence = 6, Version = "6.0.0", SecurityCounter = 2 };
        byte[] bytes = press.Print();
        byte[] damaged = fault switch
        {
            "empty" => [],
            "text" => "This is no bundle"u8.ToArray(),
            "cut head" => bytes[..300],
            "unsigned" => (press with { Signer = null }).Print(),
            "stranger" => (press with { Signer = Press.Stranger }).Print(),
            "signature" => Flipped(bytes, bytes.Length - 10_001),
            "cut" => bytes[..^1],
            "longer" => [.. bytes, 0],
            "component" => Flipped(bytes, bytes.Length - 1),
            "expired" => (press with { ExpiryMs = _service.Clock.GetUtcNow().ToUnixTimeMilliseconds() - 1 }).Print(),
            // Signed again: other bytes, the same content.
            "same" => first.Print(),
            "sequence" => (press with { Sequence = 5 }).Print(),
            "version" => (press with { Version = "5.0.0" }).Print(),
            _ => (press with { SecurityCounter = 1 }).Print(),
        };
        Assert.Equal(name, await (await UploadAsync(damaged)).ProblemAsync(status));
        Assert.Single(_service.Get<BundleShelf>().All());
        Assert.Single(Directory.GetFiles(Path.Combine(_service.Folder, "bundles")));
        // The other kind counts for itself.
        await (await UploadAsync((first with { Kind = NodeKind.Bridge, SecurityCounter = 0 }).Print())).ValueAsync<Bundle>();
        await (await UploadAsync(bytes)).ValueAsync<Bundle>();
    }

    [Fact]
    public async Task An_upload_is_bounded_and_a_form()
    {
        await Press.TrustAsync(_service);
        byte[] large = new byte[BundleStoreLimits.MaxUpload + 1];
        try
        {
            await (await UploadAsync(large)).ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        }
        catch (HttpRequestException e) when (e.InnerException is IOException)
        {
            // The service may close the connection before it has read all of it.
        }
        // The largest application that there is room for in a manifest of one class.
        await (await UploadAsync(new Press { Size = 230 * BundleLimits.BlockBytes }.Print())).ValueAsync<Bundle>();
        using MultipartFormDataContent misnamed = new() { { new ByteArrayContent([1]), "file", "app.efb" } };
        await (await _operator.PostAsync(Bundles, misnamed)).ProblemAsync(HttpStatusCode.BadRequest);
        using ByteArrayContent raw = new(new Press { Sequence = 2, Version = "2.0.0" }.Print());
        Assert.False((await _operator.PostAsync(Bundles, raw)).IsSuccessStatusCode);
        Assert.Single(_service.Get<BundleShelf>().All());
    }

    [Fact]
    public async Task What_is_used_is_not_deleted()
    {
        await Press.TrustAsync(_service);
        string digest = (await (await UploadAsync(new Press().Print())).ValueAsync<Bundle>()).Digest;
        BundleShelf shelf = _service.Get<BundleShelf>();
        Assert.True((await shelf.HoldAsync(digest, "rollout:1")).Ok);
        Assert.True((await shelf.HoldAsync(digest, "rollout:1")).Ok);
        Assert.Equal(["rollout:1", "rollout:2"], (await shelf.HoldAsync(digest, "rollout:2")).Value!.Holders);
        Assert.Equal("bundle-not-found", (await shelf.HoldAsync("00", "rollout:1")).Fault!.Name);
        Assert.Equal("bundle-in-use", await (await _operator.DeleteAsync($"{Bundles}/{digest}")).ProblemAsync(HttpStatusCode.Conflict));
        await shelf.ReleaseAsync(digest, "rollout:1");
        await shelf.ReleaseAsync(digest, "rollout:1");
        Assert.Equal("bundle-in-use", await (await _operator.DeleteAsync($"{Bundles}/{digest}")).ProblemAsync(HttpStatusCode.Conflict));
        await shelf.ReleaseAsync(digest, "rollout:2");
        await (await _operator.DeleteAsync($"{Bundles}/{digest}")).ValueAsync<Bundle>();
    }

    [Fact]
    public async Task Keys_have_a_time_and_an_end()
    {
        DateTimeOffset now = _service.Clock.GetUtcNow();
        BundleKey key = await (await _admin.PostAsync(Keys, new BundleKeyRequest(
            "release 2026", Press.Pem(Press.Key), now.AddHours(1), now.AddHours(3)))).ValueAsync<BundleKey>();
        Assert.Equal((Press.IdOf(Press.Key), 2048, BundleKeyState.NotYetValid), (key.KeyId, key.Bits, key.State));
        byte[] first = new Press().Print();
        Assert.Equal(
            "bundle-key-not-yet-valid", await (await UploadAsync(first)).ProblemAsync(HttpStatusCode.UnprocessableEntity));
        _service.Clock.Advance(TimeSpan.FromHours(1));
        string digest = (await (await UploadAsync(first)).ValueAsync<Bundle>()).Digest;
        _service.Clock.Advance(TimeSpan.FromHours(2));
        byte[] second = new Press { Sequence = 2, Version = "2.0.0" }.Print();
        Assert.Equal(
            "bundle-key-no-longer-valid", await (await UploadAsync(second)).ProblemAsync(HttpStatusCode.UnprocessableEntity));
        // What came in its time stays good.
        Assert.NotNull(_service.Get<BundleShelf>().Served(digest, NodeKind.AirBox));

        key = await (await _admin.PostAsync($"{Keys}/{key.KeyId}/revoke", new RevokeRequest("Laptop stolen.")))
            .ValueAsync<BundleKey>();
        Assert.Equal((BundleKeyState.Revoked, "Laptop stolen."), (key.State, key.RevokedBecause));
        Assert.Equal(
            "bundle-key-revoked", await (await UploadAsync(second)).ProblemAsync(HttpStatusCode.UnprocessableEntity));
        Assert.Null(_service.Get<BundleShelf>().Served(digest, NodeKind.AirBox));
        Assert.Equal(BundleKeyState.Revoked, (await (await _operator.GetAsync($"{Bundles}/{digest}")).ValueAsync<Bundle>()).KeyState);
        foreach (string path in new[] { Keys, $"{Keys}/{key.KeyId}/revoke" })
        {
            object body = path == Keys ? new BundleKeyRequest("again", Press.Pem(Press.Key)) : new RevokeRequest("again");
            Assert.Equal("bundle-key-revoked", await (await _admin.PostAsync(path, body)).ProblemAsync(HttpStatusCode.Conflict));
        }
        AuditPage audit = await _service.Get<AuditLog>().SearchAsync(subject: key.KeyId);
        Assert.Equal(["bundle-key.revoke", "bundle-key.add"], audit.Items.Select(entry => entry.Action));
    }

    [Fact]
    public async Task Keys_that_boards_cannot_hold_are_refused()
    {
        using System.Security.Cryptography.RSA wide = System.Security.Cryptography.RSA.Create(4096);
        DateTimeOffset now = _service.Clock.GetUtcNow();
        foreach (BundleKeyRequest request in new BundleKeyRequest[]
        {
            new("wide", Press.Pem(wide)), new("text", "no key"), new("", Press.Pem(Press.Key)),
            new("private", Press.Key.ExportPkcs8PrivateKeyPem()), new("long", new string('x', BundleStoreLimits.MaxPem + 1)),
            new("backwards", Press.Pem(Press.Key), now, now),
        })
        {
            Assert.Equal("invalid", await (await _admin.PostAsync(Keys, request)).ProblemAsync(HttpStatusCode.BadRequest));
        }
        await Press.TrustAsync(_service);
        Assert.Equal("bundle-key-exists", await (await _admin.PostAsync(Keys, new BundleKeyRequest("again", Press.Pem(Press.Key))))
            .ProblemAsync(HttpStatusCode.Conflict));
        Assert.Equal("bundle-key-not-found", await (await _admin.PostAsync($"{Keys}/00/revoke", new RevokeRequest("x")))
            .ProblemAsync(HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Roles_are_held()
    {
        await Press.TrustAsync(_service);
        byte[] bytes = new Press().Print();
        using HttpClient nobody = await _service.ClientAsync(null);
        using HttpClient technician = await _service.ClientAsync(Role.Technician);
        using HttpClient viewer = await _service.ClientAsync(Role.Viewer);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(Bundles)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(Keys)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await UploadAsync(bytes, technician)).StatusCode);
        string digest = (await (await UploadAsync(bytes)).ValueAsync<Bundle>()).Digest;
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync($"{Bundles}/{digest}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync(Keys)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await technician.GetAsync($"{Bundles}/{digest}/content")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await technician.DeleteAsync($"{Bundles}/{digest}")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _operator.PostAsync(Keys, new BundleKeyRequest("x", "y"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _operator.PostAsync(
            $"{Keys}/{Press.IdOf(Press.Key)}/revoke", new RevokeRequest("x"))).StatusCode);
    }

    private static byte[] Flipped(byte[] bytes, int at)
    {
        byte[] copy = [.. bytes];
        copy[at] ^= 1;
        return copy;
    }

    private async Task<HttpResponseMessage> UploadAsync(byte[] bytes, HttpClient? client = null)
    {
        using MultipartFormDataContent form = new() { { new ByteArrayContent(bytes), "bundle", "app.efb" } };
        return await (client ?? _operator).PostAsync(Bundles, form);
    }
}
