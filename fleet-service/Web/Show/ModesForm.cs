using System.Globalization;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Devices;

namespace EdgeFleet.Service.Web;

/// <summary>Natural frequencies as they are typed: bands in hertz, such as <c>9.5-12; 15-17.5</c>.</summary>
public sealed class ModesForm
{
    /// <summary>Whether these values are to hold rather than the node's own.</summary>
    public bool Given { get; set; }

    public string? Axis { get; set; }

    public int Segment { get; set; }

    public string? Averages { get; set; }

    /// <summary>How far off a frequency may be, in per cent.</summary>
    public string? Drift { get; set; }

    public string? Hold { get; set; }

    public string? Bands { get; set; }

    /// <summary>The form of a configuration; null: the node's own values, which the form then shows.</summary>
    public static ModesForm Of(ModesDocument? modes)
    {
        ModesDocument shown = modes ?? new ModesDocument();
        return new ModesForm
        {
            Given = modes is not null,
            Axis = shown.Axis,
            Segment = shown.Segment,
            Averages = Text(shown.Averages),
            Drift = Text(shown.DriftPercent),
            Hold = Text(shown.Hold),
            Bands = Show(shown.Bands),
        };
    }

    /// <summary>Bands as they are typed.</summary>
    public static string Show(IReadOnlyList<BandDocument>? bands) =>
        string.Join("; ", (bands ?? []).Select(band => $"{Text(band.LowHz)}-{Text(band.HighHz)}"));

    /// <summary>The document; null where the node's own values are to hold. What is wrong goes to the problems.</summary>
    public ModesDocument? Read(IDictionary<string, string> problems)
    {
        if (!Given)
            return null;
        int before = problems.Count;
        ModesDocument modes = new(
            (Axis ?? "").Trim(), Segment, Whole(Averages, "modes.averages", problems),
            ConfigForm.Number(Drift, "modes.driftPercent", problems), Whole(Hold, "modes.hold", problems), ReadBands(problems));
        if (problems.Count != before)
            return null;
        // What no single field says: the node's own words for it.
        NodeConfig config = new() { HasModes = true };
        modes.Fill(config.Modes);
        ConfigFault fault = config.Validate();
        if (ModesDocument.Field(fault) is { } field)
            problems[field] = ModesDocument.Allowed(fault);
        return modes;
    }

    private List<BandDocument>? ReadBands(IDictionary<string, string> problems)
    {
        if (string.IsNullOrWhiteSpace(Bands))
            return null;
        List<BandDocument> bands = [];
        foreach (string band in Bands.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] edges = band.Replace('–', '-').Split('-');
            if (edges.Length != 2)
            {
                problems["modes.bands"] = "Such as 9.5-12; 15-17.5.";
                return null;
            }
            bands.Add(new BandDocument(
                ConfigForm.Number(edges[0], "modes.bands", problems), ConfigForm.Number(edges[1], "modes.bands", problems)));
        }
        return bands;
    }

    private static int Whole(string? text, string field, IDictionary<string, string> problems)
    {
        decimal number = ConfigForm.Number(text, field, problems);
        if (number is >= 0 and <= 1000 && number == decimal.Truncate(number))
            return (int)number;
        problems[field] = "A whole number.";
        return 0;
    }

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
