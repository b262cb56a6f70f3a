using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Provisioning;

/// <summary>The rules of first contact: who gets which identity, and who none.</summary>
public sealed class ClaimTests : IAsyncLifetime
{
    private static readonly Actor Me = new("user", "otto");

    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_claim_is_granted_and_the_device_is_in_the_directory()
    {
        EnrolmentWithSecret enrolment = await Board.EnrolAsync(_service);
        Board board = new(_service);
        ClaimAnswer answer = await board.ClaimAsync(enrolment.Enrolment.Id);

        Assert.Equal(ClaimStatus.Granted, answer.Status);
        Assert.Matches("^airbox-[0-9a-z]{8}$", answer.DeviceId);
        Assert.Equal(_service.Clock.GetUtcNow().ToUnixTimeMilliseconds(), answer.TimeMs);
        Assert.All(answer.Nonce, b => Assert.Equal(1, b));
        Device device = _service.Get<DeviceDirectory>().Find(answer.DeviceId)!;
        Assert.Equal((NodeKind.AirBox, board.HardwareId, "Renai Road", DeviceStatus.Active),
            (device.Kind, device.HardwareId, device.Site, device.Status));
        Assert.Equal(1, _service.Get<Enrolments>().Find(enrolment.Enrolment.Id)!.Used);
    }

    [Fact]
    public async Task The_same_board_gets_the_same_identity_until_it_has_used_it()
    {
        string enrolment = (await Board.EnrolAsync(_service)).Enrolment.Id;
        Board board = new(_service);
        ClaimAnswer first = await board.ClaimAsync(enrolment);
        ClaimAnswer second = await board.ClaimAsync(enrolment);
        Assert.Equal(first.DeviceId, second.DeviceId);
        Assert.Equal(first.DeviceKey, second.DeviceKey);

        Assert.Equal(Refusal.None, (await board.ConnectAsync(first.DeviceId, first.DeviceKey)).Refusal);
        ClaimAnswer replay = await board.ClaimAsync(enrolment);
        Assert.Equal((ClaimStatus.Refused, ClaimRefusal.AlreadyClaimed), (replay.Status, replay.Refusal));
        Assert.All(replay.DeviceKey, b => Assert.Equal(0, b));

        BoardClaim seen = Assert.Single((await _service.Get<Claims>().SearchAsync()).Items);
        Assert.Equal((ClaimState.Granted, ClaimRefusal.AlreadyClaimed, 1),
            (seen.State, seen.LastRefusal, seen.Refusals));
    }

    [Fact]
    public async Task Fifty_claims_of_one_board_at_once_make_one_device()
    {
        string enrolment = (await Board.EnrolAsync(_service)).Enrolment.Id;
        byte[] payload = new Board(_service).Claim();
        Claims claims = _service.Get<Claims>();
        ClaimAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(
            () => claims.ClaimAsync(enrolment, "a0b1c2d3e4f5", payload, "192.0.2.7"))));

        Assert.All(answers, a => Assert.Equal(ClaimStatus.Granted, a.Status));
        Assert.Single(answers.Select(a => a.DeviceId).Distinct());
        Assert.Single(answers.Select(a => Convert.ToHexString(a.DeviceKey)).Distinct());
        Assert.Single(_service.Get<DeviceDirectory>().All);
        Assert.Equal(1, _service.Get<Enrolments>().Find(enrolment)!.Used);
    }

    [Fact]
    public async Task Twenty_boards_at_once_do_not_overdraw_an_enrolment_of_five()
    {
        string enrolment = (await Board.EnrolAsync(_service, count: 5)).Enrolment.Id;
        ClaimAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
        {
            string hardwareId = $"a0b1c2d3e4{i:x2}";
            return _service.Get<Claims>().ClaimAsync(
                enrolment, hardwareId, new Board(_service, hardwareId).Claim(), "192.0.2.7");
        })));

        Assert.Equal(5, answers.Count(a => a.Status == ClaimStatus.Granted));
        Assert.Equal(15, answers.Count(a => a.Refusal == ClaimRefusal.EnrolmentFull));
        Assert.Equal(5, _service.Get<DeviceDirectory>().All.Count());
        Assert.Equal(EnrolmentState.Full, _service.Get<Enrolments>().Find(enrolment)!.State);
        Assert.Equal(15, (await _service.Get<Claims>().SearchAsync(ClaimState.Refused)).Total);
    }

    [Fact]
    public async Task An_expired_enrolment_is_refused_by_name()
    {
        string enrolment = (await Board.EnrolAsync(_service)).Enrolment.Id;
        _service.Clock.SetUtcNow(_service.Clock.GetUtcNow() + TimeSpan.FromDays(1));
        await RefusedAsync(enrolment, new Board(_service), ClaimRefusal.EnrolmentExpired);
    }

    [Fact]
    public async Task A_granted_board_that_lost_the_answer_gets_it_even_after_the_expiry()
    {
        string enrolment = (await Board.EnrolAsync(_service, count: 1)).Enrolment.Id;
        ClaimAnswer first = await new Board(_service).ClaimAsync(enrolment);
        _service.Clock.SetUtcNow(_service.Clock.GetUtcNow() + TimeSpan.FromDays(2));
        Assert.Equal(first.DeviceId, (await new Board(_service).ClaimAsync(enrolment)).DeviceId);
    }

    [Fact]
    public async Task A_closed_enrolment_is_refused_as_unknown()
    {
        string enrolment = (await Board.EnrolAsync(_service)).Enrolment.Id;
        Assert.True((await _service.Get<Enrolments>().CloseAsync(enrolment, Me)).Ok);
        await RefusedAsync(enrolment, new Board(_service), ClaimRefusal.UnknownEnrolment);
    }

    [Fact]
    public async Task A_board_of_the_other_kind_is_refused_by_name()
    {
        string enrolment = (await Board.EnrolAsync(_service)).Enrolment.Id;
        await RefusedAsync(enrolment, new Board(_service) { Kind = NodeKind.Bridge }, ClaimRefusal.WrongKind);
    }

    [Fact]
    public async Task Another_nonce_before_the_first_connect_is_a_different_claim()
    {
        string enrolment = (await Board.EnrolAsync(_service)).Enrolment.Id;
        await new Board(_service).ClaimAsync(enrolment);
        ClaimAnswer answer = await new Board(_service, nonce: 2).ClaimAsync(enrolment);
        Assert.Equal(ClaimRefusal.DifferentClaim, answer.Refusal);
        Assert.Single(_service.Get<DeviceDirectory>().All);
    }

    [Fact]
    public async Task Another_nonce_while_the_claim_waits_is_a_different_claim()
    {
        string enrolment = (await Board.EnrolAsync(_service, autoAccept: false)).Enrolment.Id;
        await new Board(_service).ClaimAsync(enrolment);
        Assert.Equal(ClaimRefusal.DifferentClaim, (await new Board(_service, nonce: 2).ClaimAsync(enrolment)).Refusal);
    }

    [Fact]
    public async Task What_is_not_a_claim_or_names_another_board_is_malformed()
    {
        string enrolment = (await Board.EnrolAsync(_service)).Enrolment.Id;
        Board board = new(_service);
        Assert.Equal(ClaimRefusal.Malformed, (await board.ClaimAsync(enrolment, [0xFF, 0x00])).Refusal);
        byte[] foreign = new Board(_service, "ffffffffffff").Claim();
        Assert.Equal(ClaimRefusal.Malformed, (await board.ClaimAsync(enrolment, foreign)).Refusal);
        byte[] claim = board.Claim();
        for (int length = 0; length < claim.Length; length++)
            Assert.Equal(ClaimRefusal.Malformed, (await board.ClaimAsync(enrolment, claim[..length])).Refusal);
        Assert.Empty(_service.Get<DeviceDirectory>().All);
        Assert.Equal(claim.Length + 2, Assert.Single((await _service.Get<Claims>().SearchAsync()).Items).Refusals);
        // The board itself is not held to what others sent in its name.
        Assert.Equal(ClaimStatus.Granted, (await board.ClaimAsync(enrolment)).Status);
    }

    [Fact]
    public async Task A_waiting_board_is_answered_when_an_operator_approves()
    {
        string enrolment = (await Board.EnrolAsync(_service, autoAccept: false)).Enrolment.Id;
        Board board = new(_service);
        ClaimAnswer waiting = await board.ClaimAsync(enrolment);
        Assert.Equal((ClaimStatus.Pending, ServiceLimits.PendingRetryS), (waiting.Status, waiting.RetryAfterS));
        Assert.Empty(_service.Get<DeviceDirectory>().All);

        Claims claims = _service.Get<Claims>();
        BoardClaim claim = Assert.Single((await claims.SearchAsync(ClaimState.Pending)).Items);
        BoardClaim approved = (await claims.ApproveAsync(claim.Id, Me)).Value!;
        Assert.Equal((ClaimState.Granted, "otto"), (approved.State, approved.DecidedBy));
        ClaimAnswer pushed = board.Answer();
        Assert.Equal((ClaimStatus.Granted, approved.DeviceId), (pushed.Status, pushed.DeviceId));
        Assert.Equal(pushed.DeviceKey, (await board.ClaimAsync(enrolment)).DeviceKey);
        Assert.Equal("claim-not-pending", (await claims.ApproveAsync(claim.Id, Me)).Fault!.Name);
    }

    [Fact]
    public async Task A_rejected_board_is_told_and_stays_rejected_until_it_is_forgotten()
    {
        string enrolment = (await Board.EnrolAsync(_service, autoAccept: false)).Enrolment.Id;
        Board board = new(_service);
        await board.ClaimAsync(enrolment);
        Claims claims = _service.Get<Claims>();
        long id = Assert.Single((await claims.SearchAsync()).Items).Id;
        Assert.True((await claims.RejectAsync(id, Me)).Ok);
        Assert.Equal(ClaimRefusal.Rejected, board.Answer().Refusal);
        Assert.Equal(ClaimRefusal.Rejected, (await board.ClaimAsync(enrolment)).Refusal);

        Assert.True((await claims.ForgetAsync(id, Me)).Ok);
        Assert.Equal(ClaimStatus.Pending, (await board.ClaimAsync(enrolment)).Status);
    }

    [Fact]
    public async Task A_preauthorised_board_passes_and_has_its_name_and_place()
    {
        string enrolment = (await Board.EnrolAsync(_service, autoAccept: false, boards:
            new PreauthorisedBoard("a0b1c2d3e4f5", "Corner of the school", 25.033, 121.565))).Enrolment.Id;
        ClaimAnswer answer = await new Board(_service).ClaimAsync(enrolment);
        Device device = _service.Get<DeviceDirectory>().Find(answer.DeviceId)!;
        Assert.Equal(("Corner of the school", 25.033, 121.565), (device.Name, device.Latitude, device.Longitude));
        Assert.Equal(ClaimStatus.Pending, (await new Board(_service, "ffffffffffff").ClaimAsync(enrolment)).Status);
    }

    [Fact]
    public async Task A_released_board_gets_its_old_id_with_another_key()
    {
        string enrolment = (await Board.EnrolAsync(_service, count: 1)).Enrolment.Id;
        ClaimAnswer first = await new Board(_service).JoinAsync(enrolment);
        Assert.True((await _service.Get<Claims>().ReleaseAsync(first.DeviceId, Me)).Ok);
        Assert.Contains((first.DeviceId, LinkEnd.Revoked), _service.Link.Ended);
        Board erased = new(_service, nonce: 9);
        Assert.Equal(Refusal.UnknownUser, (await erased.ConnectAsync(first.DeviceId, first.DeviceKey)).Refusal);

        ClaimAnswer second = await erased.JoinAsync(enrolment);
        Assert.Equal(first.DeviceId, second.DeviceId);
        Assert.NotEqual(first.DeviceKey, second.DeviceKey);
        Assert.Equal(Refusal.WrongPassword, (await erased.ConnectAsync(first.DeviceId, first.DeviceKey)).Refusal);
        Assert.Single(_service.Get<DeviceDirectory>().All);
        Assert.Equal(1, _service.Get<Enrolments>().Find(enrolment)!.Used);
    }

    [Fact]
    public async Task All_of_it_survives_a_restart_and_no_secret_is_readable()
    {
        string folder = Directory.CreateTempSubdirectory("edgefleet-test-").FullName;
        try
        {
            EnrolmentWithSecret enrolment;
            ClaimAnswer answer;
            ApiTokenSecret token;
            await using (TestService before = await TestService.StartAsync(folder))
            {
                enrolment = await Board.EnrolAsync(before);
                answer = await new Board(before).ClaimAsync(enrolment.Enrolment.Id);
                token = new((await before.Get<Features.Access.ApiTokens>().CreateAsync(
                    "x", Features.Access.Role.Viewer, null, null, Me)).Value!.Secret);
                NothingReadable(folder, before.Logs, enrolment.SecretBytes(), answer.DeviceKey,
                    enrolment.Secret, token.Secret, before.Get<Features.Access.FirstStart>().AdminPassword!);
            }
            await using TestService after = await TestService.StartAsync(folder);
            Board board = new(after);
            Assert.Equal(answer.DeviceKey, (await board.ClaimAsync(enrolment.Enrolment.Id)).DeviceKey);
            Assert.Equal(Refusal.None, (await board.ConnectAsync(
                "claim/" + enrolment.Enrolment.Id, enrolment.SecretBytes())).Refusal);
            Assert.Equal(Refusal.None, (await board.ConnectAsync(answer.DeviceId, answer.DeviceKey)).Refusal);
            await using TestService third = await RestartAsync(after, folder);
            Assert.Equal(ClaimRefusal.AlreadyClaimed,
                (await new Board(third).ClaimAsync(enrolment.Enrolment.Id)).Refusal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed record ApiTokenSecret(string Secret);

    private static async Task<TestService> RestartAsync(TestService running, string folder)
    {
        await running.DisposeAsync();
        return await TestService.StartAsync(folder);
    }

    private static void NothingReadable(
        string folder, LogCapture logs, byte[] secret, byte[] key, params string[] texts)
    {
        byte[][] needles = [secret, key, .. texts.Concat([Convert.ToBase64String(secret), Convert.ToBase64String(key),
            Convert.ToHexString(key), Convert.ToHexStringLower(key)]).Select(System.Text.Encoding.UTF8.GetBytes)];
        string[] files = [.. Directory.GetFiles(folder, "fleet.db*")];
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            using FileStream open = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using MemoryStream bytes = new();
            open.CopyTo(bytes);
            Assert.All(needles, n => Assert.Equal(-1, bytes.ToArray().AsSpan().IndexOf(n)));
        }
        Assert.NotEmpty(logs.Lines);
        Assert.All(logs.Lines, line => Assert.All(texts, t => Assert.DoesNotContain(t, line)));
    }

    private async Task RefusedAsync(string enrolment, Board board, ClaimRefusal refusal)
    {
        ClaimAnswer answer = await board.ClaimAsync(enrolment);
        Assert.Equal((ClaimStatus.Refused, refusal, ServiceLimits.RefusedRetryS),
            (answer.Status, answer.Refusal, answer.RetryAfterS));
        BoardClaim seen = Assert.Single((await _service.Get<Claims>().SearchAsync(ClaimState.Refused)).Items);
        Assert.Equal((board.HardwareId, refusal, "192.0.2.7"), (seen.HardwareId, seen.LastRefusal, seen.RemoteAddress));
        Assert.Contains(_service.Logs.Lines, l => l.Contains(refusal.ToString()) && l.StartsWith("Warning"));
        Assert.Empty(_service.Get<DeviceDirectory>().All);
    }
}
