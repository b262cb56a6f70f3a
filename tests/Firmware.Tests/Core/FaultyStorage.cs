using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>What a power cut does to the operation that it hits.</summary>
public enum Cut
{
    /// <summary>The operation has not begun.</summary>
    Before,

    /// <summary>Half done: any part of the bytes, the last of them spoiled.</summary>
    Torn,

    /// <summary>Done, but the caller never hears of it.</summary>
    After,
}

/// <summary>The power is gone; whoever catches it throws the node away and starts a new one on the same flash.</summary>
public sealed class PowerCutException : Exception;

/// <summary>
/// Files in memory that break as <see cref="IStorage"/> allows, and no better: at a chosen operation the power goes, with
/// appended bytes torn, a rewritten file old, missing or torn; chosen operations fail with any part of their work done;
/// and the flash has an end.
/// </summary>
public sealed class FaultyStorage(int seed) : IStorage
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Random _random = new(seed);

    /// <summary>Operations that changed, or would have changed, the flash.</summary>
    public int Operations { get; private set; }

    /// <summary>The operation at which the power goes, counted from 1; 0: none.</summary>
    public int CutAt { get; set; }

    public Cut Cut { get; set; }

    /// <summary>One in so many operations fails; 0: none.</summary>
    public int FailOneIn { get; set; }

    /// <summary>Every operation that changes something fails.</summary>
    public bool Broken { get; set; }

    public int Capacity { get; set; } = int.MaxValue;

    public long FreeBytes => Capacity - Used;

    public int Used => _files.Values.Sum(f => f.Length);

    public IReadOnlyCollection<string> Names => _files.Keys;

    public byte[] this[string name]
    {
        get => _files[name];
        set => _files[name] = value;
    }

    /// <summary>Cuts the power at the <paramref name="operation"/>th operation from now on.</summary>
    public void Arm(int operation, Cut cut)
    {
        Operations = 0;
        CutAt = operation;
        Cut = cut;
    }

    public FaultyStorage Copy(int seed)
    {
        FaultyStorage copy = new(seed) { Capacity = Capacity };
        foreach ((string name, byte[] bytes) in _files)
            copy._files[name] = bytes;
        return copy;
    }

    public int Length(string name) => _files.TryGetValue(name, out byte[]? file) ? file.Length : -1;

    public StorageResult Read(string name, int fileOffset, byte[] buffer, int offset, int count, out int read)
    {
        read = 0;
        if (!_files.TryGetValue(name, out byte[]? file))
            return StorageResult.NotFound;
        read = Math.Clamp(file.Length - fileOffset, 0, count);
        Array.Copy(file, fileOffset, buffer, offset, read);
        return StorageResult.Ok;
    }

    public StorageResult Write(string name, byte[] buffer, int offset, int count)
    {
        byte[] whole = buffer.AsSpan(offset, count).ToArray();
        return Change(
            count - Math.Max(Length(name), 0),
            () => _files[name] = whole,
            () =>
            {
                int kind = _random.Next(3);
                if (kind == 1)
                    _files.Remove(name);
                else if (kind == 2)
                    _files[name] = Tear(whole);
            });
    }

    public StorageResult Append(string name, byte[] buffer, int offset, int count)
    {
        byte[] tail = buffer.AsSpan(offset, count).ToArray();
        return Change(count, () => Extend(name, tail), () => Extend(name, Tear(tail)));
    }

    public StorageResult Delete(string name) =>
        Change(0, () => _files.Remove(name), () =>
        {
            if (_random.Next(2) == 0)
                _files.Remove(name);
        });

    public string[] List(string prefix)
    {
        string[] names = [.. _files.Keys.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))];
        _random.Shuffle(names);
        return names;
    }

    private StorageResult Change(int growth, Action whole, Action torn)
    {
        Operations++;
        if (Operations == CutAt)
        {
            if (Cut == Cut.After)
                whole();
            else if (Cut == Cut.Torn)
                torn();
            throw new PowerCutException();
        }
        if (Broken)
            return StorageResult.Failed;
        if (growth > FreeBytes)
            return StorageResult.Full;
        if (FailOneIn != 0 && _random.Next(FailOneIn) == 0)
        {
            int kind = _random.Next(3);
            if (kind == 1)
                torn();
            else if (kind == 2)
                whole();
            return StorageResult.Failed;
        }
        whole();
        return StorageResult.Ok;
    }

    private void Extend(string name, byte[] tail) =>
        _files[name] = _files.TryGetValue(name, out byte[]? file) ? [.. file, .. tail] : tail;

    private byte[] Tear(byte[] bytes)
    {
        byte[] part = bytes[.._random.Next(bytes.Length + 1)];
        // NOR loses bits from the end of what was being written.
        if (part.Length > 0 && _random.Next(2) == 0)
            part[^1] ^= (byte)(1 << _random.Next(8));
        return part;
    }
}

/// <summary>Random numbers that a test can repeat.</summary>
public sealed class SeededEntropy(int seed) : IEntropy
{
    private readonly Random _random = new(seed);

    public uint Next() => (uint)_random.NextInt64(1L << 32);
}
