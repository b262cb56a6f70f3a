using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace EdgeFleet.Service.Gateway;

/// <summary>
/// Reads the fields of one packet. Total: whatever the bytes, no read goes past their end and none throws. The first
/// read that fails sets <see cref="Failed"/>, and from then on every read gives an empty value, so that a caller asks
/// once, at the end.
/// </summary>
internal ref struct PacketReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Whether a field was cut off or is not what the protocol allows there.</summary>
    public bool Failed { get; private set; }

    /// <summary>Index of the next byte.</summary>
    public int At { get; private set; }

    public readonly int Remaining => _bytes.Length - At;

    /// <summary>Whether all was read, and nothing failed.</summary>
    public readonly bool AtEnd => !Failed && Remaining == 0;

    public byte Byte()
    {
        ReadOnlySpan<byte> field = Take(1);
        return field.IsEmpty ? (byte)0 : field[0];
    }

    public ushort UInt16()
    {
        ReadOnlySpan<byte> field = Take(2);
        return field.IsEmpty ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(field);
    }

    public uint UInt32()
    {
        ReadOnlySpan<byte> field = Take(4);
        return field.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32BigEndian(field);
    }

    /// <summary>A variable byte integer (MQTT 5 section 1.5.5): at most four bytes, and no more than it needs.</summary>
    public int VarInt()
    {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7)
        {
            byte b = Byte();
            value |= (b & 0x7f) << shift;
            if (b >= 0x80)
                continue;
            if (b == 0 && shift != 0)
                Failed = true;
            return Failed ? 0 : value;
        }
        Failed = true;
        return 0;
    }

    /// <summary>Two bytes of length and so many bytes.</summary>
    public ReadOnlySpan<byte> Binary() => Take(UInt16());

    /// <summary>A string (section 1.5.4): well-formed UTF-8 without U+0000.</summary>
    public ReadOnlySpan<byte> Utf8String()
    {
        ReadOnlySpan<byte> field = Binary();
        if (Utf8.IsValid(field) && !field.Contains((byte)0))
            return field;
        Failed = true;
        return default;
    }

    /// <summary>A string of at most so many bytes, as text.</summary>
    public string Text(int maxBytes)
    {
        ReadOnlySpan<byte> field = Utf8String();
        if (field.Length <= maxBytes)
            return field.IsEmpty ? "" : Encoding.UTF8.GetString(field);
        Failed = true;
        return "";
    }

    /// <summary>The next so many bytes.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (Failed || count > Remaining)
        {
            Failed = true;
            return default;
        }
        ReadOnlySpan<byte> field = _bytes.Slice(At, count);
        At += count;
        return field;
    }
}
