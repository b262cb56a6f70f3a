using System.Globalization;
using EdgeFleet.Firmware.Drivers.Pms5003;

namespace EdgeFleet.Firmware.Tests.Drivers;

/// <summary>Frames of the dust sensor, real and torn.</summary>
public sealed class PmsFrameTests
{
    /// <summary>
    /// Ten frames of a real sensor and what another decoder makes of them (recording of PyPMS, MIT); masses as the
    /// factory has them, masses for air, particles in 0.1 L.
    /// </summary>
    [Fact]
    public void Real_frames_are_what_another_decoder_says()
    {
        byte[] bytes = SharedBytes("airbox/pmsx003.hexdump");
        string[] rows = File.ReadAllLines(SharedFile("airbox/pmsx003.csv"))[1..];
        List<int[]> frames = Frames(bytes, out PmsFrameReader reader);

        Assert.Equal(10, rows.Length);
        Assert.Equal((10u, 0u, 0u), (reader.Frames, reader.ChecksumErrors, reader.SkippedBytes));
        for (int i = 0; i < rows.Length; i++)
        {
            double[] row = [.. rows[i].Split(',')[1..].Select(c => double.Parse(c, CultureInfo.InvariantCulture))];
            Assert.Equal([row[0], row[1], row[2], row[3], row[4], row[5]], frames[i][..6].Select(w => (double)w));
            // The other decoder gives particles a cubic centimetre: a hundredth of those in 0.1 L.
            Assert.Equal(row[6..12], frames[i][6..12].Select(w => Math.Round(w / 100.0, 2)));
            Assert.Equal(0x9700, frames[i][12]);
        }
    }

    [Fact]
    public void Noise_before_within_and_after_costs_only_the_frame_that_it_hit()
    {
        byte[] a = PmsModel.Frame(PmsModel.Standard(1));
        byte[] b = PmsModel.Frame(PmsModel.Standard(2));
        byte[] c = PmsModel.Frame(PmsModel.Standard(3));
        byte[] answer = [0x42, 0x4D, 0x00, 0x04, 0xE1, 0x01, 0x01, 0x75];
        (string Name, byte[] Bytes, int[] Good)[] cases =
        [
            ("clean", [.. a, .. b, .. c], [1, 2, 3]),
            ("noise first", [0x00, 0x4D, 0x42, 0xFF, .. a, .. b, .. c], [1, 2, 3]),
            ("a start that is none", [0x42, 0x42, 0x4D, 0x42, 0x4D, .. a], [1]),
            ("answer between", [.. a, .. answer, .. b], [1, 2]),
            ("torn head", [.. a[5..], .. b, .. c], [2, 3]),
            ("torn tail", [.. a[..20], .. b, .. c], [2, 3]),
            ("byte lost inside", [.. a[..9], .. a[10..], .. b, .. c], [2, 3]),
            ("byte added inside", [.. a[..9], 0x42, .. a[9..], .. b, .. c], [2, 3]),
            ("bit flipped", [.. a[..12], (byte)(a[12] ^ 0x10), .. a[13..], .. b], [2]),
            ("wrong length", [0x42, 0x4D, 0x00, 0x1D, .. a[4..], .. b], [2]),
            ("long length", [0x42, 0x4D, 0x01, 0x1C, .. a[4..], .. b], [2]),
            ("all zeros", [.. new byte[64], .. a], [1]),
            ("all ones", [.. Enumerable.Repeat((byte)0xFF, 64), .. a], [1]),
            ("torn answer", [.. answer[..5], .. a, .. b], [1, 2]),
        ];
        foreach ((string name, byte[] bytes, int[] good) in cases)
        {
            List<int[]> frames = Frames(bytes, out PmsFrameReader reader);
            Assert.True(good.SequenceEqual(frames.Select(f => f[0])), $"{name}: {string.Join(", ", frames.Select(f => f[0]))}");
            Assert.Equal((uint)good.Length, reader.Frames);
        }
    }

    [Fact]
    public void Every_single_wrong_bit_is_noticed()
    {
        byte[] good = PmsModel.Frame(PmsModel.Standard(77));
        byte[] next = PmsModel.Frame(PmsModel.Standard(78));
        for (int bit = 0; bit < 8 * good.Length; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            int[] frame = Assert.Single(Frames([.. bad, .. next], out _));
            Assert.Equal(78, frame[0]);
        }
    }

    [Fact]
    public void Random_bytes_never_throw_and_frames_among_them_are_found()
    {
        for (int seed = 1; seed <= 300; seed++)
        {
            Random random = new(seed);
            List<byte> bytes = [];
            int sent = 0;
            for (int i = 0; i < 40; i++)
            {
                // A frame after at least a frame's length of silence in the noise: what noise begins, it also ends.
                byte[] noise = new byte[random.Next(40)];
                random.NextBytes(noise);
                if (seed % 3 == 0)
                    noise = [.. noise.Select(b => (b & 3) == 0 ? (byte)0x42 : (b & 3) == 1 ? (byte)0x4D : b)];
                bytes.AddRange(noise);
                bytes.AddRange(PmsModel.Frame(PmsModel.Standard(++sent)));
            }
            List<int[]> frames = Frames([.. bytes], out PmsFrameReader reader);
            Assert.All(frames, f => Assert.Equal(PmsModel.Standard(f[0]), f));
            Assert.Equal(frames.Count * 32 + (long)reader.SkippedBytes, bytes.Count, 64.0);
            Assert.Equal(sent, frames.Count);
        }
    }

    internal static string SharedFile(string name)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !File.Exists(Path.Combine(folder, "EdgeFleet.sln")))
            folder = Path.GetDirectoryName(folder);
        string file = Path.Combine(folder ?? ".", "..", "shared", "data", name);
        Assert.SkipUnless(File.Exists(file), $"The recording {name} is not beside the repository.");
        return file;
    }

    /// <summary>The bytes of a hex dump: an offset, a colon, and bytes up to two spaces.</summary>
    internal static byte[] SharedBytes(string name) =>
    [
        .. File.ReadLines(SharedFile(name)).SelectMany(line => line[(line.IndexOf(':') + 2)..].Split("  ")[0].Split(' '))
            .Select(hex => byte.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
    ];

    private static List<int[]> Frames(byte[] bytes, out PmsFrameReader reader)
    {
        List<int[]> frames = [];
        reader = new PmsFrameReader();
        foreach (byte b in bytes)
        {
            if (!reader.Accept(b))
                continue;
            int[] words = new int[13];
            for (int i = 0; i < 13; i++)
                words[i] = reader.Word(1 + i);
            frames.Add(words);
        }
        return frames;
    }
}
