using System.Globalization;
using System.IO.Compression;
using EdgeFleet.Service.Features.AirQuality;

namespace EdgeFleet.Service.Tests.AirQuality;

/// <summary>
/// Indices of a real August (North Carolina, 2019): a reference instrument, hour by hour, and a low-cost sensor beside it
/// that is none of the PMS5003 family. What is expected was computed apart from this code, in another language.
/// </summary>
public sealed class RecordingTests
{
    private const string Reference = "airbox/airnow-reference-2019-08.csv.gz";
    private const string LowCost = "airbox/toco-toucan-rt01-2019-08.csv.gz";

    [Fact]
    public void A_month_of_a_reference_instrument_has_the_indices_that_another_program_computed()
    {
        SortedDictionary<DateTime, double> hours = ReferenceHours();
        Assert.Equal(730, hours.Count);
        List<int> epa = [];
        List<int> moenv = [];
        int silent = 0;
        for (DateTime hour = hours.Keys.First(); hour <= hours.Keys.Last(); hour = hour.AddHours(1))
        {
            double?[] newestFirst = Before(hours, hour);
            if (NowCast.Of(newestFirst) is { } nowCast)
            {
                Assert.InRange(nowCast, newestFirst.Min()!.Value - 1e-9, newestFirst.Max()!.Value + 1e-9);
                epa.Add(UsEpa.Pm25.Index(nowCast));
            }
            else
            {
                silent++;
            }
            if (MovingMean.Of(newestFirst) is { } mean)
                moenv.Add(TaiwanMoenv.Pm25.Index(mean));
        }
        Assert.Equal((731, 8, 30637, 59, 202), (epa.Count, silent, epa.Sum(), epa.Max(), epa.Count(index => index > 50)));
        Assert.Equal((729, 22914, 52), (moenv.Count, moenv.Sum(), moenv.Max()));
    }

    /// <summary>
    /// The correction takes off what the PMS5003 family reads too high. This other sensor reads too low, and corrected it
    /// would read a fifth of what is there: which is why an answer says how its values came about.
    /// </summary>
    [Fact]
    public void The_correction_is_for_the_sensors_it_was_made_with()
    {
        SortedDictionary<DateTime, double> reference = ReferenceHours();
        List<(double Raw, double Corrected, double True)> pairs = [];
        foreach ((DateTime hour, (double dust, double humidity)) in LowCostHours())
        {
            if (reference.TryGetValue(hour, out double there))
                pairs.Add((dust, SmokeCorrection.FromOutdoor(dust, humidity), there));
        }
        Assert.Equal(706, pairs.Count);
        Assert.Equal(7.78, pairs.Average(pair => pair.True), 2);
        Assert.Equal(4.69, pairs.Average(pair => pair.Raw), 2);
        Assert.Equal(1.41, pairs.Average(pair => pair.Corrected), 2);
    }

    private static double?[] Before(SortedDictionary<DateTime, double> hours, DateTime newest) => [.. Enumerable.Range(0, 12)
        .Select(back => hours.TryGetValue(newest.AddHours(-back), out double value) ? value : (double?)null)];

    /// <summary>Hourly PM2.5 without a flag against it; UTC.</summary>
    private static SortedDictionary<DateTime, double> ReferenceHours()
    {
        var hours = new SortedDictionary<DateTime, double>();
        foreach (string[] row in Rows(Reference, "Agency,"))
        {
            if (row[3].StartsWith("PM2.5", StringComparison.Ordinal) && row[15] == "0" && row[13].Length != 0 && row[13] != "-999")
                hours[Time($"{row[8]} {row[9]}")] = Number(row[13]);
        }
        return hours;
    }

    /// <summary>Means of hours of which three quarters were measured; the file's clock is Eastern Standard Time.</summary>
    private static Dictionary<DateTime, (double Dust, double Humidity)> LowCostHours() => Rows(LowCost, "Time,")
        .Where(row => row.Length > 5 && row[3].Length != 0)
        .GroupBy(row => Time(row[0]) is var time ? time.AddMinutes(-time.Minute).AddHours(5) : default)
        .Where(hour => hour.Count() >= 45 && hour.Count(row => row[5].Length != 0) >= 45)
        .ToDictionary(hour => hour.Key, hour => (
            hour.Average(row => Number(row[3])), hour.Where(row => row[5].Length != 0).Average(row => Number(row[5]))));

    private static IEnumerable<string[]> Rows(string name, string head)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(PathOf(name)), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line && !line.StartsWith(head, StringComparison.Ordinal))
        {
        }
        while (reader.ReadLine() is { } line)
            yield return line.Split(',');
    }

    private static string PathOf(string name)
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "EdgeFleet.sln")))
            root = root.Parent;
        string file = Path.Combine(root?.FullName ?? "", "..", "shared", "data", name);
        Assert.SkipUnless(File.Exists(file), $"The recording {name} is not beside the repository.");
        return file;
    }

    private static DateTime Time(string text) => DateTime.ParseExact(text, "M/d/yyyy H:mm", CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
