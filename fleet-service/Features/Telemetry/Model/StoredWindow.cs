using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Where a stored time comes from: the node's <see cref="TimeQuality"/>, or the service.</summary>
public enum StoredTime : byte
{
    /// <summary>The node's clock, set from a reference.</summary>
    Synchronised = 0,

    /// <summary>The node's clock, set from the gateway.</summary>
    Gateway = 1,

    /// <summary>Counted back from the moment of receipt.</summary>
    Relative = 2,

    /// <summary>Counted back from the moment of receipt; really at least that old.</summary>
    AtLeast = 3,

    /// <summary>The node's clock was absurd: the moment of receipt stands in its place.</summary>
    Receipt = 4,
}

/// <summary>A channel of a window. All numbers are in the channel's unit.</summary>
/// <param name="Channel">Number in the <see cref="ChannelDictionary"/>.</param>
/// <param name="Count">Samples; 0: none, and only <paramref name="Quality"/> means something.</param>
/// <param name="Sd">Standard deviation about the mean, of the population.</param>
/// <param name="Quality">A set of <see cref="EdgeFleet.Contracts.Senml.QualityFlags"/>.</param>
/// <param name="Exponent">Power of ten of the node's integers, -18 to 18: the resolution.</param>
/// <param name="Skewness">Skewness, to the thousandth; counts where <paramref name="Kurtosis"/> does.</param>
/// <param name="Kurtosis">Kurtosis, to the thousandth, 3 for a normal distribution; 0: not known.</param>
public readonly record struct ChannelValue(
    int Channel, double Mean, double Min, double Max, double Sd, int Count, int Quality, int Exponent,
    double Skewness = 0, double Kurtosis = 0)
{
    /// <summary>Largest deviation of a sample from the mean.</summary>
    public double Peak => Math.Max(Max - Mean, Mean - Min);

    /// <summary>Peak over the root mean square about the mean; null where nothing varied.</summary>
    public double? Crest => Sd > 0 ? Peak / Sd : null;
}

/// <summary>One window as it is stored.</summary>
public sealed record StoredWindow
{
    /// <summary>The device's number.</summary>
    public required int Device { get; init; }

    /// <summary>When it began, Unix milliseconds.</summary>
    public required long StartMs { get; init; }

    /// <summary>Its length, in milliseconds.</summary>
    public required int DurationMs { get; init; }

    public required uint Epoch { get; init; }

    public required uint Sequence { get; init; }

    public required StoredTime Time { get; init; }

    /// <summary>When the service received it, Unix milliseconds.</summary>
    public required long ReceivedMs { get; init; }

    /// <summary>The channels as <see cref="WindowCodec"/> writes them.</summary>
    public required byte[] Channels { get; init; }

    /// <summary>Where it ends, Unix milliseconds.</summary>
    public long EndMs => StartMs + DurationMs;
}
