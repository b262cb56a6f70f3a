namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>
/// The concentration of now for Taiwan's index of PM2.5 and PM10: 0.5 x 前12小時平均 + 0.5 x 前4小時平均 (前4小時2筆有效,
/// 前12小時6筆有效), that is half the mean of the last twelve hours and half that of the last four, of which six and two
/// must be valid. Source: the ministry's page that <see cref="TaiwanMoenv"/> names, notes on real-time values; the same
/// rule stands in the table of readings of Taichung's Environmental Protection Bureau of 2025-08-29.
/// </summary>
public static class MovingMean
{
    /// <summary>Hours of the longer mean.</summary>
    public const int LongHours = 12;

    /// <summary>Of <see cref="LongHours"/> so many must be there.</summary>
    public const int LongNeeded = 6;

    /// <summary>Hours of the shorter mean.</summary>
    public const int ShortHours = 4;

    /// <summary>Of <see cref="ShortHours"/> so many must be there.</summary>
    public const int ShortNeeded = 2;

    /// <summary>The concentration of now; hours that are missing are left out of both means.</summary>
    /// <param name="newestFirst">Hourly means, in ug/m3; null: not there.</param>
    /// <returns>In ug/m3, in full digits: the table of the index rounds them. Null where too little is there.</returns>
    public static double? Of(IReadOnlyList<double?> newestFirst) =>
        Mean(newestFirst, LongHours, LongNeeded) is { } longer && Mean(newestFirst, ShortHours, ShortNeeded) is { } shorter
            ? (0.5 * longer) + (0.5 * shorter)
            : null;

    private static double? Mean(IReadOnlyList<double?> newestFirst, int hours, int needed)
    {
        double[] there = [.. newestFirst.Take(hours).OfType<double>()];
        return there.Length >= needed ? there.Average() : null;
    }
}
