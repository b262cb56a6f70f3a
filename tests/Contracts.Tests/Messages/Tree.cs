using System.Formats.Cbor;
using EdgeFleet.Contracts.Tests.Vectors;
using TheirReader = System.Formats.Cbor.CborReader;
using TheirWriter = System.Formats.Cbor.CborWriter;

namespace EdgeFleet.Contracts.Tests.Messages;

/// <summary>A tag and what stands under it.</summary>
internal sealed record Tagged(ulong Tag, object? Content);

/// <summary>Bytes that go into the payload as they are, for items that no proper writer would make.</summary>
internal sealed record Raw(params byte[] Bytes);

/// <summary>A map that keeps its order and may hold a key twice.</summary>
internal sealed class TreeMap : List<KeyValuePair<object, object?>>
{
    public void Add(object key, object? value) => Add(new(Number(key), value));

    /// <summary>The value of a key that is there.</summary>
    public object? this[object key]
    {
        get => this[IndexOf(key)].Value;
        set => this[IndexOf(key)] = new(Number(key), value);
    }

    /// <summary>Sets the value, in the key's place where it is there, else at the end.</summary>
    public TreeMap Set(object key, object? value)
    {
        if (FindIndex(pair => pair.Key.Equals(Number(key))) is var at and >= 0)
            this[at] = new(Number(key), value);
        else
            Add(key, value);
        return this;
    }

    /// <summary>Takes a key out that is there.</summary>
    public TreeMap Without(object key)
    {
        RemoveAt(IndexOf(key));
        return this;
    }

    private new KeyValuePair<object, object?> this[int index]
    {
        set => base[index] = value;
        get => base[index];
    }

    private int IndexOf(object key) =>
        FindIndex(pair => pair.Key.Equals(Number(key))) is var at and >= 0
            ? at
            : throw new KeyNotFoundException($"no key {key}");

    private static object Number(object key) => key is int number ? (long)number : key;
}

/// <summary>
/// Payloads as trees that a test changes, read and written by System.Formats.Cbor: what our readers are given here was
/// never touched by our writers. Items are long, ulong above long, string, byte[], double, bool, null,
/// <c>List&lt;object?&gt;</c>, <see cref="TreeMap"/>, <see cref="Tagged"/> and <see cref="Raw"/>.
/// </summary>
internal static class Tree
{
    /// <summary>The map of a golden vector of a message.</summary>
    public static TreeMap Message(string kind, string name) => (TreeMap)Vector(kind, name)!;

    /// <summary>The item that a golden vector is.</summary>
    public static object? Vector(string kind, string name) => Of(VectorFile.Get(kind, name).Bytes);

    /// <summary>The item that the bytes are.</summary>
    public static object? Of(byte[] bytes) => Read(new TheirReader(bytes, CborConformanceMode.Strict));

    /// <summary>The bytes of an item.</summary>
    public static byte[] Bytes(object? item)
    {
        // Lax, for the same key twice is one of the faults to be found.
        TheirWriter writer = new(CborConformanceMode.Lax);
        Write(writer, item);
        return writer.Encode();
    }

    /// <summary>Every map in the item, the outermost first.</summary>
    public static IEnumerable<TreeMap> Maps(object? item) => item switch
    {
        TreeMap map => map.SelectMany(pair => Maps(pair.Value)).Prepend(map),
        List<object?> items => items.SelectMany(Maps),
        Tagged tagged => Maps(tagged.Content),
        _ => [],
    };

    private static object? Read(TheirReader reader)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger:
                ulong number = reader.ReadUInt64();
                return number <= long.MaxValue ? (object)(long)number : number;
            case CborReaderState.NegativeInteger:
                return reader.ReadInt64();
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat
                or CborReaderState.DoublePrecisionFloat:
                return reader.ReadDouble();
            case CborReaderState.Boolean:
                return reader.ReadBoolean();
            case CborReaderState.Null:
                reader.ReadNull();
                return null;
            case CborReaderState.TextString:
                return reader.ReadTextString();
            case CborReaderState.ByteString:
                return reader.ReadByteString();
            case CborReaderState.Tag:
                return new Tagged((ulong)reader.ReadTag(), Read(reader));
            case CborReaderState.StartArray:
                var items = new List<object?>();
                for (reader.ReadStartArray(); reader.PeekState() != CborReaderState.EndArray;)
                    items.Add(Read(reader));
                reader.ReadEndArray();
                return items;
            default:
                var map = new TreeMap();
                for (reader.ReadStartMap(); reader.PeekState() != CborReaderState.EndMap;)
                    map.Add(Read(reader)!, Read(reader));
                reader.ReadEndMap();
                return map;
        }
    }

    private static void Write(TheirWriter writer, object? item)
    {
        switch (item)
        {
            case int number: writer.WriteInt64(number); break;
            case uint number: writer.WriteUInt64(number); break;
            case long number: writer.WriteInt64(number); break;
            case ulong number: writer.WriteUInt64(number); break;
            case double number: writer.WriteDouble(number); break;
            case float number: writer.WriteSingle(number); break;
            case Half number: writer.WriteHalf(number); break;
            case bool truth: writer.WriteBoolean(truth); break;
            case null: writer.WriteNull(); break;
            case string text: writer.WriteTextString(text); break;
            case byte[] bytes: writer.WriteByteString(bytes); break;
            case Raw raw: writer.WriteEncodedValue(raw.Bytes); break;
            case Tagged tagged:
                writer.WriteTag((CborTag)tagged.Tag);
                Write(writer, tagged.Content);
                break;
            case List<object?> items:
                writer.WriteStartArray(items.Count);
                items.ForEach(inner => Write(writer, inner));
                writer.WriteEndArray();
                break;
            case TreeMap map:
                writer.WriteStartMap(map.Count);
                foreach (KeyValuePair<object, object?> pair in map)
                {
                    Write(writer, pair.Key);
                    Write(writer, pair.Value);
                }
                writer.WriteEndMap();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(item), item, "no item");
        }
    }
}
