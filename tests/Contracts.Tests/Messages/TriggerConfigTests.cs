using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Contracts.Tests.Messages;

/// <summary>What a trigger may be told, and what is refused, by name.</summary>
public sealed class TriggerConfigTests
{
    /// <summary>What is changed in the built-in values, and what comes of it.</summary>
    public static TheoryData<string, int, ConfigFault> Values() => new()
    {
        { "StaMs", 19, ConfigFault.TriggerMeans },
        { "StaMs", 20, ConfigFault.None },
        { "StaMs", 29_999, ConfigFault.None },
        { "StaMs", 30_000, ConfigFault.TriggerMeans },
        { "LtaMs", 500, ConfigFault.TriggerMeans },
        { "LtaMs", 501, ConfigFault.None },
        { "LtaMs", 600_000, ConfigFault.None },
        { "LtaMs", 600_001, ConfigFault.TriggerMeans },
        { "OnMilli", 1499, ConfigFault.TriggerLevels },
        { "OnMilli", 1500, ConfigFault.None },
        { "OnMilli", 1_000_000, ConfigFault.None },
        { "OnMilli", 1_000_001, ConfigFault.TriggerLevels },
        { "OffMilli", 99, ConfigFault.TriggerLevels },
        { "OffMilli", 100, ConfigFault.None },
        { "OffMilli", 4000, ConfigFault.None },
        { "OffMilli", 4001, ConfigFault.TriggerLevels },
        { "MinDurationMs", -1, ConfigFault.TriggerDurations },
        { "MinDurationMs", 60_000, ConfigFault.None },
        { "MinDurationMs", 60_001, ConfigFault.TriggerDurations },
        { "CooldownMs", -1, ConfigFault.TriggerDurations },
        { "CooldownMs", 3_600_000, ConfigFault.None },
        { "CooldownMs", 3_600_001, ConfigFault.TriggerDurations },
        { "Needed", -1, ConfigFault.TriggerAxes },
        { "Needed", 0, ConfigFault.None },
        { "Needed", 3, ConfigFault.None },
        { "Needed", 4, ConfigFault.TriggerAxes },
        { "AxisMask", 0, ConfigFault.TriggerAxes },
        { "AxisMask", 8, ConfigFault.TriggerAxes },
        { "PreMs", -1, ConfigFault.TriggerCapture },
        { "PreMs", 60_000, ConfigFault.None },
        { "PreMs", 60_001, ConfigFault.TriggerCapture },
        { "PostMs", 99, ConfigFault.TriggerCapture },
        { "PostMs", 300_000, ConfigFault.None },
        { "PostMs", 300_001, ConfigFault.TriggerCapture },
        { "LowMilliHz", 9, ConfigFault.TriggerBand },
        { "LowMilliHz", 10, ConfigFault.None },
        { "LowMilliHz", 25_000, ConfigFault.TriggerBand },
        { "HighMilliHz", 1000, ConfigFault.TriggerBand },
        { "HighMilliHz", int.MinValue, ConfigFault.TriggerBand },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Every_range_ends_where_it_is_said_to(string field, int value, ConfigFault fault)
    {
        NodeConfig config = new() { HasTrigger = true };
        typeof(TriggerConfig).GetField(field)!.SetValue(config.Trigger, value);
        Assert.Equal(fault, config.Validate());
        config.HasTrigger = false;
        Assert.Equal(ConfigFault.None, config.Validate());
    }

    /// <summary>A bad value must come through the reader, so that the refusal can name it.</summary>
    [Theory]
    [MemberData(nameof(Values))]
    public void Every_number_crosses_the_wire(string field, int value, ConfigFault fault)
    {
        NodeConfig sent = new() { Version = 1, HasTrigger = true };
        typeof(TriggerConfig).GetField(field)!.SetValue(sent.Trigger, value);
        byte[] buffer = new byte[512];
        CborWriter writer = new(buffer);
        sent.Write(writer);
        NodeConfig read = new();
        Assert.True(read.TryRead(new CborReader(buffer[..writer.Length])));
        Assert.True(read.HasTrigger);
        Assert.Equal(value, typeof(TriggerConfig).GetField(field)!.GetValue(read.Trigger));
        Assert.Equal(fault, read.Validate());
    }

    [Fact]
    public void More_axes_than_are_looked_at_cannot_be_needed()
    {
        TriggerConfig config = new() { AxisMask = 5, Needed = 2 };
        Assert.Equal(ConfigFault.None, config.Validate());
        config.AxisMask = 4;
        Assert.Equal(ConfigFault.TriggerAxes, config.Validate());
    }

    /// <summary>An empty map is the built-in trigger.</summary>
    [Fact]
    public void What_is_left_out_has_its_built_in_value()
    {
        NodeConfig read = new();
        read.Trigger.StaMs = 1;
        Assert.True(read.TryRead(new CborReader([0xa2, 0x01, 0x01, 0x05, 0xa0])));
        Assert.True(read.HasTrigger);
        Assert.Equal(new TriggerConfig().StaMs, read.Trigger.StaMs);
        Assert.Equal(ConfigFault.None, read.Validate());
    }
}
