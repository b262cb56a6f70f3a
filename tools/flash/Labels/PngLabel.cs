using System.Buffers.Binary;
using System.IO.Compression;
using QRCoder;

namespace EdgeFleet.Flash.Labels;

/// <summary>
/// A label as PNG (W3C PNG, third edition): one bit a pixel, the code above and its text below in letters of five by seven
/// points. Letters that the little alphabet does not have, such as those of a site's Chinese name, stand in the SVG alone.
/// </summary>
internal static class PngLabel
{
    private const int Module = 8, Letter = 3, Margin = 16, Advance = 6 * Letter, LineHeight = 10 * Letter;

    public static byte[] Draw(LabelText text, QRCodeData code)
    {
        string[] lines = [.. SvgLabel.Lines(text)];
        int side = code.ModuleMatrix.Count * Module;
        int width = Math.Max(side, lines.Max(l => l.Length) * Advance) + 2 * Margin;
        int height = side + lines.Length * LineHeight + 2 * Margin;
        bool[,] dark = new bool[height, width];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
                dark[Margin + y, (width - side) / 2 + x] = code.ModuleMatrix[y / Module][x / Module];
        }
        for (int i = 0; i < lines.Length; i++)
            Write(dark, lines[i], Margin, Margin + side + Letter + i * LineHeight);
        return Encode(dark);
    }

    private static void Write(bool[,] dark, string line, int left, int top)
    {
        for (int i = 0; i < line.Length; i++)
        {
            for (int y = 0; y < LabelFont.Rows * Letter; y++)
            {
                for (int x = 0; x < LabelFont.Columns * Letter; x++)
                    dark[top + y, left + i * Advance + x] = LabelFont.IsDark(line[i], x / Letter, y / Letter);
            }
        }
    }

    private static byte[] Encode(bool[,] dark)
    {
        int height = dark.GetLength(0), width = dark.GetLength(1), stride = (width + 7) / 8;
        byte[] rows = new byte[height * (stride + 1)];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                if (!dark[y, x])
                    rows[y * (stride + 1) + 1 + x / 8] |= (byte)(0x80 >> (x % 8));
            }
        }
        using MemoryStream packed = new();
        using (ZLibStream stream = new(packed, CompressionLevel.Optimal, leaveOpen: true))
            stream.Write(rows);
        byte[] head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        // One bit of grey; deflate, filters and interlacing of the only kind there is, or none.
        head[8] = 1;
        using MemoryStream png = new();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Chunk(png, "IHDR"u8, head);
        Chunk(png, "IDAT"u8, packed.ToArray());
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> name, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        byte[] body = [.. name, .. data];
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        png.Write(number);
    }

    /// <summary>CRC-32 as PNG's annex has it, bit by bit: a label has few bytes.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        const uint Polynomial = 0xEDB8_8320;
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ Polynomial;
        }
        return ~crc;
    }
}
