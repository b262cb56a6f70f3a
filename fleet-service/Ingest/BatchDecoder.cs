using System.Buffers.Binary;
using System.Text;
using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Ingest;

/// <summary>Takes a stored batch apart; see <see cref="Batch"/> for its form.</summary>
internal sealed class BatchDecoder
{
    private static readonly long MaxUnixMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() - uint.MaxValue;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public BatchDecoder() => _lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Every message up to the first place that is not what was written; see <see cref="IngestBatch.LostBytes"/>.</summary>
    public IngestBatch Decode(long number, byte[] blob)
    {
        if (blob.Length < Batch.HeadBytes || blob[0] != Batch.Version)
            return new IngestBatch(number, []) { LostBytes = blob.Length };
        long baseMs = BinaryPrimitives.ReadInt64LittleEndian(blob.AsSpan(1));
        // A year that no clock shows; times beyond it cannot even be told.
        if (baseMs < 0 || baseMs > MaxUnixMs)
            return new IngestBatch(number, []) { LostBytes = blob.Length };
        List<IngestMessage> messages = new(blob.Length / 128 + 1);
        for (int at = Batch.HeadBytes; at < blob.Length;)
        {
            int start = at;
            if (!TryMessage(blob, ref at, baseMs, out IngestMessage message))
                return new IngestBatch(number, messages) { LostBytes = blob.Length - start };
            messages.Add(message);
        }
        return new IngestBatch(number, messages);
    }

    private bool TryMessage(byte[] blob, ref int at, long baseMs, out IngestMessage message)
    {
        message = default;
        if (!TryVarint(blob, ref at, out uint sinceMs) || blob.Length - at < 2)
            return false;
        TopicKind kind = (TopicKind)blob[at++];
        int idLength = blob[at++];
        if (blob.Length - at < idLength)
            return false;
        string id = Id(blob.AsSpan(at, idLength));
        at += idLength;
        if (!TryVarint(blob, ref at, out uint length) || length > (uint)(blob.Length - at))
            return false;
        message = new IngestMessage(baseMs + sinceMs, kind, id, new ArraySegment<byte>(blob, at, (int)length));
        at += (int)length;
        return true;
    }

    private string Id(ReadOnlySpan<byte> ascii)
    {
        Span<char> text = stackalloc char[byte.MaxValue];
        ReadOnlySpan<char> id = text[..Encoding.ASCII.GetChars(ascii, text)];
        if (_lookup.TryGetValue(id, out string? known))
            return known;
        if (_ids.Count >= IngestLimits.MaxPooledIds)
            _ids.Clear();
        string made = id.ToString();
        _ids.Add(made);
        return made;
    }

    private static bool TryVarint(byte[] blob, ref int at, out uint value)
    {
        value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            if (at >= blob.Length)
                return false;
            byte b = blob[at++];
            value |= (uint)(b & 0x7f) << shift;
            if (b < 0x80)
                return true;
        }
        return false;
    }
}
