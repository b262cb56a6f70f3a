using System.Buffers.Binary;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// Writes the compact columns of the telemetry database: base-128 numbers, least significant group first; signed ones
/// zigzag-coded; doubles as eight bytes, little endian.
/// </summary>
internal sealed class BlobWriter
{
    private byte[] _buffer = new byte[1024];
    private int _length;

    public void Clear() => _length = 0;

    public byte[] ToArray() => _buffer.AsSpan(0, _length).ToArray();

    public void Byte(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
    }

    public void Unsigned(ulong value)
    {
        Reserve(10);
        while (value >= 0x80)
        {
            _buffer[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _buffer[_length++] = (byte)value;
    }

    public void Signed(long value) => Unsigned((ulong)(value << 1) ^ (ulong)(value >> 63));

    public void Double(double value)
    {
        Reserve(8);
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.AsSpan(_length), value);
        _length += 8;
    }

    private void Reserve(int count)
    {
        if (_length + count > _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
    }
}

/// <summary>Reads what <see cref="BlobWriter"/> wrote; damaged bytes are an <see cref="InvalidDataException"/>.</summary>
internal ref struct BlobReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    public readonly bool AtEnd => _position == _bytes.Length;

    public byte Byte()
    {
        if (_position >= _bytes.Length)
            throw Damaged();
        return _bytes[_position++];
    }

    public ulong Unsigned()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte group = Byte();
            value |= (ulong)(group & 0x7F) << shift;
            if (group < 0x80)
                return value;
        }
        throw Damaged();
    }

    public long Signed()
    {
        ulong value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public uint UInt32() => (uint)Unsigned();

    public int Int32() => (int)Unsigned();

    public double Double()
    {
        if (_bytes.Length - _position < 8)
            throw Damaged();
        double value = BinaryPrimitives.ReadDoubleLittleEndian(_bytes[_position..]);
        _position += 8;
        return value;
    }

    private static InvalidDataException Damaged() => new("A column of the telemetry database is damaged.");
}
