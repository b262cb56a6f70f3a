namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>
/// What a daily mean of particulate matter is likely to become, from the last twelve hours: how the US EPA turns hours
/// into an index of now (Technical Assistance Document for the Reporting of Daily Air Quality, EPA-454/B-24-002, May 2024,
/// "How the NowCast is calculated"; PM NowCast fact sheet, US EPA, NEPIS P100X0J6, steps 1 to 8).
/// </summary>
public static class NowCast
{
    /// <summary>Hours that it looks back.</summary>
    public const int Hours = 12;

    /// <summary>Of the last <see cref="RecentHours"/> hours so many must be there.</summary>
    public const int RecentNeeded = 2;

    /// <summary>See <see cref="RecentNeeded"/>.</summary>
    public const int RecentHours = 3;

    /// <summary>The weight of an hour is never less than this part of the next hour's.</summary>
    public const double LeastWeight = 0.5;

    /// <summary>
    /// A mean whose weights fall from hour to hour by the smallest over the largest value: steady air gives the mean of
    /// twelve hours, changing air nearly that of the last three. An hour that is missing keeps its place and has no weight.
    /// Values below zero, the noise of an instrument in clean air, count as zero.
    /// </summary>
    /// <param name="newestFirst">Hourly means, in ug/m3; null: not there. Those beyond the twelfth are too old.</param>
    /// <returns>In ug/m3, in full digits: the table of the index cuts them off. Null where too little is there.</returns>
    public static double? Of(IReadOnlyList<double?> newestFirst)
    {
        double?[] hours = [.. newestFirst.Take(Hours).Select(hour => hour is { } value ? Math.Max(0, value) : (double?)null)];
        if (hours.Take(RecentHours).Count(hour => hour != null) < RecentNeeded)
            return null;
        double most = hours.Max()!.Value;
        if (most <= 0)
            return 0;
        double factor = Math.Max(LeastWeight, hours.Min()!.Value / most);
        double sum = 0;
        double weights = 0;
        double weight = 1;
        foreach (double? hour in hours)
        {
            if (hour is { } value)
            {
                sum += weight * value;
                weights += weight;
            }
            weight *= factor;
        }
        return sum / weights;
    }
}
