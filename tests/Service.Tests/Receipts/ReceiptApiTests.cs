using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Receipts;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Receipts;

/// <summary>Receipts are taken from whoever has registered their key, once, and shown with the device.</summary>
public sealed class ReceiptApiTests : IAsyncLifetime
{
    private const string Hardware = "a0b1c2d3e4f5";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private TestService _service = null!;
    private HttpClient _technician = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync();
        _technician = await _service.ClientAsync(Role.Technician);
    }

    public async ValueTask DisposeAsync()
    {
        _key.Dispose();
        _technician.Dispose();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task A_receipt_of_an_unknown_key_is_taken_once_the_key_is_registered()
    {
        SignedReceipt receipt = Sign(Install("r-1"));
        Assert.Equal("receipt-key-unknown", await (await SendAsync(receipt)).ProblemAsync(HttpStatusCode.Conflict));
        await RegisterAsync();
        StoredReceipt stored = await (await SendAsync(receipt)).ValueAsync<StoredReceipt>();
        Assert.Equal(("r-1", "token:test", KeyId), (stored.Content.Id, stored.Owner, stored.KeyId));
        Assert.Equal(receipt, stored.Signed);
        ReceiptPage page = await (await _technician.GetAsync("/api/v1/receipts?type=install")).ValueAsync<ReceiptPage>();
        Assert.Equal("r-1", Assert.Single(page.Items).Content.Id);
    }

    [Fact]
    public async Task The_same_receipt_again_changes_nothing_and_another_of_its_name_is_refused()
    {
        await RegisterAsync();
        SignedReceipt receipt = Sign(Install("r-2"));
        await (await SendAsync(receipt)).ValueAsync<StoredReceipt>();
        // Signatures of this algorithm differ each time; what counts is what was signed.
        await (await SendAsync(Sign(Install("r-2")))).ValueAsync<StoredReceipt>();
        Assert.Equal("receipt-exists", await (await SendAsync(Sign(Install("r-2") with { Technician = "Lin" }))).ProblemAsync(HttpStatusCode.Conflict));
        Assert.Equal(1, (await (await _technician.GetAsync("/api/v1/receipts")).ValueAsync<ReceiptPage>()).Total);
    }

    [Fact]
    public async Task What_was_changed_after_it_was_signed_is_refused()
    {
        await RegisterAsync();
        SignedReceipt receipt = Sign(Install("r-3"));
        SignedReceipt other = Sign(Install("r-3") with { Technician = "Lin" });
        HttpResponseMessage answer = await SendAsync(receipt with { Payload = other.Payload });
        Assert.Equal("invalid", await answer.ProblemAsync(HttpStatusCode.BadRequest));
        // Nor does a header that asks for no signature, or another algorithm, get around it.
        string none = Encode(JsonSerializer.SerializeToUtf8Bytes(new { alg = "none", kid = KeyId }));
        Assert.Equal("invalid", await (await SendAsync(receipt with { Protected = none })).ProblemAsync(HttpStatusCode.BadRequest));
        Assert.Equal("invalid", await (await SendAsync(receipt with { Signature = "" })).ProblemAsync(HttpStatusCode.BadRequest));
        Assert.Equal("invalid", await (await SendAsync(receipt with { Payload = "!" })).ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_revoked_key_signs_nothing_more_and_what_it_signed_says_so()
    {
        await RegisterAsync();
        await (await SendAsync(Sign(Install("r-4")))).ValueAsync<StoredReceipt>();
        using HttpClient operators = await _service.ClientAsync(Role.Operator);
        await (await operators.PostAsync($"/api/v1/receipt-keys/{KeyId}/revoke", new RevokeReceiptKey("computer lost"))).ValueAsync<ReceiptKey>();
        Assert.Equal("receipt-key-revoked", await (await SendAsync(Sign(Install("r-5")))).ProblemAsync(HttpStatusCode.Conflict));
        StoredReceipt before = await (await _technician.GetAsync("/api/v1/receipts/r-4")).ValueAsync<StoredReceipt>();
        Assert.Equal(_service.Clock.GetUtcNow(), before.KeyRevokedAt);
    }

    [Fact]
    public async Task A_receipt_belongs_to_the_device_that_its_board_is()
    {
        await RegisterAsync();
        Assert.Equal("receipt-device-unknown",
            await (await SendAsync(Sign(Install("r-6") with { DeviceId = "airbox-nobody" }))).ProblemAsync(HttpStatusCode.Conflict));
        await (await SendAsync(Sign(Install("r-7")))).ValueAsync<StoredReceipt>();
        string enrolment = (await Board.EnrolAsync(_service)).Enrolment.Id;
        string device = (await new Board(_service, Hardware).JoinAsync(enrolment)).DeviceId;
        Assert.Equal("receipt-device-mismatch", await (await SendAsync(
            Sign(Install("r-8") with { DeviceId = device, HardwareId = "b0b1c2d3e4f5" }))).ProblemAsync(HttpStatusCode.Conflict));
        // The one that came before the board had claimed is found under the device all the same.
        ReceiptPage page = await (await _technician.GetAsync($"/api/v1/receipts?device={device}")).ValueAsync<ReceiptPage>();
        Assert.Equal(("r-7", device), (Assert.Single(page.Items).Content.Id, page.Items[0].DeviceId));
        using HttpClient viewer = await _service.ClientAsync(Role.Viewer);
        string part = await viewer.GetStringAsync($"/devices/{device}?handler=Receipts");
        Assert.Contains("Mounted: Dadu bridge, span 4, under the deck", WebUtility.HtmlDecode(part));
        Assert.Contains("Mei", part);
    }

    [Fact]
    public async Task The_photo_must_be_the_one_that_the_receipt_speaks_of()
    {
        await RegisterAsync();
        byte[] photo = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3];
        string digest = Convert.ToHexStringLower(SHA256.HashData(photo));
        ReceiptContent content = Install("r-9");
        await (await SendAsync(Sign(content with { Install = content.Install! with { Photo = digest, PhotoType = "image/jpeg" } }))).ValueAsync<StoredReceipt>();
        Assert.Equal("invalid", await (await PutAsync("r-9", [1, 2, 3])).ProblemAsync(HttpStatusCode.BadRequest));
        Assert.Equal("receipt-photo-other", await (await PutAsync("r-9", [0xFF, 0xD8, 0xFF])).ProblemAsync(HttpStatusCode.Conflict));
        Assert.Equal("photo-not-found", await (await _technician.GetAsync("/api/v1/receipts/r-9/photo")).ProblemAsync(HttpStatusCode.NotFound));
        Assert.True((await (await PutAsync("r-9", photo)).ValueAsync<StoredReceipt>()).HasPhoto);
        Assert.Equal(photo, await _technician.GetByteArrayAsync("/api/v1/receipts/r-9/photo"));
    }

    [Fact]
    public async Task A_private_key_and_one_on_another_curve_are_not_registered()
    {
        string pem = _key.ExportPkcs8PrivateKeyPem();
        Assert.Equal("invalid", await (await _technician.PostAsync("/api/v1/receipt-keys", new ReceiptKeyRequest("bench", pem))).ProblemAsync(HttpStatusCode.BadRequest));
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Equal("invalid", await (await _technician.PostAsync(
            "/api/v1/receipt-keys", new ReceiptKeyRequest("bench", other.ExportSubjectPublicKeyInfoPem()))).ProblemAsync(HttpStatusCode.BadRequest));
    }

    private string KeyId => Convert.ToHexStringLower(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()));

    private ReceiptContent Install(string id) => new(
        id, ReceiptType.Install, _service.Clock.GetUtcNow(), "Mei", "edgefleet-flash 0.1.0", Hardware, null, null,
        new InstallDetails("Dadu bridge", "span 4", "under the deck", "x along, z up", 22.6, 120.3, null, null, "", ["axes as said"]));

    private SignedReceipt Sign(ReceiptContent content)
    {
        string head = Encode(JsonSerializer.SerializeToUtf8Bytes(new { alg = "ES256", kid = KeyId }));
        string payload = Encode(JsonSerializer.SerializeToUtf8Bytes(content, Answers.Json));
        return new SignedReceipt(head, payload, Encode(_key.SignData(
            Encoding.ASCII.GetBytes($"{head}.{payload}"), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)));
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    private async Task RegisterAsync() => await (await _technician.PostAsync(
        "/api/v1/receipt-keys", new ReceiptKeyRequest("bench", _key.ExportSubjectPublicKeyInfoPem()))).ValueAsync<ReceiptKey>();

    private Task<HttpResponseMessage> SendAsync(SignedReceipt receipt) => _technician.PostAsync("/api/v1/receipts", receipt);

    private Task<HttpResponseMessage> PutAsync(string id, byte[] photo)
    {
        ByteArrayContent content = new(photo);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        return _technician.PutAsync($"/api/v1/receipts/{id}/photo", content);
    }
}
