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
        using ModuleDefinition application = Whole("", kind, $"EdgeFleet.{kind}.dll");
        Check(application, kind);
        // An Air Box carries nothing of vibrations.
        string[] left = CheckTrimmed("", kind, application, "EdgeFleet.Firmware.NodeRuntime");
        Assert.Equal(kind == "Bridge", left.Any(name => name.StartsWith("EdgeFleet.Firmware.Dsp.", StringComparison.Ordinal)));
        Assert.Equal(kind == "Bridge", left.Any(name => name.StartsWith("EdgeFleet.Firmware.Triggering.", StringComparison.Ordinal)));
        Assert.Equal(kind == "Bridge", left.Contains("EdgeFleet.Contracts.Messages.ScreeningConfig"));

        using ModuleDefinition golden = Whole("golden", kind, "EdgeFleet.Golden.dll");
        Check(golden, kind);
        Assert.Contains("EdgeFleet.Firmware.Updates.UpdateAgent", CheckTrimmed("golden", kind, golden, "EdgeFleet.Firmware.NodeRuntime"));

        // What never changes carries what decides, and nothing of what samples and reports.
        using ModuleDefinition launcher = Whole("launcher", kind, "EdgeFleet.Launcher.exe");
        Assert.Equal("System.Void EdgeFleet.Launcher.Program::Main()", launcher.EntryPoint?.FullName);
        Assert.Equal(
            (byte)(kind == "Bridge" ? 1 : 0), launcher.GetType("EdgeFleet.Launcher.Kind").Fields.Single(f => f.Name == "Own").Constant);
        CheckGate(launcher);
        string[] launched = CheckTrimmed("launcher", kind, launcher, "EdgeFleet.Firmware.Updates.Bootloader");
        Assert.DoesNotContain("EdgeFleet.Firmware.NodeRuntime", launched);
        Assert.DoesNotContain("EdgeFleet.Firmware.Updates.UpdateAgent", launched);
    }

    private static string Folder(string part, string outputs, string kind) =>
        Path.Combine(Repository.Here.Root, Board, part, outputs, kind + "-ref", "Release");

    private static ModuleDefinition Whole(string part, string kind, string file) =>
        CompiledAssemblies.Open(Path.Combine(Folder(part, "bin", kind), file), NanoReferences.Folder);

    private static void Check(ModuleDefinition module, string kind)
    {
        // The launcher asks for this by its name.
        MethodDefinition start = module.GetType("EdgeFleet.Boards.Esp32.Program").Methods.Single(m => m.Name == "Start");
        Assert.True(start is { IsPublic: true, IsStatic: true, HasParameters: false });
        Assert.Null(module.EntryPoint);
        Assert.NotNull(module.GetType("EdgeFleet.Contracts.SafeMath"));
        Assert.NotNull(module.GetType("EdgeFleet.Firmware.NodeRuntime"));
        // The golden application of a bridge node leaves the accelerometer alone.
        bool golden = module.Assembly.Name.Name == "EdgeFleet.Golden";
        Assert.Equal(golden && kind == "Bridge", module.GetType($"EdgeFleet.Nodes.{kind}Node") == null);
        Assert.Equal(!golden && kind == "Bridge", module.GetType("EdgeFleet.Firmware.Drivers.Adxl355.Adxl355") != null);
        Assert.Equal(kind == "AirBox", module.GetType("EdgeFleet.Firmware.Drivers.Pms5003.Pms5003") != null);
        CheckGate(module);
    }

    // One assembly: what it refers to is the framework's alone.
    private static void CheckGate(ModuleDefinition module)
    {
        Assert.DoesNotContain(module.AssemblyReferences, r => r.Name.StartsWith("EdgeFleet", StringComparison.Ordinal));
        Offence.AssertNone(
            [.. ConstructRule.Check(module), .. StaticStateRule.Check(module), .. FloatDivisionRule.Check(module)]);
    }

    // What goes to the board. It holds nothing new, and names nothing of its own that is not in it.
    private static string[] CheckTrimmed(string part, string kind, ModuleDefinition whole, string expected)
    {
        using ModuleDefinition trimmed = CompiledAssemblies.Open(
            Path.Combine(Folder(part, "obj", kind), "trimmed", whole.Name), NanoReferences.Folder);
        Assert.Equal(whole.EntryPoint?.FullName, trimmed.EntryPoint?.FullName);
        // What it was called, beside what it is called: how a stack trace from a board is read.
        Dictionary<string, string> names = File.ReadLines(
            Path.Combine(Folder(part, "bin", kind), Path.ChangeExtension(whole.Name, ".names")))
            .Select(line => line.Split(' ')).ToDictionary(words => words[0], words => words[1]);
        string[] left = [.. trimmed.GetTypes().Select(t => names.GetValueOrDefault(t.Name, t.FullName))];
        Assert.All(left, name => Assert.NotNull(whole.GetType(name)));
        Assert.Contains(expected, left);
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

        // Which class may divide is a matter of its name, and was seen to before.
        Offence.AssertNone([.. ConstructRule.Check(trimmed), .. StaticStateRule.Check(trimmed)]);
        return left;
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
