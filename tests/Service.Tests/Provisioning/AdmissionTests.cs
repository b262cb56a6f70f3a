using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hub;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Provisioning;

/// <summary>Who is let in, and under which name everyone else is refused.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private static readonly Actor Me = new("user", "otto");

    private TestService _service = null!;
    private EnrolmentWithSecret _enrolment = null!;
    private Board _board = null!;
    private ClaimAnswer _identity = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync();
        _enrolment = await Board.EnrolAsync(_service);
        _board = new Board(_service);
        _identity = await _board.JoinAsync(_enrolment.Enrolment.Id);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData(1, Refusal.None)]
    [InlineData(Limits.MaxTokenLifeSeconds + 300, Refusal.None)]
    [InlineData(Limits.MaxTokenLifeSeconds + 301, Refusal.TokenTooLong)]
    [InlineData(0, Refusal.TokenExpired)]
    [InlineData(-1, Refusal.TokenExpired)]
    [InlineData(-86400 * 365, Refusal.TokenExpired)]
    public async Task A_token_counts_from_now_to_a_day_ahead(int seconds, Refusal expected)
    {
        long expiry = _service.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds;
        Assert.Equal(expected, (await _board.ConnectAsync(_identity.DeviceId, _identity.DeviceKey, expiry)).Refusal);
    }

    [Fact]
    public async Task Every_refusal_is_remembered_for_the_operator()
    {
        byte[] wrong = new byte[Limits.KeyBytes];
        string claim = "claim/" + _enrolment.Enrolment.Id;
        await ExpectAsync(Refusal.WrongPassword, _identity.DeviceId, wrong);
        await ExpectAsync(Refusal.UnknownUser, "airbox-nobody", wrong);
        await ExpectAsync(Refusal.UnknownUser, "", wrong);
        await ExpectAsync(Refusal.UnknownUser, "claim/nothing", wrong);
        await ExpectAsync(Refusal.UnknownUser, "claim/", wrong);
        await ExpectAsync(Refusal.WrongPassword, claim, wrong);
        // The device's key does not make it an enrolment's claimant, nor the other way round.
        await ExpectAsync(Refusal.WrongPassword, claim, _identity.DeviceKey);
        await ExpectAsync(Refusal.WrongPassword, _identity.DeviceId, _enrolment.SecretBytes());
        Assert.Equal(8, _service.Get<RefusedConnections>().All().Count);
        Assert.Equal(8, _service.Logs.Lines.Count(l => l.Contains("not let in")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("no dot at all")]
    [InlineData("12345678901.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_token_is_a_wrong_password(string password)
    {
        Admission admission = await _service.Get<IDeviceHub>().AdmitAsync(
            new Credentials("c", _identity.DeviceId, password, null, "192.0.2.7", false), default);
        Assert.Equal((null, Refusal.WrongPassword), (admission.Peer, admission.Refusal));
    }

    [Fact]
    public async Task The_refused_user_names_of_strangers_are_cut_and_cleaned()
    {
        await ExpectAsync(Refusal.UnknownUser, "evil\n" + new string('x', 5000), new byte[32]);
        string user = Assert.Single(_service.Get<RefusedConnections>().All()).User;
        Assert.Equal(("evil?", ServiceLimits.MaxName), (user[..5], user.Length));
        for (int i = 0; i < ServiceLimits.MaxRefusedConnections + 5; i++)
            await ExpectAsync(Refusal.UnknownUser, "x" + i, new byte[32]);
        Assert.Equal(ServiceLimits.MaxRefusedConnections, _service.Get<RefusedConnections>().All().Count);
    }

    [Fact]
    public async Task A_node_without_a_clock_is_let_in_unless_the_setting_refuses_it()
    {
        Assert.Equal(Refusal.None, (await _board.ConnectAsync(_identity.DeviceId, _identity.DeviceKey, 0)).Refusal);
        await using TestService strict = await TestService.StartAsync(
            settings: ["--Mqtt:AllowClocklessTokens=false"]);
        EnrolmentWithSecret enrolment = await Board.EnrolAsync(strict);
        Board board = new(strict);
        ClaimAnswer identity = await board.ClaimAsync(enrolment.Enrolment.Id);
        Assert.Equal(Refusal.ClocklessTokenRefused,
            (await board.ConnectAsync(identity.DeviceId, identity.DeviceKey, 0)).Refusal);
    }

    [Fact]
    public async Task A_quarantined_device_is_put_out_and_kept_out_until_reinstated()
    {
        DeviceDirectory directory = _service.Get<DeviceDirectory>();
        Assert.True((await directory.QuarantineAsync(_identity.DeviceId, Me)).Ok);
        Assert.Contains((_identity.DeviceId, LinkEnd.Revoked), _service.Link.Ended);
        await ExpectAsync(Refusal.Quarantined, _identity.DeviceId, _identity.DeviceKey);
        // Who has not got the key is not told.
        await ExpectAsync(Refusal.WrongPassword, _identity.DeviceId, new byte[32]);

        Assert.True((await directory.ReinstateAsync(_identity.DeviceId, Me)).Ok);
        await ExpectAsync(Refusal.None, _identity.DeviceId, _identity.DeviceKey);
    }

    [Fact]
    public async Task A_device_quarantined_while_it_comes_in_is_put_out()
    {
        FakeSession session = new(PeerRole.Device, _identity.DeviceId);
        await _service.Get<DeviceDirectory>().QuarantineAsync(_identity.DeviceId, Me);
        _service.Link.Ended.Clear();
        await _service.Get<IDeviceHub>().ConnectedAsync(session, default);
        Assert.Contains((_identity.DeviceId, LinkEnd.Revoked), _service.Link.Ended);
    }

    [Fact]
    public async Task A_decommissioned_device_comes_back_only_by_release_and_claim()
    {
        DeviceDirectory directory = _service.Get<DeviceDirectory>();
        Assert.True((await directory.DecommissionAsync(_identity.DeviceId, Me)).Ok);
        await ExpectAsync(Refusal.Decommissioned, _identity.DeviceId, _identity.DeviceKey);
        Assert.Equal("device-decommissioned",
            (await directory.ReinstateAsync(_identity.DeviceId, Me)).Fault!.Name);
        Assert.Equal(0, directory.Search(new DeviceQuery()).Total);
        Assert.Equal(1, directory.Search(new DeviceQuery(Status: DeviceStatus.Decommissioned)).Total);

        Assert.True((await _service.Get<Claims>().ReleaseAsync(_identity.DeviceId, Me)).Ok);
        ClaimAnswer again = await new Board(_service, nonce: 3).JoinAsync(_enrolment.Enrolment.Id);
        Assert.Equal(_identity.DeviceId, again.DeviceId);
        Assert.Equal(DeviceStatus.Active, directory.Find(again.DeviceId)!.Status);
    }

    [Fact]
    public async Task A_rotated_key_replaces_the_old_one_at_its_first_use()
    {
        DeviceKey rotated = (await _service.Get<DeviceKeys>().RotateAsync(_identity.DeviceId, false, Me)).Value!;
        byte[] key = System.Buffers.Text.Base64Url.DecodeFromChars(rotated.Key);
        await ExpectAsync(Refusal.None, _identity.DeviceId, _identity.DeviceKey);
        await ExpectAsync(Refusal.None, _identity.DeviceId, key);
        await ExpectAsync(Refusal.WrongPassword, _identity.DeviceId, _identity.DeviceKey);
        await ExpectAsync(Refusal.None, _identity.DeviceId, key);
    }

    [Fact]
    public async Task A_leaked_key_ends_at_once()
    {
        DeviceKey rotated = (await _service.Get<DeviceKeys>().RotateAsync(_identity.DeviceId, true, Me)).Value!;
        Assert.Contains((_identity.DeviceId, LinkEnd.Revoked), _service.Link.Ended);
        await ExpectAsync(Refusal.WrongPassword, _identity.DeviceId, _identity.DeviceKey);
        await ExpectAsync(
            Refusal.None, _identity.DeviceId, System.Buffers.Text.Base64Url.DecodeFromChars(rotated.Key));
    }

    [Fact]
    public async Task A_registered_certificate_stands_in_for_the_password()
    {
        string thumbprint = new('a', 64);
        Credentials credentials = new("c", _identity.DeviceId, "", thumbprint.ToUpperInvariant(), "192.0.2.7", true);
        IDeviceHub hub = _service.Get<IDeviceHub>();
        Assert.Equal(Refusal.WrongPassword, (await hub.AdmitAsync(credentials, default)).Refusal);
        DeviceKeys keys = _service.Get<DeviceKeys>();
        Assert.Equal("invalid", (await keys.SetCertificateAsync(_identity.DeviceId, "zz", Me)).Fault!.Name);
        Assert.True((await keys.SetCertificateAsync(_identity.DeviceId, thumbprint, Me)).Ok);
        Assert.Equal(Refusal.None, (await hub.AdmitAsync(credentials, default)).Refusal);
        Assert.Equal(Refusal.WrongPassword, (await hub.AdmitAsync(
            credentials with { CertificateThumbprint = new string('b', 64) }, default)).Refusal);
        Assert.True((await keys.SetCertificateAsync(_identity.DeviceId, null, Me)).Ok);
        Assert.Equal(Refusal.WrongPassword, (await hub.AdmitAsync(credentials, default)).Refusal);
    }

    [Fact]
    public async Task A_locked_database_makes_the_service_busy_and_not_wrong()
    {
        Board second = new(_service, "bbbbbbbbbbbb");
        ClaimAnswer identity = await second.ClaimAsync(_enrolment.Enrolment.Id);
        using (DatabaseLock.Take(_service.Folder))
        {
            // Its first connect must be written down; the other's was.
            Assert.Equal(Refusal.ServiceBusy,
                (await second.ConnectAsync(identity.DeviceId, identity.DeviceKey)).Refusal);
            await ExpectAsync(Refusal.None, _identity.DeviceId, _identity.DeviceKey);
            FakeSession session = new(PeerRole.Claimant, _enrolment.Enrolment.Id);
            await _service.Get<IDeviceHub>().ReceiveAsync(
                session, TopicKind.Claim, "cccccccccccc", new Board(_service, "cccccccccccc").Claim(), 5, default);
            Assert.Empty(session.Receipts);
        }
        Assert.Equal(Refusal.None, (await second.ConnectAsync(identity.DeviceId, identity.DeviceKey)).Refusal);
    }

    private async Task ExpectAsync(Refusal expected, string user, byte[] key)
    {
        Admission admission = await _board.ConnectAsync(user, key);
        Assert.Equal(expected, admission.Refusal);
        Assert.Equal(expected == Refusal.None, admission.Peer != null);
    }
}
