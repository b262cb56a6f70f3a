namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>
/// The tables of the US EPA's index, in force since 6 May 2024: 40 CFR part 58, appendix G, table 2, as amended in 89 FR
/// 16202 (6 March 2024); US EPA, Technical Assistance Document for the Reporting of Daily Air Quality, EPA-454/B-24-002,
/// May 2024, table 6. Concentrations are cut off to the table's digits first, the index is rounded. The regulation's last
/// row is open; its note to the table sets 500 at 325.4 ug/m3 of PM2.5 and 604 ug/m3 of PM10, and has what is more
/// calculated on the same line.
/// </summary>
public static class UsEpa
{
    /// <summary>PM2.5, in ug/m3, cut off to 0.1.</summary>
    public static AqiTable Pm25 { get; } = new(1, AqiDigits.CutOff, AqiEnd.GoesOn,
    [
        new(0.0, 9.0, 0, 50),
        new(9.1, 35.4, 51, 100),
        new(35.5, 55.4, 101, 150),
        new(55.5, 125.4, 151, 200),
        new(125.5, 225.4, 201, 300),
        new(225.5, 325.4, 301, 500),
    ]);

    /// <summary>PM10, in ug/m3, cut off to 1.</summary>
    public static AqiTable Pm10 { get; } = new(0, AqiDigits.CutOff, AqiEnd.GoesOn,
    [
        new(0, 54, 0, 50),
        new(55, 154, 51, 100),
        new(155, 254, 101, 150),
        new(255, 354, 151, 200),
        new(355, 424, 201, 300),
        new(425, 604, 301, 500),
    ]);
}
