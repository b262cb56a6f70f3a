using EdgeFleet.FleetSim.Tests.Support;

namespace EdgeFleet.FleetSim.Tests.Real;

/// <summary>What cannot be meant is refused before anything is started, and says what to do.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--nodes 0", "--nodes")]
    [InlineData("--nodes many", "--nodes")]
    [InlineData("--mix 0:0", "--mix takes two whole numbers")]
    [InlineData("--for soon", "'soon' is no duration")]
    [InlineData("--window 1ms", "--window takes 1s to 1h")]
    [InlineData("--faults nothing.json", "no such file")]
    [InlineData("--virtual --service http://127.0.0.1:1", "--virtual brings its own service")]
    [InlineData("--mqtt here", "--mqtt")]
    [InlineData("--http here", "--http")]
    [InlineData("--replay-airbox nothing.csv", "nothing.csv")]
    [InlineData("--seed -1", "--seed")]
    [InlineData("--virtual --update nothing.efb", "--update needs --trust")]
    [InlineData("--virtual --trust nothing.pem", "--trust is the key of what --update names")]
    [InlineData("--virtual --update nothing.efb --trust nothing.pem", "nothing.pem")]
    [InlineData("--service-restarts 1", "need --virtual")]
    [InlineData("--virtual --service-restarts -1", "--service-restarts takes 0 to")]
    [InlineData("--frobnicate", "--frobnicate")]
    public async Task Bad_arguments_are_refused_by_name(string arguments, string named)
    {
        var (code, output, error) = await SimulatorProcess.RunAsync(_folder, arguments.Split(' '));
        Assert.NotEqual(0, code);
        Assert.Contains(named, error);
        Assert.DoesNotContain("   at ", output + error);
        Assert.False(Directory.Exists(Path.Combine(_folder, "data")));
    }

    [Theory]
    [InlineData("""{"lossPercent":101}""", "lossPercent is 101; 0 to 50 is allowed")]
    [InlineData("""{"lossPercent":"much"}""", "is not valid")]
    [InlineData("""{"flashKib":3}""", "flashKib is 3; the least is 8")]
    [InlineData("""{"loss":1}""", "is not valid")]
    [InlineData("[]", "is not valid")]
    [InlineData("", "is not valid")]
    public async Task Bad_fault_plans_are_refused_by_name(string plan, string named)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "plan.json"), plan);
        Assert.False(FaultPlan.TryLoad(Path.Combine(_folder, "plan.json"), out _, out string error));
        Assert.Contains(named, error);
        Assert.Contains("plan.json", error);
    }

    [Fact]
    public async Task A_plan_that_TCP_cannot_follow_is_refused()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "plan.json"), """{"lossPercent":1}""");
        var (code, _, error) = await SimulatorProcess.RunAsync(_folder, "--faults", "plan.json", "--for", "1s");
        Assert.Equal(1, code);
        Assert.Contains("need --virtual", error);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_named()
    {
        int port = Ports.Free();
        var (code, _, error) = await SimulatorProcess.RunAsync(_folder, "--service", $"http://127.0.0.1:{port}", "--for", "1s");
        Assert.Equal(2, code);
        // The token comes first: nothing is asked without one.
        Assert.Contains("EDGEFLEET_TOKEN", error);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public async Task Help_names_every_option()
    {
        var (code, output, _) = await SimulatorProcess.RunAsync(_folder, "--help");
        Assert.Equal(0, code);
        foreach (string option in new[]
        {
            "--nodes", "--mix", "--seed", "--for", "--window", "--virtual", "--service", "--data", "--http", "--mqtt",
            "--faults", "--replay-airbox", "--replay-bridge", "--json",
        })
            Assert.Contains(option, output);
    }
}
