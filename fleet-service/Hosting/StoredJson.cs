using System.Text.Json;

namespace EdgeFleet.Service.Hosting;

/// <summary>How JSON is written into the database: as it is on the wire.</summary>
internal static class StoredJson
{
    /// <summary>The one set of options.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    private static JsonSerializerOptions Make()
    {
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web);
        HostingSetup.Configure(options);
        return options;
    }
}
