using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Tests.Gateway.Clients;

/// <summary>MQTT.js as a board: both versions of the protocol, plain and TLS.</summary>
public sealed class MqttJsTests(MqttService service) : IClassFixture<MqttService>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Restoring = new(1);

    /// <summary>Beside the tests, where the build has put the script: the sources are not written to.</summary>
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "mqttjs");

    public async ValueTask InitializeAsync()
    {
        await Restoring.WaitAsync();
        try
        {
            if (Directory.Exists(Path.Combine(Folder, "node_modules", "mqtt")))
                return;
            var (code, output, error) = await ClientTool.RunAsync(
                "npm", "npm", Folder, "ci", "--no-audit", "--no-fund", "--ignore-scripts");
            Assert.True(code == 0, output + error);
        }
        finally
        {
            Restoring.Release();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("4", false)]
    [InlineData("4", true)]
    [InlineData("5", false)]
    [InlineData("5", true)]
    public async Task A_board_claims_and_reports(string version, bool tls)
    {
        string hardwareId = "0000000d00" + version + (tls ? '1' : '0');
        (string user, string password) = await service.EnrolAsync();
        JsonElement claimed = await RunAsync(
            version, tls, user, password, Topics.For(TopicKind.Claim, hardwareId), Topics.For(TopicKind.ClaimAnswer, hardwareId),
            service.ClaimFile(hardwareId));
        ClaimAnswer identity = new();
        Assert.Equal(ContractError.None, identity.Read(new CborReader(Received(claimed))));
        Assert.Equal(ClaimStatus.Granted, identity.Status);

        JsonElement reported = await RunAsync(
            version, tls, identity.DeviceId, MqttService.PasswordOf(identity),
            Topics.For(TopicKind.Telemetry, identity.DeviceId), Topics.For(TopicKind.Desired, identity.DeviceId),
            service.WindowFile(identity.DeviceId, 1, 2100), service.WindowFile(identity.DeviceId, 2, 2200));
        Assert.Equal(2, reported.GetProperty("published").GetInt32());
        Assert.Equal<double[]>([21.0, 22.0], await service.StoredAsync(identity.DeviceId));
        Assert.Equal(ContractError.None, new DesiredState().Read(new CborReader(Received(reported))));
    }

    [Theory]
    [InlineData("4", 4)]
    [InlineData("5", 0x86)]
    public async Task A_stranger_is_refused_with_the_right_code(string version, int code)
    {
        JsonElement answer = await RunAsync(
            version, false, "airbox-nobody", "0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x", "y");
        Assert.Equal(code, answer.GetProperty("code").GetInt32());
    }

    private static byte[] Received(JsonElement said)
    {
        JsonElement message = said.GetProperty("received")[0];
        Assert.Equal(1, message.GetProperty("qos").GetInt32());
        return Convert.FromHexString(message.GetProperty("hex").GetString()!);
    }

    private async Task<JsonElement> RunAsync(
        string version, bool tls, string user, string password, string up, string down, params string[] files)
    {
        string url = tls ? $"mqtts://localhost:{service.TlsPort}" : $"mqtt://127.0.0.1:{service.Port}";
        var (code, output, error) = await ClientTool.RunAsync(
            "node", "nodejs", Folder,
            ["client.mjs", url, version, tls ? service.Authority : "", user, password, up, down, .. files]);
        Assert.True(code == 0, output + error);
        return JsonDocument.Parse(output).RootElement.Clone();
    }
}
