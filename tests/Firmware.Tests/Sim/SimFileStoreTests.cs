using EdgeFleet.Boards.Sim.Flash;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>The file layer as long as the power stays, and what mounting finds.</summary>
public sealed class SimFileStoreTests
{
    private const int Sectors = 16;

    private readonly SimFlash _flash = new(Sectors * SimFlash.SectorBytes, seed: 1);

    [Fact]
    public void A_file_is_what_was_written_and_appended()
    {
        SimFileStore files = new(_flash);
        Assert.Equal(-1, files.Length("a"));
        Assert.Equal(StorageResult.Ok, Write(files, "a", Pattern(1, 5000)));
        Assert.Equal(StorageResult.Ok, Append(files, "a", Pattern(2, 7000)));
        Assert.Equal(StorageResult.Ok, Append(files, "b", Pattern(3, 10)));
        byte[] expected = [.. Pattern(1, 5000), .. Pattern(2, 7000)];
        Assert.Equal(expected, ReadAll(files, "a"));
        // And again by whoever mounts the same bytes.
        SimFileStore mounted = new(_flash);
        Assert.Equal(expected, ReadAll(mounted, "a"));
        Assert.Equal(Pattern(3, 10), ReadAll(mounted, "b"));
        Assert.Equal(["a", "b"], mounted.List(""));
        Assert.Equal(files.FreeBytes, mounted.FreeBytes);
    }

    [Fact]
    public void Writing_replaces_and_deleting_removes()
    {
        SimFileStore files = new(_flash);
        Write(files, "a", Pattern(1, 9000));
        Assert.Equal(StorageResult.Ok, Write(files, "a", Pattern(2, 3)));
        Assert.Equal(Pattern(2, 3), ReadAll(files, "a"));
        Assert.Equal(StorageResult.Ok, files.Delete("a"));
        Assert.Equal(StorageResult.Ok, files.Delete("a"));
        Assert.Equal(-1, new SimFileStore(_flash).Length("a"));
        Assert.Equal(StorageResult.NotFound, files.Read("a", 0, new byte[1], 0, 1, out _));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(4020, 20)]
    [InlineData(8990, 100)]
    [InlineData(9000, 5)]
    [InlineData(20_000, 5)]
    public void Any_part_of_a_file_can_be_read(int offset, int count)
    {
        SimFileStore files = new(_flash);
        byte[] bytes = Pattern(4, 9000);
        for (int i = 0; i < bytes.Length; i += 450)
            Append(files, "q.1", bytes[i..(i + 450)]);
        byte[] target = new byte[count + 2];
        Assert.Equal(StorageResult.Ok, files.Read("q.1", offset, target, 1, count, out int read));
        byte[] expected = [.. bytes.Skip(offset).Take(count)];
        Assert.Equal(expected.Length, read);
        Assert.Equal(expected, target[1..(1 + read)]);
        Assert.Equal(0, target[^1]);
    }

    [Fact]
    public void A_full_flash_says_so_and_leaves_everything_as_it_was()
    {
        SimFileStore files = new(_flash);
        Write(files, "keep", Pattern(1, 100));
        int written = 0;
        while (Append(files, "big", Pattern(written, 1000)) == StorageResult.Ok)
            written++;
        Assert.InRange(written, 55, 60);
        byte[] big = ReadAll(files, "big");
        Assert.Equal(StorageResult.Full, Append(files, "big", Pattern(0, 4096)));
        Assert.Equal(StorageResult.Full, Write(files, "new", Pattern(0, 1)));
        Assert.Equal(StorageResult.Full, Write(files, "keep", Pattern(9, 5000)));
        Assert.Equal(Pattern(1, 100), ReadAll(files, "keep"));
        Assert.Equal(big, ReadAll(new SimFileStore(_flash), "big"));
        Assert.Equal(StorageResult.Ok, Write(files, "keep", Pattern(2, 100)));
        Assert.Equal(StorageResult.Ok, files.Delete("big"));
        Assert.Equal(StorageResult.Ok, Write(files, "new", Pattern(0, 5000)));
    }

    [Fact]
    public void Faults_are_answered_by_name()
    {
        SimFileStore files = new(_flash);
        Write(files, "a", Pattern(1, 10));
        files.RefuseAsFull = true;
        Assert.Equal(0, files.FreeBytes);
        Assert.Equal(StorageResult.Full, Append(files, "a", [1]));
        files.RefuseAsFull = false;
        _flash.Broken = true;
        Assert.Equal(StorageResult.Failed, Append(files, "a", [1]));
        Assert.Equal(StorageResult.Failed, Write(files, "b", [1]));
        Assert.Equal(StorageResult.Failed, files.Delete("a"));
        _flash.Broken = false;
        Assert.Equal(Pattern(1, 10), ReadAll(files, "a"));
        Assert.Equal(StorageResult.Failed, Write(files, "", [1]));
        Assert.Equal(StorageResult.Failed, Write(files, new string('x', 45), [1]));
    }

    [Fact]
    public void Worn_sectors_are_left_out()
    {
        SimFileStore files = new(_flash);
        for (int sector = 0; sector < Sectors; sector += 2)
            _flash.WearOut(sector);
        Assert.Equal(StorageResult.Ok, Append(files, "a", Pattern(1, 7 * 4000)));
        Assert.Equal(Pattern(1, 7 * 4000), ReadAll(new SimFileStore(_flash), "a"));
        Assert.NotEqual(StorageResult.Ok, Append(files, "a", Pattern(1, 3 * 4000)));
    }

    [Fact]
    public void Wear_is_spread_over_all_free_sectors()
    {
        SimFileStore files = new(_flash);
        Write(files, "still", Pattern(1, 4000));
        for (int i = 0; i < 1500; i++)
        {
            Write(files, "busy", Pattern(i, 100));
            // Rotation goes on where it was, whoever mounts.
            if (i % 7 == 0)
                files = new SimFileStore(_flash);
        }
        uint[] wear = [.. Enumerable.Range(0, Sectors).Select(_flash.EraseCount)];
        Assert.Equal(1u, wear[0]);
        Assert.All(wear.Skip(1), erases => Assert.InRange(erases, 95u, 105u));
    }

    [Fact]
    public void Mounting_takes_any_bytes()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            SimFlash flash = new(4 * SimFlash.SectorBytes, seed);
            Write(new SimFileStore(flash), "a", Pattern(1, 6000));
            Random random = new((int)seed);
            for (int i = 0; i < 30; i++)
            {
                byte[] garbage = new byte[random.Next(1, 40)];
                random.NextBytes(garbage);
                flash.TryProgram(random.Next(4 * SimFlash.SectorBytes - garbage.Length), garbage);
            }
            SimFileStore files = new(flash);
            foreach (string name in files.List(""))
                Assert.Equal(files.Length(name), ReadAll(files, name).Length);
            Assert.Equal(StorageResult.Ok, Write(files, "b", Pattern(2, 500)));
            Assert.Equal(Pattern(2, 500), ReadAll(new SimFileStore(flash), "b"));
        }
    }

    internal static byte[] Pattern(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    internal static StorageResult Write(SimFileStore files, string name, byte[] bytes) =>
        files.Write(name, bytes, 0, bytes.Length);

    internal static StorageResult Append(SimFileStore files, string name, byte[] bytes) =>
        files.Append(name, bytes, 0, bytes.Length);

    internal static byte[] ReadAll(SimFileStore files, string name)
    {
        byte[] bytes = new byte[Math.Max(0, files.Length(name))];
        Assert.Equal(StorageResult.Ok, files.Read(name, 0, bytes, 0, bytes.Length, out int read));
        Assert.Equal(bytes.Length, read);
        return bytes;
    }
}
