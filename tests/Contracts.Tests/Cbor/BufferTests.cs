using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Tests.Cbor;

/// <summary>Writing into a range of a buffer: whole where it fits, named where it does not, and never beside it.</summary>
public sealed class BufferTests
{
    private const byte Guard = 0xA5;
    private const int Before = 7;
    private const int After = 11;

    public static TheoryData<int> Seeds => [11, 12, 13, 14];

    /// <summary>Each document into each size from nothing to what it needs, between guard bytes.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Too_small_by_any_amount_is_buffer_full(int seed)
    {
        Random random = new(seed);
        byte[] whole = new byte[64 * 1024];
        for (int i = 0; i < 40; i++)
        {
            RandomDocument document = RandomDocument.Make(random, depth: 3);
            CborWriter writer = new(whole);
            document.Write(writer);
            int needed = writer.Length;
            for (int size = 0; size <= needed; size++)
            {
                byte[] buffer = new byte[Before + size + After];
                Array.Fill(buffer, Guard);
                writer.Reset(buffer, Before, size);
                document.Write(writer);

                Assert.Equal(size == needed ? ContractError.None : ContractError.BufferFull, writer.Error);
                Assert.InRange(writer.Length, 0, size);
                Assert.True(whole.AsSpan(0, writer.Length).SequenceEqual(buffer.AsSpan(Before, writer.Length)));
                Assert.False(buffer.AsSpan(0, Before).ContainsAnyExcept(Guard));
                Assert.False(buffer.AsSpan(Before + writer.Length).ContainsAnyExcept(Guard));
            }
        }
    }

    /// <summary>A small item after one that did not fit would make a document of other meaning.</summary>
    [Fact]
    public void Nothing_is_written_after_the_buffer_was_full()
    {
        byte[] buffer = new byte[4];
        CborWriter writer = new(buffer);
        writer.WriteInt(1);
        writer.WriteText("too long");
        writer.WriteInt(2);
        writer.WriteBool(true);
        writer.WriteNull();
        writer.WriteFloat32(1);
        writer.WriteRaw([3], 0, 1);
        writer.Fail(ContractError.OutOfRange);
        Assert.Equal(ContractError.BufferFull, writer.Error);
        // The head of the text fitted; the message as a whole is void by the error.
        Assert.InRange(writer.Length, 1, 2);
        Assert.Equal(0, buffer[2]);
        Assert.Equal(0, buffer[3]);

        writer.Reset(buffer, 0, 4);
        writer.WriteInt(2);
        Assert.Equal(ContractError.None, writer.Error);
        Assert.Equal(1, writer.Length);
    }

    [Fact]
    public void Raw_bytes_are_copied_as_they_are()
    {
        byte[] buffer = new byte[4];
        CborWriter writer = new(buffer);
        writer.WriteArrayStart(2);
        writer.WriteRaw([0xFF, 0x18, 0x64, 0x05, 0xFF], 1, 3);
        Assert.Equal("82186405", Convert.ToHexStringLower(buffer));
    }
}
