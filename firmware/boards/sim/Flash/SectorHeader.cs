using System.Buffers.Binary;
using System.Text;

namespace EdgeFleet.Boards.Sim.Flash;

/// <summary>
/// The first bytes of a sector that belongs to a file: which file, which part of it, and in which order sectors were
/// taken. The checksum makes a header that was torn while it was written as good as none.
/// </summary>
internal readonly struct SectorHeader
{
    /// <summary>Magic 4, file 4, part 2, name length 2, order 4, name 44, checksum 4.</summary>
    public const int Bytes = 64;

    /// <summary>Longest file name, in ASCII characters.</summary>
    public const int MaxName = 44;

    private const uint Magic = 0x31534645;

    public SectorHeader(uint file, int part, uint order, string name)
    {
        File = file;
        Part = part;
        Order = order;
        Name = name;
    }

    /// <summary>Number of the file; numbers are not used again while any sector still names them.</summary>
    public uint File { get; }

    /// <summary>Place of the sector in the file, from 0.</summary>
    public int Part { get; }

    /// <summary>Grows with every sector that is taken.</summary>
    public uint Order { get; }

    /// <summary>The file's name in part 0, empty in the others.</summary>
    public string Name { get; }

    public static bool IsName(string name)
    {
        if (name.Length is 0 or > MaxName)
            return false;
        foreach (char c in name)
        {
            if (c is < ' ' or > '~')
                return false;
        }
        return true;
    }

    public void Write(Span<byte> target)
    {
        target.Fill(0xFF);
        BinaryPrimitives.WriteUInt32LittleEndian(target, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], File);
        BinaryPrimitives.WriteUInt16LittleEndian(target[8..], (ushort)Part);
        BinaryPrimitives.WriteUInt16LittleEndian(target[10..], (ushort)Name.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], Order);
        Encoding.ASCII.GetBytes(Name, target.Slice(16, MaxName));
        BinaryPrimitives.WriteUInt32LittleEndian(target[60..], Checksum(target[..60]));
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out SectorHeader header)
    {
        header = default;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic ||
            BinaryPrimitives.ReadUInt32LittleEndian(source[60..]) != Checksum(source[..60]))
            return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(source[10..]);
        if (length > MaxName)
            return false;
        header = new SectorHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[12..]),
            Encoding.ASCII.GetString(source.Slice(16, length)));
        return true;
    }

    // CRC-32 (ISO 3309), bit by bit: sixty bytes a sector are too few for a table.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++)
                crc = (crc >> 1) ^ (0xEDB88320 & (0u - (crc & 1)));
        }
        return ~crc;
    }
}
