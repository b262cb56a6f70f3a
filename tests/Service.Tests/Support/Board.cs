using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Tests.Support;

/// <summary>A board that claims and connects, at the seam that the gateway uses.</summary>
public sealed class Board(TestService service, string hardwareId = "a0b1c2d3e4f5", byte nonce = 1)
{
    public NodeKind Kind { get; set; } = NodeKind.AirBox;

    public string HardwareId => hardwareId;

    private IDeviceHub Hub => service.Get<IDeviceHub>();

    /// <summary>An enrolment for boards of the kind.</summary>
    public static async Task<EnrolmentWithSecret> EnrolAsync(
        TestService service, int count = 10, bool autoAccept = true, NodeKind kind = NodeKind.AirBox,
        params PreauthorisedBoard[] boards) => (await service.Get<Enrolments>().CreateAsync(
            new EnrolmentRequest(kind, "Renai Road", count, service.Clock.GetUtcNow().AddDays(1), autoAccept,
                Preauthorised: boards), Actor.System)).Value!;

    public byte[] Claim()
    {
        ClaimRequest request = new()
        {
            HardwareId = hardwareId,
            Kind = Kind,
            Board = "ESP32_S3",
            FirmwareVersion = "1.0.0",
        };
        request.Nonce.AsSpan().Fill(nonce);
        byte[] buffer = new byte[512];
        CborWriter writer = new(buffer);
        request.Write(writer);
        return buffer[..writer.Length];
    }

    /// <summary>Claims through the hub, as a board that showed the enrolment's secret.</summary>
    public async Task<ClaimAnswer> ClaimAsync(string enrolment, byte[]? payload = null)
    {
        FakeSession session = new(PeerRole.Claimant, enrolment);
        await Hub.ReceiveAsync(session, TopicKind.Claim, hardwareId, payload ?? Claim(), 7, default);
        Assert.Equal<ushort>([7], [.. session.Receipts]);
        return Answer();
    }

    /// <summary>The last answer that was sent to the board.</summary>
    public ClaimAnswer Answer()
    {
        (_, _, byte[] payload) = service.Link.Sent.Last(s => s.Kind == TopicKind.ClaimAnswer && s.Id == hardwareId);
        ClaimAnswer answer = new();
        Assert.Equal(ContractError.None, answer.Read(new CborReader(payload)));
        return answer;
    }

    /// <summary>Connects with a password made of the key; by default one of an hour.</summary>
    public ValueTask<Admission> ConnectAsync(string user, byte[] key, long? expiry = null)
    {
        long until = expiry ?? service.Clock.GetUtcNow().ToUnixTimeSeconds() + 3600;
        return Hub.AdmitAsync(
            new Credentials("client", user, AccessToken.Create(user, until, key), null, "192.0.2.7", false),
            default);
    }

    /// <summary>Claims and connects once.</summary>
    public async Task<ClaimAnswer> JoinAsync(string enrolment)
    {
        ClaimAnswer answer = await ClaimAsync(enrolment);
        Assert.Equal(ClaimStatus.Granted, answer.Status);
        Assert.Equal(Refusal.None, (await ConnectAsync(answer.DeviceId, answer.DeviceKey)).Refusal);
        return answer;
    }
}
