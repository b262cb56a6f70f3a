using System.Buffers.Binary;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Flash;

/// <summary>
/// Files on a <see cref="SimFlash"/>, with the guarantees of <see cref="IStorage"/> and no better ones, so that what
/// runs on it does not come to rely on more than every board gives.
/// </summary>
/// <remarks>
/// <para>
/// A file is a chain of whole sectors; a sector is a header and extents behind it; an extent is its length, the length's
/// complement, and bytes. Nothing is ever programmed twice: an append adds extents, and what a cut left torn stays in the
/// file as torn bytes or seals the sector. In a length and its complement one bit of every pair is 0, so a header of an
/// extent that was torn (a bit that is still 1 and should be 0) is never taken for a whole one.
/// </para>
/// <para>
/// Deleting overwrites the header of the first sector with zeros, before which the file is there and after which it is
/// not: all its other sectors are then without a first one, and free. Writing deletes the old file before the new one
/// begins, so a cut leaves the old one, none, or a torn one. Sectors are erased when they are taken, in rotation: wear is
/// as even as the files are short-lived. A file that is never written again keeps its sectors.
/// </para>
/// <para>Mounting takes any bytes whatsoever and never fails: what is not a file is free.</para>
/// </remarks>
public sealed class SimFileStore : IStorage
{
    private const int ExtentHeader = 4;

    /// <summary>Most bytes of one file in one sector.</summary>
    private const int SectorRoom = SimFlash.SectorBytes - SectorHeader.Bytes - ExtentHeader;

    private readonly SimFlash _flash;
    private readonly Dictionary<string, StoredFile> _files = [];
    private readonly SectorUse[] _use;
    private int _next;
    private uint _nextFile = 1;
    private uint _nextOrder = 1;

    /// <summary>Mounts what is on the flash.</summary>
    public SimFileStore(SimFlash flash)
    {
        _flash = flash;
        _use = new SectorUse[flash.SectorCount];
        Mount();
    }

    private enum SectorUse : byte
    {
        Free,
        Taken,
        Worn,
    }

    /// <summary>Writing and appending answer <see cref="StorageResult.Full"/>, whatever room there is.</summary>
    public bool RefuseAsFull { get; set; }

    /// <inheritdoc/>
    public long FreeBytes => RefuseAsFull ? 0 : (long)FreeSectors * SectorRoom;

    private int FreeSectors => _use.AsSpan().Count(SectorUse.Free);

    /// <inheritdoc/>
    public int Length(string name) => _files.TryGetValue(name, out StoredFile? file) ? file.Length : -1;

    /// <inheritdoc/>
    public string[] List(string prefix) =>
        [.. _files.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public StorageResult Read(string name, int fileOffset, byte[] buffer, int offset, int count, out int read)
    {
        read = 0;
        if (_flash.IsOff)
            throw new PowerCutException();
        if (!_files.TryGetValue(name, out StoredFile? file))
            return StorageResult.NotFound;
        if (fileOffset < 0)
            return StorageResult.Failed;
        Span<byte> target = buffer.AsSpan(offset, Math.Max(0, Math.Min(count, file.Length - fileOffset)));
        for (int part = file.PartAt(fileOffset); target.Length > 0 && part < file.Sectors.Count; part++)
        {
            int skip = fileOffset + read - file.Starts[part];
            int taken = ReadSector(file.Sectors[part], skip, target);
            read += taken;
            target = target[taken..];
        }
        return StorageResult.Ok;
    }

    /// <inheritdoc/>
    public StorageResult Write(string name, byte[] buffer, int offset, int count)
    {
        if (!SectorHeader.IsName(name))
            return StorageResult.Failed;
        int needed = Math.Max(1, (count + SectorRoom - 1) / SectorRoom);
        int freed = _files.TryGetValue(name, out StoredFile? old) ? old.Sectors.Count : 0;
        if (RefuseAsFull || needed > FreeSectors + freed)
            return StorageResult.Full;
        StorageResult deleted = Delete(name);
        return deleted == StorageResult.Ok ? AppendTo(name, buffer.AsSpan(offset, count)) : deleted;
    }

    /// <inheritdoc/>
    public StorageResult Append(string name, byte[] buffer, int offset, int count)
    {
        if (!SectorHeader.IsName(name))
            return StorageResult.Failed;
        int room = 0;
        int sectors = 0;
        if (_files.TryGetValue(name, out StoredFile? file))
            room = Math.Max(0, SimFlash.SectorBytes - file.Tail - ExtentHeader);
        else
            sectors = 1;
        if (count > room)
            sectors = (count - room + SectorRoom - 1) / SectorRoom;
        // Nothing is begun that cannot end: a caller that is told "full" finds its file as it was.
        if (RefuseAsFull || sectors > FreeSectors)
            return StorageResult.Full;
        return AppendTo(name, buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public StorageResult Delete(string name)
    {
        if (_flash.IsOff)
            throw new PowerCutException();
        if (!_files.TryGetValue(name, out StoredFile? file))
            return StorageResult.Ok;
        Span<byte> zeros = stackalloc byte[SectorHeader.Bytes];
        zeros.Clear();
        if (!_flash.TryProgram(file.Sectors[0] * SimFlash.SectorBytes, zeros))
            return StorageResult.Failed;
        foreach (int sector in file.Sectors)
            _use[sector] = SectorUse.Free;
        _files.Remove(name);
        return StorageResult.Ok;
    }

    private StorageResult AppendTo(string name, ReadOnlySpan<byte> bytes)
    {
        if (!_files.TryGetValue(name, out StoredFile? file))
        {
            file = new StoredFile(name, _nextFile++);
            StorageResult taken = TakeSector(file);
            if (taken != StorageResult.Ok)
                return taken;
            _files.Add(name, file);
        }
        Span<byte> header = stackalloc byte[ExtentHeader];
        while (bytes.Length > 0)
        {
            int room = SimFlash.SectorBytes - file.Tail - ExtentHeader;
            if (room <= 0)
            {
                StorageResult taken = TakeSector(file);
                if (taken != StorageResult.Ok)
                    return taken;
                continue;
            }
            int count = Math.Min(room, bytes.Length);
            int address = (file.Sectors[^1] * SimFlash.SectorBytes) + file.Tail;
            WriteExtent(header, count);
            // The length goes first: what the power cuts off behind it is then a torn end of this file, as the port
            // allows, and never a hole that a later append would fill.
            if (!_flash.TryProgram(address, header) || !_flash.TryProgram(address + ExtentHeader, bytes[..count]))
            {
                file.Tail = SimFlash.SectorBytes;
                return StorageResult.Failed;
            }
            file.Tail += ExtentHeader + count;
            file.Length += count;
            bytes = bytes[count..];
        }
        return StorageResult.Ok;
    }

    // Erases the next free sector in rotation and makes it the file's last.
    private StorageResult TakeSector(StoredFile file)
    {
        Span<byte> header = stackalloc byte[SectorHeader.Bytes];
        for (int tries = 0; tries < _use.Length; tries++)
        {
            int sector = _next;
            _next = (_next + 1) % _use.Length;
            if (_use[sector] != SectorUse.Free)
                continue;
            if (!_flash.TryErase(sector))
            {
                _use[sector] = SectorUse.Worn;
                continue;
            }
            int part = file.Sectors.Count;
            new SectorHeader(file.Number, part, _nextOrder++, part == 0 ? file.Name : "").Write(header);
            if (!_flash.TryProgram(sector * SimFlash.SectorBytes, header))
                return StorageResult.Failed;
            _use[sector] = SectorUse.Taken;
            file.Add(sector, SectorHeader.Bytes);
            return StorageResult.Ok;
        }
        return _flash.Broken ? StorageResult.Failed : StorageResult.Full;
    }

    // Copies from the extents of a sector, after skipping some of its bytes; returns how many were copied.
    private int ReadSector(int sector, int skip, Span<byte> target)
    {
        int taken = 0;
        Span<byte> header = stackalloc byte[ExtentHeader];
        for (int at = SectorHeader.Bytes; taken < target.Length && TryReadExtent(sector, at, header, out int length);)
        {
            at += ExtentHeader;
            if (skip < length)
            {
                int count = Math.Min(length - skip, target.Length - taken);
                _flash.Read((sector * SimFlash.SectorBytes) + at + skip, target.Slice(taken, count));
                taken += count;
                skip = 0;
            }
            else
                skip -= length;
            at += length;
        }
        return taken;
    }

    private bool TryReadExtent(int sector, int at, Span<byte> header, out int length)
    {
        length = 0;
        if (at + ExtentHeader >= SimFlash.SectorBytes)
            return false;
        _flash.Read((sector * SimFlash.SectorBytes) + at, header);
        length = BinaryPrimitives.ReadUInt16LittleEndian(header);
        ushort complement = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
        return (length ^ complement) == 0xFFFF && length > 0 && at + ExtentHeader + length <= SimFlash.SectorBytes;
    }

    private static void WriteExtent(Span<byte> header, int length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)~length);
    }

    private void Mount()
    {
        List<(SectorHeader Header, int Sector)> found = [];
        Span<byte> bytes = stackalloc byte[SectorHeader.Bytes];
        for (int sector = 0; sector < _use.Length; sector++)
        {
            _flash.Read(sector * SimFlash.SectorBytes, bytes);
            if (!SectorHeader.TryRead(bytes, out SectorHeader header))
                continue;
            found.Add((header, sector));
            _nextFile = Math.Max(_nextFile, header.File + 1);
            if (header.Order >= _nextOrder)
            {
                _nextOrder = header.Order + 1;
                _next = (sector + 1) % _use.Length;
            }
        }
        foreach (IGrouping<uint, (SectorHeader Header, int Sector)> parts in
            found.GroupBy(s => s.Header.File).OrderBy(g => g.Key))
            MountFile([.. parts.OrderBy(p => p.Header.Part)]);
    }

    private void MountFile((SectorHeader Header, int Sector)[] parts)
    {
        SectorHeader first = parts[0].Header;
        // Without its first sector a file is deleted; sectors behind a missing one cannot be reached.
        if (first.Part != 0 || !SectorHeader.IsName(first.Name) || _files.ContainsKey(first.Name))
            return;
        StoredFile file = new(first.Name, first.File);
        Span<byte> header = stackalloc byte[ExtentHeader];
        foreach ((SectorHeader part, int sector) in parts)
        {
            if (part.Part != file.Sectors.Count)
                break;
            file.Add(sector, SectorHeader.Bytes);
            _use[sector] = SectorUse.Taken;
            while (TryReadExtent(sector, file.Tail, header, out int length))
            {
                file.Tail += ExtentHeader + length;
                file.Length += length;
            }
            // Only untouched bytes may be programmed; a torn header seals the sector.
            if (file.Tail + ExtentHeader <= SimFlash.SectorBytes && header.IndexOfAnyExcept((byte)0xFF) >= 0)
                file.Tail = SimFlash.SectorBytes;
        }
        _files.Add(file.Name, file);
    }

    private sealed class StoredFile(string name, uint number)
    {
        public string Name => name;

        public uint Number => number;

        public List<int> Sectors { get; } = new(1);

        /// <summary>Offset in the file of each sector's first byte.</summary>
        public List<int> Starts { get; } = new(1);

        public int Length { get; set; }

        /// <summary>Offset in the last sector of the next extent; the sector's size where it is sealed.</summary>
        public int Tail { get; set; }

        public void Add(int sector, int tail)
        {
            Sectors.Add(sector);
            Starts.Add(Length);
            Tail = tail;
        }

        public int PartAt(int fileOffset)
        {
            int part = Starts.Count - 1;
            while (part > 0 && Starts[part] > fileOffset)
                part--;
            return part;
        }
    }
}
