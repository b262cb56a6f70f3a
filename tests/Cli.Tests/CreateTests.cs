using System.Security.Cryptography;
using System.Text.Json;

namespace EdgeFleet.Cli.Tests;

/// <summary><c>edgefleet bundle create</c>, <c>inspect</c> and <c>diff</c>.</summary>
public sealed class CreateTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void The_same_inputs_give_the_same_bytes()
    {
        _bench.Do("bundle create app.json --out out:a.efb");
        using Bench other = new();
        // In another folder, later, and with the natives in another order.
        other.Write("app.json", Bench.Description.Replace(
            "\"mscorlib\": \"0x54A2DF6A\", \"System.Math\": \"46092cb1\"", "\"System.Math\": \"0x46092CB1\", \"mscorlib\": \"54a2df6a\""));
        other.Do("bundle create app.json --out out:b.efb");
        Assert.Equal(_bench.Read("a.efb"), other.Read("b.efb"));
        _bench.Write("EdgeFleet.Bridge.pe", Bench.Bytes(9_000, 9));
        _bench.Do("bundle create app.json --out out:c.efb");
        Assert.NotEqual(_bench.Read("a.efb"), _bench.Read("c.efb"));
        Assert.Equal(0, _bench.Run("bundle diff a.efb a.efb").Code);
    }

    [Fact]
    public void What_was_described_is_inspected()
    {
        _bench.Do("bundle create app.json --out out:a.efb --sequence 8 --app-version 1.5.0-rc.1");
        JsonElement view = _bench.Inspect("a.efb");
        Assert.Equal(8, view.GetProperty("sequence").GetInt32());
        Assert.Equal("1.5.0-rc.1", view.GetProperty("version").GetString());
        Assert.Equal("bridge", view.GetProperty("kind").GetString());
        Assert.Equal(3, view.GetProperty("securityCounter").GetInt32());
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), view.GetProperty("expires").GetDateTimeOffset());
        Assert.Equal(JsonValueKind.Null, view.GetProperty("keyId").ValueKind);
        Assert.Equal(_bench.Read("a.efb").Length, view.GetProperty("totalBytes").GetInt32());
        JsonElement board = view.GetProperty("targets")[0];
        Assert.Equal("0x46092CB1", board.GetProperty("natives").GetProperty("System.Math").GetString());
        Assert.Equal(40_000, board.GetProperty("leastFreeHeap").GetInt32());
        JsonElement component = board.GetProperty("components")[0];
        Assert.Equal(3, component.GetProperty("blocks").GetInt32());
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(_bench.Read("EdgeFleet.Bridge.pe"))),
            component.GetProperty("sha256").GetString());
        string table = _bench.Do("bundle inspect a.efb");
        foreach (string part in new[] { "1.5.0-rc.1", "EdgeFleet.Bridge.dll", "nobody has signed it", "esp32, esp32-s3" })
            Assert.Contains(part, table);
    }

    [Fact]
    public void A_difference_is_named_and_has_its_exit_code()
    {
        _bench.Do("bundle create app.json --out out:a.efb");
        _bench.Write("EdgeFleet.Bridge.dll", Bench.Bytes(20_000, 5));
        _bench.Write("app.json", Bench.Description.Replace("\"System.Math\": \"46092cb1\"", "\"System.Text\": \"00000001\"")
            .Replace("\"securityCounter\": 3", "\"securityCounter\": 4"));
        _bench.Do("bundle create app.json --out out:b.efb");
        Ran ran = _bench.Run("bundle diff a.efb b.efb");
        Assert.Equal(ExitCode.Different, ran.Code);
        string[] lines = ran.Output.Trim().Split('\n', StringSplitOptions.TrimEntries);
        Assert.Contains("securityCounter: 3 -> 4", lines);
        Assert.Contains("esp32/natives/System.Math: 0x46092CB1 -> -", lines);
        Assert.Contains("esp32-s3/natives/System.Text: - -> 0x00000001", lines);
        Assert.Contains(lines, line => line.StartsWith("sim/components/EdgeFleet.Bridge.dll: 20000 bytes", StringComparison.Ordinal));
        Assert.Equal(6, lines.Length);
        Ran json = _bench.Run("bundle diff a.efb b.efb --json");
        Assert.Equal(ExitCode.Different, json.Code);
        using JsonDocument document = JsonDocument.Parse(json.Output);
        Assert.Equal(6, document.RootElement.GetArrayLength());
    }

    [Theory]
    [InlineData("\"sequence\": 7", "\"sequence\": 0", "sequence")]
    [InlineData("\"sequence\": 7", "\"sequence\": \"7\"", "sequence")]
    [InlineData("\"sequence\": 7, ", "", "sequence")]
    [InlineData("\"securityCounter\"", "\"securitycounters\"", "securitycounters")]
    [InlineData("1.4.0", "1.4", "version")]
    [InlineData("\"bridge\"", "\"tower\"", "kind")]
    [InlineData("2030", "1999", "expires")]
    [InlineData("esp32-s3", "ESP32", "classes")]
    [InlineData("esp32-s3", "sim", "twice")]
    [InlineData("[\"sim\"]", "[]", "classes")]
    [InlineData("0x54A2DF6A", "0x54A2DF6", "checksum of mscorlib")]
    [InlineData("mscorlib", "ms corlib", "natives")]
    [InlineData("40000", "-1", "leastFreeHeap")]
    [InlineData("[\"EdgeFleet.Bridge.dll\"]", "[]", "components")]
    [InlineData("EdgeFleet.Bridge.dll", ".hidden", "components")]
    [InlineData("EdgeFleet.Bridge.dll", "missing.dll", "no such file")]
    [InlineData("\"EdgeFleet.Bridge.dll\"", "\"EdgeFleet.Bridge.dll\", \"sub/EdgeFleet.Bridge.dll\"", "two files")]
    [InlineData("\"bridge\"", "null", "kind")]
    public void A_description_with_a_slip_is_refused(string from, string to, string names)
    {
        string text = Bench.Description.Replace(from, to);
        Assert.NotEqual(Bench.Description, text);
        _bench.Write("app.json", text);
        Ran ran = _bench.Run("bundle create app.json --out out:a.efb");
        Assert.Equal(ExitCode.Failed, ran.Code);
        Assert.Contains(names, ran.Error, StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(_bench["a.efb"]));
    }

    /// <summary>An application that a board's heap has no room for, an empty one, and tags that no manifest holds.</summary>
    [Fact]
    public void Sizes_are_held()
    {
        _bench.Write("EdgeFleet.Bridge.pe", Bench.Bytes(128 * 1024, 1));
        _bench.Do("bundle create app.json --out out:a.efb");
        foreach ((string file, int size, string why) in new[]
        {
            ("EdgeFleet.Bridge.pe", 128 * 1024 + 1, "heap"), ("EdgeFleet.Bridge.pe", 0, "empty"),
            ("EdgeFleet.Bridge.dll", 960_000, "bundles of their own"), ("EdgeFleet.Bridge.dll", 2_000_000, "of at most"),
        })
        {
            using Bench bench = new();
            bench.Write(file, new byte[size]);
            Ran ran = bench.Run("bundle create app.json --out out:b.efb");
            Assert.Equal(ExitCode.Failed, ran.Code);
            Assert.Contains(why, ran.Error);
        }
    }
}
