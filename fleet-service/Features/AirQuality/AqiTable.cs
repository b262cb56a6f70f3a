namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>How bad the air is, in the six steps that both standards have.</summary>
public enum AqiCategory
{
    Good,
    Moderate,
    UnhealthyForSensitiveGroups,
    Unhealthy,
    VeryUnhealthy,
    Hazardous,
}

/// <summary>A stretch of concentrations and the stretch of the index that it is drawn on.</summary>
/// <param name="Low">Lowest concentration, in ug/m3.</param>
/// <param name="High">Highest concentration, in ug/m3.</param>
/// <param name="IndexLow">Index at the lowest.</param>
/// <param name="IndexHigh">Index at the highest.</param>
public readonly record struct Breakpoint(double Low, double High, int IndexLow, int IndexHigh);

/// <summary>What becomes of digits that a table does not have.</summary>
public enum AqiDigits
{
    /// <summary>They are cut off.</summary>
    CutOff,

    /// <summary>They are rounded, halves up.</summary>
    Rounded,
}

/// <summary>What becomes of concentrations beyond a table.</summary>
public enum AqiEnd
{
    /// <summary>The last line goes on: the index has no largest value.</summary>
    GoesOn,

    /// <summary>The index stays where the last line ends.</summary>
    Stays,
}

/// <summary>
/// The index of one pollutant: straight lines between breakpoints. The concentration is first brought to the digits of the
/// table, without which values between two stretches would be on neither.
/// </summary>
/// <param name="Decimals">Digits of the table behind the point.</param>
/// <param name="Digits">What becomes of further digits.</param>
/// <param name="End">What becomes of more than the table has.</param>
/// <param name="Rows">In rising order, from 0.</param>
public sealed record AqiTable(int Decimals, AqiDigits Digits, AqiEnd End, IReadOnlyList<Breakpoint> Rows)
{
    // A mean of numbers like 35.4 may come out a hair below; a hair is no digit.
    private const double Hair = 1e-9;

    /// <summary>The value in the table's digits; below zero is zero.</summary>
    public double Prepare(double concentration)
    {
        double scale = Math.Pow(10, Decimals);
        double digits = (Math.Max(0, concentration) * scale) + Hair;
        return Math.Floor(Digits == AqiDigits.CutOff ? digits : digits + 0.5) / scale;
    }

    /// <summary>The index of a concentration in ug/m3, to the nearest whole number.</summary>
    public int Index(double concentration)
    {
        double value = Prepare(concentration);
        Breakpoint row = Rows[^1];
        foreach (Breakpoint candidate in Rows)
        {
            if (value > candidate.High + Hair)
                continue;
            row = candidate;
            break;
        }
        if (End == AqiEnd.Stays)
            value = Math.Min(value, row.High);
        double slope = (row.IndexHigh - row.IndexLow) / (row.High - row.Low);
        return (int)Math.Floor((slope * (value - row.Low)) + row.IndexLow + 0.5);
    }

    /// <summary>The step in which an index lies; both standards part them alike.</summary>
    public static AqiCategory Category(int index) => index switch
    {
        <= 50 => AqiCategory.Good,
        <= 100 => AqiCategory.Moderate,
        <= 150 => AqiCategory.UnhealthyForSensitiveGroups,
        <= 200 => AqiCategory.Unhealthy,
        <= 300 => AqiCategory.VeryUnhealthy,
        _ => AqiCategory.Hazardous,
    };
}
