using System;
using System.Text;

namespace EdgeFleet.Contracts.Cbor
{
    // Arrays, maps, tags and strings: what has a length or holds other items.
    public sealed partial class CborReader
    {
        /// <summary>Reads the head of an array of at most <paramref name="most"/> items.</summary>
        public bool TryReadArrayStart(int most, out int count)
        {
            return TryReadContainer(4, 1, most, out count);
        }

        /// <summary>Reads the head of a map of at most <paramref name="most"/> pairs.</summary>
        public bool TryReadMapStart(int most, out int count)
        {
            return TryReadContainer(5, 2, most, out count);
        }

        /// <summary>Reads a tag; its content follows.</summary>
        public bool TryReadTag(out ulong tag)
        {
            if (!TryReadHead(out int major, out tag))
                return false;
            if (major == 6)
                return true;
            tag = 0;
            return Fail(ContractError.WrongType);
        }

        /// <summary>Reads a byte string of at most <paramref name="most"/> bytes as a range of <see cref="Buffer"/>.</summary>
        public bool TryReadBytes(int most, out int offset, out int count)
        {
            return TryReadString(2, most, out offset, out count);
        }

        /// <summary>Reads a byte string of exactly <c>target.Length</c> bytes into <paramref name="target"/>.</summary>
        public bool TryReadBytes(byte[] target)
        {
            if (!TryReadString(2, target.Length, out int offset, out int count))
                return false;
            if (count != target.Length)
                return Fail(ContractError.OutOfRange);
            Array.Copy(_buffer, offset, target, 0, count);
            return true;
        }

        /// <summary>Reads a UTF-8 text string of at most <paramref name="most"/> bytes as a range of <see cref="Buffer"/>.</summary>
        public bool TryReadText(int most, out int offset, out int count)
        {
            if (!TryReadString(3, most, out offset, out count))
                return false;
            return Utf8.IsValid(_buffer, offset, count) || Fail(ContractError.InvalidUtf8);
        }

        /// <summary>Reads a UTF-8 text string of at most <paramref name="most"/> bytes. Allocates the string.</summary>
        public bool TryReadText(int most, out string text)
        {
            text = "";
            if (!TryReadText(most, out int offset, out int count))
                return false;
            if (count != 0)
                text = Encoding.UTF8.GetString(_buffer, offset, count);
            return true;
        }

        /// <summary>
        /// Reads the key of a pair. Integer keys of 0 to 31 are remembered in <paramref name="seen"/> and refused the
        /// second time; every other integer of 64 bits with sign and every text of at most
        /// <see cref="Limits.MaxText"/> bytes reads as <see cref="UnknownKey"/>, and its value is to be skipped.
        /// </summary>
        public bool TryReadKey(ref uint seen, out int key)
        {
            key = UnknownKey;
            CborType type = PeekType();
            if (type == CborType.Text)
                return TryReadText(Limits.MaxText, out int _, out int _);
            if (!TryReadInt64(out long wide))
                return false;
            if (wide < 0 || wide > 31)
                return true;
            key = (int)wide;
            uint bit = 1u << key;
            if ((seen & bit) != 0)
                return Fail(ContractError.DuplicateKey);
            seen |= bit;
            return true;
        }

        /// <summary>
        /// Skips one item with everything in it, checking it on the way: at most <see cref="Limits.MaxDepth"/> arrays,
        /// maps and tags inside each other.
        /// </summary>
        public bool TrySkip()
        {
            return TrySkip(0);
        }

        /// <summary>Whether all was read without an error; names <see cref="ContractError.TrailingBytes"/> otherwise.</summary>
        public bool TryReadEnd()
        {
            if (_error != ContractError.None)
                return false;
            return _position == _end || Fail(ContractError.TrailingBytes);
        }

        private bool TrySkip(int depth)
        {
            CborType type = PeekType();
            bool holds = type == CborType.Tag || type == CborType.Array || type == CborType.Map;
            if (holds && depth >= Limits.MaxDepth)
                return Fail(ContractError.TooDeep);
            switch (type)
            {
                case CborType.Integer:
                    return TryReadHead(out int _, out ulong _);
                case CborType.Bytes:
                    return TryReadBytes(Limits.MaxPayload, out int _, out int _);
                case CborType.Text:
                    return TryReadText(Limits.MaxPayload, out int _, out int _);
                case CborType.Bool:
                case CborType.Null:
                    _position++;
                    return true;
                case CborType.Float:
                    return TryReadFloat(out double _);
                case CborType.Tag:
                    return TryReadTag(out ulong _) && TrySkip(depth + 1);
                case CborType.Array:
                    return TryReadArrayStart(Limits.MaxPayload, out int items) && TrySkipItems(items, depth + 1);
                case CborType.Map:
                    return TryReadMapStart(Limits.MaxPayload, out int pairs) && TrySkipItems(pairs * 2, depth + 1);
                default:
                    // Nothing is left, or the head of a simple value that is not ours: reading it names the error.
                    return TryReadHead(out int _, out ulong _) && Fail(ContractError.Reserved);
            }
        }

        private bool TrySkipItems(int items, int depth)
        {
            for (int i = 0; i < items; i++)
            {
                if (!TrySkip(depth))
                    return false;
            }
            return true;
        }

        private bool TryReadContainer(int wanted, int itemsPerEntry, int most, out int count)
        {
            count = 0;
            if (!TryReadHead(out int major, out ulong argument))
                return false;
            if (major != wanted)
                return Fail(ContractError.WrongType);
            // Every item takes at least one byte: a larger announcement cannot be true.
            if (argument > (ulong)(_end - _position) / (ulong)itemsPerEntry)
                return Fail(ContractError.Truncated);
            if (argument > (ulong)most)
                return Fail(ContractError.TooLong);
            count = (int)argument;
            return true;
        }

        private bool TryReadString(int wanted, int most, out int offset, out int count)
        {
            offset = 0;
            count = 0;
            if (!TryReadHead(out int major, out ulong argument))
                return false;
            if (major != wanted)
                return Fail(ContractError.WrongType);
            if (argument > (ulong)(_end - _position))
                return Fail(ContractError.Truncated);
            if (argument > (ulong)most)
                return Fail(ContractError.TooLong);
            offset = _position;
            count = (int)argument;
            _position += count;
            return true;
        }
    }
}
