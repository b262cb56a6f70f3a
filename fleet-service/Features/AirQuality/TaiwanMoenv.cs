namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>
/// The index of Taiwan's Ministry of Environment, with the breakpoints in force since 2025-01-01 (the ministry's air quality
/// network, page "Air Quality Indicator").
/// </summary>
public static class TaiwanMoenv
{
    /// <summary>Hours of the longer mean, and how many of them must be there.</summary>
    public const int LongHours = 12;

    /// <summary>See <see cref="LongHours"/>.</summary>
    public const int LongNeeded = 6;

    /// <summary>Hours of the shorter mean, and how many of them must be there.</summary>
    public const int ShortHours = 4;

    /// <summary>See <see cref="ShortHours"/>.</summary>
    public const int ShortNeeded = 2;

    /// <summary>PM2.5, to 0.1 ug/m3. The ministry does not say how it drops digits; here they are rounded.</summary>
    public static AqiTable Pm25 { get; } = new(1, false,
    [
        new(0.0, 12.4, 0, 50), new(12.5, 30.4, 51, 100), new(30.5, 50.4, 101, 150), new(50.5, 125.4, 151, 200),
        new(125.5, 225.4, 201, 300), new(225.5, 325.4, 301, 400), new(325.5, 500.4, 401, 500),
    ]);

    /// <summary>PM10, to 1 ug/m3.</summary>
    public static AqiTable Pm10 { get; } = new(0, false,
    [
        new(0, 30, 0, 50), new(31, 75, 51, 100), new(76, 190, 101, 150), new(191, 354, 151, 200), new(355, 424, 201, 300),
        new(425, 504, 301, 400), new(505, 604, 401, 500),
    ]);

    /// <summary>
    /// The concentration for the index of now: half the mean of the last twelve hours and half that of the last four. Of
    /// the twelve six must be there, of the four two.
    /// </summary>
    /// <param name="newestFirst">Hourly means, in ug/m3; null: not there.</param>
    /// <returns>In ug/m3; null where too little is there.</returns>
    public static double? RealTime(IReadOnlyList<double?> newestFirst) =>
        Mean(newestFirst, LongHours, LongNeeded) is { } longer && Mean(newestFirst, ShortHours, ShortNeeded) is { } shorter
            ? (0.5 * longer) + (0.5 * shorter)
            : null;

    private static double? Mean(IReadOnlyList<double?> newestFirst, int hours, int needed)
    {
        double[] there = [.. newestFirst.Take(hours).OfType<double>()];
        return there.Length >= needed ? there.Average() : null;
    }
}
