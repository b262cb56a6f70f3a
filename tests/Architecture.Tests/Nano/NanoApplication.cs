using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Nano;

/// <summary>
/// One application: the sources of a node kind and of all that it stands on, compiled together for a board with the
/// language that board packages are built with.
/// </summary>
public sealed class NanoApplication
{
    private readonly CSharpCompilation _compilation;

    private NanoApplication(CSharpCompilation compilation) => _compilation = compilation;

    /// <summary>The node kinds: every board-code project in firmware/nodes.</summary>
    public static IEnumerable<ProjectFile> Kinds(Repository repository) =>
        repository.Projects.Where(p =>
            p.IsBoardCode && !p.IsNano && p.Path.StartsWith("firmware/nodes/", StringComparison.Ordinal));

    /// <summary>The application of one kind.</summary>
    public static NanoApplication Of(Repository repository, ProjectFile kind, IEnumerable<MetadataReference> references) =>
        Of(kind.AssemblyName, Sources(repository, kind).Select(path => (path, repository.Read(path))), references);

    /// <summary>An application from sources given as text.</summary>
    public static NanoApplication Of(
        string name, IEnumerable<(string Path, string Text)> sources, IEnumerable<MetadataReference> references)
    {
        CSharpParseOptions language = new(LanguageVersion.CSharp9);
        return new NanoApplication(CSharpCompilation.Create(
            name,
            sources.Select(s => CSharpSyntaxTree.ParseText(s.Text, language, s.Path)),
            references,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                nullableContextOptions: NullableContextOptions.Enable)));
    }

    /// <summary>Sources of the project and of every project that it references.</summary>
    public static IReadOnlyList<string> Sources(Repository repository, ProjectFile project)
    {
        List<string> folders = [];
        Queue<ProjectFile> pending = new([project]);
        while (pending.TryDequeue(out ProjectFile? next))
        {
            if (folders.Contains(next.Folder))
                continue;
            folders.Add(next.Folder);
            foreach (string reference in next.References)
                pending.Enqueue(repository.Projects.Single(p => p.Path == reference));
        }

        return
        [
            .. repository.Files.Where(f =>
                f.EndsWith(".cs", StringComparison.Ordinal) &&
                folders.Any(folder => f.StartsWith(folder, StringComparison.Ordinal))),
        ];
    }

    /// <summary>Errors and warnings of the compiler: a board project treats both alike.</summary>
    public IEnumerable<Offence> Complaints() =>
        from diagnostic in _compilation.GetDiagnostics()
        where diagnostic.Severity is DiagnosticSeverity.Error or DiagnosticSeverity.Warning
        let at = diagnostic.Location.GetLineSpan()
        select new Offence(
            at.IsValid ? $"{at.Path}:{at.StartLinePosition.Line + 1}" : _compilation.AssemblyName!,
            $"{diagnostic.Id} {diagnostic.GetMessage()}");

    /// <summary>The code as it would go to a board, for the rules that look into it.</summary>
    public ModuleDefinition Emit()
    {
        MemoryStream image = new();
        Assert.True(_compilation.Emit(image).Success, "The application does not compile.");
        image.Position = 0;
        return CompiledAssemblies.Open(image, NanoReferences.Folder);
    }
}
