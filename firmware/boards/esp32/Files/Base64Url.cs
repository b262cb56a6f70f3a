namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Base64 with - and _ and without padding (RFC 4648, section 5), which the runtime does not read.</summary>
    public static class Base64Url
    {
        /// <summary>The bytes, or none where the text is not base64url.</summary>
        public static byte[] Decode(string text)
        {
            // A last group of one character would be six bits, which is no byte.
            if (text.Length % 4 == 1)
                return new byte[0];
            byte[] bytes = new byte[text.Length * 3 / 4];
            int kept = 0;
            int bits = 0;
            int at = 0;
            for (int i = 0; i < text.Length; i++)
            {
                int value = Value(text[i]);
                if (value < 0)
                    return new byte[0];
                kept = (kept << 6) | value;
                bits += 6;
                if (bits < 8)
                    continue;
                bits -= 8;
                bytes[at++] = (byte)(kept >> bits);
                kept &= (1 << bits) - 1;
            }
            return bytes;
        }

        private static int Value(char c)
        {
            if (c >= 'A' && c <= 'Z')
                return c - 'A';
            if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
            if (c >= '0' && c <= '9')
                return c - '0' + 52;
            return c == '-' ? 62 : c == '_' ? 63 : -1;
        }
    }
}
