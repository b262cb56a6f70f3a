using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeFleet.Service.Features.Reports;

/// <summary>
/// Enumerations that a newer node may go beyond: known values by name, others as <c>unknown-17</c>. Only written.
/// </summary>
internal sealed class OpenEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Only answers have open enumerations.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Enum.GetName(value) is { } name
            ? JsonNamingPolicy.CamelCase.ConvertName(name)
            : "unknown-" + value.ToString("D"));
}
