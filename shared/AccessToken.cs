using System;
using System.Security.Cryptography;
using System.Text;

namespace EdgeFleet.Contracts
{
    /// <summary>
    /// The password of a node: <c>{expiry}.{base64url(HMAC-SHA256(key, "{user}\n{expiry}"))}</c>. The key never crosses
    /// the wire, and a password that leaks is worth something only until it expires.
    /// </summary>
    /// <remarks>
    /// Expiry is in Unix seconds. Zero is the token of a node that has no clock yet; a service may refuse it, and the
    /// node replaces it as soon as it knows the time.
    /// </remarks>
    public static class AccessToken
    {
        /// <summary>Expiry of a node that has no clock.</summary>
        public const long NoClock = 0;

        /// <summary>
        /// The token of <paramref name="user"/>: the user name as it is sent, which is a device id, or when claiming
        /// <see cref="Topics.ClaimUser"/> and the enrolment's id. <paramref name="expiry"/>: 0 to 9,999,999,999.
        /// </summary>
        public static string Create(string user, long expiry, byte[] key)
        {
            return expiry.ToString() + "." + Signature(user, expiry, key);
        }

        /// <summary>Takes a token apart without judging it.</summary>
        public static bool TryParse(string? token, out long expiry, out string signature)
        {
            expiry = 0;
            signature = "";
            if (token == null || token.Length > Limits.MaxToken)
                return false;
            int dot = token.IndexOf('.');
            // Ten digits reach the year 2286.
            if (dot < 1 || dot > 10 || token.Length - dot - 1 != SignatureLength)
                return false;
            for (int i = 0; i < dot; i++)
            {
                char c = token[i];
                if (c < '0' || c > '9' || (i == 0 && c == '0' && dot > 1))
                    return false;
                expiry = expiry * 10 + (c - '0');
            }
            signature = token.Substring(dot + 1);
            return true;
        }

        /// <summary>Whether the signature is the key's, in time that does not depend on where they differ.</summary>
        public static bool Matches(string user, long expiry, string signature, byte[] key)
        {
            string expected = Signature(user, expiry, key);
            if (signature.Length != expected.Length)
                return false;
            int difference = 0;
            for (int i = 0; i < expected.Length; i++)
                difference |= expected[i] ^ signature[i];
            return difference == 0;
        }

        // 32 bytes are 43 characters of base64 without padding.
        private const int SignatureLength = 43;

        private static string Signature(string user, long expiry, byte[] key)
        {
            using (HMACSHA256 hmac = new HMACSHA256(key))
            {
                byte[] mac = hmac.ComputeHash(Encoding.UTF8.GetBytes(user + "\n" + expiry.ToString()));
                return Base64Url(mac);
            }
        }

        private static string Base64Url(byte[] bytes)
        {
            char[] text = Convert.ToBase64String(bytes).ToCharArray();
            int length = 0;
            for (int i = 0; i < text.Length && text[i] != '='; i++)
            {
                if (text[i] == '+')
                    text[i] = '-';
                else if (text[i] == '/')
                    text[i] = '_';
                length++;
            }
            return new string(text, 0, length);
        }
    }
}
