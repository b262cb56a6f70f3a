using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests;

public sealed class ReferenceRuleTests
{
    [Fact]
    public void Project_files_keep_the_rule() =>
        Offence.AssertNone(ReferenceRule.CheckProjects(Repository.Here.Projects));

    [Fact]
    public void Compiled_assemblies_keep_the_rule()
    {
        List<Offence> offences = [];
        foreach (ProjectFile project in ReferenceRule.Products(Repository.Here.Projects))
        {
            using ModuleDefinition module = CompiledAssemblies.Open(project);
            offences.AddRange(ReferenceRule.CheckCompiled(project, module, Repository.Here.Projects));
        }

        Offence.AssertNone(offences);
    }

    [Fact]
    public void There_are_products_to_look_at() =>
        Assert.True(ReferenceRule.Products(Repository.Here.Projects).Count() >= 7);

    [Theory]
    [InlineData("shared/A.csproj", "firmware/core/B.csproj")]
    [InlineData("firmware/core/A.csproj", "firmware/boards/sim/B.csproj")]
    [InlineData("firmware/core/A.csproj", "firmware/nodes/AirBox/B.csproj")]
    [InlineData("firmware/drivers/Lis3/A.csproj", "firmware/nodes/AirBox/B.csproj")]
    [InlineData("firmware/nodes/AirBox/A.csproj", "firmware/nodes/Bridge/B.csproj")]
    [InlineData("firmware/boards/sim/A.csproj", "fleet-service/B.csproj")]
    [InlineData("firmware/boards/sim/host/A.csproj", "shared/B.csproj")]
    [InlineData("firmware/boards/sim/app/AirBox/A.csproj", "firmware/core/B.csproj")]
    [InlineData("firmware/boards/sim/app/AirBox/A.csproj", "firmware/boards/sim/B.csproj")]
    [InlineData("firmware/boards/sim/A.csproj", "firmware/boards/sim/app/AirBox/B.csproj")]
    [InlineData("tools/fleetsim/A.csproj", "firmware/boards/sim/app/AirBox/B.csproj")]
    [InlineData("fleet-service/A.csproj", "firmware/core/B.csproj")]
    [InlineData("tools/cli/A.csproj", "fleet-service/B.csproj")]
    [InlineData("tools/flash/A.csproj", "firmware/boards/sim/B.csproj")]
    [InlineData("tools/fleetsim/A.csproj", "tests/X.Tests/B.csproj")]
    [InlineData("tools/fleetsim/A.csproj", "firmware/boards/esp32/B.csproj")]
    public void A_wrong_reference_is_named(string from, string to)
    {
        string up = string.Concat(Enumerable.Repeat("../", from.Count(c => c == '/')));
        ProjectFile project = ProjectFile.Parse(
            from, $"<Project><ItemGroup><ProjectReference Include=\"{up}{to}\" /></ItemGroup></Project>");
        Offence.AssertNames(ReferenceRule.CheckProjects([project]), from, to);
    }

    [Fact]
    public void A_project_in_an_unknown_folder_is_named() =>
        Offence.AssertNames(ReferenceRule.CheckProjects([ProjectFile.Parse("attic/A.csproj", "<Project />")]), "attic/A.csproj");

    [Fact]
    public void A_board_package_outside_the_boards_is_named()
    {
        ProjectFile project = ProjectFile.Parse(
            "firmware/core/A.csproj",
            "<Project><ItemGroup><PackageReference Include=\"nanoFramework.System.Math\" /></ItemGroup></Project>");
        Offence.AssertNames(ReferenceRule.CheckProjects([project]), "firmware/core/A.csproj", "nanoFramework.System.Math");
    }

    [Fact]
    public void A_package_in_board_code_is_named()
    {
        ProjectFile project = ProjectFile.Parse(
            "shared/A.csproj",
            "<Project><PropertyGroup><BoardCode>true</BoardCode></PropertyGroup>" +
            "<ItemGroup><PackageReference Include=\"Handy\" /></ItemGroup></Project>");
        Offence.AssertNames(ReferenceRule.CheckProjects([project]), "shared/A.csproj", "Handy");
    }

    [Fact]
    public void A_compiled_reference_that_no_project_file_shows_is_named()
    {
        // As the compiler writes it down when a reference arrives through another project.
        ProjectFile cli = ProjectFile.Parse("tools/cli/Cli.csproj", "<Project />");
        ProjectFile service = ProjectFile.Parse("fleet-service/EdgeFleet.Service.csproj", "<Project />");
        using ModuleDefinition module = ModuleDefinition.CreateModule("Cli", ModuleKind.Dll);
        module.AssemblyReferences.Add(new AssemblyNameReference("EdgeFleet.Service", new Version(1, 0)));
        Offence.AssertNames(ReferenceRule.CheckCompiled(cli, module, [cli, service]), "Cli", "EdgeFleet.Service");
    }

    [Fact]
    public void A_driver_that_looks_past_the_ports_is_named()
    {
        ProjectFile driver = ProjectFile.Parse("firmware/drivers/Adxl355/Driver.csproj", "<Project />");
        ProjectFile core = ProjectFile.Parse("firmware/core/Core.csproj", "<Project />");
        using ModuleDefinition module = Snippet.Compile(
            "class Driver { EdgeFleet.Firmware.NodeRuntime runtime; EdgeFleet.Firmware.Ports.IBoard board; }",
            ("Core", "namespace EdgeFleet.Firmware { public class NodeRuntime {} } " +
                     "namespace EdgeFleet.Firmware.Ports { public interface IBoard {} }"));
        Offence[] offences = [.. ReferenceRule.CheckCompiled(driver, module, [driver, core])];
        Offence.AssertNames(offences, "Driver", "EdgeFleet.Firmware.NodeRuntime");
        Assert.Single(offences);
    }
}
