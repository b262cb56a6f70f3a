using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Il;

public sealed class BannedMembersRuleTests
{
    private static readonly ProjectFile[] Products = [.. ReferenceRule.Products(Repository.Here.Projects)];

    [Fact]
    public void The_simulator_replays_from_its_seed()
    {
        using ModuleDefinition module = CompiledAssemblies.Open(Products.Single(p => p.Path == "firmware/boards/sim/EdgeFleet.Boards.Sim.csproj"));
        Offence.AssertNone(BannedMembersRule.CheckSimulator(module));
    }

    [Fact]
    public void The_service_takes_time_from_its_provider()
    {
        using ModuleDefinition module = CompiledAssemblies.Open(Products.Single(p => p.Path.StartsWith("fleet-service/", StringComparison.Ordinal)));
        Offence.AssertNone(BannedMembersRule.CheckService(module));
    }

    [Theory]
    [InlineData("object f() => System.DateTime.UtcNow;", "DateTime.get_UtcNow")]
    [InlineData("object f() => System.DateTime.Now;", "DateTime.get_Now")]
    [InlineData("object f() => System.DateTimeOffset.UtcNow;", "DateTimeOffset.get_UtcNow")]
    [InlineData("object f() => System.Environment.TickCount64;", "Environment.get_TickCount64")]
    [InlineData("object f() => System.Diagnostics.Stopwatch.StartNew();", "System.Diagnostics.Stopwatch")]
    [InlineData("object f() => new System.Random();", "System.Random")]
    [InlineData("object f() => System.Guid.NewGuid();", "System.Guid.NewGuid")]
    [InlineData("void f() => System.Threading.Thread.Sleep(1);", "System.Threading.Thread")]
    [InlineData("void f() => new System.Threading.Thread(f).Start();", "System.Threading.Thread")]
    [InlineData("void f() { lock (this) { } }", "System.Threading.Monitor")]
    [InlineData("object f() => System.IO.File.ReadAllBytes(\"x\");", "System.IO.File")]
    [InlineData("void f() => System.Console.WriteLine(\"x\");", "System.Console")]
    [InlineData("void f() => System.Security.Cryptography.RandomNumberGenerator.Fill(new byte[2]);", "RandomNumberGenerator")]
    public void Board_code_that_goes_past_the_ports_is_named(string member, string banned) =>
        Offence.AssertNames(Check(BannedMembersRule.CheckBoardCode, member), "Fixture.f", banned);

    [Theory]
    [InlineData("object f() => System.DateTime.UtcNow;", "DateTime.get_UtcNow")]
    [InlineData("object f() => new System.Random();", "System.Random..ctor")]
    [InlineData("object f() => System.Random.Shared;", "System.Random.get_Shared")]
    [InlineData("object f() => System.Guid.NewGuid();", "System.Guid.NewGuid")]
    public void A_simulator_that_cannot_be_replayed_is_named(string member, string banned) =>
        Offence.AssertNames(Check(BannedMembersRule.CheckSimulator, member), "Fixture.f", banned);

    [Fact]
    public void A_simulator_may_use_seeded_chance() =>
        Offence.AssertNone(Check(BannedMembersRule.CheckSimulator, "object f(int seed) => new System.Random(seed);"));

    [Theory]
    [InlineData("object f() => System.DateTimeOffset.UtcNow;", "DateTimeOffset.get_UtcNow")]
    [InlineData("object f() => System.DateTime.UtcNow;", "DateTime.get_UtcNow")]
    [InlineData("object f() => System.Threading.Tasks.Task.Delay(3);", "Task.Delay")]
    [InlineData("async void f() { await System.Threading.Tasks.Task.Delay(3); }", "Task.Delay")]
    [InlineData("object f(System.TimeSpan s) => new System.Threading.PeriodicTimer(s);", "PeriodicTimer..ctor")]
    [InlineData("void f() => System.Threading.Thread.Sleep(1);", "Thread.Sleep")]
    public void A_service_that_looks_at_the_wall_clock_is_named(string member, string banned) =>
        Offence.AssertNames(Check(BannedMembersRule.CheckService, member), "Fixture", banned);

    [Fact]
    public void A_service_may_wait_on_its_provider() =>
        Offence.AssertNone(Check(
            BannedMembersRule.CheckService,
            "object f(System.TimeProvider time) => System.Threading.Tasks.Task.Delay(System.TimeSpan.Zero, time);"));

    private static Offence[] Check(Func<ModuleDefinition, IEnumerable<Offence>> rule, string member)
    {
        using ModuleDefinition module = Snippet.Compile($"class Fixture {{ {member} }}");
        return [.. rule(module)];
    }
}
