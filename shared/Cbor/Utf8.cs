namespace EdgeFleet.Contracts.Cbor
{
    /// <summary>UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above U+10FFFF.</summary>
    public static class Utf8
    {
        /// <summary>Bytes that <paramref name="text"/> takes, or -1 where it holds a lone surrogate.</summary>
        public static int ByteCount(string text)
        {
            int count = 0;
            for (int i = 0; i < text.Length; i++)
            {
                int c = text[i];
                if (c < 0x80)
                {
                    count++;
                }
                else if (c < 0x800)
                {
                    count += 2;
                }
                else if (c < 0xD800 || c > 0xDFFF)
                {
                    count += 3;
                }
                else
                {
                    if (c > 0xDBFF || i + 1 == text.Length || text[i + 1] < 0xDC00 || text[i + 1] > 0xDFFF)
                        return -1;
                    i++;
                    count += 4;
                }
            }
            return count;
        }

        /// <summary>Whether the bytes are well-formed UTF-8.</summary>
        public static bool IsValid(byte[] bytes, int offset, int count)
        {
            int end = offset + count;
            int i = offset;
            while (i < end)
            {
                int first = bytes[i++];
                if (first < 0x80)
                    continue;
                int more;
                int least = 0x80;
                int most = 0xBF;
                if (first >= 0xC2 && first <= 0xDF)
                {
                    more = 1;
                }
                else if (first >= 0xE0 && first <= 0xEF)
                {
                    more = 2;
                    if (first == 0xE0)
                        least = 0xA0;
                    if (first == 0xED)
                        most = 0x9F;
                }
                else if (first >= 0xF0 && first <= 0xF4)
                {
                    more = 3;
                    if (first == 0xF0)
                        least = 0x90;
                    if (first == 0xF4)
                        most = 0x8F;
                }
                else
                {
                    return false;
                }
                if (end - i < more)
                    return false;
                // Only the first continuation byte has a narrowed range.
                if (bytes[i] < least || bytes[i] > most)
                    return false;
                i++;
                for (int k = 1; k < more; k++, i++)
                {
                    if (bytes[i] < 0x80 || bytes[i] > 0xBF)
                        return false;
                }
            }
            return true;
        }
    }
}
