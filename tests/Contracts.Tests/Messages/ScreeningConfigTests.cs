using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Contracts.Tests.Messages;

/// <summary>What screening may be told, and what is refused, by name.</summary>
public sealed class ScreeningConfigTests
{
    public static TheoryData<ScreeningProfile, int, int[], ConfigFault> Cases() => new()
    {
        { ScreeningProfile.None, 1, [], ConfigFault.None },
        { ScreeningProfile.Din4150Foundation, 3, [], ConfigFault.None },
        { ScreeningProfile.Din4150Foundation, 0, [], ConfigFault.ScreeningLine },
        { ScreeningProfile.Din4150TopFloor, 4, [], ConfigFault.ScreeningLine },
        { ScreeningProfile.Din4150LongTerm, int.MinValue, [], ConfigFault.ScreeningLine },
        { ScreeningProfile.SbrA, 2, [], ConfigFault.None },
        { ScreeningProfile.SbrA, 3, [], ConfigFault.ScreeningLine },
        { ScreeningProfile.Bs7385, 2, [], ConfigFault.None },
        { ScreeningProfile.Bs7385, 3, [], ConfigFault.ScreeningLine },
        { (ScreeningProfile)7, 1, [], ConfigFault.ScreeningProfile },
        { ScreeningProfile.Site, 1, [0, 1], ConfigFault.None },
        { ScreeningProfile.Site, 1, [1000, 2000, 1_000_000, 1_000_000], ConfigFault.None },
        { ScreeningProfile.Site, 1, [.. Enumerable.Range(1, 16)], ConfigFault.None },
        { ScreeningProfile.Site, 1, [.. Enumerable.Range(1, 18)], ConfigFault.ScreeningPoints },
        { ScreeningProfile.Site, 1, [], ConfigFault.ScreeningPoints },
        { ScreeningProfile.Site, 1, [1000], ConfigFault.ScreeningPoints },
        { ScreeningProfile.Site, 1, [-1, 1], ConfigFault.ScreeningPoints },
        { ScreeningProfile.Site, 1, [1_000_001, 1], ConfigFault.ScreeningPoints },
        { ScreeningProfile.Site, 1, [1000, 0], ConfigFault.ScreeningPoints },
        { ScreeningProfile.Site, 1, [1000, 1_000_001], ConfigFault.ScreeningPoints },
        { ScreeningProfile.Site, 1, [1000, 5, 1000, 6], ConfigFault.ScreeningPoints },
        { ScreeningProfile.SbrA, 1, [1000, 5], ConfigFault.ScreeningPoints },
    };

    /// <summary>A bad value must come through the reader, so that the refusal can name it.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void What_cannot_be_meant_crosses_the_wire_and_is_named(
        ScreeningProfile profile, int line, int[] points, ConfigFault fault)
    {
        byte[] buffer = new byte[512];
        CborWriter writer = new(buffer);
        writer.WriteMapStart(2);
        writer.WriteInt(1);
        writer.WriteInt(1);
        writer.WriteInt(7);
        writer.WriteMapStart(3);
        writer.WriteInt(1);
        writer.WriteInt((int)profile);
        writer.WriteInt(2);
        writer.WriteInt(line);
        writer.WriteInt(7);
        writer.WriteArrayStart(points.Length);
        foreach (int point in points)
            writer.WriteInt(point);
        NodeConfig read = new();
        Assert.True(read.TryRead(new CborReader(buffer[..writer.Length])));
        Assert.True(read.HasScreening);
        Assert.Equal(fault, read.Validate());
        NodeConfig copy = new();
        copy.CopyFrom(read);
        Assert.Equal(fault, copy.Validate());
        read.HasScreening = false;
        Assert.Equal(ConfigFault.None, read.Validate());
    }

    [Theory]
    [InlineData(3, 3, ConfigFault.ScreeningFactor)]
    [InlineData(4, 3, ConfigFault.ScreeningFactor)]
    [InlineData(6, 3, ConfigFault.ScreeningProfile)]
    [InlineData(3, 2, ConfigFault.None)]
    [InlineData(4, 0, ConfigFault.None)]
    [InlineData(6, 2, ConfigFault.None)]
    public void Names_that_a_node_does_not_know_are_refused(int key, int value, ConfigFault fault)
    {
        NodeConfig read = new();
        byte[] bytes = [0xa2, 0x01, 0x01, 0x07, 0xa2, 0x01, 0x04, (byte)key, (byte)value];
        Assert.True(read.TryRead(new CborReader(bytes)));
        Assert.Equal(ScreeningProfile.SbrA, read.Screening.Profile);
        Assert.Equal(fault, read.Validate());
    }
}
