using System.Globalization;
using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Web;

/// <summary>How a channel is shown: its name for people, and the unit, scale and digits that they read best.</summary>
/// <param name="Label">What people call it.</param>
/// <param name="Unit">The unit that is shown.</param>
/// <param name="Factor">What a stored number is multiplied by to be in that unit.</param>
/// <param name="Decimals">Digits after the point; null: three significant digits.</param>
/// <param name="IsVibration">Whether it swings about a mean, so that RMS and peak say more than the mean.</param>
/// <param name="IsSparse">Whether a value comes once in many windows, so that windows without one are no gaps.</param>
public sealed record Measure(
    string Label, string Unit, double Factor, int? Decimals, bool IsVibration = false, bool IsSparse = false)
{
    /// <summary>Standard acceleration of free fall (ISO 80000-3), in m/s2.</summary>
    private const double StandardGravity = 9.80665;

    /// <summary>How a channel is shown; one that this version does not know keeps its name and unit.</summary>
    /// <param name="channel">Its name on the wire.</param>
    /// <param name="unit">Its SenML unit.</param>
    /// <param name="millimetres">Accelerations in mm/s2 rather than in mg.</param>
    public static Measure Of(string channel, string unit, bool millimetres = false)
    {
        string label = channel switch
        {
            Channels.Pm1 => "PM1",
            Channels.Pm25 => "PM2.5",
            Channels.Pm10 => "PM10",
            Channels.Pm25Factory => "PM2.5 (CF=1)",
            Channels.Particles03 => "Particles > 0.3 µm",
            Channels.Particles05 => "Particles > 0.5 µm",
            Channels.Particles1 => "Particles > 1 µm",
            Channels.Particles25 => "Particles > 2.5 µm",
            Channels.Particles5 => "Particles > 5 µm",
            Channels.Particles10 => "Particles > 10 µm",
            Channels.Temperature => "Temperature",
            Channels.Humidity => "Relative humidity",
            Channels.Pressure => "Pressure",
            Channels.AccelX => "Acceleration along (x)",
            Channels.AccelY => "Acceleration across (y)",
            Channels.AccelZ => "Acceleration vertical (z)",
            Channels.VelocityX => "Velocity along (x)",
            Channels.VelocityY => "Velocity across (y)",
            Channels.VelocityZ => "Velocity vertical (z)",
            Channels.FrequencyX => "Frequency at the peak (x)",
            Channels.FrequencyY => "Frequency at the peak (y)",
            Channels.FrequencyZ => "Frequency at the peak (z)",
            Channels.SampleRate => "Sample rate",
            Channels.Mode1 => "Natural frequency 1",
            Channels.Mode2 => "Natural frequency 2",
            Channels.Mode3 => "Natural frequency 3",
            Channels.Mode4 => "Natural frequency 4",
            _ => channel,
        };
        return unit switch
        {
            Units.MicrogramsPerCubicMetre => new Measure(label, "µg/m³", 1, 1),
            Units.Celsius => new Measure(label, "°C", 1, 1),
            Units.RelativeHumidity => new Measure(label, "%", 1, 1),
            Units.Pascal => new Measure(label, "hPa", 0.01, 1),
            Units.MetresPerSecond => new Measure(label, "mm/s", 1000, null, true),
            Units.Hertz when channel is Channels.Mode1 or Channels.Mode2 or Channels.Mode3 or Channels.Mode4 =>
                new Measure(label, "Hz", 1, 3, IsSparse: true),
            Units.Hertz => new Measure(label, "Hz", 1, 2),
            Units.MetresPerSecondSquared when millimetres => new Measure(label, "mm/s²", 1000, null, true),
            Units.MetresPerSecondSquared => new Measure(label, "mg", 1000 / StandardGravity, null, true),
            _ => new Measure(label, Plain(unit), 1, null),
        };
    }

    /// <summary>A unit as people write it.</summary>
    public static string Plain(string unit) => unit switch
    {
        Units.MicrogramsPerCubicMetre => "µg/m³",
        Units.Celsius => "°C",
        Units.RelativeHumidity => "%",
        Units.MetresPerSecondSquared => "m/s²",
        Units.MetresPerSecond => "m/s",
        _ => unit,
    };

    /// <summary>A stored number in the unit that is shown, without the unit.</summary>
    public string Number(double? stored)
    {
        if (stored is not { } number || !double.IsFinite(number))
            return "–";
        double shown = number * Factor;
        return shown.ToString("F" + DigitsOf(shown), CultureInfo.InvariantCulture).Replace('-', '−');
    }

    /// <summary>A stored number with its unit.</summary>
    public string Text(double? stored) => Number(stored) + " " + Unit;

    /// <summary>A number without a unit: two digits after the point below ten, one below a hundred, else none.</summary>
    public static string Ratio(double number)
    {
        double size = Math.Abs(number);
        string format = size < 10 ? "F2" : size < 100 ? "F1" : "F0";
        return number.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');
    }

    private int DigitsOf(double shown)
    {
        if (Decimals is { } fixedDigits)
            return fixedDigits;
        double size = Math.Abs(shown);
        return size < 1e-4 ? 4 : Math.Clamp(2 - (int)Math.Floor(Math.Log10(size)), 0, 4);
    }
}
