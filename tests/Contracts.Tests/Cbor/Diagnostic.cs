using System.Globalization;
using System.Text;
using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Tests.Cbor;

/// <summary>Items in the diagnostic notation of RFC 8949 section 8, as far as its appendix A needs it.</summary>
internal static class Diagnostic
{
    /// <summary>The next item with all that is in it, or null where the reader refused it.</summary>
    public static string? Read(CborReader reader)
    {
        switch (reader.PeekType())
        {
            case CborType.Integer when reader.Buffer[reader.Position] == 0x1B:
                return reader.TryReadUInt64(out ulong wide) ? wide.ToString(CultureInfo.InvariantCulture) : null;
            case CborType.Integer:
                return reader.TryReadInt64(out long integer) ? integer.ToString(CultureInfo.InvariantCulture) : null;
            case CborType.Float:
                return reader.TryReadFloat(out double number) ? Float(number) : null;
            case CborType.Bool:
                return reader.TryReadBool(out bool flag) ? (flag ? "true" : "false") : null;
            case CborType.Null:
                return reader.TryReadNull() ? "null" : null;
            case CborType.Text:
                return reader.TryReadText(Limits.MaxPayload, out string text) ? Quoted(text) : null;
            case CborType.Bytes:
                return reader.TryReadBytes(Limits.MaxPayload, out int offset, out int count)
                    ? $"h'{Convert.ToHexStringLower(reader.Buffer, offset, count)}'"
                    : null;
            case CborType.Tag:
                return reader.TryReadTag(out ulong tag) && Read(reader) is { } content ? $"{tag}({content})" : null;
            case CborType.Array:
                return reader.TryReadArrayStart(Limits.MaxPayload, out int items)
                    && Items(reader, items, _ => Read(reader)) is { } list
                    ? $"[{list}]"
                    : null;
            case CborType.Map:
                return reader.TryReadMapStart(Limits.MaxPayload, out int pairs)
                    && Items(reader, pairs, _ => Read(reader) is { } key && Read(reader) is { } value
                        ? $"{key}: {value}"
                        : null) is { } map
                    ? $"{{{map}}}"
                    : null;
            default:
                reader.TrySkip();
                return null;
        }
    }

    private static string? Items(CborReader reader, int count, Func<int, string?> read)
    {
        var parts = new string?[count];
        for (int i = 0; i < count; i++)
        {
            if ((parts[i] = read(i)) is null)
                return null;
        }
        return string.Join(", ", parts);
    }

    // The appendix writes numbers as JavaScript does, and a whole one with ".0".
    private static string Float(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        if (Math.Abs(value) is >= 1e-6 and < 1e21)
        {
            return decimal.Parse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture)
                .ToString("0.0###########################", CultureInfo.InvariantCulture);
        }
        string[] halves = shortest.Split('E');
        string mantissa = halves[0].Contains('.') ? halves[0] : halves[0] + ".0";
        int exponent = int.Parse(halves[1], CultureInfo.InvariantCulture);
        return mantissa + "e" + (exponent > 0 ? "+" : "") + exponent.ToString(CultureInfo.InvariantCulture);
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\');
            quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }
}
