using System.Diagnostics;
using System.Xml.Linq;
using EdgeFleet.Architecture.Tests.Il;
using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Nano;

/// <summary>
/// The test assemblies for the interpreter, built as they are for a board, but against the reference assemblies: the real
/// signatures of the test framework, C# 9, the vectors' source made on the way, and the IL gate over what comes out.
/// </summary>
public sealed class NanoTestBuildTests(NanoReferences nano)
{
    public static TheoryData<string> Parts => [.. Projects.Select(p => p.Folder["tests/nano/".Length..].TrimEnd('/'))];

    private static IEnumerable<ProjectFile> Projects =>
        Repository.Here.Projects.Where(p => p.IsNano && p.Path.StartsWith("tests/nano/", StringComparison.Ordinal));

    [Fact]
    public void The_test_projects_are_found() =>
        Assert.Equal(["Contracts", "Firmware"], Parts.Select(p => p.Data).Order(StringComparer.Ordinal));

    /// <summary>The adapter takes places of tests from this list, and trips on a file that is not there.</summary>
    [Fact]
    public void The_adapters_list_names_every_test_file() =>
        Assert.Equal(
            Repository.Here.Files.Where(f =>
                Parts.Any(part => f.StartsWith($"tests/nano/{part.Data}/", StringComparison.Ordinal)) &&
                f.EndsWith(".cs", StringComparison.Ordinal) && Repository.Here.Read(f).Contains("[TestClass]"))
                .Order(StringComparer.Ordinal),
            XDocument.Parse(Repository.Here.Read("tests/nano/NFUnitTest.nfproj")).Descendants()
                .Where(e => e.Name.LocalName == "Compile").Select(e => "tests/nano/" + (string?)e.Attribute("Include"))
                .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task Builds_for_a_board_and_passes_the_gate(string part)
    {
        Assert.SkipWhen(NanoReferences.Missing != null, NanoReferences.Missing ?? "");
        Assert.NotEmpty(nano.References);
        string folder = Path.Combine(Repository.Here.Root, "tests", "nano", part);
        string built = Path.Combine(folder, "bin", "all-ref", "Release", "NFUnitTest.dll");
        // What an earlier build left must not pass for this one's.
        if (File.Exists(built))
            File.Delete(built);
        await Build(folder);
        using ModuleDefinition module = CompiledAssemblies.Open(built, NanoReferences.Folder);
        // The launcher loads an assembly of this name; all that is not the framework's is in it.
        Assert.Equal("NFUnitTest", module.Assembly.Name.Name);
        Assert.DoesNotContain(module.AssemblyReferences, r => r.Name.StartsWith("EdgeFleet", StringComparison.Ordinal));
        Assert.NotNull(module.GetType("EdgeFleet.Contracts.SafeMath"));
        Assert.Equal(TestsInSource(part), TestsIn(module));
        Offence.AssertNone(
        [
            .. ConstructRule.Check(module), .. StaticStateRule.Check(module), .. FloatDivisionRule.Check(module),
            .. BannedMembersRule.CheckBoardCode(module),
        ]);
    }

    /// <summary>What the sources promise, so that no file is left out of the assembly.</summary>
    private static int TestsInSource(string part) => Repository.Here.Files
        .Where(f => f.StartsWith($"tests/nano/{part}/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal))
        .Sum(f => Repository.Here.Read(f).Split("[TestMethod]").Length - 1);

    private static int TestsIn(ModuleDefinition module) =>
        module.Types.SelectMany(t => t.Methods).Count(m => m.CustomAttributes.Any(
            a => a.AttributeType.FullName == "nanoFramework.TestFramework.TestMethodAttribute"));

    private static async Task Build(string folder)
    {
        ProcessStartInfo start = new("dotnet")
        {
            WorkingDirectory = Repository.Here.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])
            [
                "build", folder, "-c", "Release", "-v", "q", "--nologo", "-nodeReuse:false",
                "-p:UseSharedCompilation=false", "-p:NanoReferencePath=" + NanoReferences.Folder,
            ])
            start.ArgumentList.Add(argument);
        // The test host's own settings must not reach the compiler of another project.
        start.Environment.Remove("MSBuildExtensionsPath");
        start.Environment.Remove("MSBuildSDKsPath");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await output + await errors);
    }
}
