using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using EdgeFleet.Boards.Sim.Replay;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>miniSEED as others write it: EarthScope's libmseed in every encoding, and what files must not do to us.</summary>
public sealed class MiniSeedTests : IDisposable
{
    // One count of the sensor, so that samples come out as they went in.
    private static readonly AccelerationUnit Counts = new("counts", 3.9e-6 * 9.80665);

    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-mseed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("INT16", 1, 0)]
    [InlineData("INT16", 1, 1)]
    [InlineData("INT32", 3, 0)]
    [InlineData("INT32", 3, 1)]
    [InlineData("FLOAT32", 4, 1)]
    [InlineData("FLOAT64", 5, 0)]
    [InlineData("FLOAT64", 5, 1)]
    [InlineData("Steim 1", 10, 1)]
    [InlineData("Steim 1", 10, 0)]
    [InlineData("Steim 2", 11, 1)]
    [InlineData("Steim 2", 11, 0)]
    public void Every_encoding_of_libmseed_is_read(string name, int encoding, int byteOrder)
    {
        string file = Path.Combine(_folder, "a.mseed");
        Write(file, "HNZ", encoding, byteOrder, gap: 0);
        Assert.True(MiniSeed.IsMiniSeed(file), name);
        BridgeRecording recording = MiniSeed.Load(file, new string?[3], Counts);
        Assert.Equal(125_000, recording.RateMilliHz);
        Assert.Equal(new DateTimeOffset(2026, 2, 1, 0, 0, 0, 123, TimeSpan.Zero).ToUnixTimeMilliseconds(), recording.StartUtcMs);
        Assert.Equal(4, recording.AxisMask);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => encoding == 1 ? Sample(i) / 4 : Sample(i)), recording.Counts);
    }

    [Fact]
    public void Three_channels_are_three_axes_and_a_gap_is_missing_samples()
    {
        string file = Path.Combine(_folder, "a.mseed");
        foreach (string channel in new[] { "HNN", "HNE", "HNZ" })
            Write(file, channel, 11, 1, gap: 7);
        BridgeRecording recording = MiniSeed.Load(file, new string?[3], Counts);
        Assert.Equal(7, recording.AxisMask);
        for (int axis = 0; axis < 3; axis++)
        {
            int[] counts = recording.Axis(axis)!;
            Assert.Equal(1007, counts.Length);
            Assert.Equal(Enumerable.Range(0, 600).Select(Sample), counts[..600]);
            Assert.All(counts[600..607], sample => Assert.Equal(BridgeRecording.Missing, sample));
            Assert.Equal(Enumerable.Range(600, 400).Select(Sample), counts[607..]);
        }
        BridgeRecording chosen = MiniSeed.Load(file, ["HNZ", null, null], Counts);
        Assert.Equal(1, chosen.AxisMask);
        Assert.Contains("EF.BRDG.00.HNE", Refused(file, ["BHZ", null, null]));
    }

    [Fact]
    public void Damage_is_named_and_never_read_past()
    {
        byte[] sound = Record();
        string file = Path.Combine(_folder, "a.mseed");
        File.WriteAllBytes(file, sound);
        Assert.Equal([1, 2, 3, 4], MiniSeed.Load(file, new string?[3], Counts).Counts);
        for (int cut = 0; cut < sound.Length; cut++)
        {
            File.WriteAllBytes(file, sound[..cut]);
            Assert.Throws<RecordingException>(() => MiniSeed.Load(file, new string?[3], Counts));
        }
        Random random = new(3);
        for (int turn = 0; turn < 5000; turn++)
        {
            byte[] bytes = (byte[])sound.Clone();
            for (int i = random.Next(1, 4); i > 0; i--)
                bytes[random.Next(64)] = (byte)random.Next(256);
            File.WriteAllBytes(file, bytes);
            try
            {
                MiniSeed.Load(file, new string?[3], Counts);
            }
            catch (RecordingException)
            {
                // Named; anything else fails the test.
            }
        }
    }

    [Theory]
    [InlineData(30, 0xFF, "do not fit")]
    [InlineData(52, 99, "encoding 99")]
    [InlineData(52, 10, "add up")]
    [InlineData(46, 0xFF, "blockette outside")]
    [InlineData(20, 0xFF, "no time")]
    [InlineData(54, 40, "length and encoding")]
    public void Faults_of_a_record_are_named(int at, byte value, string named)
    {
        byte[] bytes = Record();
        bytes[at] = value;
        string file = Path.Combine(_folder, "a.mseed");
        File.WriteAllBytes(file, bytes);
        Assert.Contains(named, Refused(file, new string?[3]));
    }

    private static string Refused(string file, string?[] channels) =>
        Assert.Throws<RecordingException>(() => MiniSeed.Load(file, channels, Counts)).Message;

    private static int Sample(int i) => ((int)((long)i * i * 37 % 200001) - 100000) / (i / 100 % 2 == 1 ? 2000 : 1);

    /// <summary>A record of four samples, put down by hand after the manual: 128 bytes, INT32, 100 Hz.</summary>
    private static byte[] Record()
    {
        byte[] bytes = new byte[128];
        "000001D BRDG 00HNZEF"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(20), 2026);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(22), 32);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(30), 4);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(32), 100);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(34), 1);
        bytes[39] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(44), 64);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(46), 48);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(48), 1000);
        (bytes[52], bytes[53], bytes[54]) = (3, 1, 7);
        for (int i = 0; i < 4; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(64 + (4 * i)), i + 1);
        return bytes;
    }

    private void Write(string file, string channel, int encoding, int byteOrder, int gap)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "libmseed", "write.c");
        string program = Path.Combine(_folder, "write");
        if (!File.Exists(program))
            Run("cc", "gcc and libmseed-dev", "-o", program, source, "-lmseed");
        Run(program, "", file, channel, $"{encoding}", $"{byteOrder}", $"{gap}");
    }

    private static void Run(string program, string packages, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.SkipWhen(error.Contains("libmseed.h: No such file"), "libmseed is not installed; with Debian: apt-get install libmseed-dev");
            Assert.True(process.ExitCode == 0, $"{program} ends with {process.ExitCode}: {error}");
        }
        catch (Win32Exception)
        {
            Assert.Skip($"'{program}' is not installed; with Debian: apt-get install {packages}");
        }
    }
}
