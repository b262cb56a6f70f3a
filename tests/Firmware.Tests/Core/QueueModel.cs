using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>
/// A queue beside a plain list of what it ought to hold. Every step is done to both; <see cref="Check"/> compares them
/// to the last entry and the last number of the accounting.
/// </summary>
public sealed class QueueModel
{
    private readonly int _segments;
    private readonly List<byte[]> _entries = [];
    private readonly HashSet<uint> _acknowledged = [];
    // What may be on flash although the caller was not told so: written when the power went, or before a failure.
    private readonly List<byte[]> _uncertain = [];

    public QueueModel(FaultyStorage storage, int segments)
    {
        Storage = storage;
        _segments = segments;
        Queue = Open();
    }

    private QueueModel(QueueModel other, FaultyStorage storage)
    {
        Storage = storage;
        _segments = other._segments;
        _entries = [.. other._entries];
        _acknowledged = [.. other._acknowledged];
        _uncertain = [.. other._uncertain];
        FlashFails = other.FlashFails;
        Queue = other.Queue;
    }

    public FaultyStorage Storage { get; private set; }

    public FlashQueue Queue { get; private set; }

    /// <summary>Whether the flash fails beyond power cuts: then numbers stay exact, and times may be unknown.</summary>
    public bool FlashFails { get; set; }

    public uint Epoch { get; private set; }

    public int Committed => _entries.Count;

    /// <summary>The same state on a copy of the flash; the queue of the copy is not mounted.</summary>
    public QueueModel Fork(int seed) => new(this, Storage.Copy(seed)) { Epoch = Epoch };

    public static long TimeOf(uint number) => 1_800_000_000_000 + number * 1000L;

    public StorageResult Add(byte[] entry)
    {
        _uncertain.Add(entry);
        StorageResult result = Queue.Add(entry, 0, entry.Length, TimeOf((uint)_entries.Count + 1));
        if (result == StorageResult.Ok)
        {
            _entries.Add(entry);
            Epoch = Queue.Ledger.Epoch;
            _uncertain.Clear();
        }
        return result;
    }

    public void Acknowledge(uint count)
    {
        uint through = Math.Min(Queue.Ledger.Done + count, Queue.Added);
        for (uint n = Queue.Ledger.Done + 1; n <= through; n++)
            _acknowledged.Add(n);
        Queue.Acknowledge(through);
    }

    /// <summary>The power was cut; starts again on the same flash. May be cut itself, and is then done again.</summary>
    public void Restart()
    {
        Queue = Open();
        if (Queue.Added == _entries.Count + 1)
        {
            byte[] buffer = new byte[FlashQueue.MaxEntry];
            int length = Queue.Read(Queue.Added, buffer);
            _entries.Add(_uncertain.Single(e => e.AsSpan().SequenceEqual(buffer.AsSpan(0, Math.Max(length, 0)))));
        }
        _uncertain.Clear();
        // What the node has forgotten of its acknowledgements it sends again, under the old numbers.
        _acknowledged.RemoveWhere(n => n > Queue.Ledger.Done);
        Check();
    }

    public void Check()
    {
        QueueLedger ledger = Queue.Ledger;
        Assert.Equal((uint)_entries.Count, Queue.Added);
        if (_entries.Count > 0 && Epoch != 0)
            Assert.Equal(Epoch, ledger.Epoch);
        uint[] dropped = [.. Enumerable.Range(1, (int)ledger.Done).Select(n => (uint)n).Where(n => !_acknowledged.Contains(n))];
        Assert.Equal((uint)dropped.Length, ledger.Dropped);
        if (dropped.Length > 0)
        {
            Assert.Equal(dropped[0], ledger.DroppedFirst);
            Assert.Equal(dropped[^1], ledger.DroppedLast);
            if (!FlashFails)
            {
                Assert.Equal(TimeOf(dropped[0]), ledger.DroppedFromMs);
                Assert.Equal(TimeOf(dropped[^1]), ledger.DroppedToMs);
            }
        }
        Assert.Equal(Queue.Added - ledger.Done, Queue.Waiting);
        byte[] buffer = new byte[FlashQueue.MaxEntry];
        for (uint n = ledger.Done + 1; n <= Queue.Added; n++)
        {
            int length = Queue.Read(n, buffer);
            Assert.True(length >= 0, $"entry {n} of {Queue.Added} cannot be read");
            Assert.Equal(_entries[(int)n - 1], buffer.AsSpan(0, length).ToArray());
        }
        Assert.Equal(-1, Queue.Read(ledger.Done, buffer));
        Assert.Equal(-1, Queue.Read(Queue.Added + 1, buffer));
        Assert.True(Storage.Names.Count <= _segments + 1, $"{Storage.Names.Count} files for {_segments} segments");
    }

    private FlashQueue Open()
    {
        FlashQueue queue = new(Storage, new Crc32(), new SeededEntropy(Storage.Operations + 1), "win.", _segments);
        queue.Mount();
        return queue;
    }
}
