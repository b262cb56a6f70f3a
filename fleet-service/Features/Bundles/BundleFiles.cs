using EdgeFleet.Service.Storage;

namespace EdgeFleet.Service.Features.Bundles;

/// <summary>
/// The bytes of bundles, in <c>bundles</c> below the data folder, each under its digest; the last ones used stay in
/// memory.
/// </summary>
public sealed class BundleFiles
{
    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Digest, byte[] Bytes)>> _cached = [];
    private readonly LinkedList<(string Digest, byte[] Bytes)> _order = new();

    /// <summary>Makes the folder where it is missing, and clears away what an upload left behind that broke off.</summary>
    public BundleFiles(DataFolder data)
    {
        _folder = data.File("bundles");
        Directory.CreateDirectory(_folder);
        foreach (string part in Directory.EnumerateFiles(_folder, "*.part"))
            File.Delete(part);
    }

    /// <summary>Writes a bundle; it is on disk under its name, whole, when this returns.</summary>
    public void Write(string digest, byte[] bytes)
    {
        string part = Path.Combine(_folder, Guid.NewGuid().ToString("N") + ".part");
        try
        {
            using (FileStream stream = new(part, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            // A file that a deletion or a failed upload left has the same content, and is as good.
            File.Move(part, PathOf(digest), overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
        Keep(digest, bytes);
    }

    /// <summary>The bytes of a bundle; null where the file is not there.</summary>
    public byte[]? Read(string digest)
    {
        lock (_lock)
        {
            if (_cached.TryGetValue(digest, out LinkedListNode<(string Digest, byte[] Bytes)>? node))
            {
                _order.Remove(node);
                _order.AddFirst(node);
                return node.Value.Bytes;
            }
        }
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(PathOf(digest));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        Keep(digest, bytes);
        return bytes;
    }

    /// <summary>Removes a bundle's bytes.</summary>
    public void Delete(string digest)
    {
        lock (_lock)
        {
            if (_cached.Remove(digest, out LinkedListNode<(string Digest, byte[] Bytes)>? node))
                _order.Remove(node);
        }
        File.Delete(PathOf(digest));
    }

    private void Keep(string digest, byte[] bytes)
    {
        lock (_lock)
        {
            if (_cached.ContainsKey(digest))
                return;
            _cached[digest] = _order.AddFirst((digest, bytes));
            if (_order.Count <= BundleStoreLimits.MaxCached)
                return;
            _cached.Remove(_order.Last!.Value.Digest);
            _order.RemoveLast();
        }
    }

    private string PathOf(string digest) => Path.Combine(_folder, digest + ".efb");
}
