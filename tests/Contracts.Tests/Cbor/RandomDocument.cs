using System.Formats.Cbor;
using System.Text;
using EdgeFleet.Contracts.Cbor;
using CborReader = EdgeFleet.Contracts.Cbor.CborReader;
using CborWriter = EdgeFleet.Contracts.Cbor.CborWriter;
using TheirReader = System.Formats.Cbor.CborReader;
using TheirWriter = System.Formats.Cbor.CborWriter;

namespace EdgeFleet.Contracts.Tests.Cbor;

/// <summary>A document of the part of CBOR that we speak, as values; both codecs write and read it on their own.</summary>
internal sealed class RandomDocument
{
    private readonly object? _value;

    private RandomDocument(object? value) => _value = value;

    private sealed record Tagged(ulong Tag, object? Content);

    /// <summary>
    /// Something of at most <paramref name="depth"/> containers inside each other; a canonical one has no floats and no
    /// maps, for which we do not claim the canonical form.
    /// </summary>
    public static RandomDocument Make(Random random, int depth, bool canonical = false) =>
        new(MakeValue(random, depth, canonical));

    public void Write(CborWriter writer) => Write(writer, _value);

    public void Write(TheirWriter writer) => Write(writer, _value);

    public void AssertRead(CborReader reader) => AssertRead(reader, _value);

    public void AssertRead(TheirReader reader) => AssertRead(reader, _value);

    private static object? MakeValue(Random random, int depth, bool canonical)
    {
        switch (random.Next(depth > 0 ? 13 : 8))
        {
            case 0:
            case 1:
                // Each width as often as the others, with both signs.
                return (long)(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64));
            case 2:
                return ulong.MaxValue >> random.Next(64);
            case 3:
                return random.Next(2) == 0;
            case 4:
                return null;
            case 5:
                byte[] bytes = new byte[Size(random)];
                random.NextBytes(bytes);
                return bytes;
            case 6:
                return MakeText(random);
            case 7:
                if (canonical)
                    return MakeText(random);
                return random.Next(2) == 0
                    ? BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32))
                    : BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            case 8:
            case 9:
                object?[] items = new object?[random.Next(depth == 5 ? 40 : 5)];
                for (int i = 0; i < items.Length; i++)
                    items[i] = MakeValue(random, depth - 1, canonical);
                return items;
            case 10:
            case 11:
                if (canonical)
                    goto case 8;
                var pairs = new List<KeyValuePair<object, object?>>();
                int first = random.Next(-30, 30);
                for (int i = random.Next(6); i > 0; i--)
                {
                    object key = random.Next(3) == 0 ? i + MakeText(random) : (long)(first + i);
                    pairs.Add(new(key, MakeValue(random, depth - 1, canonical)));
                }
                return pairs;
            default:
                // Tags that System.Formats.Cbor gives no meaning to, so that any content may follow.
                return new Tagged(1000 + ((ulong)random.NextInt64(long.MaxValue) >> random.Next(40)),
                    MakeValue(random, depth - 1, canonical));
        }
    }

    private static int Size(Random random) => random.Next(8) == 0 ? random.Next(200, 400) : random.Next(30);

    private static string MakeText(Random random)
    {
        var text = new StringBuilder();
        for (int i = Size(random); i > 0; i--)
        {
            int point = random.Next(4) switch
            {
                0 => random.Next(0x80),
                1 => random.Next(0x80, 0x800),
                2 => random.Next(0x800, 0xD800),
                _ => random.Next(0x10000, 0x110000),
            };
            text.Append(char.ConvertFromUtf32(point));
        }
        return text.ToString();
    }

    private static void Write(CborWriter writer, object? value)
    {
        switch (value)
        {
            case long integer:
                writer.WriteInt(integer);
                break;
            case ulong integer:
                writer.WriteUInt(integer);
                break;
            case bool flag:
                writer.WriteBool(flag);
                break;
            case null:
                writer.WriteNull();
                break;
            case byte[] bytes:
                writer.WriteBytes(bytes);
                break;
            case string text:
                writer.WriteText(text);
                break;
            case float number:
                writer.WriteFloat32(number);
                break;
            case double number:
                writer.WriteFloat64(number);
                break;
            case object?[] items:
                writer.WriteArrayStart(items.Length);
                foreach (object? item in items)
                    Write(writer, item);
                break;
            case List<KeyValuePair<object, object?>> pairs:
                writer.WriteMapStart(pairs.Count);
                foreach ((object key, object? item) in pairs)
                {
                    Write(writer, key);
                    Write(writer, item);
                }
                break;
            case Tagged tagged:
                writer.WriteTag(tagged.Tag);
                Write(writer, tagged.Content);
                break;
        }
    }

    private static void Write(TheirWriter writer, object? value)
    {
        switch (value)
        {
            case long integer:
                writer.WriteInt64(integer);
                break;
            case ulong integer:
                writer.WriteUInt64(integer);
                break;
            case bool flag:
                writer.WriteBoolean(flag);
                break;
            case null:
                writer.WriteNull();
                break;
            case byte[] bytes:
                writer.WriteByteString(bytes);
                break;
            case string text:
                writer.WriteTextString(text);
                break;
            case float number:
                writer.WriteSingle(number);
                break;
            case double number:
                writer.WriteDouble(number);
                break;
            case object?[] items:
                writer.WriteStartArray(items.Length);
                foreach (object? item in items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case List<KeyValuePair<object, object?>> pairs:
                writer.WriteStartMap(pairs.Count);
                foreach ((object key, object? item) in pairs)
                {
                    Write(writer, key);
                    Write(writer, item);
                }
                writer.WriteEndMap();
                break;
            case Tagged tagged:
                writer.WriteTag((CborTag)tagged.Tag);
                Write(writer, tagged.Content);
                break;
        }
    }

    private static void AssertRead(CborReader reader, object? value)
    {
        switch (value)
        {
            case long integer:
                Assert.Equal(CborType.Integer, reader.PeekType());
                Assert.True(reader.TryReadInt64(out long signed));
                Assert.Equal(integer, signed);
                break;
            case ulong integer:
                Assert.True(reader.TryReadUInt64(out ulong unsigned));
                Assert.Equal(integer, unsigned);
                break;
            case bool flag:
                Assert.True(reader.TryReadBool(out bool truth));
                Assert.Equal(flag, truth);
                break;
            case null:
                Assert.True(reader.TryReadNull());
                break;
            case byte[] bytes:
                Assert.True(reader.TryReadBytes(Limits.MaxPayload, out int offset, out int count));
                Assert.Equal(bytes, reader.Buffer.AsSpan(offset, count).ToArray());
                break;
            case string text:
                Assert.True(reader.TryReadText(Limits.MaxPayload, out string characters));
                Assert.Equal(text, characters);
                break;
            case float or double:
                Assert.True(reader.TryReadFloat(out double wide));
                Assert.Equal(Convert.ToDouble(value), wide);
                break;
            case object?[] items:
                Assert.True(reader.TryReadArrayStart(Limits.MaxPayload, out int length));
                Assert.Equal(items.Length, length);
                foreach (object? item in items)
                    AssertRead(reader, item);
                break;
            case List<KeyValuePair<object, object?>> pairs:
                Assert.True(reader.TryReadMapStart(Limits.MaxPayload, out int entries));
                Assert.Equal(pairs.Count, entries);
                foreach ((object key, object? item) in pairs)
                {
                    AssertRead(reader, key);
                    AssertRead(reader, item);
                }
                break;
            case Tagged tagged:
                Assert.True(reader.TryReadTag(out ulong tag));
                Assert.Equal(tagged.Tag, tag);
                AssertRead(reader, tagged.Content);
                break;
        }
    }

    private static void AssertRead(TheirReader reader, object? value)
    {
        switch (value)
        {
            case long integer:
                Assert.Equal(integer, reader.ReadInt64());
                break;
            case ulong integer:
                Assert.Equal(integer, reader.ReadUInt64());
                break;
            case bool flag:
                Assert.Equal(flag, reader.ReadBoolean());
                break;
            case null:
                reader.ReadNull();
                break;
            case byte[] bytes:
                Assert.Equal(bytes, reader.ReadByteString());
                break;
            case string text:
                Assert.Equal(text, reader.ReadTextString());
                break;
            case float number:
                Assert.Equal(CborReaderState.SinglePrecisionFloat, reader.PeekState());
                Assert.Equal(number, reader.ReadSingle());
                break;
            case double number:
                Assert.Equal(CborReaderState.DoublePrecisionFloat, reader.PeekState());
                Assert.Equal(number, reader.ReadDouble());
                break;
            case object?[] items:
                Assert.Equal(items.Length, reader.ReadStartArray());
                foreach (object? item in items)
                    AssertRead(reader, item);
                reader.ReadEndArray();
                break;
            case List<KeyValuePair<object, object?>> pairs:
                Assert.Equal(pairs.Count, reader.ReadStartMap());
                foreach ((object key, object? item) in pairs)
                {
                    AssertRead(reader, key);
                    AssertRead(reader, item);
                }
                reader.ReadEndMap();
                break;
            case Tagged tagged:
                Assert.Equal((CborTag)tagged.Tag, reader.ReadTag());
                AssertRead(reader, tagged.Content);
                break;
        }
    }
}
