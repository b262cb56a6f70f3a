namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>Settings under <c>Waveforms:</c>.</summary>
public sealed class WaveformOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Waveforms";

    /// <summary>Days that captures are kept, 1 to 36,500: five years.</summary>
    public int Days { get; set; } = 1826;

    /// <summary>
    /// Network code in miniSEED files, one or two capital letters or digits as the FDSN gives them; <c>XX</c>: none.
    /// </summary>
    public string Network { get; set; } = "XX";

    /// <summary>Names the first setting that is out of its range, or null.</summary>
    public string? Fault()
    {
        if (Days is < 1 or > 36500)
            return $"{Section}:{nameof(Days)} must be 1 to 36500 days, not {Days}.";
        if (Network.Length is < 1 or > 2 || !Network.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)))
            return $"{Section}:{nameof(Network)} must be one or two capital letters or digits, not '{Network}'.";
        return null;
    }
}
