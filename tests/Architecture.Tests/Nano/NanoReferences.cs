using System.Diagnostics;
using Microsoft.CodeAnalysis;

[assembly: AssemblyFixture(typeof(EdgeFleet.Architecture.Tests.Nano.NanoReferences))]

namespace EdgeFleet.Architecture.Tests.Nano;

/// <summary>
/// Compile-only assemblies of the packages that application code may use. A tool beside the repository makes them from
/// the API lists, once for all tests, which may run side by side; where it is missing, nothing can be compiled for a board here.
/// </summary>
public sealed class NanoReferences
{
    // Hardware and network packages are for firmware/boards alone.
    private static readonly string[] Names =
    [
        "mscorlib", "System.Math", "nanoFramework.System.Collections", "nanoFramework.System.Text",
        "nanoFramework.System.Security.Cryptography",
    ];

    // One for the process: two runs of the tool at once would write the same files.
    private static readonly Lazy<MetadataReference[]> Made = new(Make);

    /// <summary>Why nothing can be compiled for a board on this machine; null where it can.</summary>
    public static string? Missing =>
        !File.Exists(Tool) ? "../shared/tools/nano-ref is not on this machine." :
        !OnPath("python3") ? "python3, which nano-ref needs, is not on this machine." : null;

    /// <summary>Folder of the reference assemblies; git ignores it.</summary>
    public static string Folder => Path.Combine(Repository.Here.Root, "artifacts", "nano-ref");

    public IReadOnlyList<MetadataReference> References => Made.Value;

    private static string Tool => Repository.Here.Absolute("../shared/tools/nano-ref/nano-ref");

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static MetadataReference[] Make()
    {
        ProcessStartInfo start = new("python3", [Tool, Folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + errors.Result);
        return [.. Names.Select(name => MetadataReference.CreateFromFile(Path.Combine(Folder, name + ".dll")))];
    }
}
