using System.Formats.Cbor;
using System.Text.Json;
using EdgeFleet.Contracts.Senml;
using CborReader = EdgeFleet.Contracts.Cbor.CborReader;

namespace EdgeFleet.Contracts.Tests.Senml;

/// <summary>Packs written as the JSON of RFC 8428 section 5, carried over to CBOR without our writer.</summary>
internal static class SenmlPack
{
    // RFC 8428 section 6, table 4.
    private static readonly Dictionary<string, int> Labels = new()
    {
        ["bver"] = -1, ["bn"] = -2, ["bt"] = -3, ["bu"] = -4, ["bv"] = -5, ["bs"] = -6,
        ["n"] = 0, ["u"] = 1, ["v"] = 2, ["vs"] = 3, ["vb"] = 4, ["s"] = 5, ["t"] = 6, ["ut"] = 7, ["vd"] = 8,
    };

    /// <summary>Labels outside the table stay texts; a number with a point or exponent becomes a float.</summary>
    public static byte[] FromJson(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        CborWriter writer = new(CborConformanceMode.Lax);
        Write(writer, document.RootElement, isRecord: false);
        return writer.Encode();
    }

    /// <summary>All records of a pack that is read to its end without an error.</summary>
    public static List<SenmlRecord> ReadAll(byte[] pack)
    {
        List<SenmlRecord> records = Read(pack, out ContractError error);
        Assert.Equal(ContractError.None, error);
        return records;
    }

    /// <summary>The records before the first error, and the error.</summary>
    public static List<SenmlRecord> Read(byte[] pack, out ContractError error)
    {
        SenmlReader reader = new(new CborReader(pack));
        var records = new List<SenmlRecord>();
        if (reader.TryBegin())
        {
            var record = new SenmlRecord();
            while (reader.TryReadRecord(record))
            {
                records.Add(record);
                record = new SenmlRecord();
            }
            if (reader.Error == ContractError.None)
                Assert.Equal(0, reader.Left);
        }
        error = reader.Error;
        return records;
    }

    private static void Write(CborWriter writer, JsonElement element, bool isRecord)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                writer.WriteStartArray(element.GetArrayLength());
                foreach (JsonElement item in element.EnumerateArray())
                    Write(writer, item, isRecord: true);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartMap(element.EnumerateObject().Count());
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    if (isRecord && Labels.TryGetValue(property.Name, out int label))
                        writer.WriteInt32(label);
                    else
                        writer.WriteTextString(property.Name);
                    if (isRecord && property.Name == "vd")
                        writer.WriteByteString(FromBase64Url(property.Value.GetString()!));
                    else
                        Write(writer, property.Value, isRecord: false);
                }
                writer.WriteEndMap();
                break;
            case JsonValueKind.String:
                writer.WriteTextString(element.GetString()!);
                break;
            case JsonValueKind.Number when element.GetRawText().AsSpan().IndexOfAny(".eE") >= 0:
                writer.WriteDouble(element.GetDouble());
                break;
            case JsonValueKind.Number:
                writer.WriteInt64(element.GetInt64());
                break;
            case JsonValueKind.True:
            case JsonValueKind.False:
                writer.WriteBoolean(element.GetBoolean());
                break;
            default:
                writer.WriteNull();
                break;
        }
    }

    private static byte[] FromBase64Url(string text) =>
        Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));
}
