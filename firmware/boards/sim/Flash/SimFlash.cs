namespace EdgeFleet.Boards.Sim.Flash;

/// <summary>The supply went away during a flash operation. Whoever owns the node throws its RAM away and mounts anew.</summary>
public sealed class PowerCutException() : Exception("The power was cut.");

/// <summary>Where in a flash operation the power goes.</summary>
public enum CutMoment
{
    /// <summary>Nothing of the operation happened.</summary>
    Before,

    /// <summary>A part of it happened.</summary>
    Torn,

    /// <summary>All of it happened, and nobody was told.</summary>
    After,
}

/// <summary>
/// A NOR flash chip: an array of 4 KiB sectors in which programming only clears bits and erasing sets all bits of a
/// sector.
/// </summary>
/// <remarks>
/// <para>What the fault model may do:</para>
/// <list type="bullet">
/// <item>cut the power at any operation (one page programmed, or one sector erased): before it, after it, or in it;</item>
/// <item>a torn program leaves the first bytes of the page programmed, then one byte of which only some bits were
/// cleared, and the rest as it was;</item>
/// <item>a torn erase leaves the sector a mix, byte by byte, of what was there, of erased bytes and of bytes of which
/// some bits were set;</item>
/// <item>wear sectors out: they refuse erases from then on, and keep what they hold; refuse every operation while
/// <see cref="Broken"/>.</item>
/// </list>
/// <para>What it never does: touch any other page or sector than that of the operation, lose bytes while nobody writes,
/// give different answers when the same byte is read twice, or forget what an operation wrote that had returned. A layer
/// above must survive all of the first list and may rely on all of this one.</para>
/// <para>All chance comes from the seed. The array survives its users; <see cref="PowerOn"/> ends a cut.</para>
/// </remarks>
public sealed class SimFlash
{
    public const int SectorBytes = 4096;

    /// <summary>The most that one operation programs: the page of common SPI NOR chips.</summary>
    public const int PageBytes = 256;

    private const byte Erased = 0xFF;

    // A sector has an array from its first program on: most sectors of most simulated boards are never used.
    private readonly byte[]?[] _sectors;
    private readonly uint[] _erases;
    private readonly bool[] _worn;
    private readonly SimRandom _random;
    private long _cutAt = -1;
    private CutMoment _cutMoment;

    /// <param name="sizeBytes">A multiple of <see cref="SectorBytes"/>.</param>
    /// <param name="seed">Decides what torn operations leave.</param>
    public SimFlash(int sizeBytes, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sizeBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(sizeBytes % SectorBytes, 0);
        int sectors = sizeBytes / SectorBytes;
        _sectors = new byte[]?[sectors];
        _erases = new uint[sectors];
        _worn = new bool[sectors];
        _random = new SimRandom(SimRandom.Derive(seed, "flash"));
    }

    public int SectorCount => _sectors.Length;

    /// <summary>Operations since the chip was new; the next one has this number.</summary>
    public long Operations { get; private set; }

    /// <summary>Pages programmed since the chip was new.</summary>
    public long Programs { get; private set; }

    /// <summary>Sectors erased since the chip was new.</summary>
    public long Erases { get; private set; }

    /// <summary>Bytes programmed since the chip was new.</summary>
    public long BytesProgrammed { get; private set; }

    /// <summary>
    /// Pages programmed where a bit that should have become 1 was 0 already, so that they do not read back as written:
    /// the layer above forgot to erase. NOR takes such a program without complaint, so tests have to ask.
    /// </summary>
    public long Overwrites { get; private set; }

    /// <summary>The power is away: every operation throws until <see cref="PowerOn"/>.</summary>
    public bool IsOff { get; private set; }

    /// <summary>The chip refuses every program and erase.</summary>
    public bool Broken { get; set; }

    /// <summary>Erases that a sector takes before it is worn out; real chips are rated for 100,000.</summary>
    public uint EnduranceErases { get; set; } = uint.MaxValue;

    /// <summary>How often a sector was erased.</summary>
    public uint EraseCount(int sector) => _erases[sector];

    /// <summary>Cuts the power at the operation with this number, counted as <see cref="Operations"/> counts.</summary>
    public void CutAt(long operation, CutMoment moment)
    {
        _cutAt = operation;
        _cutMoment = moment;
    }

    /// <summary>
    /// A chip that holds what this one holds and is as worn, with the power on: for many ends of one beginning. Its
    /// chance is another seed's, and it counts from 0.
    /// </summary>
    public SimFlash Copy(ulong seed)
    {
        SimFlash copy = new(SectorCount * SectorBytes, seed) { EnduranceErases = EnduranceErases };
        for (int i = 0; i < SectorCount; i++)
            copy._sectors[i] = (byte[]?)_sectors[i]?.Clone();
        _erases.CopyTo(copy._erases, 0);
        _worn.CopyTo(copy._worn, 0);
        return copy;
    }

    /// <summary>Takes the power away between operations.</summary>
    public void CutNow() => IsOff = true;

    /// <summary>The power is back; a cut that was ordered and has not come yet is forgotten, unless it is kept.</summary>
    public void PowerOn(bool keepCut = false)
    {
        IsOff = false;
        if (!keepCut)
            _cutAt = -1;
    }

    public void WearOut(int sector) => _worn[sector] = true;

    public void Read(int address, Span<byte> target)
    {
        CheckRange(address, target.Length);
        if (IsOff)
            throw new PowerCutException();
        while (target.Length > 0)
        {
            int offset = address % SectorBytes;
            int count = Math.Min(target.Length, SectorBytes - offset);
            byte[]? data = _sectors[address / SectorBytes];
            if (data == null)
                target[..count].Fill(Erased);
            else
                data.AsSpan(offset, count).CopyTo(target);
            target = target[count..];
            address += count;
        }
    }

    /// <summary>Clears bits; false where the chip failed. Bits that are 0 already stay 0 whatever is programmed.</summary>
    public bool TryProgram(int address, ReadOnlySpan<byte> source)
    {
        CheckRange(address, source.Length);
        while (source.Length > 0)
        {
            int count = Math.Min(source.Length, PageBytes - (address % PageBytes));
            if (!TryProgramPage(address, source[..count]))
                return false;
            source = source[count..];
            address += count;
        }
        return true;
    }

    /// <summary>Sets all bits of a sector; false where the chip failed.</summary>
    public bool TryErase(int sector)
    {
        bool cut = Begin(out CutMoment moment);
        if (cut && moment == CutMoment.Before)
            throw new PowerCutException();
        if (Broken || _worn[sector])
            return false;
        Erases++;
        if (++_erases[sector] >= EnduranceErases)
            _worn[sector] = true;
        byte[]? data = _sectors[sector];
        if (data == null)
        {
            if (cut)
                throw new PowerCutException();
            return true;
        }
        if (cut && moment == CutMoment.Torn)
        {
            TearErase(data);
            throw new PowerCutException();
        }
        Array.Fill(data, Erased);
        if (cut)
            throw new PowerCutException();
        return true;
    }

    private bool TryProgramPage(int address, ReadOnlySpan<byte> source)
    {
        bool cut = Begin(out CutMoment moment);
        if (cut && moment == CutMoment.Before)
            throw new PowerCutException();
        if (Broken)
            return false;
        Programs++;
        BytesProgrammed += source.Length;
        Span<byte> target = Sector(address / SectorBytes).AsSpan(address % SectorBytes, source.Length);
        int whole = cut && moment == CutMoment.Torn ? _random.NextInt(source.Length) : source.Length;
        bool took = true;
        for (int i = 0; i < whole; i++)
        {
            target[i] &= source[i];
            took &= target[i] == source[i];
        }
        if (!took)
            Overwrites++;
        if (whole < source.Length)
            target[whole] &= (byte)(source[whole] | (byte)_random.Next());
        if (cut)
            throw new PowerCutException();
        return true;
    }

    private void TearErase(byte[] data)
    {
        foreach (ref byte b in data.AsSpan())
        {
            ulong chance = _random.Next();
            b = (chance & 3) switch
            {
                0 => b,
                1 => Erased,
                _ => (byte)(b | (byte)(chance >> 8)),
            };
        }
    }

    // Counts the operation, and tells whether the power goes in it. After that the chip is off.
    private bool Begin(out CutMoment moment)
    {
        moment = _cutMoment;
        if (IsOff)
            throw new PowerCutException();
        if (Operations++ != _cutAt)
            return false;
        _cutAt = -1;
        IsOff = true;
        return true;
    }

    private byte[] Sector(int sector)
    {
        byte[]? data = _sectors[sector];
        if (data == null)
        {
            data = new byte[SectorBytes];
            Array.Fill(data, Erased);
            _sectors[sector] = data;
        }
        return data;
    }

    private void CheckRange(int address, int count)
    {
        if (address < 0 || address + count > _sectors.Length * SectorBytes)
            throw new ArgumentOutOfRangeException(nameof(address), $"{address} + {count} is outside the chip.");
    }
}
