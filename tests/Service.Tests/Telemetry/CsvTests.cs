using System.Globalization;
using System.Text;
using CsvHelper;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Tests.Telemetry;

public sealed class CsvTests
{
    [Fact]
    public async Task Another_reader_finds_every_number_again()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            await using Bench bench = await Bench.RunningAsync();
            await bench.ProjectAsync(Messages.Telemetry(
                "a", Bench.At(9),
                new SentWindow(7, 1, Bench.At(0) + 250, 60_000, 0, Messages.Pm25(1234, 60, 33, QualityFlags.WarmingUp)),
                new SentWindow(7, 2, Bench.At(1), 60_000, 0, new("pm25", "ug/m3", 0, 0, 0, 0, 0, 0, 3),
                    new("x", "a,\"b", -3, -1, -5, 7, 2, 10))));
            List<Dictionary<string, string>> rows = await ReadAsync(bench, null, Bench.Range(0, 10));

            Assert.Equal(2, rows.Count);
            Assert.Equal("2026-03-01T00:00:00.250Z", rows[0]["start_utc"]);
            Assert.Equal(("60000", "7", "1"), (rows[0]["duration [ms]"], rows[0]["epoch"], rows[0]["sequence"]));
            Assert.Equal("2026-03-01T00:09:00.000Z", rows[0]["received_utc"]);
            Assert.Equal(12.34, Number(rows[0]["pm25 mean [ug/m3]"]));
            Assert.Equal(12.01, Number(rows[0]["pm25 min [ug/m3]"]));
            Assert.Equal(12.67, Number(rows[0]["pm25 max [ug/m3]"]));
            Assert.Equal(0.16, Number(rows[0]["pm25 sd [ug/m3]"]));
            Assert.Equal(0.16, Number(rows[0]["pm25 rms [ug/m3]"]));
            Assert.Equal(0.33, Number(rows[0]["pm25 peak [ug/m3]"]), 9);
            Assert.Equal(("60", "warmingUp"), (rows[0]["pm25 count"], rows[0]["pm25 quality"]));
            Assert.Equal(("", ""), (rows[0]["x mean [a,\"b]"], rows[0]["x count"]));
            Assert.Equal(("", "0", "missing warmingUp"), (rows[1]["pm25 mean [ug/m3]"], rows[1]["pm25 count"], rows[1]["pm25 quality"]));
            Assert.Equal(-0.001, Number(rows[1]["x mean [a,\"b]"]));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task A_long_range_comes_whole_and_in_order()
    {
        await using Bench bench = await Bench.RunningAsync();
        SentWindow[] windows = [.. Enumerable.Range(0, 5001).Select(
            i => new SentWindow(7, (uint)i + 1, Bench.At(i), 60_000, 0, Messages.Pm25(i)))];
        SentWindow[] shuffled = [.. windows];
        new Random(1).Shuffle(shuffled);
        await bench.ProjectAsync([.. shuffled.Chunk(20).Select(part => Messages.Telemetry("a", Bench.At(5001), part))]);
        List<Dictionary<string, string>> rows = await ReadAsync(bench, "pm25", Bench.Range(0, 6000));
        Assert.Equal(windows.Select(window => window.Sequence.ToString()), rows.Select(row => row["sequence"]));
    }

    [Fact]
    public async Task A_device_without_windows_has_a_header_and_no_lines()
    {
        await using Bench bench = await Bench.RunningAsync();
        Assert.Empty(await ReadAsync(bench, null, Bench.Range(0, 1)));
    }

    private static async Task<List<Dictionary<string, string>>> ReadAsync(Bench bench, string? channel, TimeRange range)
    {
        var bytes = new MemoryStream();
        await bench.Csv.WriteAsync(bytes, "a", channel, range, CancellationToken.None);
        bytes.Position = 0;
        using CsvReader csv = CsvReader.Create(bytes, new CsvReaderOptions { HasHeader = true });
        var rows = new List<Dictionary<string, string>>();
        while (await csv.ReadAsync())
            rows.Add(csv.Headers.Select((name, i) => (name, i)).ToDictionary(field => field.name, field => csv.GetString(field.i)));
        return rows;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
