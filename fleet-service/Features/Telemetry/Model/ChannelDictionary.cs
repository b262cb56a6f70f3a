namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>A channel as nodes call it: the same name in another unit is another channel.</summary>
public sealed record ChannelName(int Number, string Name, string Unit);

/// <summary>
/// Numbers for channels, so that a window does not repeat their names. Never changes once made: a step that meets new
/// channels makes the next dictionary.
/// </summary>
public sealed class ChannelDictionary
{
    private readonly Dictionary<(string Name, string Unit), ChannelName> _byName = [];
    private readonly List<ChannelName> _byNumber = [];

    /// <summary>No channels.</summary>
    public static readonly ChannelDictionary Empty = new([]);

    /// <summary>These channels, numbered from 1 in this order.</summary>
    public ChannelDictionary(IEnumerable<ChannelName> channels)
    {
        foreach (ChannelName channel in channels)
        {
            if (channel.Number != _byNumber.Count + 1)
                throw new InvalidDataException("The numbers of the channels have a hole.");
            _byNumber.Add(channel);
            _byName.Add((channel.Name, channel.Unit), channel);
        }
    }

    /// <summary>In the order of their numbers.</summary>
    public IReadOnlyList<ChannelName> All => _byNumber;

    /// <summary>The channel with this number.</summary>
    public ChannelName this[int number] => _byNumber[number - 1];

    /// <summary>The channel with this name and unit, or null.</summary>
    public ChannelName? Find(string name, string unit) => _byName.GetValueOrDefault((name, unit));

    /// <summary>These channels and the new ones.</summary>
    public ChannelDictionary With(IReadOnlyCollection<ChannelName> added) =>
        added.Count == 0 ? this : new(_byNumber.Concat(added));
}
