using System.Formats.Cbor;
using System.Globalization;

namespace EdgeFleet.Contracts.Tests.Vectors;

/// <summary>
/// Diagnostic notation (RFC 8949 section 8) of what System.Formats.Cbor reads, so that the vectors stand without our
/// own reader. Knows the items that the contract allows.
/// </summary>
internal static class TheirDiagnostic
{
    /// <summary>The one item that the bytes are; throws where they are none or more.</summary>
    public static string Of(byte[] bytes)
    {
        CborReader reader = new(bytes, CborConformanceMode.Strict);
        string text = Item(reader);
        Assert.Equal(0, reader.BytesRemaining);
        return text;
    }

    private static string Item(CborReader reader)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger:
                return reader.ReadUInt64().ToString(CultureInfo.InvariantCulture);
            case CborReaderState.NegativeInteger:
                return reader.ReadInt64().ToString(CultureInfo.InvariantCulture);
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat
                or CborReaderState.DoublePrecisionFloat:
                return reader.ReadDouble().ToString("0.0####", CultureInfo.InvariantCulture);
            case CborReaderState.Boolean:
                return reader.ReadBoolean() ? "true" : "false";
            case CborReaderState.Null:
                reader.ReadNull();
                return "null";
            case CborReaderState.TextString:
                return '"' + reader.ReadTextString().Replace("\\", "\\\\").Replace("\"", "\\\"") + '"';
            case CborReaderState.ByteString:
                return $"h'{Convert.ToHexStringLower(reader.ReadByteString())}'";
            case CborReaderState.Tag:
                return $"{(ulong)reader.ReadTag()}({Item(reader)})";
            case CborReaderState.StartArray:
                return $"[{string.Join(", ", Items(reader))}]";
            case CborReaderState.StartMap:
                return $"{{{string.Join(", ", Pairs(reader))}}}";
            case CborReaderState other:
                throw new CborContentException($"no item of the contract: {other}");
        }
    }

    private static List<string> Items(CborReader reader)
    {
        var items = new List<string>();
        Assert.NotNull(reader.ReadStartArray());
        while (reader.PeekState() != CborReaderState.EndArray)
            items.Add(Item(reader));
        reader.ReadEndArray();
        return items;
    }

    private static List<string> Pairs(CborReader reader)
    {
        var pairs = new List<string>();
        Assert.NotNull(reader.ReadStartMap());
        while (reader.PeekState() != CborReaderState.EndMap)
            pairs.Add($"{Item(reader)}: {Item(reader)}");
        reader.ReadEndMap();
        return pairs;
    }
}
