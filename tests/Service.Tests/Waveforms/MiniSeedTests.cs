using System.Buffers.Binary;
using System.Text;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Waveforms;
using EdgeFleet.Service.Tests.Gateway.Clients;
using EdgeFleet.Service.Tests.Telemetry;

namespace EdgeFleet.Service.Tests.Waveforms;

/// <summary>
/// The miniSEED writer: field by field against the SEED 2.4 manual, and through libmseed, which EarthScope wrote and
/// most seismological programs read miniSEED with, in its tool mseed2sac.
/// </summary>
public sealed class MiniSeedTests
{
    private static readonly SeedStation Station = new("XX", MiniSeed.StationCode(Chunks.Device));

    [Fact]
    public void Every_field_is_where_the_manual_has_it()
    {
        Chunks sent = new();
        byte[] file = MiniSeed.Write(Put(sent), Station);
        Assert.Equal(0, file.Length % 512);
        // 112 integers fit behind the header: 14 records for an axis of 1,500.
        Assert.Equal(3 * 14, file.Length / 512);
        Span<byte> record = file.AsSpan(512, 512);
        // Table "Fixed Section of Data Header", chapter 8.
        Assert.Equal("000002D M9Q2X  HN1XX", Encoding.ASCII.GetString(record[..20]));
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(sent.StartMs + (112 * 8));
        Assert.Equal(time.Year, BinaryPrimitives.ReadUInt16BigEndian(record[20..]));
        Assert.Equal(time.DayOfYear, BinaryPrimitives.ReadUInt16BigEndian(record[22..]));
        Assert.Equal([(byte)time.Hour, (byte)time.Minute, (byte)time.Second, 0], record[24..28].ToArray());
        Assert.Equal(time.Millisecond * 10, BinaryPrimitives.ReadUInt16BigEndian(record[28..]));
        Assert.Equal(112, BinaryPrimitives.ReadUInt16BigEndian(record[30..]));
        Assert.Equal(125, BinaryPrimitives.ReadInt16BigEndian(record[32..]));
        Assert.Equal(1, BinaryPrimitives.ReadInt16BigEndian(record[34..]));
        Assert.Equal([0, 0, 0, 2], record[36..40].ToArray());
        Assert.Equal(0, BinaryPrimitives.ReadInt32BigEndian(record[40..]));
        Assert.Equal(64, BinaryPrimitives.ReadUInt16BigEndian(record[44..]));
        Assert.Equal(48, BinaryPrimitives.ReadUInt16BigEndian(record[46..]));
        // Blockette 1000: next at 56, encoding 3 (32-bit integers), big-endian, 2^9 bytes.
        Assert.Equal([0x03, 0xE8, 0, 56, 3, 1, 9, 0], record[48..56].ToArray());
        // Blockette 1001: the last, timing quality 100 %, no further microseconds.
        Assert.Equal([0x03, 0xE9, 0, 0, 100, 0, 0, 0], record[56..64].ToArray());
        for (int i = 0; i < 112; i++)
            Assert.Equal(sent.Count(0, 112 + i), BinaryPrimitives.ReadInt32BigEndian(record[(64 + (4 * i))..]));
    }

    /// <summary>Section "sample rate factor": positive and positive multiply, positive and negative divide.</summary>
    [Theory]
    [InlineData(125_000, 125, 1, true)]
    [InlineData(3_906, 3906, -1000, true)]
    [InlineData(31_250, 3125, -100, true)]
    [InlineData(62_500, 625, -10, true)]
    [InlineData(4_000_000, 4000, 1, true)]
    [InlineData(125_013, 12501, -100, false)]
    [InlineData(999_999, 10000, -10, false)]
    [InlineData(99_999_999, 32767, 1, false)]
    public void A_rate_is_said_exactly_or_with_a_blockette_more(uint milliHertz, int factor, int multiplier, bool exact)
    {
        Assert.Equal(((short)factor, (short)multiplier, exact), MiniSeed.Rate(milliHertz));
        Chunks sent = new() { RateMilliHz = milliHertz, Samples = 100 };
        byte[] record = MiniSeed.Write(Put(sent), Station)[..512];
        Assert.Equal(exact ? 2 : 3, record[39]);
        if (exact)
            return;
        // Blockette 100 behind 1001: type, no next, the rate as a float; data from 128 on.
        Assert.Equal(64, BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(58)));
        Assert.Equal([0, 100, 0, 0], record[64..68]);
        Assert.Equal(milliHertz / 1000f, BinaryPrimitives.ReadSingleBigEndian(record.AsSpan(68)));
        Assert.Equal(128, BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(44)));
        Assert.Equal(sent.Count(0, 0), BinaryPrimitives.ReadInt32BigEndian(record.AsSpan(128)));
    }

    /// <summary>Appendix A, table of band codes for broadband instruments; N of gravimeters and accelerometers.</summary>
    [Theory]
    [InlineData(2, 125_000, "HNZ")]
    [InlineData(0, 80_000, "HN1")]
    [InlineData(1, 79_999, "BN2")]
    [InlineData(2, 250_000, "CNZ")]
    [InlineData(2, 999_999, "CNZ")]
    [InlineData(2, 1_000_000, "FNZ")]
    [InlineData(2, 10_000, "BNZ")]
    [InlineData(2, 9_999, "MNZ")]
    [InlineData(2, 1_000, "LNZ")]
    public void Channels_are_called_as_the_manual_says(int axis, uint milliHertz, string code) =>
        Assert.Equal(code, MiniSeed.ChannelCode(axis, milliHertz));

    [Theory]
    [InlineData("bridge-7k3m9q2x", "M9Q2X")]
    [InlineData("b-1", "B1")]
    [InlineData("12345", "12345")]
    public void Stations_have_names_of_five_characters_at_most(string device, string code) =>
        Assert.Equal(code, MiniSeed.StationCode(device));

    /// <summary>A reader that nobody here wrote finds every sample in its place in time, and the gap between.</summary>
    [Theory]
    [InlineData(125_000u)]
    [InlineData(31_250u)]
    [InlineData(125_013u)]
    public async Task Libmseed_reads_every_sample(uint milliHertz)
    {
        if (!IsThere("mseed2sac"))
            Assert.Skip("mseed2sac is not installed; with Debian: apt-get install mseed2sac");
        Chunks sent = new() { RateMilliHz = milliHertz, Gap = (700, 40) };
        string folder = Directory.CreateTempSubdirectory("edgefleet-mseed-").FullName;
        await File.WriteAllBytesAsync(
            Path.Combine(folder, "capture.mseed"), MiniSeed.Write(Put(sent), Station), TestContext.Current.CancellationToken);
        (int code, string output, string error) = await ClientTool.RunAsync(
            "mseed2sac", "mseed2sac", folder, "-v", "-f", "4", "capture.mseed");
        Assert.True(code == 0, output + error);
        string[] files = [.. Directory.GetFiles(folder, "*.SAC").Order(StringComparer.Ordinal)];
        Assert.True(files.Length == 6, $"{files.Length} files: {string.Join(" ", Directory.GetFiles(folder))} {output}{error}");
        foreach ((int axis, string channel) in ((int, string)[])[(0, "HN1"), (1, "HN2"), (2, "HNZ")])
        {
            string name = $"XX.M9Q2X..{(milliHertz < 80_000 ? "B" : "H") + channel[1..]}.D.";
            List<Sac> pieces = [.. files.Where(f => Path.GetFileName(f).StartsWith(name, StringComparison.Ordinal))
                .Select(Sac.Read).OrderBy(s => s.Start)];
            Assert.Equal([700, 800], pieces.Select(p => p.Samples.Length));
            Assert.All(pieces, p => Assert.Equal(1000.0 / milliHertz, p.Delta, 1e-8));
            Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(sent.StartMs).UtcDateTime, pieces[0].Start);
            // SAC has whole milliseconds.
            double second = (pieces[1].Start - pieces[0].Start).TotalMilliseconds;
            Assert.Equal(740 * 1e6 / milliHertz, second, 1.0);
            Assert.Equal(
                Enumerable.Range(0, 1500).Select(i => (float)sent.Count(axis, i)), pieces.SelectMany(p => p.Samples));
        }
        Directory.Delete(folder, true);
    }

    private static bool IsThere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>A waveform as the store would give it.</summary>
    internal static Waveform Put(Chunks sent)
    {
        List<StoredChunk> stored = [];
        foreach (WaveformChunk chunk in sent.All())
        {
            Assert.Null(StoredChunk.Read(
                Chunks.Device, Messages.Bytes(chunk.Write), Bench.At(10),
                (timeMs, quality, _) => (timeMs, (int)quality, quality.ToString()), out StoredChunk? read));
            stored.Add(read!);
        }
        StoredChunk first = stored[0];
        int span = (int)stored.Max(c => c.FirstSample + c.Samples);
        return Waveform.Of(
            new StoredCapture(
                first.Key, first.TimeMs, first.Time, first.RateMilliHz, first.Scale, first.Gaps, stored.Count, stored.Count,
                span, 0),
            stored);
    }

    /// <summary>A SAC file: 70 floats, 40 integers, 192 characters, then the samples; here in big-endian order.</summary>
    private sealed record Sac(DateTime Start, double Delta, float[] Samples)
    {
        public static Sac Read(string file)
        {
            byte[] bytes = File.ReadAllBytes(file);
            int Int(int place) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(280 + (4 * place)));
            float Float(int at) => BinaryPrimitives.ReadSingleBigEndian(bytes.AsSpan(at));
            DateTime start = new DateTime(Int(0), 1, 1, Int(2), Int(3), Int(4), Int(5), DateTimeKind.Utc)
                .AddDays(Int(1) - 1);
            // B, the time of the first sample after that reference, carries what milliseconds leave over.
            start = start.AddSeconds(Math.Round(Float(20), 3));
            return new Sac(start, Float(0), [.. Enumerable.Range(0, Int(9)).Select(i => Float(632 + (4 * i)))]);
        }
    }
}
