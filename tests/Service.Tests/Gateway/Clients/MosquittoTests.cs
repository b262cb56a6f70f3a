using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Tests.Gateway.Clients;

/// <summary>The clients of Eclipse Mosquitto as boards: both versions of the protocol, plain and TLS.</summary>
public sealed class MosquittoTests(MqttService service) : IClassFixture<MqttService>
{
    public static TheoryData<string, bool> Ways() => new()
    {
        { "311", false },
        { "311", true },
        { "5", false },
        { "5", true },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_board_reports_and_is_told_what_to_do(string version, bool tls)
    {
        string hardwareId = "00000000" + version.PadLeft(3, '0') + (tls ? '1' : '0');
        ClaimAnswer identity = await ClaimAsync(hardwareId);
        string password = MqttService.PasswordOf(identity);

        for (uint sequence = 1; sequence <= 3; sequence++)
        {
            var (code, _, error) = await PublishAsync(
                version, tls, identity.DeviceId, password, Topics.For(TopicKind.Telemetry, identity.DeviceId),
                service.WindowFile(identity.DeviceId, sequence, 1000 + (100 * sequence)));
            Assert.True(code == 0, error);
        }
        Assert.Equal<double[]>([11.0, 12.0, 13.0], await service.StoredAsync(identity.DeviceId));

        // Desired state comes as soon as a node subscribes to it.
        var (subscribed, output, complaint) = await RunAsync(
            "mosquitto_sub", version, tls, "-i", identity.DeviceId, "-u", identity.DeviceId, "-P", password, "-q", "1",
            "-t", Topics.For(TopicKind.Desired, identity.DeviceId), "-C", "1", "-W", "30", "-F", "%q %x");
        Assert.True(subscribed == 0, complaint);
        string[] parts = output.Trim().Split(' ');
        Assert.Equal("1", parts[0]);
        DesiredState desired = new();
        Assert.Equal(ContractError.None, desired.Read(new CborReader(Convert.FromHexString(parts[1]))));
        Assert.InRange(desired.TimeMs, DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData("311", "not authorised")]
    [InlineData("5", "Not authorized")]
    public async Task Wrong_passwords_are_refused(string version, string words)
    {
        ClaimAnswer identity = await ClaimAsync("0000000a0" + version.PadLeft(3, '0'));
        string good = MqttService.PasswordOf(identity);
        string expired = AccessToken.Create(identity.DeviceId, 1_700_000_000, identity.DeviceKey);
        string stranger = AccessToken.Create(
            identity.DeviceId, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600, new byte[identity.DeviceKey.Length]);
        foreach (string password in new[] { good[..^1], expired, stranger, "secret" })
        {
            var (code, output, error) = await PublishAsync(
                version, false, identity.DeviceId, password, Topics.For(TopicKind.Telemetry, identity.DeviceId),
                service.WindowFile(identity.DeviceId, 1, 1000));
            Assert.NotEqual(0, code);
            Assert.Matches($"(?i)bad user ?name or password|{words}", output + error);
        }
        Assert.Empty(await service.StoredAsync(identity.DeviceId));
    }

    [Theory]
    [InlineData("311")]
    [InlineData("5")]
    public async Task Nobody_publishes_as_another(string version)
    {
        ClaimAnswer victim = await ClaimAsync("0000000b0" + version.PadLeft(3, '0'));
        ClaimAnswer rogue = await ClaimAsync("0000000c0" + version.PadLeft(3, '0'));
        var (code, output, error) = await PublishAsync(
            version, false, rogue.DeviceId, MqttService.PasswordOf(rogue), Topics.For(TopicKind.Telemetry, victim.DeviceId),
            service.WindowFile(victim.DeviceId, 1, 99_900));
        Assert.True(code != 0 || (output + error).Length != 0, "It went through without a word.");
        Assert.Empty(await service.StoredAsync(victim.DeviceId));
    }

    [Fact]
    public async Task A_client_that_trusts_nobody_of_ours_does_not_connect()
    {
        var (code, _, error) = await ClientTool.RunAsync(
            "mosquitto_pub", "mosquitto-clients", null, "-h", "localhost", "-p", $"{service.TlsPort}", "--capath", "/etc/ssl/certs",
            "-t", "x", "-m", "y");
        Assert.NotEqual(0, code);
        Assert.Matches("(?i)certificate|TLS", error);
    }

    // Without Mosquitto: one of its programs publishes and another subscribes, but a claimant is one connection.
    private async Task<ClaimAnswer> ClaimAsync(string hardwareId)
    {
        (string user, string password) = await service.EnrolAsync();
        await using RawClient board = await RawClient.OpenAsync(service.Port);
        await board.SendAsync(
            Packets.Connect(4, "claim-" + hardwareId, user, password),
            Packets.Subscribe(4, 1, (Topics.For(TopicKind.ClaimAnswer, hardwareId), 0)),
            Packets.Publish(4, Topics.For(TopicKind.Claim, hardwareId), await File.ReadAllBytesAsync(service.ClaimFile(hardwareId)), 2));
        Packet packet;
        do
            packet = await board.ReadAsync();
        while (packet.Type != 3);
        ClaimAnswer answer = new();
        int topic = packet.PacketId;
        Assert.Equal(ContractError.None, answer.Read(new CborReader(packet.Body[(2 + topic)..])));
        Assert.Equal((ClaimStatus.Granted, ClaimRefusal.None), (answer.Status, answer.Refusal));
        return answer;
    }

    private Task<(int Code, string Output, string Error)> PublishAsync(
        string version, bool tls, string device, string password, string topic, string file) => RunAsync(
            "mosquitto_pub", version, tls, "-i", device, "-u", device, "-P", password, "-q", "1", "-t", topic, "-f", file);

    private Task<(int Code, string Output, string Error)> RunAsync(
        string program, string version, bool tls, params string[] arguments)
    {
        string[] where = tls
            ? ["-h", "localhost", "-p", $"{service.TlsPort}", "--cafile", service.Authority]
            : ["-h", "127.0.0.1", "-p", $"{service.Port}"];
        return ClientTool.RunAsync(program, "mosquitto-clients", null, ["-V", version, .. where, .. arguments]);
    }
}
