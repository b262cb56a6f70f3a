using System;

namespace EdgeFleet.Contracts.Cbor
{
    /// <summary>
    /// Reads CBOR (RFC 8949) from a caller-owned buffer, item by item, never outside the given range and never throwing
    /// on input. Accepts definite lengths, shortest integers and lengths, and the three float widths; the first error
    /// sticks: later reads answer false, and <see cref="Error"/> names it.
    /// </summary>
    public sealed partial class CborReader
    {
        /// <summary>What <see cref="TryReadKey"/> gives for a key that no message of ours can know.</summary>
        public const int UnknownKey = int.MaxValue;

        private byte[] _buffer;
        private int _end;
        private int _position;
        private ContractError _error;

        /// <summary>A reader over the whole of <paramref name="buffer"/>.</summary>
        public CborReader(byte[] buffer)
        {
            _buffer = buffer;
            _end = buffer.Length;
        }

        /// <summary>The first error since the last <see cref="Reset"/>.</summary>
        public ContractError Error => _error;

        /// <summary>Index in the buffer of the next unread byte.</summary>
        public int Position => _position;

        /// <summary>The buffer that offsets of strings refer to.</summary>
        public byte[] Buffer => _buffer;

        /// <summary>Starts again at <paramref name="count"/> bytes of <paramref name="buffer"/>.</summary>
        public void Reset(byte[] buffer, int offset, int count)
        {
            _buffer = buffer;
            _position = offset;
            _end = offset + count;
            _error = ContractError.None;
        }

        /// <summary>Names an error from outside, for example a value that the message's rules refuse; answers false.</summary>
        public bool Fail(ContractError error)
        {
            if (_error == ContractError.None)
                _error = error;
            return false;
        }

        /// <summary>The next item's type; reads nothing.</summary>
        public CborType PeekType()
        {
            if (_error != ContractError.None || _position >= _end)
                return CborType.None;
            int first = _buffer[_position];
            switch (first >> 5)
            {
                case 0:
                case 1:
                    return CborType.Integer;
                case 2:
                    return CborType.Bytes;
                case 3:
                    return CborType.Text;
                case 4:
                    return CborType.Array;
                case 5:
                    return CborType.Map;
                case 6:
                    return CborType.Tag;
                default:
                    if (first == 0xF4 || first == 0xF5)
                        return CborType.Bool;
                    if (first == 0xF6)
                        return CborType.Null;
                    return first >= 0xF9 && first <= 0xFB ? CborType.Float : CborType.Other;
            }
        }

        /// <summary>Reads an integer of -2^63 to 2^63-1.</summary>
        public bool TryReadInt64(out long value)
        {
            value = 0;
            if (!TryReadHead(out int major, out ulong argument))
                return false;
            if (major > 1)
                return Fail(ContractError.WrongType);
            if (argument > long.MaxValue)
                return Fail(ContractError.OutOfRange);
            value = major == 0 ? (long)argument : -1 - (long)argument;
            return true;
        }

        /// <summary>Reads an unsigned integer of up to 64 bits.</summary>
        public bool TryReadUInt64(out ulong value)
        {
            if (!TryReadHead(out int major, out value))
                return false;
            if (major == 0)
                return true;
            value = 0;
            return Fail(major == 1 ? ContractError.OutOfRange : ContractError.WrongType);
        }

        /// <summary>Reads an unsigned integer of up to 32 bits.</summary>
        public bool TryReadUInt32(out uint value)
        {
            value = 0;
            if (!TryReadUInt64(out ulong wide))
                return false;
            if (wide > uint.MaxValue)
                return Fail(ContractError.OutOfRange);
            value = (uint)wide;
            return true;
        }

        /// <summary>Reads an integer and holds it to a range, both ends allowed.</summary>
        public bool TryReadInt32(int least, int most, out int value)
        {
            value = 0;
            if (!TryReadInt64(out long wide))
                return false;
            if (wide < least || wide > most)
                return Fail(ContractError.OutOfRange);
            value = (int)wide;
            return true;
        }

        /// <summary>Reads false or true.</summary>
        public bool TryReadBool(out bool value)
        {
            value = false;
            if (PeekType() != CborType.Bool)
                return FailType();
            value = _buffer[_position++] == 0xF5;
            return true;
        }

        /// <summary>Reads null.</summary>
        public bool TryReadNull()
        {
            if (PeekType() != CborType.Null)
                return FailType();
            _position++;
            return true;
        }

        /// <summary>Reads a float of any width, widened to double. Infinity and not-a-number are read as they are.</summary>
        public bool TryReadFloat(out double value)
        {
            value = 0;
            if (PeekType() != CborType.Float)
                return FailType();
            int first = _buffer[_position];
            int size = first == 0xF9 ? 2 : first == 0xFA ? 4 : 8;
            if (_end - _position - 1 < size)
                return Fail(ContractError.Truncated);
            ulong bits = 0;
            for (int i = 0; i < size; i++)
                bits = (bits << 8) | _buffer[_position + 1 + i];
            _position += 1 + size;
            if (size == 2)
                bits = Widen(bits, 10, 5);
            else if (size == 4)
                bits = Widen(bits, 23, 8);
            value = BitConverter.Int64BitsToDouble((long)bits);
            return true;
        }

        /// <summary>
        /// Reads mantissa x 10^exponent: an integer or a decimal fraction (tag 4) with an exponent of within
        /// <see cref="Limits.MaxExponent"/> of zero.
        /// </summary>
        public bool TryReadDecimal(out long mantissa, out int exponent)
        {
            exponent = 0;
            if (PeekType() != CborType.Tag)
                return TryReadInt64(out mantissa);
            mantissa = 0;
            if (!TryReadTag(out ulong tag))
                return false;
            if (tag != 4)
                return Fail(ContractError.WrongType);
            if (!TryReadArrayStart(2, out int count))
                return false;
            if (count != 2)
                return Fail(ContractError.WrongType);
            return TryReadInt32(-Limits.MaxExponent, Limits.MaxExponent, out exponent) && TryReadInt64(out mantissa);
        }

        /// <summary>
        /// Reads a finite number in any of the forms SenML allows: an integer of 64 bits with sign, a float, or a
        /// decimal fraction as <see cref="TryReadDecimal"/> takes it.
        /// </summary>
        public bool TryReadNumber(out double value)
        {
            if (PeekType() == CborType.Float)
            {
                if (!TryReadFloat(out value))
                    return false;
                // Written so that not-a-number fails, too.
                if (!(value >= -double.MaxValue && value <= double.MaxValue))
                {
                    value = 0;
                    return Fail(ContractError.NotFinite);
                }
                return true;
            }
            value = 0;
            if (!TryReadDecimal(out long mantissa, out int exponent))
                return false;
            value = SafeMath.Scale(mantissa, exponent);
            return true;
        }

        private bool TryReadHead(out int major, out ulong argument)
        {
            major = 0;
            argument = 0;
            if (_error != ContractError.None)
                return false;
            if (_position >= _end)
                return Fail(ContractError.Truncated);
            int first = _buffer[_position];
            major = first >> 5;
            int info = first & 31;
            if (info == 31)
                return Fail(ContractError.IndefiniteLength);
            if (info > 27)
                return Fail(ContractError.Reserved);
            // Of the simple values only false, true and null are ours; 24 announces one in the next byte.
            if (major == 7 && (info < 20 || info == 23 || info == 24))
                return Fail(ContractError.Reserved);
            if (info < 24)
            {
                argument = (ulong)info;
                _position++;
                return true;
            }
            int size = 1 << (info - 24);
            if (_end - _position - 1 < size)
                return Fail(ContractError.Truncated);
            ulong wide = 0;
            for (int i = 1; i <= size; i++)
                wide = (wide << 8) | _buffer[_position + i];
            bool shortest = size == 1 ? wide > 23
                : size == 2 ? wide > 0xFF
                : size == 4 ? wide > 0xFFFF
                : wide > 0xFFFFFFFF;
            // The argument of major type 7 is a value, not a count; its width is part of its meaning.
            if (!shortest && major != 7)
                return Fail(ContractError.NotShortest);
            argument = wide;
            _position += size + 1;
            return true;
        }

        private bool FailType()
        {
            // Of an item that is not even well-formed, its head says what is wrong.
            return TryReadHead(out int _, out ulong _) && Fail(ContractError.WrongType);
        }

        /// <summary>The bits of a narrower IEEE 754 number as those of a double (RFC 8949 appendix D, generalised).</summary>
        private static ulong Widen(ulong bits, int fractionBits, int exponentBits)
        {
            ulong sign = (bits >> (fractionBits + exponentBits)) << 63;
            int exponentMask = (1 << exponentBits) - 1;
            int exponent = (int)(bits >> fractionBits) & exponentMask;
            ulong fraction = bits & ((1UL << fractionBits) - 1);
            int bias = exponentMask >> 1;
            if (exponent == exponentMask)
                return sign | 0x7FF0000000000000UL | (fraction << (52 - fractionBits));
            if (exponent == 0)
            {
                if (fraction == 0)
                    return sign;
                // A subnormal becomes a normal number of the wider format.
                exponent = 1;
                while ((fraction & (1UL << fractionBits)) == 0)
                {
                    fraction <<= 1;
                    exponent--;
                }
                fraction &= (1UL << fractionBits) - 1;
            }
            return sign | ((ulong)(exponent - bias + 1023) << 52) | (fraction << (52 - fractionBits));
        }
    }
}
