using System.Buffers.Binary;
using System.Text;

namespace EdgeFleet.Flash.Boards;

/// <summary>One partition of a flash.</summary>
internal readonly record struct Partition(string Label, uint Offset, uint Size);

/// <summary>
/// The partition table of an ESP-IDF flash: from 0x8000 entries of 32 bytes, 0xAA 0x50, type, subtype, offset, size, label of
/// 16 bytes, flags (ESP-IDF Programming Guide, Partition Tables; components/partition_table/gen_esp32part.py).
/// </summary>
internal static class PartitionTable
{
    private const int At = 0x8000;
    private const int MaxBytes = 0xC00;
    private const int EntryBytes = 32;

    /// <summary>Reads the table out of a whole flash; empty where there is none.</summary>
    public static IReadOnlyList<Partition> Read(ReadOnlySpan<byte> flash)
    {
        List<Partition> all = [];
        for (int at = At; at + EntryBytes <= flash.Length && at < At + MaxBytes; at += EntryBytes)
        {
            ReadOnlySpan<byte> entry = flash.Slice(at, EntryBytes);
            if (entry[0] != 0xAA || entry[1] != 0x50)
                break;
            ReadOnlySpan<byte> label = entry.Slice(12, 16);
            int end = label.IndexOf((byte)0);
            all.Add(new Partition(
                Encoding.ASCII.GetString(end < 0 ? label : label[..end]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[8..])));
        }
        return all;
    }
}
