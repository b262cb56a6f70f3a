using EdgeFleet.NanoTrim;
using Mono.Cecil;

// nanotrim IN OUT NAMES ROOT REFERENCE...: what a board's application cannot reach takes flash and memory for nothing.
// ROOT is TYPE::METHOD, or a dash for the entry point.
if (args.Length < 5)
{
    Console.Error.WriteLine("nanotrim IN OUT NAMES ROOT REFERENCE...");
    return 2;
}

DefaultAssemblyResolver resolver = new();
foreach (string folder in args[4..].Select(path => Path.GetDirectoryName(Path.GetFullPath(path))!).Distinct())
    resolver.AddSearchDirectory(folder);
using ModuleDefinition module = ModuleDefinition.ReadModule(args[0], new ReaderParameters { AssemblyResolver = resolver });
string[] root = args[3].Split("::");
MethodDefinition? start = root.Length == 2
    ? module.GetType(root[0])?.Methods.SingleOrDefault(method => method.Name == root[1])
    : module.EntryPoint;
if (start == null)
{
    Console.Error.WriteLine($"{args[0]} has no {args[3]}.");
    return 1;
}

IReadOnlyDictionary<string, string> names = Trimmer.Trim(start);
module.Write(args[1]);
File.WriteAllLines(args[2], names.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key} {p.Value}"));
return 0;
