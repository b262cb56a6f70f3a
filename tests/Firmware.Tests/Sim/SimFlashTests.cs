using EdgeFleet.Boards.Sim.Flash;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>That the flash breaks as NOR breaks, and in no other way.</summary>
public sealed class SimFlashTests
{
    private readonly SimFlash _flash = new(4 * SimFlash.SectorBytes, seed: 7);

    [Fact]
    public void New_flash_reads_as_ones() => Assert.All(Read(0, 64), b => Assert.Equal(0xFF, b));

    [Fact]
    public void Programming_only_clears_bits()
    {
        Assert.True(_flash.TryProgram(10, [0b1010_1010]));
        Assert.True(_flash.TryProgram(10, [0b1100_1100]));
        Assert.Equal(0b1000_1000, Read(10, 1)[0]);
    }

    [Fact]
    public void Nothing_can_be_written_anew_before_it_is_erased()
    {
        Assert.True(_flash.TryProgram(0, [0x12, 0x34]));
        Assert.True(_flash.TryProgram(2, [0x56]));
        Assert.True(_flash.TryProgram(0, [0x02, 0x00]));
        Assert.Equal(0, _flash.Overwrites);
        // The chip takes it, and what is there afterwards is neither the old nor the new.
        Assert.True(_flash.TryProgram(0, [0xF3, 0x77, 0x56]));
        Assert.Equal([0x02, 0x00, 0x56], Read(0, 3));
        Assert.Equal(1, _flash.Overwrites);
        Assert.True(_flash.TryErase(0));
        Assert.True(_flash.TryProgram(0, [0xF3, 0x77, 0x56]));
        Assert.Equal([0xF3, 0x77, 0x56], Read(0, 3));
        Assert.Equal(1, _flash.Overwrites);
    }

    [Fact]
    public void What_a_torn_erase_leaves_must_be_erased_again()
    {
        Assert.True(_flash.TryProgram(0, new byte[SimFlash.SectorBytes]));
        _flash.CutAt(_flash.Operations, CutMoment.Torn);
        Assert.Throws<PowerCutException>(() => _flash.TryErase(0));
        _flash.PowerOn();
        byte[] ones = [.. Enumerable.Repeat((byte)0xFF, SimFlash.PageBytes)];
        Assert.True(_flash.TryProgram(0, ones));
        Assert.NotEqual(ones, Read(0, ones.Length));
        Assert.Equal(1, _flash.Overwrites);
        Assert.True(_flash.TryErase(0));
        Assert.Equal(ones, Read(0, ones.Length));
    }

    [Fact]
    public void Erasing_sets_one_sector_and_no_other()
    {
        Assert.True(_flash.TryProgram(SimFlash.SectorBytes - 1, [0, 0]));
        Assert.True(_flash.TryErase(1));
        Assert.Equal([0x00, 0xFF], Read(SimFlash.SectorBytes - 1, 2));
    }

    [Fact]
    public void A_program_over_pages_is_one_operation_a_page()
    {
        Assert.True(_flash.TryProgram(SimFlash.PageBytes - 1, new byte[SimFlash.PageBytes + 2]));
        Assert.Equal(3, _flash.Operations);
        Assert.Equal(3, _flash.Programs);
        Assert.Equal(SimFlash.PageBytes + 2, _flash.BytesProgrammed);
    }

    [Fact]
    public void A_cut_before_an_operation_leaves_nothing_of_it_and_one_after_it_all()
    {
        _flash.CutAt(0, CutMoment.Before);
        Assert.Throws<PowerCutException>(() => _flash.TryProgram(0, [1, 2]));
        Assert.True(_flash.IsOff);
        Assert.Throws<PowerCutException>(() => _flash.Read(0, new byte[1]));
        _flash.PowerOn();
        Assert.Equal([0xFF, 0xFF], Read(0, 2));
        _flash.CutAt(_flash.Operations, CutMoment.After);
        Assert.Throws<PowerCutException>(() => _flash.TryProgram(0, [1, 2]));
        _flash.PowerOn();
        Assert.Equal([1, 2], Read(0, 2));
    }

    [Fact]
    public void A_torn_program_is_a_whole_beginning_one_half_byte_and_nothing()
    {
        HashSet<int> lengths = [];
        bool halves = false;
        for (ulong seed = 0; seed < 200; seed++)
        {
            SimFlash flash = new(SimFlash.SectorBytes, seed);
            byte[] bytes = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 5))];
            flash.CutAt(0, CutMoment.Torn);
            Assert.Throws<PowerCutException>(() => flash.TryProgram(0, bytes));
            flash.PowerOn();
            byte[] left = new byte[32];
            flash.Read(0, left);
            int whole = left.AsSpan().CommonPrefixLength(bytes);
            lengths.Add(whole);
            Assert.All(left.Skip(whole + 1), b => Assert.Equal(0xFF, b));
            if (whole < 32)
            {
                // Every bit that should be 1 is 1; of those that should be 0 some may not be yet.
                Assert.Equal(bytes[whole], left[whole] & bytes[whole]);
                halves |= left[whole] != 0xFF;
            }
        }
        Assert.True(lengths.Count > 20, "The tear is always at the same few places.");
        Assert.True(halves, "No byte was ever left half programmed.");
    }

    [Fact]
    public void A_torn_erase_only_sets_bits_and_does_not_set_all()
    {
        byte[] old = new byte[SimFlash.SectorBytes];
        new Random(3).NextBytes(old);
        Assert.True(_flash.TryProgram(0, old));
        _flash.CutAt(_flash.Operations, CutMoment.Torn);
        Assert.Throws<PowerCutException>(() => _flash.TryErase(0));
        _flash.PowerOn();
        byte[] left = Read(0, SimFlash.SectorBytes);
        for (int i = 0; i < left.Length; i++)
            Assert.Equal(old[i], left[i] & old[i]);
        Assert.Contains(left.Zip(old), p => p.First == p.Second && p.First != 0xFF);
        Assert.Contains(left.Zip(old), p => p.First == 0xFF && p.Second != 0xFF);
        Assert.Contains(left.Zip(old), p => p.First != p.Second && p.First != 0xFF);
    }

    [Fact]
    public void The_same_seed_tears_in_the_same_way()
    {
        byte[] Torn(ulong seed)
        {
            SimFlash flash = new(SimFlash.SectorBytes, seed);
            flash.CutAt(0, CutMoment.Torn);
            Assert.Throws<PowerCutException>(() => flash.TryProgram(0, new byte[256]));
            flash.PowerOn();
            byte[] left = new byte[256];
            flash.Read(0, left);
            return left;
        }

        Assert.Equal(Torn(11), Torn(11));
        Assert.NotEqual(Torn(11), Torn(12));
    }

    [Fact]
    public void A_worn_sector_refuses_erases_and_keeps_what_it_holds()
    {
        _flash.EnduranceErases = 3;
        Assert.True(_flash.TryErase(2) && _flash.TryErase(2) && _flash.TryErase(2));
        Assert.True(_flash.TryProgram(2 * SimFlash.SectorBytes, [5]));
        Assert.False(_flash.TryErase(2));
        Assert.Equal(5, Read(2 * SimFlash.SectorBytes, 1)[0]);
        Assert.True(_flash.TryErase(3));
        Assert.Equal(3u, _flash.EraseCount(2));
    }

    [Fact]
    public void A_broken_chip_refuses_all_writes()
    {
        _flash.Broken = true;
        Assert.False(_flash.TryProgram(0, [0]));
        Assert.False(_flash.TryErase(0));
        Assert.Equal(0xFF, Read(0, 1)[0]);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(4 * SimFlash.SectorBytes, 1)]
    [InlineData((4 * SimFlash.SectorBytes) - 1, 2)]
    public void Nothing_outside_the_chip_is_touched(int address, int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _flash.TryProgram(address, new byte[count]));

    private byte[] Read(int address, int count)
    {
        byte[] bytes = new byte[count];
        _flash.Read(address, bytes);
        return bytes;
    }
}
