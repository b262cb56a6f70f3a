using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Contracts.Tests.Messages;

/// <summary>Which natural frequencies a node may be told to look for, and what is refused, by name.</summary>
public sealed class ModesConfigTests
{
    /// <summary>What is changed in the built-in values, and what comes of it.</summary>
    public static TheoryData<string, int, ConfigFault> Values() => new()
    {
        { "Axis", -1, ConfigFault.ModesAxis },
        { "Axis", 0, ConfigFault.None },
        { "Axis", 3, ConfigFault.ModesAxis },
        { "Segment", 128, ConfigFault.ModesSegment },
        { "Segment", 256, ConfigFault.None },
        { "Segment", 1000, ConfigFault.ModesSegment },
        { "Segment", 4096, ConfigFault.None },
        { "Segment", 8192, ConfigFault.ModesSegment },
        { "Segment", int.MinValue, ConfigFault.ModesSegment },
        { "Averages", -1, ConfigFault.ModesAverages },
        { "Averages", 0, ConfigFault.None },
        { "Averages", 3, ConfigFault.ModesAverages },
        { "Averages", 4, ConfigFault.None },
        { "Averages", 256, ConfigFault.None },
        { "Averages", 257, ConfigFault.ModesAverages },
        { "DriftPpm", -1, ConfigFault.ModesDrift },
        { "DriftPpm", 0, ConfigFault.None },
        { "DriftPpm", 999, ConfigFault.ModesDrift },
        { "DriftPpm", 1000, ConfigFault.None },
        { "DriftPpm", 500_000, ConfigFault.None },
        { "DriftPpm", 500_001, ConfigFault.ModesDrift },
        { "Hold", 0, ConfigFault.ModesDrift },
        { "Hold", 1, ConfigFault.None },
        { "Hold", 100, ConfigFault.None },
        { "Hold", 101, ConfigFault.ModesDrift },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Every_range_ends_where_it_is_said_to_and_every_number_crosses_the_wire(
        string field, int value, ConfigFault fault)
    {
        NodeConfig sent = new() { Version = 1, HasModes = true };
        typeof(ModesConfig).GetField(field)!.SetValue(sent.Modes, value);
        Assert.Equal(fault, sent.Validate());
        NodeConfig read = Passed(sent);
        Assert.True(read.HasModes);
        Assert.Equal(value, typeof(ModesConfig).GetField(field)!.GetValue(read.Modes));
        Assert.Equal(fault, read.Validate());
        read.HasModes = false;
        Assert.Equal(ConfigFault.None, read.Validate());
    }

    [Theory]
    [InlineData(9, 1000, ConfigFault.ModesBands)]
    [InlineData(10, 1000, ConfigFault.None)]
    [InlineData(1000, 1000, ConfigFault.ModesBands)]
    [InlineData(1000, 1001, ConfigFault.None)]
    [InlineData(-5, int.MaxValue, ConfigFault.ModesBands)]
    [InlineData(int.MaxValue, int.MinValue, ConfigFault.ModesBands)]
    public void A_band_has_two_edges_in_order(int low, int high, ConfigFault fault)
    {
        NodeConfig sent = new() { Version = 1, HasModes = true };
        sent.Modes.BandCount = 4;
        for (int i = 0; i < 4; i++)
            (sent.Modes.LowMilliHz[i], sent.Modes.HighMilliHz[i]) = (500, 20_000 + i);
        (sent.Modes.LowMilliHz[3], sent.Modes.HighMilliHz[3]) = (low, high);
        NodeConfig read = Passed(sent);
        Assert.Equal(4, read.Modes.BandCount);
        Assert.Equal(low, read.Modes.LowMilliHz[3]);
        Assert.Equal(high, read.Modes.HighMilliHz[3]);
        Assert.Equal(fault, read.Validate());
    }

    /// <summary>More bands than a node holds are refused by name, not cut.</summary>
    [Fact]
    public void A_fifth_band_is_refused()
    {
        NodeConfig read = new();
        byte[] five = [0xa2, 0x01, 0x01, 0x06, 0xa1, 0x06, 0x85, .. Enumerable.Repeat<byte[]>([0x82, 0x0a, 0x0b], 5).SelectMany(b => b)];
        Assert.True(read.TryRead(new CborReader(five)));
        Assert.Equal(ConfigFault.ModesBands, read.Validate());
        NodeConfig copy = new();
        copy.CopyFrom(read);
        Assert.Equal(ConfigFault.ModesBands, copy.Validate());
    }

    [Theory]
    [InlineData(new byte[] { 0x81, 0x0a })]
    [InlineData(new byte[] { 0x83, 0x0a, 0x0b, 0x0c })]
    public void A_band_of_other_than_two_edges_is_none(byte[] band)
    {
        NodeConfig read = new();
        CborReader reader = new([0xa2, 0x01, 0x01, 0x06, 0xa1, 0x06, 0x81, .. band]);
        Assert.False(read.TryRead(reader));
        Assert.Equal(ContractError.OutOfRange, reader.Error);
    }

    /// <summary>What is usual for one configuration is for another only where both look for the same.</summary>
    [Fact]
    public void Only_axis_and_bands_say_what_is_looked_for()
    {
        ModesConfig one = new() { BandCount = 1 };
        (one.LowMilliHz[0], one.HighMilliHz[0]) = (1000, 2000);
        ModesConfig other = new();
        Assert.False(one.LooksAlike(other));
        other.CopyFrom(one);
        other.DriftPpm = 1000;
        other.Segment = 256;
        Assert.True(one.LooksAlike(other));
        other.HighMilliHz[0]++;
        Assert.False(one.LooksAlike(other));
        other.CopyFrom(one);
        other.Axis = 1;
        Assert.False(one.LooksAlike(other));
    }

    /// <summary>An empty map is what the node does by itself.</summary>
    [Fact]
    public void What_is_left_out_has_its_built_in_value()
    {
        NodeConfig read = new();
        read.Modes.Segment = 1;
        Assert.True(read.TryRead(new CborReader([0xa2, 0x01, 0x01, 0x06, 0xa0])));
        Assert.True(read.HasModes);
        Assert.Equal(new ModesConfig().Segment, read.Modes.Segment);
        Assert.Equal(ConfigFault.None, read.Validate());
    }

    private static NodeConfig Passed(NodeConfig sent)
    {
        byte[] buffer = new byte[512];
        CborWriter writer = new(buffer);
        sent.Write(writer);
        NodeConfig read = new();
        Assert.True(read.TryRead(new CborReader(buffer[..writer.Length])));
        return read;
    }
}
