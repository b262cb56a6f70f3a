using System;
using System.Text;

namespace EdgeFleet.Contracts.Cbor
{
    /// <summary>
    /// Writes CBOR (RFC 8949) into a caller-owned buffer: definite lengths, shortest integers, no allocation. The first
    /// error sticks: later writes do nothing, and <see cref="Error"/> names it.
    /// </summary>
    public sealed class CborWriter
    {
        private byte[] _buffer;
        private int _start;
        private int _end;
        private int _position;
        private ContractError _error;

        /// <summary>A writer over the whole of <paramref name="buffer"/>.</summary>
        public CborWriter(byte[] buffer)
        {
            _buffer = buffer;
            _end = buffer.Length;
        }

        /// <summary>The first error since the last <see cref="Reset"/>.</summary>
        public ContractError Error => _error;

        /// <summary>Bytes written so far.</summary>
        public int Length => _position - _start;

        /// <summary>Starts again in <paramref name="count"/> bytes of <paramref name="buffer"/>.</summary>
        public void Reset(byte[] buffer, int offset, int count)
        {
            _buffer = buffer;
            _start = offset;
            _position = offset;
            _end = offset + count;
            _error = ContractError.None;
        }

        /// <summary>Writes an integer in its shortest form.</summary>
        public void WriteInt(long value)
        {
            if (value >= 0)
                WriteHead(0, (ulong)value);
            else
                WriteHead(1, (ulong)(-1 - value));
        }

        /// <summary>Writes an unsigned integer in its shortest form.</summary>
        public void WriteUInt(ulong value)
        {
            WriteHead(0, value);
        }

        /// <summary>Writes false or true.</summary>
        public void WriteBool(bool value)
        {
            WriteByte(value ? (byte)0xF5 : (byte)0xF4);
        }

        /// <summary>Writes null.</summary>
        public void WriteNull()
        {
            WriteByte(0xF6);
        }

        /// <summary>Writes a single-precision number in five bytes. Allocates on a board; not for the sample path.</summary>
        public void WriteFloat32(float value)
        {
            uint bits = BitConverter.ToUInt32(BitConverter.GetBytes(value), 0);
            WriteFixed(0xFA, bits, 4);
        }

        /// <summary>Writes a double-precision number in nine bytes.</summary>
        public void WriteFloat64(double value)
        {
            WriteFixed(0xFB, (ulong)BitConverter.DoubleToInt64Bits(value), 8);
        }

        /// <summary>
        /// Writes mantissa x 10^exponent: an integer where the exponent is zero, else a decimal fraction (tag 4,
        /// RFC 8949 section 3.4.4). Exact, and free of floating point on the board. An exponent further from zero than
        /// <see cref="Limits.MaxExponent"/> is <see cref="ContractError.OutOfRange"/>, as it is when read.
        /// </summary>
        public void WriteDecimal(long mantissa, int exponent)
        {
            if (exponent != 0)
            {
                if (exponent > Limits.MaxExponent || exponent < -Limits.MaxExponent)
                    Fail(ContractError.OutOfRange);
                WriteByte(0xC4);
                WriteByte(0x82);
                WriteInt(exponent);
            }
            WriteInt(mantissa);
        }

        /// <summary>Writes the head of an array of <paramref name="count"/> items.</summary>
        public void WriteArrayStart(int count)
        {
            WriteHead(4, (ulong)count);
        }

        /// <summary>Writes the head of a map of <paramref name="count"/> pairs.</summary>
        public void WriteMapStart(int count)
        {
            WriteHead(5, (ulong)count);
        }

        /// <summary>Writes a tag; its content must follow.</summary>
        public void WriteTag(ulong tag)
        {
            WriteHead(6, tag);
        }

        /// <summary>Writes a byte string.</summary>
        public void WriteBytes(byte[] bytes, int offset, int count)
        {
            WriteHead(2, (ulong)count);
            WriteRaw(bytes, offset, count);
        }

        /// <summary>Writes a whole byte string.</summary>
        public void WriteBytes(byte[] bytes)
        {
            WriteBytes(bytes, 0, bytes.Length);
        }

        /// <summary>Writes a text string. A lone surrogate is <see cref="ContractError.InvalidUtf8"/>.</summary>
        public void WriteText(string text)
        {
            int bytes = Utf8.ByteCount(text);
            if (bytes < 0)
            {
                Fail(ContractError.InvalidUtf8);
                return;
            }
            WriteHead(3, (ulong)bytes);
            if (bytes == 0 || !Reserve(bytes))
                return;
            Encoding.UTF8.GetBytes(text, 0, text.Length, _buffer, _position);
            _position += bytes;
        }

        /// <summary>Copies bytes that are CBOR already, such as items encoded earlier.</summary>
        public void WriteRaw(byte[] bytes, int offset, int count)
        {
            if (!Reserve(count))
                return;
            Array.Copy(bytes, offset, _buffer, _position, count);
            _position += count;
        }

        /// <summary>Names an error from outside, for example a value that the message's rules refuse.</summary>
        public void Fail(ContractError error)
        {
            if (_error == ContractError.None)
                _error = error;
        }

        private void WriteHead(int major, ulong value)
        {
            byte first = (byte)(major << 5);
            if (value < 24)
                WriteByte((byte)(first | (byte)value));
            else if (value <= 0xFF)
                WriteFixed((byte)(first | 24), value, 1);
            else if (value <= 0xFFFF)
                WriteFixed((byte)(first | 25), value, 2);
            else if (value <= 0xFFFFFFFF)
                WriteFixed((byte)(first | 26), value, 4);
            else
                WriteFixed((byte)(first | 27), value, 8);
        }

        private void WriteFixed(byte first, ulong value, int size)
        {
            if (!Reserve(size + 1))
                return;
            _buffer[_position++] = first;
            for (int shift = (size - 1) * 8; shift >= 0; shift -= 8)
                _buffer[_position++] = (byte)(value >> shift);
        }

        private void WriteByte(byte value)
        {
            if (Reserve(1))
                _buffer[_position++] = value;
        }

        private bool Reserve(int count)
        {
            if (_error != ContractError.None)
                return false;
            if (count <= _end - _position)
                return true;
            _error = ContractError.BufferFull;
            return false;
        }
    }
}
