using System.Net.Http.Json;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Field;
using EdgeFleet.Flash.Receipts;
using EdgeFleet.Flash.Service;
using EdgeFleet.Flash.Tests.Bench;
using EdgeFleet.Service.Features.Access;

namespace EdgeFleet.Flash.Tests.Field;

/// <summary>What a technician does beside flashing: looks at the computer, labels, mounts, visits, works without a network.</summary>
public sealed class FieldTests : IAsyncLifetime
{
    private readonly TestBench _bench = new();
    private TestFleet _fleet = null!;
    private ToolRun _tool = null!;

    public async ValueTask InitializeAsync()
    {
        _fleet = await TestFleet.StartAsync();
        _tool = new ToolRun(_bench, _fleet);
        _bench.Secret("network.cfg", "ssid=site-net\npassword=eleven calm herons\n");
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task A_doctor_looks_at_everything_and_names_what_is_missing()
    {
        _bench.Plug(_bench.Board());
        ToolResult well = await _tool.RunAsync(["doctor", "--json"]);
        Assert.True(well.Code == 0, well.Output + well.Screen);
        string[] looked = [.. JsonDocument.Parse(well.Output).RootElement.EnumerateArray().Select(check => check.GetProperty("what").GetString()!)];
        Assert.Equal(["nanoff", "port " + _bench.Port(0), "state folder", "service", "clock", "token"], looked);
        _tool.Nanoff = _bench.Path("none");
        ToolResult ill = await _tool.RunAsync(["doctor", "--server", "http://127.0.0.1:9"]);
        Assert.Equal(1, ill.Code);
        Assert.Contains("dotnet tool install -g nanoff", ill.Screen);
        Assert.Contains("does not answer", ill.Screen);
    }

    [Fact]
    public async Task Enrolled_without_a_person_flashed_from_a_pack_and_synced_later()
    {
        _tool = new ToolRun(_bench, _fleet, Role.Operator);
        string settings = _bench.Path("made.cfg");
        ToolResult enrolled = await _tool.RunAsync(
            ["enrol", "--kind", "bridge", "--site", "Dadu bridge", "--gateway", $"127.0.0.1:{_fleet.Mqtt}", "--no-tls", "--accept", "--out", settings], bare: true);
        Assert.True(enrolled.Code == 0, enrolled.Screen);
        string words = _bench.Secret("words", "four grey herons over water");
        ToolResult packed = await _tool.RunAsync(
        [
            "pack", "--settings", settings, "--network", _bench.Path("network.cfg"), "--image", _bench.Path("images"), "--board", "esp32-devkitc-ve",
            "--passphrase-file", words, "--out", _bench.Path("ladder.efpack"),
        ]);
        Assert.True(packed.Code == 0, packed.Screen);
        byte[] pack = File.ReadAllBytes(_bench.Path("ladder.efpack"));
        Assert.True(pack.AsSpan().IndexOf("herons"u8) < 0);

        // No network from here on: neither for nanoff nor for the tool.
        SimulatedBoard board = _bench.Board();
        _bench.Plug(board);
        _tool.Nanoff = _bench.Nanoff("STANDIN_OFFLINE=1");
        ToolResult wrong = await _tool.RunAsync(
            ["board", "--port", _bench.Port(0), "--pack", _bench.Path("ladder.efpack"), "--passphrase-file", _bench.Secret("other", "four grey herons over land"), "--offline", "--yes"]);
        Assert.True(wrong.Code == 2 && wrong.Screen.Contains("passphrase"), wrong.Screen);
        ToolResult made = await _tool.RunAsync(
        [
            "board", "--port", _bench.Port(0), "--pack", _bench.Path("ladder.efpack"), "--passphrase-file", words, "--board", "esp32-devkitc-ve",
            "--offline", "--yes", "--json",
        ]);
        Assert.True(made.Code == 0, made.Screen);
        Receipt receipt = JsonSerializer.Deserialize<Receipt>(made.Output, FleetClient.Json)!;
        Assert.Equal((false, NodeKind.Bridge, "Dadu bridge"), (receipt.Flash!.Seen, receipt.Flash.Kind, receipt.Flash.Site));

        ToolResult synced = await _tool.RunAsync(["sync", "--json"], bare: true);
        Assert.True(synced.Code == 0, synced.Screen + synced.Output);
        JsonElement sent = Assert.Single(JsonDocument.Parse(synced.Output).RootElement.EnumerateArray());
        Assert.Equal(receipt.Id, sent.GetProperty("receipt").GetString());
        Assert.StartsWith("sent", sent.GetProperty("what").GetString());
        Assert.Empty(JsonDocument.Parse((await _tool.RunAsync(["sync", "--json"], bare: true)).Output).RootElement.EnumerateArray());
        Assert.Empty(Directory.GetFileSystemEntries(_bench.Temp));
    }

    [Fact]
    public async Task A_node_is_labelled_mounted_and_visited()
    {
        string device = await MadeAsync();
        foreach (string file in new[] { "label.png", "label.svg" })
            Assert.Equal(0, (await _tool.RunAsync(["label", "--device", device, "--out", _bench.Path(file)], bare: true)).Code);
        Assert.True(File.ReadAllBytes(_bench.Path("label.png")).AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]));
        Assert.Contains($">{device}</text>", File.ReadAllText(_bench.Path("label.svg")));

        byte[] photo = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 4];
        File.WriteAllBytes(_bench.Path("place.jpg"), photo);
        ToolResult installed = await _tool.RunAsync(
        [
            "install", "--device", device, "--asset", "lamp post 12", "--position", "3 m, north side", "--lat", "22.61", "--lon", "120.3",
            "--photo", _bench.Path("place.jpg"), "--notes", "key with the guard", "--json",
        ], bare: true);
        Assert.True(installed.Code == 0, installed.Screen + installed.Output);
        Receipt receipt = JsonSerializer.Deserialize<Receipt>(installed.Output, FleetClient.Json)!;
        Assert.All(receipt.Install!.Checks, check => Assert.StartsWith("ok: ", check));
        Assert.Equal(4, receipt.Install.Checks.Count);
        using HttpClient http = await _fleet.HttpAsync(Role.Viewer);
        Assert.Equal(photo, await http.GetByteArrayAsync($"/api/v1/receipts/{receipt.Id}/photo"));
        DeviceView view = (await http.GetFromJsonAsync<DeviceView>($"/api/v1/devices/{device}", FleetClient.Json))!;
        Assert.Equal((22.61, 120.3), (view.Device.Latitude, view.Device.Longitude));

        File.WriteAllText(_bench.Path("visits.csv"), $"device,site,reason\n{device},Dadu bridge,fan is loud\nairbox-nobody,Dadu bridge,silent\n");
        string[] visit = ["visit", _bench.Path("visits.csv"), "--json"];
        ToolResult first = await _tool.RunAsync([.. visit, "--outcome", $"{device}=mended: cleaned"], bare: true);
        Assert.True(first.Code == 0, first.Screen);
        ToolResult second = await _tool.RunAsync(visit, bare: true);
        JsonElement[] rows = [.. JsonDocument.Parse(second.Output).RootElement.EnumerateArray()];
        Assert.Equal("mended: cleaned", rows[0].GetProperty("outcome").GetString());
        Assert.Equal((true, false), (rows[0].GetProperty("online").GetBoolean(), rows[1].GetProperty("known").GetBoolean()));
        Assert.Equal(2, (await _tool.RunAsync([.. visit, "--outcome", "airbox-else=mended"], bare: true)).Code);
        string page = await http.GetStringAsync($"/devices/{device}?handler=Receipts");
        Assert.Contains("lamp post 12", page);
        Assert.Contains("fan is loud", page);
    }

    /// <summary>An orientation, what the axes measure in m/s2, how many findings do not fit.</summary>
    public static TheoryData<string, double, double, double, int> Mountings => new()
    {
        { "x=along,y=across,z=up", 0.1, -0.2, 9.8, 0 },
        { "x=along,y=across,z=down", 0.1, -0.2, -9.8, 0 },
        { "x=up,y=across,z=along", 9.79, 0, 0.4, 0 },
        { "x=along,y=across,z=up", 9.8, 0, 0.1, 2 },
        { "x=along,y=across,z=up", 0, 0, -9.8, 1 },
        { "x=along,y=across,z=up", 2.5, 0, 9.48, 1 },
    };

    [Theory]
    [MemberData(nameof(Mountings))]
    public void Axes_that_look_elsewhere_are_noticed(string orientation, double x, double y, double z, int odd)
    {
        LatestValue Axis(string channel, double mean) => new(channel, "m/s2", null, mean, mean, mean, 0.01, 1250, [], null);
        LatestValue[] values = [Axis("ax", x), Axis("ay", y), Axis("az", z)];
        Assert.Equal(odd, MountCheck.Look(NodeKind.Bridge, MountCheck.Axes(orientation), values).Count(finding => !finding.Ok));
    }

    [Theory]
    [InlineData("x=along,y=across")]
    [InlineData("x=along,y=across,z=left")]
    [InlineData("x=up,y=down,z=along")]
    [InlineData("x=along,x=across,z=up")]
    public void An_orientation_that_is_none_is_refused(string orientation) => Assert.Null(MountCheck.Axes(orientation));

    private async Task<string> MadeAsync()
    {
        (_, string settings) = await _fleet.EnrolAsync(NodeKind.AirBox);
        _bench.Secret("edgefleet.cfg", settings);
        _bench.Plug(_bench.Board());
        ToolResult made = await _tool.RunAsync(
        [
            "board", "--port", _bench.Port(0), "--board", "esp32-devkitc", "--settings", _bench.Path("edgefleet.cfg"), "--network", _bench.Path("network.cfg"),
            "--image", _bench.Path("images"), "--yes", "--json",
        ]);
        Assert.True(made.Code == 0, made.Screen);
        return JsonSerializer.Deserialize<Receipt>(made.Output, FleetClient.Json)!.DeviceId!;
    }
}
