using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>The IL gate over all that is compiled into an application.</summary>
public sealed class BoardCodeTests
{
    private static readonly ProjectFile[] Projects = [.. Repository.Here.Projects.Where(p => p.IsBoardCode && !p.IsNano)];

    public static TheoryData<string> Assemblies => [.. Projects.Select(p => p.AssemblyName)];

    [Fact]
    public void The_board_projects_are_found()
    {
        string[] names = [.. Projects.Select(p => p.AssemblyName)];
        Assert.Contains("EdgeFleet.Contracts", names);
        Assert.Contains("EdgeFleet.Firmware.Core", names);
        Assert.Contains("EdgeFleet.Nodes.AirBox", names);
        Assert.Contains("EdgeFleet.Nodes.Bridge", names);
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Names_only_what_boards_have(string assembly)
    {
        Assert.SkipWhen(NanoApi.Shared == null, "../shared/nanoframework-api is not on this machine.");
        using ModuleDefinition module = Open(assembly);
        HashSet<string> own = [.. Projects.Select(p => p.AssemblyName)];
        Offence.AssertNone(SubsetRule.Check(module, NanoApi.Shared, own));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Holds_no_construct_that_breaks_on_a_board(string assembly)
    {
        using ModuleDefinition module = Open(assembly);
        Offence.AssertNone(ConstructRule.Check(module));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Has_no_static_state(string assembly)
    {
        using ModuleDefinition module = Open(assembly);
        Offence.AssertNone(StaticStateRule.Check(module));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Divides_floats_in_one_place(string assembly)
    {
        using ModuleDefinition module = Open(assembly);
        Offence.AssertNone(FloatDivisionRule.Check(module));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Takes_time_and_chance_from_ports(string assembly)
    {
        using ModuleDefinition module = Open(assembly);
        Offence.AssertNone(BannedMembersRule.CheckBoardCode(module));
    }

    private static ModuleDefinition Open(string assembly) =>
        CompiledAssemblies.Open(Projects.Single(p => p.AssemblyName == assembly));
}
