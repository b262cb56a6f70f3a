namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>The index of the US EPA, as it is since 6 May 2024, for sensors as people put them up.</summary>
public static class UsEpa
{
    /// <summary>
    /// PM2.5 (US EPA, Technical Assistance Document for the Reporting of Daily Air Quality, EPA-454/B-24-002, May 2024,
    /// table 6; 40 CFR 58, appendix G, as amended in 89 FR 16202). Cut off to 0.1 ug/m3.
    /// </summary>
    public static AqiTable Pm25 { get; } = new(1, true,
    [
        new(0.0, 9.0, 0, 50), new(9.1, 35.4, 51, 100), new(35.5, 55.4, 101, 150), new(55.5, 125.4, 151, 200),
        new(125.5, 225.4, 201, 300), new(225.5, 325.4, 301, 500),
    ]);

    /// <summary>PM10, of the same table. Cut off to 1 ug/m3.</summary>
    public static AqiTable Pm10 { get; } = new(0, true,
    [
        new(0, 54, 0, 50), new(55, 154, 51, 100), new(155, 254, 101, 150), new(255, 354, 151, 200),
        new(355, 424, 201, 300), new(425, 604, 301, 500),
    ]);

    /// <summary>
    /// NowCast of the last twelve hours (EPA-454/B-24-002, "How the NowCast is calculated"): a mean whose weights fall from
    /// hour to hour by the smallest over the largest value, and by no more than a half. Two of the last three hours must be
    /// there.
    /// </summary>
    /// <param name="newestFirst">Hourly means, in ug/m3; null: not there. Twelve of them count.</param>
    /// <returns>In ug/m3; null where too little is there.</returns>
    public static double? NowCast(IReadOnlyList<double?> newestFirst)
    {
        double?[] hours = [.. newestFirst.Take(12).Select(hour => hour is { } value ? Math.Max(0, value) : (double?)null)];
        if (hours.Take(3).Count(hour => hour != null) < 2)
            return null;
        double most = hours.Max()!.Value;
        if (most <= 0)
            return 0;
        double weight = Math.Max(0.5, hours.Min()!.Value / most);
        double sum = 0;
        double weights = 0;
        double power = 1;
        foreach (double? hour in hours)
        {
            if (hour is { } value)
            {
                sum += power * value;
                weights += power;
            }
            power *= weight;
        }
        return sum / weights;
    }
}
