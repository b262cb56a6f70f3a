using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeFleet.Cli.Api;

/// <summary>Reading answers without a class for each.</summary>
internal static class Json
{
    /// <summary>For what is sent: nothing that is null.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>For what is printed.</summary>
    public static readonly JsonSerializerOptions Printed = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The member at a path such as <c>device.name</c>; undefined where there is none.</summary>
    public static JsonElement At(this JsonElement element, string path)
    {
        foreach (string name in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return default;
        }
        return element;
    }

    /// <summary>The member as text; null where there is none.</summary>
    public static string? Text(this JsonElement element, string path)
    {
        JsonElement value = element.At(path);
        return value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(v => v.ToString())),
            _ => value.ToString(),
        };
    }

    /// <summary>A time in this machine's zone, to the second.</summary>
    public static string? Time(this JsonElement element, string path) =>
        element.At(path) is { ValueKind: JsonValueKind.String } value && value.TryGetDateTimeOffset(out DateTimeOffset at)
            ? at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : null;

    /// <summary>The rows of a list: its own, or those of its <c>items</c>.</summary>
    public static IEnumerable<JsonElement> Rows(this JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Array ? answer.EnumerateArray() : answer.GetProperty("items").EnumerateArray();
}
