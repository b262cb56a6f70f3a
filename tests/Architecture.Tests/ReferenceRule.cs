using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests;

/// <summary>Who may reference whom; ARCHITECTURE.md tells why.</summary>
public static class ReferenceRule
{
    private enum Layer
    {
        Contracts,
        Core,
        Drivers,
        Nodes,
        SimHost,
        SimApplications,
        SimBoard,
        Boards,
        Service,
        FleetSim,
        Tools,
        Tests,
    }

    // The longest folder that fits decides.
    private static readonly (string Folder, Layer Layer)[] Folders =
    [
        ("shared/", Layer.Contracts),
        ("firmware/core/", Layer.Core),
        ("firmware/drivers/", Layer.Drivers),
        ("firmware/nodes/", Layer.Nodes),
        ("firmware/boards/sim/host/", Layer.SimHost),
        ("firmware/boards/sim/app/", Layer.SimApplications),
        ("firmware/boards/sim/", Layer.SimBoard),
        ("firmware/boards/", Layer.Boards),
        ("fleet-service/", Layer.Service),
        ("tools/fleetsim/", Layer.FleetSim),
        ("tools/", Layer.Tools),
        ("tests/", Layer.Tests),
    ];

    private static readonly Dictionary<Layer, Layer[]> Allowed = new()
    {
        [Layer.Contracts] = [],
        [Layer.Core] = [Layer.Contracts],
        [Layer.Drivers] = [Layer.Contracts, Layer.Core],
        [Layer.Nodes] = [Layer.Contracts, Layer.Core, Layer.Drivers],
        // Self-contained: what an application needs of the core is in it, and the simulator knows it by the border alone.
        [Layer.SimHost] = [],
        [Layer.SimApplications] = [Layer.SimHost],
        [Layer.SimBoard] = [Layer.Contracts, Layer.Core, Layer.Drivers, Layer.Nodes, Layer.SimHost],
        [Layer.Boards] = [Layer.Contracts, Layer.Core, Layer.Drivers, Layer.Nodes],
        [Layer.Service] = [Layer.Contracts],
        [Layer.Tools] = [Layer.Contracts],
        [Layer.FleetSim] =
            [Layer.Contracts, Layer.Core, Layer.Drivers, Layer.Nodes, Layer.SimBoard, Layer.Service],
        [Layer.Tests] = Enum.GetValues<Layer>(),
    };

    /// <summary>The rule over project files, package names included.</summary>
    public static IEnumerable<Offence> CheckProjects(IReadOnlyList<ProjectFile> projects)
    {
        foreach (ProjectFile project in projects)
        {
            if (LayerOf(project.Path) is not { } layer)
            {
                yield return new Offence(project.Path, "is in no folder that the reference rule knows");
                continue;
            }

            foreach (string reference in project.References)
            {
                if (LayerOf(reference) is not { } other || !Allowed[layer].Contains(other))
                    yield return new Offence(project.Path, $"must not reference {reference}");
            }

            foreach (PackageUse package in project.Packages)
            {
                bool nano = package.Name.StartsWith("nanoFramework.", StringComparison.OrdinalIgnoreCase);
                if (nano && layer != Layer.Boards && !project.IsNano)
                    yield return new Offence(project.Path, $"names {package.Name}; only boards may");
                if (!nano && project.IsBoardCode)
                    yield return new Offence(project.Path, $"uses package {package.Name}, which no board has");
            }
        }
    }

    /// <summary>The rule over what the compiler wrote down, which sees references that arrive through others.</summary>
    public static IEnumerable<Offence> CheckCompiled(
        ProjectFile project, ModuleDefinition module, IReadOnlyList<ProjectFile> projects)
    {
        if (LayerOf(project.Path) is not { } layer)
            yield break;
        foreach (AssemblyNameReference reference in module.AssemblyReferences)
        {
            ProjectFile? other = projects.FirstOrDefault(p => p.AssemblyName == reference.Name);
            if (other != null && LayerOf(other.Path) is { } otherLayer && !Allowed[layer].Contains(otherLayer))
                yield return new Offence(project.AssemblyName, $"must not use types of {reference.Name}");
        }

        if (layer != Layer.Drivers)
            yield break;
        foreach (TypeReference type in module.GetTypeReferences())
        {
            bool core = projects.Any(p => p.AssemblyName == type.Scope.Name && LayerOf(p.Path) == Layer.Core);
            if (core && !type.Namespace.StartsWith("EdgeFleet.Firmware.Ports", StringComparison.Ordinal))
                yield return new Offence(project.AssemblyName, $"uses {type.FullName}; of the core, drivers see Ports alone");
        }
    }

    /// <summary>Projects whose assembly the tests look into.</summary>
    public static IEnumerable<ProjectFile> Products(IReadOnlyList<ProjectFile> projects) =>
        projects.Where(p => !p.IsNano && LayerOf(p.Path) is { } layer && layer != Layer.Tests);

    private static Layer? LayerOf(string path)
    {
        foreach ((string folder, Layer layer) in Folders)
        {
            if (path.StartsWith(folder, StringComparison.Ordinal))
                return layer;
        }

        return null;
    }
}
