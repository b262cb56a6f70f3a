namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>
/// PM2.5 of a PMS5003-family sensor as a reference instrument would have measured it: the US-wide correction of the US
/// EPA, extended to heavy smoke, as the AirNow Fire and Smoke Map applies it to hourly means.
/// <para>
/// Such a sensor gives two values: CF=1, from the factory, and one "for outdoor air" (CF=atm), which is the same below 30
/// ug/m3 and two thirds of CF=1 from 75 ug/m3 on. The map's five pieces with their edges at 30, 50, 210 and 260 ug/m3 are
/// for the <b>outdoor</b> value; fed with CF=1 they give half as much again. Each value has its own equation here, and
/// both give the same for the same air.
/// </para>
/// <para>Sources:</para>
/// <list type="bullet">
/// <item>K. K. Barkjohn, B. Gantt, A. L. Clements: Development and application of a United States-wide correction for
/// PM2.5 data collected with the PurpleAir sensor. Atmos. Meas. Tech. 14, 4617-4637 (2021): 0.524 CF1 - 0.0862 RH + 5.75,
/// on 24 h means up to some 130 ug/m3.</item>
/// <item>US EPA, Tools and Resources Webinar, 19 May 2021, slide 37: on CF=1, a parabola 0.46 CF1 + 3.93e-4 CF1^2 + 2.97
/// above 343 ug/m3.</item>
/// <item>US EPA, Science Inventory record 353088 (2021), slide 26: the five pieces, "x = PM2.5 cf_atm (lower)", which
/// part the line from the parabola between 210 and 260 ug/m3 (315 and 390 of CF=1) instead of by a jump of some 26 ug/m3.
/// </item>
/// </list>
/// </summary>
public static class SmokeCorrection
{
    /// <summary>CF=1 over the sensor's outdoor value, from 75 ug/m3 of CF=1 on.</summary>
    public const double FactoryPerOutdoor = 1.5;

    private const double Slope = 0.524;
    private const double PerPercent = 0.0862;
    private const double Offset = 5.75;

    private const double SmokeSlope = 0.46;
    private const double SmokeSquare = 3.93e-4;
    private const double SmokeOffset = 2.966;

    // Where the line begins to give way to the parabola, and where it has; in CF=1.
    private const double JoinFrom = 315;
    private const double JoinTo = 390;

    /// <summary>Whether a relative humidity can be true, and so be corrected with.</summary>
    /// <param name="humidity">In percent.</param>
    public static bool IsHumidity(double humidity) => humidity is >= 0 and <= 100;

    /// <summary>Corrects the CF=1 value.</summary>
    /// <param name="factory">Hourly mean of CF=1, in ug/m3; below zero counts as zero.</param>
    /// <param name="humidity">Hourly mean of the relative humidity at the sensor, 0 to 100 percent.</param>
    /// <returns>In ug/m3, never below zero.</returns>
    public static double FromFactory(double factory, double humidity)
    {
        double value = Math.Max(0, factory);
        double smoke = Math.Clamp((value - JoinFrom) / (JoinTo - JoinFrom), 0, 1);
        double line = (Slope * value) - (PerPercent * humidity) + Offset;
        double parabola = (SmokeSquare * value * value) + (SmokeSlope * value) + SmokeOffset;
        return Math.Max(0, ((1 - smoke) * line) + (smoke * parabola));
    }

    /// <summary>Corrects the value for outdoor air, where a node does not report CF=1.</summary>
    /// <param name="outdoor">Hourly mean of the sensor's outdoor value (CF=atm), in ug/m3; below zero counts as zero.</param>
    /// <param name="humidity">As for <see cref="FromFactory"/>.</param>
    /// <returns>In ug/m3, never below zero.</returns>
    public static double FromOutdoor(double outdoor, double humidity)
    {
        double value = Math.Max(0, outdoor);
        double smoke = Math.Clamp((value - 210) / 50, 0, 1);
        double steep = Math.Clamp((value - 30) / 20, 0, 1);
        double line = (((steep * 0.786) + ((1 - steep) * Slope)) * value) - (PerPercent * humidity) + Offset;
        double parabola = (8.84e-4 * value * value) + (0.69 * value) + SmokeOffset;
        return Math.Max(0, ((1 - smoke) * line) + (smoke * parabola));
    }
}
