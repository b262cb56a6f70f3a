using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>Files in memory that take nothing from the heap once warm, so that what is measured is the node's own.</summary>
public sealed class QuietStorage : IStorage
{
    private readonly Dictionary<string, (byte[] Bytes, int Length)> _files = new(256);
    private readonly Stack<byte[]> _free = new(256);

    /// <summary>Bytes written since the start, file headers of the file system not counted.</summary>
    public long Written { get; private set; }

    /// <summary>Files begun since the start: on a board, each is a sector erased.</summary>
    public int Begun { get; private set; }

    public long FreeBytes => 1 << 20;

    public int Length(string name) => _files.TryGetValue(name, out (byte[] Bytes, int Length) file) ? file.Length : -1;

    public StorageResult Read(string name, int fileOffset, byte[] buffer, int offset, int count, out int read)
    {
        read = 0;
        if (!_files.TryGetValue(name, out (byte[] Bytes, int Length) file))
            return StorageResult.NotFound;
        read = Math.Clamp(file.Length - fileOffset, 0, count);
        Array.Copy(file.Bytes, fileOffset, buffer, offset, read);
        return StorageResult.Ok;
    }

    public StorageResult Write(string name, byte[] buffer, int offset, int count)
    {
        Delete(name);
        return Append(name, buffer, offset, count);
    }

    public StorageResult Append(string name, byte[] buffer, int offset, int count)
    {
        if (!_files.TryGetValue(name, out (byte[] Bytes, int Length) file))
        {
            Begun++;
            file = (_free.TryPop(out byte[]? free) ? free : new byte[NodeLimits.SegmentBytes], 0);
        }
        Array.Copy(buffer, offset, file.Bytes, file.Length, count);
        _files[name] = (file.Bytes, file.Length + count);
        Written += count;
        return StorageResult.Ok;
    }

    public StorageResult Delete(string name)
    {
        if (_files.Remove(name, out (byte[] Bytes, int Length) file))
            _free.Push(file.Bytes);
        return StorageResult.Ok;
    }

    public string[] List(string prefix) => [.. _files.Keys.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))];
}

/// <summary>A gateway that acknowledges everything and takes nothing from the heap.</summary>
public sealed class QuietLink : ILink
{
    private readonly Queue<(LinkEventType Type, int Message)> _events = new(64);
    private int _lastMessageId;

    public long Sent { get; private set; }

    public int Messages => _lastMessageId;

    public LinkResult Connect(LinkAddress address) => Happen(LinkEventType.Connected, 0);

    public void Disconnect() => _events.Clear();

    public LinkResult Subscribe(TopicKind kind, string id) => Happen(LinkEventType.Subscribed, 0);

    public LinkResult Publish(TopicKind kind, string id, byte[] payload, int offset, int count, out int messageId)
    {
        messageId = ++_lastMessageId;
        Sent += count;
        return Happen(LinkEventType.Stored, messageId);
    }

    public bool TryGetEvent(LinkEvent target)
    {
        if (!_events.TryDequeue(out (LinkEventType Type, int Message) next))
            return false;
        target.Type = next.Type;
        target.MessageId = next.Message;
        return true;
    }

    private LinkResult Happen(LinkEventType type, int message)
    {
        _events.Enqueue((type, message));
        return LinkResult.Ok;
    }
}
