using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests;

/// <summary>The product's assemblies, as they lie beside the tests.</summary>
public static class CompiledAssemblies
{
    /// <summary>Opens the project's assembly, with lines where symbols are there.</summary>
    public static ModuleDefinition Open(ProjectFile project)
    {
        string path = Path.Combine(AppContext.BaseDirectory, project.AssemblyName + ".dll");
        Assert.True(
            File.Exists(path), $"{project.AssemblyName} is not beside the tests: reference it in Architecture.Tests.csproj.");
        return Open(path, AppContext.BaseDirectory, Path.GetDirectoryName(typeof(object).Assembly.Location)!);
    }

    /// <summary>Opens an assembly; what it refers to is looked for in the folders.</summary>
    public static ModuleDefinition Open(string path, params string[] folders) =>
        ModuleDefinition.ReadModule(path, Parameters(File.Exists(Path.ChangeExtension(path, ".pdb")), folders));

    /// <summary>As <see cref="Open(string, string[])"/>, from memory.</summary>
    public static ModuleDefinition Open(Stream image, params string[] folders) =>
        ModuleDefinition.ReadModule(image, Parameters(false, folders));

    private static ReaderParameters Parameters(bool symbols, string[] folders)
    {
        DefaultAssemblyResolver resolver = new();
        foreach (string folder in folders)
            resolver.AddSearchDirectory(folder);
        return new ReaderParameters
        {
            AssemblyResolver = resolver,
            ReadSymbols = symbols,
            SymbolReaderProvider = symbols ? new Mono.Cecil.Cil.DefaultSymbolReaderProvider(false) : null,
        };
    }
}
