namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>
/// The tables of the index of Taiwan's Ministry of Environment, in force since 2025-01-01 (空氣品質指標, Taiwan Air Quality
/// Monitoring Network, airtw.moenv.gov.tw/CHT/Information/Standard/AirQualityIndicatorNew.aspx; announced with the
/// amendment of the Air Quality Standards of September 2024). A moving mean is rounded to the table's digits, halves up
/// (四捨五入, notes of the same page), and the index to a whole number. The scale ends at 500.
/// </summary>
public static class TaiwanMoenv
{
    /// <summary>PM2.5, in ug/m3, to 0.1.</summary>
    public static AqiTable Pm25 { get; } = new(1, AqiDigits.Rounded, AqiEnd.Stays,
    [
        new(0.0, 12.4, 0, 50),
        new(12.5, 30.4, 51, 100),
        new(30.5, 50.4, 101, 150),
        new(50.5, 125.4, 151, 200),
        new(125.5, 225.4, 201, 300),
        new(225.5, 325.4, 301, 400),
        new(325.5, 500.4, 401, 500),
    ]);

    /// <summary>PM10, in ug/m3, to 1.</summary>
    public static AqiTable Pm10 { get; } = new(0, AqiDigits.Rounded, AqiEnd.Stays,
    [
        new(0, 30, 0, 50),
        new(31, 75, 51, 100),
        new(76, 190, 101, 150),
        new(191, 354, 151, 200),
        new(355, 424, 201, 300),
        new(425, 504, 301, 400),
        new(505, 604, 401, 500),
    ]);
}
