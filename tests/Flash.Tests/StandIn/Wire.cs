using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;

namespace EdgeFleet.Flash.StandIn;

/// <summary>What the stand-in asks of the board, and the board's answer: our own words, in place of the chip's loader.</summary>
/// <param name="Number">Of the question that an answer is to.</param>
/// <param name="Op">hello, erase, write, read, reset, clr, network, file, delete.</param>
public sealed record BoardMessage(
    string Op, uint Address = 0, int Length = 0, string Text = "", string Path = "", ChipSheet? Chip = null, ClrSheet? Clr = null,
    bool Ok = true, string Fault = "", int Number = 0)
{
    /// <summary>Bytes that go with it; compressed on the line.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public byte[] Data { get; init; } = [];
}

/// <summary>What a chip's loader tells.</summary>
public sealed record ChipSheet(string Type, string Name, int FlashMb, string Psram, string Mac);

/// <summary>What a running runtime tells.</summary>
public sealed record ClrSheet(string Target, string Version, string[] Assemblies);

/// <summary>
/// Frames on the line: a mark, two lengths of four bytes, the message as JSON, its data. What a flasher that was ended has left
/// on the line is passed over up to the next mark.
/// </summary>
public static class Wire
{
    private const uint Mark = 0x1B_45_46_42;
    private const int Head = 12;
    private const int MaxFrame = 64 * 1024 * 1024;

    public static void Send(int fd, BoardMessage message)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(message);
        byte[] data = message.Data.Length == 0 ? [] : Deflate(message.Data);
        byte[] frame = new byte[Head + text.Length + data.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(8), data.Length);
        text.CopyTo(frame, Head);
        data.CopyTo(frame, Head + text.Length);
        Tty.WriteAll(fd, frame);
    }

    /// <summary>Reads one message; asks <paramref name="ended"/> while nothing comes.</summary>
    public static BoardMessage Receive(int fd, Func<bool> ended)
    {
        byte[] mark = Exactly(fd, 4, ended);
        while (BinaryPrimitives.ReadUInt32LittleEndian(mark) != Mark)
            mark = [.. mark.AsSpan(1), .. Exactly(fd, 1, ended)];
        byte[] head = Exactly(fd, 8, ended);
        int text = BinaryPrimitives.ReadInt32LittleEndian(head), data = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
        if (text is < 2 or > MaxFrame || data is < 0 or > MaxFrame)
            throw new IOException("What came over the line is no frame.");
        byte[] body = Exactly(fd, text + data, ended);
        BoardMessage message = JsonSerializer.Deserialize<BoardMessage>(body.AsSpan(0, text))!;
        return data == 0 ? message : message with { Data = Inflate(body.AsMemory(text)) };
    }

    private static byte[] Exactly(int fd, int count, Func<bool> ended)
    {
        const int LookMs = 50;
        byte[] bytes = new byte[count];
        int got = 0;
        while (got < count)
        {
            if (Tty.Waits(fd, LookMs))
                got += Tty.Read(fd, bytes.AsSpan(got));
            else if (ended())
                throw new IOException("The line was closed.");
        }
        return bytes;
    }

    private static byte[] Deflate(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (ZLibStream stream = new(packed, CompressionLevel.Fastest))
            stream.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Inflate(ReadOnlyMemory<byte> bytes)
    {
        using MemoryStream plain = new();
        using (ZLibStream stream = new(new MemoryStream(bytes.ToArray()), CompressionMode.Decompress))
            stream.CopyTo(plain);
        return plain.ToArray();
    }
}
