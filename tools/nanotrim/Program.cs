using EdgeFleet.NanoTrim;
using Mono.Cecil;

// nanotrim IN OUT NAMES REFERENCE...: what a board's application cannot reach takes flash and memory for nothing.
if (args.Length < 4)
{
    Console.Error.WriteLine("nanotrim IN OUT NAMES REFERENCE...");
    return 2;
}

DefaultAssemblyResolver resolver = new();
foreach (string folder in args[3..].Select(path => Path.GetDirectoryName(Path.GetFullPath(path))!).Distinct())
    resolver.AddSearchDirectory(folder);
using ModuleDefinition module = ModuleDefinition.ReadModule(args[0], new ReaderParameters { AssemblyResolver = resolver });
IReadOnlyDictionary<string, string> names = Trimmer.Trim(module);
module.Write(args[1]);
File.WriteAllLines(args[2], names.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key} {p.Value}"));
return 0;
