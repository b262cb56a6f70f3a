namespace EdgeFleet.Contracts.Bundles
{
    /// <summary>The grammar of what a manifest calls by name, over bytes of ASCII.</summary>
    public static class BundleNames
    {
        /// <summary>
        /// Names of components, which become file names, and of native assemblies: 1 to 64 of [A-Za-z0-9._-], first a
        /// letter or digit, last no full stop.
        /// </summary>
        public static bool IsName(byte[] bytes, int offset, int count)
        {
            if (count < 1 || count > BundleLimits.MaxName || !IsLetterOrDigit(bytes[offset]))
                return false;
            for (int i = 1; i < count; i++)
            {
                byte c = bytes[offset + i];
                if (!IsLetterOrDigit(c) && c != '.' && c != '_' && c != '-')
                    return false;
            }
            return bytes[offset + count - 1] != '.';
        }

        /// <summary>Hardware classes, such as <c>esp32-s3</c> or <c>sim</c>: ids as <see cref="Names.IsId"/> has them.</summary>
        public static bool IsClass(byte[] bytes, int offset, int count)
        {
            if (count < 1 || count > BundleLimits.MaxClassName)
                return false;
            for (int i = 0; i < count; i++)
            {
                byte c = bytes[offset + i];
                bool hyphen = c == '-' && i != 0 && i != count - 1;
                if (!hyphen && !(c >= 'a' && c <= 'z') && !IsDigit(c))
                    return false;
            }
            return true;
        }

        /// <summary>
        /// A version by Semantic Versioning 2.0.0, such as <c>1.4.0</c> or <c>2.0.0-rc.1+5</c>, of at most
        /// <see cref="Limits.MaxVersionText"/> bytes.
        /// </summary>
        public static bool IsVersion(byte[] bytes, int offset, int count)
        {
            if (count > Limits.MaxVersionText)
                return false;
            int end = offset + count;
            int at = offset;
            for (int part = 0; part < 3; part++)
            {
                if (part != 0 && (at == end || bytes[at++] != '.'))
                    return false;
                int start = at;
                while (at < end && IsDigit(bytes[at]))
                    at++;
                if (!IsNumber(bytes, start, at))
                    return false;
            }
            if (at < end && bytes[at] == '-' && !TryIdentifiers(bytes, at + 1, end, true, out at))
                return false;
            if (at < end && bytes[at] == '+' && !TryIdentifiers(bytes, at + 1, end, false, out at))
                return false;
            return at == end;
        }

        /// <summary>Whether the bytes are the text, which is ASCII.</summary>
        public static bool AreText(byte[] bytes, int offset, int count, string text)
        {
            if (text.Length != count)
                return false;
            for (int i = 0; i < count; i++)
            {
                if (bytes[offset + i] != text[i])
                    return false;
            }
            return true;
        }

        // Identifiers of [0-9A-Za-z-] parted by full stops, up to a plus or the end. Before a plus, numbers have no
        // leading zero.
        private static bool TryIdentifiers(byte[] bytes, int start, int end, bool beforePlus, out int at)
        {
            at = start;
            while (true)
            {
                int first = at;
                bool digits = true;
                while (at < end && (IsLetterOrDigit(bytes[at]) || bytes[at] == '-'))
                    digits &= IsDigit(bytes[at++]);
                if (at == first || (beforePlus && digits && !IsNumber(bytes, first, at)))
                    return false;
                if (at == end || bytes[at] != '.')
                    return true;
                at++;
            }
        }

        private static bool IsNumber(byte[] bytes, int start, int end)
        {
            return end > start && (bytes[start] != '0' || end == start + 1);
        }

        private static bool IsDigit(byte c)
        {
            return c >= '0' && c <= '9';
        }

        private static bool IsLetterOrDigit(byte c)
        {
            return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        }
    }
}
