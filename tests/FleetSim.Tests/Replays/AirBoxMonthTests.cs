using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using EdgeFleet.FleetSim.Tests.Support;

namespace EdgeFleet.FleetSim.Tests.Replays;

/// <summary>A month of a real fine-dust sensor, through a node and the service, out of the REST interface.</summary>
public sealed class AirBoxMonthTests
{
    // The sensor's own readings have one decimal; the wire carries three.
    private const double Tolerance = 0.001;

    [Fact]
    public async Task Hourly_means_of_fine_dust_are_those_of_the_file()
    {
        string file = SharedData.File(SharedData.AirBoxMonth);
        var expected = HourlyMeans(file);
        Assert.InRange(expected.Count, 700, 744);
        await using var city = await VirtualCity.RunAsync(
            new SimOptions { Nodes = 1, Mix = (1, 0), ReplayAirBox = file });
        Assert.True(city.Summary.Balanced);

        string from = VirtualCity.Iso(expected.Keys.First());
        string to = VirtualCity.Iso(expected.Keys.Last().AddHours(1));
        JsonElement series = await city.GetAsync(
            $"/api/v1/devices/{city.Device}/telemetry/buckets?channel=pm25&interval=1h&from={from}&to={to}");
        Assert.Equal("ug/m3", series.GetProperty("unit").GetString());
        var differing = new List<string>();
        int hours = 0;
        foreach (JsonElement bucket in series.GetProperty("buckets").EnumerateArray())
        {
            DateTime hour = bucket.GetProperty("start").GetDateTimeOffset().UtcDateTime;
            double? mean = bucket.TryGetProperty("mean", out JsonElement value) && value.ValueKind == JsonValueKind.Number
                ? value.GetDouble() : null;
            double? wanted = expected.TryGetValue(hour, out double known) ? known : null;
            if (mean == null && wanted == null)
                continue;
            hours++;
            if (mean == null || wanted == null || Math.Abs(mean.Value - wanted.Value) > Tolerance)
                differing.Add($"{hour:s}: {mean} instead of {wanted}");
        }
        Assert.Empty(differing);
        Assert.Equal(expected.Count, hours);
    }

    private static SortedDictionary<DateTime, double> HourlyMeans(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line && !line.StartsWith("Time,", StringComparison.Ordinal))
        {
        }
        var hours = new SortedDictionary<DateTime, List<double>>();
        while (reader.ReadLine() is { } line)
        {
            string[] row = line.Split(',');
            if (row.Length < 4 || row[3].Length == 0)
                continue;
            var time = DateTime.ParseExact(row[0], "M/d/yyyy H:mm", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
            // The file's own first lines say: (UTC-05:00).
            time = time.AddHours(5);
            DateTime hour = time.Date.AddHours(time.Hour);
            if (!hours.TryGetValue(hour, out List<double>? values))
                hours[hour] = values = [];
            values.Add(double.Parse(row[3], CultureInfo.InvariantCulture));
        }
        return new SortedDictionary<DateTime, double>(hours.ToDictionary(hour => hour.Key, hour => hour.Value.Average()));
    }
}
