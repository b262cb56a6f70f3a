using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Screening;
using EdgeFleet.Firmware.Thresholds;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>Limits of the standards value by value, and what an event says when one is passed.</summary>
public sealed class ScreeningTests
{
    /// <summary>
    /// DIN 4150-3 table 1 (short-term, foundation: at 1, 10, 50, 100 Hz, in between on the straight line, above 100 Hz as
    /// at 100) and its column for the top floor: the table is reprinted by the Bundesverband Geothermie (lexicon,
    /// "Schadensgrenze") and by Innomic (VibroMatrix manual). Table 4 (long-term, top floor): 10, 5 and 2.5 mm/s.
    /// </summary>
    [Theory]
    [InlineData(ScreeningProfile.Din4150Foundation, 1, 1, 20)]
    [InlineData(ScreeningProfile.Din4150Foundation, 1, 10, 20)]
    [InlineData(ScreeningProfile.Din4150Foundation, 1, 30, 30)]
    [InlineData(ScreeningProfile.Din4150Foundation, 1, 50, 40)]
    [InlineData(ScreeningProfile.Din4150Foundation, 1, 75, 45)]
    [InlineData(ScreeningProfile.Din4150Foundation, 1, 100, 50)]
    [InlineData(ScreeningProfile.Din4150Foundation, 1, 200, 50)]
    [InlineData(ScreeningProfile.Din4150Foundation, 2, 1, 5)]
    [InlineData(ScreeningProfile.Din4150Foundation, 2, 10, 5)]
    [InlineData(ScreeningProfile.Din4150Foundation, 2, 12, 5.5)]
    [InlineData(ScreeningProfile.Din4150Foundation, 2, 50, 15)]
    [InlineData(ScreeningProfile.Din4150Foundation, 2, 100, 20)]
    [InlineData(ScreeningProfile.Din4150Foundation, 3, 1, 3)]
    [InlineData(ScreeningProfile.Din4150Foundation, 3, 10, 3)]
    [InlineData(ScreeningProfile.Din4150Foundation, 3, 50, 8)]
    [InlineData(ScreeningProfile.Din4150Foundation, 3, 60, 8.4)]
    [InlineData(ScreeningProfile.Din4150Foundation, 3, 100, 10)]
    [InlineData(ScreeningProfile.Din4150TopFloor, 1, 5, 40)]
    [InlineData(ScreeningProfile.Din4150TopFloor, 2, 70, 15)]
    [InlineData(ScreeningProfile.Din4150TopFloor, 3, 1, 8)]
    [InlineData(ScreeningProfile.Din4150LongTerm, 1, 1, 10)]
    [InlineData(ScreeningProfile.Din4150LongTerm, 2, 40, 5)]
    [InlineData(ScreeningProfile.Din4150LongTerm, 3, 80, 2.5)]
    // BS 7385-2 table 1: 50 mm/s at 4 Hz and above; 15 at 4 Hz rising to 20 at 15 Hz, to 50 at 40 Hz and above; below
    // 4 Hz the second has 0.6 mm of displacement, 2 pi f x 0.6 mm.
    [InlineData(ScreeningProfile.Bs7385, 1, 4, 50)]
    [InlineData(ScreeningProfile.Bs7385, 1, 80, 50)]
    [InlineData(ScreeningProfile.Bs7385, 2, 1, 3.77)]
    [InlineData(ScreeningProfile.Bs7385, 2, 4, 15)]
    [InlineData(ScreeningProfile.Bs7385, 2, 9.5, 17.5)]
    [InlineData(ScreeningProfile.Bs7385, 2, 15, 20)]
    [InlineData(ScreeningProfile.Bs7385, 2, 27.5, 35)]
    [InlineData(ScreeningProfile.Bs7385, 2, 40, 50)]
    [InlineData(ScreeningProfile.Bs7385, 2, 80, 50)]
    public void Limits_are_those_of_the_standard(ScreeningProfile profile, int line, double hertz, double millimetres)
    {
        ScreeningLine limits = new();
        limits.Apply(new ScreeningConfig { Profile = profile, Line = line });
        Assert.Equal((long)Math.Round(millimetres * 1000), limits.At((long)(hertz * 1000)));
        Assert.Equal(profile is ScreeningProfile.Din4150Foundation or ScreeningProfile.Bs7385, limits.HoldsForVertical);
    }

    /// <summary>
    /// SBR-A: characteristic 20, 40, 50 (category 1) and 5, 15, 20 mm/s (category 2) at 10, 50 and 100 Hz, over the
    /// product of the factors for kind (1.0, 1.5, 2.5), extent (1.0, 1.4, 1.6) and sensitivity (1.0, 1.7).
    /// </summary>
    [Theory]
    [InlineData(1, VibrationKind.Short, MeasurementExtent.Extended, false, 10, 20.0)]
    [InlineData(1, VibrationKind.Continuous, MeasurementExtent.Extended, false, 50, 16.0)]
    [InlineData(2, VibrationKind.Short, MeasurementExtent.Indicative, false, 10, 3.125)]
    [InlineData(2, VibrationKind.Repeated, MeasurementExtent.Indicative, false, 10, 2.083)]
    [InlineData(2, VibrationKind.Repeated, MeasurementExtent.Limited, false, 100, 9.524)]
    [InlineData(2, VibrationKind.Continuous, MeasurementExtent.Indicative, true, 1, 0.735)]
    [InlineData(2, VibrationKind.Repeated, MeasurementExtent.Extended, true, 50, 5.882)]
    public void Safety_factors_divide_the_characteristic_value(
        int category, VibrationKind kind, MeasurementExtent extent, bool sensitive, double hertz, double millimetres)
    {
        ScreeningLine limits = new();
        limits.Apply(new ScreeningConfig
        {
            Profile = ScreeningProfile.SbrA, Line = category, Kind = kind, Extent = extent, Sensitive = sensitive,
        });
        Assert.Equal((long)Math.Round(millimetres * 1000), limits.At((long)(hertz * 1000)));
        Assert.True(limits.HoldsForVertical);
    }

    [Fact]
    public void A_site_draws_its_own_line()
    {
        ScreeningConfig config = new() { Profile = ScreeningProfile.Site, PointCount = 3 };
        (config.MilliHz[0], config.MicroMetresPerS[0]) = (2000, 4000);
        (config.MilliHz[1], config.MicroMetresPerS[1]) = (10_000, 2000);
        (config.MilliHz[2], config.MicroMetresPerS[2]) = (20_000, 8000);
        ScreeningLine limits = new();
        limits.Apply(config);
        Assert.Equal([4000, 4000, 3000, 2000, 5000, 8000, 8000],
            ((long[])[0, 2000, 6000, 10_000, 15_000, 20_000, 90_000]).Select(limits.At));
        Assert.Equal(2000, limits.Least());
        limits.Apply(new ScreeningConfig());
        Assert.False(limits.IsSet);
    }

    /// <summary>Which line, at what frequency and by how much; once, until it is over or grows by half.</summary>
    [Fact]
    public void An_event_says_which_line_was_passed_and_by_how_much()
    {
        (VelocityScreen screen, Sink sink) = Screen(new() { Profile = ScreeningProfile.Din4150Foundation, Line = 2 });
        // At 12 Hz line 2 is at 5.5 mm/s.
        foreach (int peak in (int[])[5500, 5501, 8000, 8300, 8300, 5500, 7000])
            screen.Judge(Window(vx: (peak, 1200)), sink);
        Assert.Equal([5501L, 8300L, 7000L], sink.Events.Select(e => e.Value.Mantissa));
        NodeEvent told = sink.Events[1];
        Assert.Equal((EventType.Screening, Severity.Warning, Channels.VelocityX), (told.Type, told.Severity, told.Channel));
        Assert.Equal((5500L, -6, 9u), (told.Level.Mantissa, told.Level.Exponent, told.ConfigVersion));
        Assert.Equal("screening, DIN 4150-3 line 2, short-term, foundation: 151 % at 12.00 Hz", told.Text);
    }

    [Fact]
    public void Axes_are_screened_apart_and_the_vertical_only_where_the_line_holds_for_it()
    {
        ClosedWindow strong = Window(vx: (-9000, 505), vy: (1000, 500), vz: (9000, 500));
        (VelocityScreen screen, Sink sink) = Screen(new() { Profile = ScreeningProfile.Din4150TopFloor, Line = 3 });
        screen.Judge(strong, sink);
        Assert.Equal("screening, DIN 4150-3 line 3, short-term, top floor: 113 % at 5.05 Hz", Assert.Single(sink.Events).Text);
        (screen, sink) = Screen(new() { Profile = ScreeningProfile.Din4150Foundation, Line = 3 });
        screen.Judge(strong, sink);
        Assert.Equal([Channels.VelocityX, Channels.VelocityZ], sink.Events.Select(e => e.Channel));
    }

    /// <summary>Without a frequency the lowest limit holds; without a velocity nothing is said, nor is it over.</summary>
    [Fact]
    public void What_is_not_known_errs_towards_an_event()
    {
        (VelocityScreen screen, Sink sink) = Screen(new() { Profile = ScreeningProfile.Bs7385, Line = 2 });
        screen.Judge(Window(vx: (4000, 0)), sink);
        Assert.Equal("screening, BS 7385-2 line 2, cosmetic: 106 % at unknown frequency", Assert.Single(sink.Events).Text);
        screen.Judge(new ClosedWindow(), sink);
        screen.Judge(Window(vx: (4100, 0)), sink);
        Assert.Single(sink.Events);
    }

    [Fact]
    public void A_node_without_velocities_refuses_to_screen_and_the_longest_text_fits()
    {
        ScalarSampler air = new([new TestSensor((Channels.Pm25, Units.MicrogramsPerCubicMetre, 0))], 60_000);
        VelocityScreen screen = new(air);
        Assert.Equal(ConfigFault.ScreeningNoVelocity, screen.Check(new() { Profile = ScreeningProfile.Bs7385 }));
        Assert.Equal(ConfigFault.None, screen.Check(new()));
        (screen, Sink sink) = Screen(new() { Profile = ScreeningProfile.Din4150Foundation, Line = 3 });
        screen.Judge(Window(vx: (int.MaxValue, 12_345)), sink);
        Assert.InRange(Assert.Single(sink.Events).Text.Length, 60, Limits.MaxText);
    }

    private static (VelocityScreen Screen, Sink Sink) Screen(ScreeningConfig screening)
    {
        VelocityScreen screen = new(new VibrationSampler(new TestAccelerometer(), 10_000));
        Assert.Equal(ConfigFault.None, screening.Validate());
        Assert.Equal(ConfigFault.None, screen.Check(screening));
        NodeConfig config = new() { Version = 9, HasScreening = true };
        config.Screening.CopyFrom(screening);
        screen.Apply(config);
        return (screen, new Sink());
    }

    /// <summary>Peaks in micrometres a second with their frequency in hundredths of a hertz, 0: not known.</summary>
    private static ClosedWindow Window((int Peak, int CentiHz) vx, (int, int) vy = default, (int, int) vz = default)
    {
        ClosedWindow window = new() { DurationMs = 10_000 };
        (int Peak, int CentiHz)[] axes = [vx, vy, vz];
        for (int axis = 0; axis < 3; axis++)
        {
            window.Count[4 + axis] = 1250;
            window.Max[4 + axis] = Math.Max(axes[axis].Peak, 0);
            window.Min[4 + axis] = Math.Min(axes[axis].Peak, 0);
            window.Count[7 + axis] = axes[axis].CentiHz == 0 ? 0 : 1;
            window.Mean[7 + axis] = axes[axis].CentiHz;
        }
        return window;
    }

    private sealed class Sink : IEventSink
    {
        public List<NodeEvent> Events { get; } = [];

        public void Emit(NodeEvent happened, long uptimeMs) => Events.Add(new NodeEvent
        {
            Type = happened.Type, Severity = happened.Severity, Channel = happened.Channel, Value = happened.Value,
            Level = happened.Level, Text = happened.Text, Rule = happened.Rule, ConfigVersion = happened.ConfigVersion,
        });
    }
}
