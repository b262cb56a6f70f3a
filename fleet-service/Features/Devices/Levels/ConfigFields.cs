using System.Text.Json;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>Configurations taken apart into named values, to compare them and to say where each comes from.</summary>
internal static class ConfigFields
{
    /// <summary>The values of a configuration by their names; what is left to the node is null.</summary>
    public static IReadOnlyList<(string Field, object? Value)> Of(ConfigDocument config) =>
    [
        ("windowMs", config.WindowMs == 0 ? null : config.WindowMs), ("stateIntervalMs", config.StateIntervalMs),
        ("air", config.Air), ("trigger", config.Trigger), ("screening", config.Screening), ("modes", config.Modes),
        .. config.Rules.Select(rule => (NameOf(rule), (object?)rule)),
    ];

    /// <summary>Whether a level says something of a value.</summary>
    public static bool Says(ConfigLayer layer, string field) => field switch
    {
        "windowMs" => layer.WindowMs != null,
        "stateIntervalMs" => layer.StateIntervalMs != null,
        "air" => layer.Air != null,
        "trigger" => layer.Trigger != null,
        "screening" => layer.Screening != null,
        "modes" => layer.Modes != null,
        _ => layer.Rules.Any(rule => NameOf(rule) == field),
    };

    /// <summary>What is different between two configurations.</summary>
    public static IReadOnlyList<ConfigDifference> Between(ConfigDocument before, ConfigDocument after)
    {
        Dictionary<string, object?> old = Of(before).ToDictionary(f => f.Field, f => f.Value);
        Dictionary<string, object?> now = Of(after).ToDictionary(f => f.Field, f => f.Value);
        return [.. old.Keys.Union(now.Keys)
            .Select(field => new ConfigDifference(field, old.GetValueOrDefault(field), now.GetValueOrDefault(field)))
            .Where(d => Text(d.Before) != Text(d.After))];
    }

    /// <summary>A value as people read it.</summary>
    public static string Text(object? value) =>
        value == null ? "" : JsonSerializer.Serialize(value, value.GetType(), StoredJson.Options);

    private static string NameOf(ThresholdDocument rule) => $"thresholds[{rule.Id}]";
}
