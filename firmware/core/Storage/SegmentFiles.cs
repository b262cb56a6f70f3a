using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Storage
{
    /// <summary>The names of a queue's segment files: a prefix and the segment's index in eight hexadecimal digits.</summary>
    internal sealed class SegmentFiles
    {
        private readonly IStorage _storage;
        private readonly string _prefix;

        public SegmentFiles(IStorage storage, string prefix)
        {
            _storage = storage;
            _prefix = prefix;
        }

        /// <summary>Indices of all segments on flash, oldest first.</summary>
        public uint[] Find()
        {
            string[] names = _storage.List(_prefix);
            uint[] found = new uint[names.Length];
            int count = 0;
            for (int i = 0; i < names.Length; i++)
            {
                if (!TryParse(names[i], out uint index))
                    continue;
                int at = count++;
                while (at > 0 && found[at - 1] > index)
                {
                    found[at] = found[at - 1];
                    at--;
                }
                found[at] = index;
            }
            uint[] sorted = new uint[count];
            System.Array.Copy(found, 0, sorted, 0, count);
            return sorted;
        }

        /// <summary>Name of a segment's file.</summary>
        public string Name(uint index)
        {
            char[] digits = new char[8];
            for (int i = 7; i >= 0; i--)
            {
                uint digit = index & 15;
                digits[i] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
                index >>= 4;
            }
            return _prefix + new string(digits);
        }

        private bool TryParse(string name, out uint index)
        {
            index = 0;
            if (name.Length != _prefix.Length + 8)
                return false;
            for (int i = _prefix.Length; i < name.Length; i++)
            {
                char c = name[i];
                int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
                if (digit < 0)
                    return false;
                index = (index << 4) | (uint)digit;
            }
            return true;
        }
    }
}
