using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Ingest;

namespace EdgeFleet.Service.Tests.Telemetry;

/// <summary>
/// A fleet whose packs are shuffled, sent again and cut by restarts, against lists that are kept the plain way.
/// </summary>
public sealed class RandomFleetTests
{
    private const int WindowMs = 60_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_the_order_all_answers_are_those_of_the_plain_lists(int seed)
    {
        var random = new Random(seed);
        Dictionary<string, SentWindow[]> fleet = Enumerable.Range(0, 5).ToDictionary(i => "node-" + i, i => Windows(random));
        List<IngestMessage> messages = [.. fleet.SelectMany(node => Send(random, node.Key, node.Value))];
        IngestMessage[] shuffled = [.. messages];
        random.Shuffle(shuffled);

        await using Bench bench = await Bench.RunningAsync();
        foreach (IngestMessage[] batch in shuffled.Chunk(random.Next(1, 40)))
        {
            int fault = random.Next(12);
            if (fault == 0)
                await bench.RestartAsync();
            else if (fault == 1)
                bench.Journal.FailPrune = new IOException("The process died here.");
            bench.Journal.Append(batch);
            if (bench.Journal.FailPrune is null)
                continue;
            await bench.Time.TimerSetAsync();
            bench.Time.Advance(TimeSpan.FromSeconds(20));
        }
        await bench.RestartAsync();

        foreach ((string device, SentWindow[] windows) in fleet)
            await CompareAsync(bench, random, device, windows);
        StoreAudit audit = await bench.Counts.AuditAsync(CancellationToken.None);
        Assert.Equal(new StoreAudit(fleet.Values.Sum(windows => windows.Length), 0), audit);
        int sent = messages.Sum(message => CountWindows(message));
        Assert.Equal(sent, bench.Counts.Fleet(false).WindowsStored + bench.Counts.Fleet(false).WindowDuplicates);
    }

    private static async Task CompareAsync(Bench bench, Random random, string device, SentWindow[] windows)
    {
        SentWindow[] byTime = [.. windows.OrderBy(window => window.StartMs).ThenBy(window => window.Epoch)
            .ThenBy(window => window.Sequence)];
        List<StoredWindow> stored = await bench.WindowsAsync(device);
        Assert.Equal(
            byTime.Select(window => (window.StartMs, window.Epoch, window.Sequence)),
            stored.Select(window => (window.StartMs, window.Epoch, window.Sequence)));
        Assert.Equal(windows.Length, bench.Counts.Device(device)!.WindowsStored);

        foreach (LatestValue latest in bench.Queries.Latest(device))
        {
            SentWindow last = byTime.Last(window => window.Channels.Any(c => c.Name == latest.Channel && !c.Missing));
            SentChannel channel = last.Channels.Single(c => c.Name == latest.Channel);
            Assert.Equal(last.StartMs, latest.Start!.Value.ToUnixTimeMilliseconds());
            Assert.Equal(channel.At(channel.Mean), latest.Mean);
            SentWindow? missing = byTime.LastOrDefault(window => window.Channels.Any(c => c.Name == latest.Channel && c.Missing));
            Assert.Equal(
                missing is not null && missing.StartMs > last.StartMs ? missing.StartMs : null,
                latest.MissingSince?.ToUnixTimeMilliseconds());
        }
        for (int i = 0; i < 5; i++)
            await CompareBucketsAsync(bench, random, device, byTime);
    }

    private static async Task CompareBucketsAsync(Bench bench, Random random, string device, SentWindow[] byTime)
    {
        long fromMs = Bench.At(random.Next(-10, 200));
        var range = new TimeRange(fromMs, fromMs + random.Next(1, 300) * 60_000L);
        long intervalMs = random.Next(1, 40) * 30_000L;
        BucketSeries series = (await bench.Queries.BucketsAsync(
            device, "pm25", null, range, intervalMs, null, CancellationToken.None)).Value!;
        Assert.Equal(range.FromMs, series.Buckets[0].Start.ToUnixTimeMilliseconds());
        Assert.Equal(range.ToMs, series.Buckets[^1].End.ToUnixTimeMilliseconds());
        foreach (Bucket bucket in series.Buckets)
        {
            SentChannel[] parts = [.. byTime
                .Where(w => w.StartMs >= bucket.Start.ToUnixTimeMilliseconds() && w.StartMs < bucket.End.ToUnixTimeMilliseconds())
                .SelectMany(w => w.Channels).Where(c => c.Name == "pm25")];
            SentChannel[] there = [.. parts.Where(c => !c.Missing)];
            Assert.Equal(there.Length, bucket.Windows);
            Assert.Equal(parts.Length - there.Length, bucket.MissingWindows);
            if (there.Length == 0)
            {
                Assert.Null(bucket.Mean);
                Assert.Null(bucket.Max);
                continue;
            }
            double count = there.Sum(c => c.Count);
            double mean = there.Sum(c => c.Count * c.At(c.Mean)) / count;
            double within = there.Sum(c => c.Count * Math.Pow(c.At(c.Sd), 2)) / count;
            double between = there.Sum(c => c.Count * Math.Pow(c.At(c.Mean) - mean, 2)) / count;
            Assert.Equal(count, bucket.Count);
            Assert.Equal(mean, bucket.Mean!.Value, 9);
            Assert.Equal(there.Min(c => c.At(c.Min)), bucket.Min);
            Assert.Equal(there.Max(c => c.At(c.Max)), bucket.Max);
            Assert.Equal(Math.Sqrt(within + between), bucket.Sd!.Value, 9);
            Assert.Equal(Math.Sqrt(within), bucket.Rms!.Value, 9);
            Assert.Equal(there.Max(c => Math.Max(c.At(c.Max - c.Mean), c.At(c.Mean - c.Min))), bucket.Peak!.Value, 9);
        }
    }

    private static SentWindow[] Windows(Random random)
    {
        var windows = new List<SentWindow>();
        double minute = 0;
        for (uint epoch = 1; epoch <= 2; epoch++)
        {
            uint last = (uint)random.Next(40, 120);
            for (uint sequence = 1; sequence <= last; sequence++)
            {
                minute += random.Next(30) == 0 ? random.Next(2, 20) : 1;
                windows.Add(new(epoch, sequence, Bench.At(minute), WindowMs, TimeQuality.Synchronised, Channels(random)));
            }
        }
        return [.. windows];
    }

    private static SentChannel[] Channels(Random random)
    {
        SentChannel pm25 = random.Next(10) == 0
            ? new("pm25", Units.MicrogramsPerCubicMetre, -2, 0, 0, 0, 0, 0, QualityFlags.Missing)
            : Messages.Pm25(random.Next(0, 50_000), random.Next(1, 60), random.Next(0, 400));
        return random.Next(3) == 0
            ? [pm25]
            : [pm25, new("temp", Units.Celsius, -2, 2100 + random.Next(100), 2000, 2300, 7, 60)];
    }

    /// <summary>Packs of random size; one in five is sent two or three times.</summary>
    private static IEnumerable<IngestMessage> Send(Random random, string device, SentWindow[] windows)
    {
        for (int i = 0; i < windows.Length;)
        {
            SentWindow[] part = windows[i..Math.Min(windows.Length, i + random.Next(1, 9))];
            i += part.Length;
            int times = random.Next(5) == 0 ? random.Next(2, 4) : 1;
            for (int k = 0; k < times; k++)
                yield return Messages.Telemetry(device, part[^1].StartMs + WindowMs + random.Next(1, 100_000), part);
        }
    }

    private static int CountWindows(IngestMessage message)
    {
        var decoder = new PackDecoder();
        Assert.Equal(ContractError.None, decoder.Decode(message.Id, message.Payload));
        return decoder.Windows.Count;
    }
}
