using System.Diagnostics;
using EdgeFleet.Architecture.Tests.Il;
using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Nano;

/// <summary>
/// The board's own project, built as anybody would build it, but against the reference assemblies: what the board code
/// names and a board does not have is a compiler's error here, and the IL gate sees the whole application.
/// </summary>
public sealed class BoardBuildTests(NanoReferences nano)
{
    private const string Board = "firmware/boards/esp32";

    public static TheoryData<string> Kinds => ["AirBox", "Bridge"];

    [Fact]
    public void All_kinds_are_built() => Assert.Equal(
        Kinds.Select(row => row.Data).Order(StringComparer.Ordinal),
        NanoApplication.Kinds(Repository.Here).Select(p => p.AssemblyName["EdgeFleet.Nodes.".Length..])
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Builds_with_the_node_kind_as_one_assembly_and_passes_the_gate(string kind)
    {
        Assert.SkipWhen(NanoReferences.Missing != null, NanoReferences.Missing ?? "");
        Assert.NotEmpty(nano.References);
        (int exitCode, string said) = await Build(
            $"-p:NodeKind={kind}", $"-p:NanoReferencePath={NanoReferences.Folder}");
        Assert.True(exitCode == 0, said);
        string built = Path.Combine(Repository.Here.Root, Board, "bin", kind + "-ref", "Release", $"EdgeFleet.{kind}.exe");
        using ModuleDefinition module = CompiledAssemblies.Open(built, NanoReferences.Folder);
        Assert.Equal("System.Void EdgeFleet.Boards.Esp32.Program::Main()", module.EntryPoint?.FullName);
        Assert.NotNull(module.GetType("EdgeFleet.Contracts.SafeMath"));
        Assert.NotNull(module.GetType("EdgeFleet.Firmware.NodeRuntime"));
        Assert.NotNull(module.GetType($"EdgeFleet.Nodes.{kind}Node"));
        // One assembly: what it refers to is the framework's alone, and nothing of the other kind is in it.
        Assert.DoesNotContain(module.AssemblyReferences, r => r.Name.StartsWith("EdgeFleet", StringComparison.Ordinal));
        Assert.Equal(kind == "Bridge", module.GetType("EdgeFleet.Firmware.Drivers.Adxl355.Adxl355") != null);
        Assert.Equal(kind == "AirBox", module.GetType("EdgeFleet.Firmware.Drivers.Pms5003.Pms5003") != null);
        Offence.AssertNone(
            [.. ConstructRule.Check(module), .. StaticStateRule.Check(module), .. FloatDivisionRule.Check(module)]);
        CheckTrimmed(kind, module);
    }

    // What goes to the board. It holds nothing new, and names nothing of its own that is not in it.
    private static void CheckTrimmed(string kind, ModuleDefinition whole)
    {
        string built = Path.Combine(
            Repository.Here.Root, Board, "obj", kind + "-ref", "Release", "trimmed", $"EdgeFleet.{kind}.exe");
        using ModuleDefinition trimmed = CompiledAssemblies.Open(built, NanoReferences.Folder);
        Assert.Equal(whole.EntryPoint.FullName, trimmed.EntryPoint?.FullName);
        // What it was called, beside what it is called: how a stack trace from a board is read.
        Dictionary<string, string> names = File.ReadLines(
            Path.Combine(Repository.Here.Root, Board, "bin", kind + "-ref", "Release", $"EdgeFleet.{kind}.names"))
            .Select(line => line.Split(' ')).ToDictionary(words => words[0], words => words[1]);
        string[] left = [.. trimmed.GetTypes().Select(t => names.GetValueOrDefault(t.Name, t.FullName))];
        Assert.All(left, name => Assert.NotNull(whole.GetType(name)));
        Assert.Contains("EdgeFleet.Firmware.NodeRuntime", left);
        // An Air Box carries nothing of vibrations.
        Assert.Equal(kind == "Bridge", left.Any(name => name.StartsWith("EdgeFleet.Firmware.Dsp.", StringComparison.Ordinal)));
        Assert.Equal(kind == "Bridge", left.Any(name => name.StartsWith("EdgeFleet.Firmware.Triggering.", StringComparison.Ordinal)));
        Assert.Equal(kind == "Bridge", left.Contains("EdgeFleet.Contracts.Messages.ScreeningConfig"));
        HashSet<TypeDefinition> types = [.. trimmed.GetTypes()];
        foreach (MethodDefinition method in trimmed.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            foreach (MemberReference member in method.Body.Instructions.Select(i => i.Operand).OfType<MemberReference>())
            {
                if (member is MethodDefinition or FieldDefinition)
                    Assert.Contains(member.DeclaringType, types.Cast<TypeReference>());
                if (member is TypeDefinition type)
                    Assert.Contains(type, types);
            }
        }

        // Which class may divide is a matter of its name, and was seen to above.
        Offence.AssertNone([.. ConstructRule.Check(trimmed), .. StaticStateRule.Check(trimmed)]);
    }

    [Fact]
    public async Task A_build_without_a_kind_says_so()
    {
        (int exitCode, string said) = await Build();
        Assert.NotEqual(0, exitCode);
        Assert.Contains("-p:NodeKind=AirBox", said);
    }

    private static async Task<(int ExitCode, string Said)> Build(params string[] properties)
    {
        ProcessStartInfo start = new("dotnet")
        {
            WorkingDirectory = Repository.Here.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
            ["build", Board, "-c", "Release", "-v", "q", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", .. properties];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        // The test host's own settings must not reach the compiler of another project.
        start.Environment.Remove("MSBuildExtensionsPath");
        start.Environment.Remove("MSBuildSDKsPath");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}
