using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests;

/// <summary>Compiles a few lines of C#, with the language of board code, so that a rule can be shown what it forbids.</summary>
public static class Snippet
{
    private static readonly string RuntimeFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    /// <summary>Everything that this process could load of the framework.</summary>
    private static readonly MetadataReference[] Framework =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == RuntimeFolder)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The compiled snippet; fails the test where it does not compile.</summary>
    public static ModuleDefinition Compile(string source, params (string Assembly, string Source)[] libraries)
    {
        List<MetadataReference> references = [.. Framework];
        foreach ((string assembly, string text) in libraries)
            references.Add(MetadataReference.CreateFromImage(Emit(assembly, text, references).ToArray()));
        return CompiledAssemblies.Open(Emit("Snippet", source, references), RuntimeFolder);
    }

    /// <summary>A compiled snippet with an entry point, to be run.</summary>
    public static byte[] Program(string source) =>
        Emit("Snippet", source, Framework, OutputKind.ConsoleApplication, NullableContextOptions.Disable).ToArray();

    private static MemoryStream Emit(
        string assembly, string source, IEnumerable<MetadataReference> references,
        OutputKind kind = OutputKind.DynamicallyLinkedLibrary,
        NullableContextOptions nullable = NullableContextOptions.Enable)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            assembly,
            [CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.CSharp9))],
            references,
            new CSharpCompilationOptions(
                kind,
                optimizationLevel: OptimizationLevel.Release,
                allowUnsafe: source.Contains("unsafe", StringComparison.Ordinal),
                nullableContextOptions: nullable));
        MemoryStream image = new();
        string[] errors =
        [
            .. compilation.Emit(image).Diagnostics
                .Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString()),
        ];
        Assert.True(errors.Length == 0, string.Join('\n', errors));
        image.Position = 0;
        return image;
    }
}
