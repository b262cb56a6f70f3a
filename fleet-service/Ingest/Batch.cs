using System.Buffers.Binary;
using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Ingest;

/// <summary>
/// Messages on their way to the disk, already in the form in which they are stored, and whom to tell afterwards.
/// </summary>
/// <remarks>
/// Form of a stored batch, version 1: a byte of version, 8 bytes of Unix milliseconds (little endian), then for every
/// message: milliseconds since then (varint), kind (byte), length of the id (byte), the id in ASCII, length of the
/// payload (varint), the payload. A varint has seven bits a byte, the lowest first, the top bit set in all but the last.
/// </remarks>
internal sealed class Batch
{
    public const byte Version = 1;
    public const int HeadBytes = 9;

    // Time and payload length take at most five bytes each, kind and id length one each.
    private const int FrameBytes = 5 + 1 + 1 + 5;

    private byte[] _bytes = new byte[IngestLimits.FirstBatchBytes];
    private Run[] _runs = new Run[64];
    private ushort[] _receipts = new ushort[256];
    private int _length;
    private int _runCount;
    private int _receiptCount;
    private long _baseMs;

    /// <summary>Messages in it.</summary>
    public int Messages { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Adds a message; false where it would outgrow <see cref="IngestLimits.MaxBatchBytes"/>.</summary>
    public bool TryAdd(
        IDeviceSession session, TopicKind kind, string id, ReadOnlySpan<byte> payload, ushort receipt, long nowMs)
    {
        if (Messages == 0)
            Begin(nowMs);
        int need = FrameBytes + id.Length + payload.Length;
        if (_length + need > _bytes.Length && !Grow(need))
            return false;
        Span<byte> to = _bytes.AsSpan(_length);
        // The clock may have been set back since the batch began.
        int at = Varint(to, (uint)Math.Clamp(nowMs - _baseMs, 0, uint.MaxValue));
        to[at++] = (byte)kind;
        to[at++] = (byte)id.Length;
        at += Encoding.ASCII.GetBytes(id, to[at..]);
        at += Varint(to[at..], (uint)payload.Length);
        payload.CopyTo(to[at..]);
        _length += at + payload.Length;
        Messages++;
        if (receipt != 0)
            Owe(session, receipt);
        return true;
    }

    /// <summary>Tells every session which of its messages are durable.</summary>
    public void Acknowledge(Action<Exception> failed)
    {
        int at = 0;
        for (int i = 0; i < _runCount; i++)
        {
            ref Run run = ref _runs[i];
            try
            {
                run.Session.Stored(_receipts.AsSpan(at, run.Count));
            }
            catch (Exception e)
            {
                // One session's trouble is not the others'.
                failed(e);
            }
            at += run.Count;
        }
    }

    public void Clear()
    {
        Array.Clear(_runs, 0, _runCount);
        _runCount = 0;
        _receiptCount = 0;
        _length = 0;
        Messages = 0;
    }

    private void Begin(long nowMs)
    {
        _baseMs = nowMs;
        _bytes[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(1), nowMs);
        _length = HeadBytes;
    }

    private bool Grow(int need)
    {
        if (_length + need > IngestLimits.MaxBatchBytes)
            return false;
        int size = _bytes.Length;
        while (size < _length + need)
            size *= 2;
        Array.Resize(ref _bytes, size);
        return true;
    }

    private void Owe(IDeviceSession session, ushort receipt)
    {
        if (_receiptCount == _receipts.Length)
            Array.Resize(ref _receipts, _receipts.Length * 2);
        _receipts[_receiptCount++] = receipt;
        if (_runCount != 0 && ReferenceEquals(_runs[_runCount - 1].Session, session))
        {
            _runs[_runCount - 1].Count++;
            return;
        }
        if (_runCount == _runs.Length)
            Array.Resize(ref _runs, _runs.Length * 2);
        _runs[_runCount++] = new Run { Session = session, Count = 1 };
    }

    private static int Varint(Span<byte> to, uint value)
    {
        int at = 0;
        while (value >= 0x80)
        {
            to[at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        to[at++] = (byte)value;
        return at;
    }

    private struct Run
    {
        public IDeviceSession Session;
        public int Count;
    }
}
