using System.Text.Json.Serialization;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>Where one natural frequency is.</summary>
/// <param name="LowHz">Lower edge, in hertz: from 0.01, to the thousandth.</param>
/// <param name="HighHz">Upper edge, in hertz: above the lower one, below half of the node's sample rate.</param>
public sealed record BandDocument(decimal LowHz, decimal HighHz);

/// <summary>Which natural frequencies a bridge node follows, and when one that moves is an alarm.</summary>
/// <param name="Axis">The axis that is looked at: <c>x</c>, <c>y</c> or <c>z</c>.</param>
/// <param name="Segment">Samples of a spectrum's segment: 256, 512, 1024, 2048 or 4096, as far as the node's memory goes.</param>
/// <param name="Averages">Segments of a spectrum: 4 to 256; 0: nothing is followed.</param>
/// <param name="DriftPercent">How far off its usual value a frequency may be: 0.1 to 50, to the ten-thousandth; 0: however far.</param>
/// <param name="Hold">Spectra in a row that must say so: 1 to 100.</param>
/// <param name="Bands">One for each frequency, at most 4; none: the node follows the strongest four, wherever they are.</param>
public sealed record ModesDocument(
    string Axis = "z", int Segment = 2048, int Averages = 32, decimal DriftPercent = 5, int Hold = 3,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<BandDocument>? Bands = null)
{
    /// <summary>Fills in the contract's form; what cannot be said there becomes a value that is refused.</summary>
    public void Fill(ModesConfig config)
    {
        config.Axis = Axis is "x" or "y" or "z" ? Axis[0] - 'x' : -1;
        config.Segment = Segment;
        config.Averages = Averages;
        config.DriftPpm = Scaled(DriftPercent, 10_000);
        config.Hold = Hold;
        IReadOnlyList<BandDocument> bands = Bands ?? [];
        config.BandCount = bands.Count <= ModesConfig.MaxBands ? bands.Count : -1;
        for (int i = 0; i < config.BandCount; i++)
        {
            config.LowMilliHz[i] = Scaled(bands[i]?.LowHz ?? -1, 1000);
            config.HighMilliHz[i] = Scaled(bands[i]?.HighHz ?? -1, 1000);
        }
    }

    /// <summary>The field that a fault is about; null where it is not about natural frequencies.</summary>
    public static string? Field(ConfigFault fault) => fault switch
    {
        ConfigFault.ModesAxis => "modes.axis",
        ConfigFault.ModesSegment => "modes.segment",
        ConfigFault.ModesAverages => "modes.averages",
        ConfigFault.ModesDrift => "modes.driftPercent",
        ConfigFault.ModesBands => "modes.bands",
        _ => null,
    };

    /// <summary>What is allowed there.</summary>
    public static string Allowed(ConfigFault fault) => fault switch
    {
        ConfigFault.ModesAxis => "x, y or z.",
        ConfigFault.ModesSegment => "256, 512, 1024, 2048 or 4096 samples.",
        ConfigFault.ModesAverages => "4 to 256 segments, or 0 for none.",
        ConfigFault.ModesDrift => "0.1 to 50 per cent, or 0 for no alarm, in 1 to 100 spectra.",
        _ => $"At most {ModesConfig.MaxBands} bands, each from 0.01 Hz on, its upper edge above the lower one, to the thousandth.",
    };

    // Finer than the contract's steps is no value that a node knows; -1 is in no range.
    private static int Scaled(decimal number, int scale) =>
        Math.Abs(number) <= 100_000 && number * scale == decimal.Truncate(number * scale) ? (int)(number * scale) : -1;
}
