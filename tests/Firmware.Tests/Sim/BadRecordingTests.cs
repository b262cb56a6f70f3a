using System.IO.Compression;
using System.Text;
using EdgeFleet.Boards.Sim.Replay;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>Files that are no recordings, or no whole ones: each is refused with its name, the place and the reason.</summary>
public sealed class BadRecordingTests : IDisposable
{
    private const string Air = "Time,PM2.5\n3/1/2024 0:00,1\n3/1/2024 0:01,2\n";

    private const string Bridge = "Time (-),ACC01_z [g]\n2022-11-04 08:00:00.000,0.001\n2022-11-04 08:00:00.010,0.002\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-recordings").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_files_that_the_others_are_made_from_are_good()
    {
        Assert.Equal(2, AirBoxRecording.Load(Write(Air)).RowCount);
        Assert.Equal(2, BridgeRecording.Load(Write(Bridge)).SampleCount);
        // Lines may end as they do on Windows, and the last one need not end at all.
        Assert.Equal(2, AirBoxRecording.Load(Write(Air.Replace("\n", "\r\n", StringComparison.Ordinal))).RowCount);
        Assert.Equal(2, BridgeRecording.Load(Write(Bridge.TrimEnd())).SampleCount);
    }

    [Theory]
    [InlineData("", 0, "Time", "the file is empty")]
    [InlineData("\n\n\n", 0, "Time", "none of the first 3 lines")]
    [InlineData("Time (-),ACC01_z [g]\n", 0, "", "has no rows")]
    [InlineData("Time,ACC02_z\n2022-11-04 08:00:00.000,0.001", 0, "ACC01_z", "no such column")]
    [InlineData("Time,ACC01_z\n2022-11-04 08:00:00.000,NaN", 2, "ACC01_z", "'NaN' is not a number")]
    [InlineData("Time,ACC01_z\n2022-11-04 08:00:00.000,-Infinity", 2, "ACC01_z", "is not a number")]
    [InlineData("Time,ACC01_z\n2022-11-04 08:00:00.000,1e999", 2, "ACC01_z", "is not a number")]
    [InlineData("Time,ACC01_z\n2022-11-04 08:00:00.000,", 2, "ACC01_z", "is empty")]
    [InlineData("Time,ACC01_z\n2022-11-04 08:00:00.000,2.5", 2, "ACC01_z", "outside the sensor's range")]
    [InlineData("Time,ACC01_z\n2022-11-04 08:00:00.000,0.001\n2022-11-04 08:00:00.010", 3, "ACC01_z", "only 1 cells")]
    [InlineData("Time,ACC01_z\n2022-11-04 08:00:00.000,0,001", 2, "", "has 3 cells, and there are names for 2")]
    [InlineData("Time,ACC01_z\n2022-04-31 08:00:00.000,0.001", 2, "Time", "is not a time")]
    public void A_bridge_file_is_refused_by_line_column_and_reason(string text, int line, string column, string reason) =>
        Refused(() => BridgeRecording.Load(Write(text)), line, column, reason);

    [Theory]
    [InlineData("", 0, "Time", "the file is empty")]
    [InlineData("Time,PM2.5\n", 0, "", "fewer than two rows")]
    [InlineData("Time,PM2.5\n3/1/2024 0:00,1,5\n3/1/2024 0:01,2", 2, "", "has 3 cells, and there are names for 2")]
    [InlineData("Time,PM2.5\n3/1/2024 0:00,1\n3/1/20", 3, "Time", "'3/1/20' is not a time")]
    [InlineData("(UTC+99:99) Nowhere\n" + Air, 0, "", "'(UTC+99:99)' is no offset")]
    public void An_air_box_file_is_refused_by_line_column_and_reason(string text, int line, string column, string reason) =>
        Refused(() => AirBoxRecording.Load(Write(text)), line, column, reason);

    [Theory]
    [InlineData("Time,PM2.5\n3/1/2024 0:00,1\n3/1/2024 0:01,", 3)]
    [InlineData("", 1)]
    public void A_line_without_an_end_is_not_read_to_its_end(string before, int line)
    {
        string file = Path.Combine(_folder, "endless.csv.gz");
        using (GZipStream zip = new(File.Create(file), CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(before));
            byte[] piece = new byte[1 << 20];
            piece.AsSpan().Fill((byte)'1');
            // A tenth of a megabyte on disk, and more than anyone would like to have in memory.
            for (int i = 0; i < 64; i++)
                zip.Write(piece);
        }
        long before64 = GC.GetAllocatedBytesForCurrentThread();
        Refused(() => AirBoxRecording.Load(file), line, "", "longer than 65536 characters");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before64, 0, 4 << 20);
    }

    [Fact]
    public void A_file_that_was_cut_off_while_it_was_compressed_is_refused()
    {
        StringBuilder text = new("Time,PM2.5\n");
        for (int i = 0; i < 5000; i++)
            text.Append($"{new DateTime(2024, 3, 1).AddMinutes(i):yyyy-MM-dd HH:mm:ss},{i * 7 % 1000}\n");
        using MemoryStream bytes = new();
        using (GZipStream zip = new(bytes, CompressionLevel.Optimal))
            zip.Write(Encoding.UTF8.GetBytes(text.ToString()));
        byte[] whole = bytes.ToArray();
        string file = Path.Combine(_folder, "cut.csv.gz");
        File.WriteAllBytes(file, whole);
        Assert.Equal(5000, AirBoxRecording.Load(file).RowCount);
        for (int part = 1; part <= 9; part++)
        {
            File.WriteAllBytes(file, whole[..(whole.Length * part / 10)]);
            Assert.Throws<RecordingException>(() => AirBoxRecording.Load(file));
        }
        File.WriteAllBytes(file, whole[..^1]);
        Assert.Throws<RecordingException>(() => AirBoxRecording.Load(file));
    }

    [Fact]
    public void No_bytes_at_all_lead_to_another_exception()
    {
        byte[] good = Encoding.UTF8.GetBytes("(UTC-05:00) Here\n" + Air);
        int refused = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            byte[] bytes = [.. good];
            for (int i = random.Next(1, 5); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                AirBoxRecording.Load(Write(bytes[..random.Next(bytes.Length + 1)]));
            }
            catch (RecordingException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 2999);
    }

    [Fact]
    public void A_folder_and_a_rate_of_nothing_are_refused()
    {
        Refused(() => AirBoxRecording.Load(_folder), 0, "", "denied");
        Assert.Throws<ArgumentOutOfRangeException>(
            () => BridgeRecording.Load(Write(Bridge), new BridgeRecordingFormat(RateMilliHz: 0)));
    }

    private static void Refused(Action load, int line, string column, string reason)
    {
        RecordingException error = Assert.Throws<RecordingException>(load);
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private string Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    private string Write(byte[] bytes)
    {
        string file = Path.Combine(_folder, "file.csv");
        File.WriteAllBytes(file, bytes);
        return file;
    }
}
