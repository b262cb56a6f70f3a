using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using EdgeFleet.Boards.Sim.Host;

namespace EdgeFleet.Boards.Sim.Load;

/// <summary>A bundle that holds no application for this board; its message says what is wrong with it.</summary>
public sealed class BadApplicationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The code of one application, as its bytes came out of a slot. Nodes that run the same bytes share it, as boards share
/// none of theirs, so that a fleet of thousands fits a computer; when the last of them has let go of it, it is unloaded.
/// </summary>
public sealed class LoadedApplication
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, LoadedApplication> Loaded = [];

    private readonly string _digest;
    private readonly Context _context;
    private readonly Type _entry;
    private int _users;

    private LoadedApplication(string digest, IReadOnlyList<byte[]> components)
    {
        _digest = digest;
        _context = new Context(digest);
        try
        {
            Assembly last = typeof(object).Assembly;
            foreach (byte[] component in components)
                last = _context.LoadFromStream(new MemoryStream(component));
            Type[] entries = [.. last.GetExportedTypes().Where(t => t is { IsAbstract: false } && typeof(ISimApplication).IsAssignableFrom(t))];
            _entry = entries.Length == 1
                ? entries[0]
                : throw new BadApplicationException($"{last.GetName().Name} has {entries.Length} entries of an application, not one.");
        }
        catch (Exception e) when (e is not BadApplicationException)
        {
            _context.Unload();
            throw new BadApplicationException("It is no application that can be loaded: " + e.Message, e);
        }
    }

    /// <summary>Applications that are loaded now.</summary>
    public static int Count
    {
        get
        {
            lock (Gate)
                return Loaded.Count;
        }
    }

    /// <summary>Loads an application, or takes one of the same bytes; to be given back with <see cref="Release"/>.</summary>
    /// <param name="components">Assemblies in the order of loading; the entry is in the last.</param>
    /// <exception cref="BadApplicationException">They are no application.</exception>
    public static LoadedApplication Take(IReadOnlyList<byte[]> components)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] component in components)
        {
            hash.AppendData(BitConverter.GetBytes(component.Length));
            hash.AppendData(component);
        }
        string digest = Convert.ToHexStringLower(hash.GetHashAndReset());
        lock (Gate)
        {
            if (!Loaded.TryGetValue(digest, out LoadedApplication? application))
                Loaded[digest] = application = new LoadedApplication(digest, components);
            application._users++;
            return application;
        }
    }

    /// <summary>A new node of this application.</summary>
    public ISimApplication Create() => (ISimApplication)Activator.CreateInstance(_entry)!;

    /// <summary>A node does not run it any more.</summary>
    public void Release()
    {
        lock (Gate)
        {
            if (--_users > 0)
                return;
            Loaded.Remove(_digest);
            _context.Unload();
        }
    }

    /// <summary>For a test that watches the code go.</summary>
    internal WeakReference Watch() => new(_context);

    private sealed class Context(string digest) : AssemblyLoadContext(digest, isCollectible: true)
    {
        // What passes between board and application is one type for both; all else that is not .NET's is its own.
        protected override Assembly? Load(AssemblyName name) =>
            name.Name == typeof(ISimApplication).Assembly.GetName().Name ? typeof(ISimApplication).Assembly
            : name.Name?.StartsWith("EdgeFleet.", StringComparison.Ordinal) == true
                ? throw new BadApplicationException($"It asks for {name.Name}, which an application has to contain itself.")
            : null;
    }
}
