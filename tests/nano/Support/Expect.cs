using System;
using EdgeFleet.Contracts;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>
    /// Expectations that the framework has no words for. No comma may stand in a message: the adapter that reads a board's
    /// output takes it for the end of the field.
    /// </summary>
    public static class Expect
    {
        /// <summary>The same bytes, and as many.</summary>
        public static void Bytes(byte[] expected, byte[] actual, string what)
        {
            Assert.AreEqual(expected.Length, actual.Length, what + ": length");
            for (int i = 0; i < expected.Length; i++)
            {
                if (expected[i] != actual[i])
                    Assert.AreEqual((int)expected[i], (int)actual[i], what + ": byte " + i.ToString());
            }
        }

        /// <summary>A number at most so far off; one that is none is never near.</summary>
        public static void Near(double expected, double actual, double tolerance, string what)
        {
            double off = Math.Abs(actual - expected);
            if (!(off <= tolerance))
                Assert.AreEqual(expected, actual, what + " within " + tolerance.ToString());
        }

        /// <summary>No error.</summary>
        public static void None(ContractError error, string what)
        {
            Assert.AreEqual((int)ContractError.None, (int)error, what);
        }

        /// <summary>This error and no other.</summary>
        public static void Error(ContractError expected, ContractError actual, string what)
        {
            Assert.AreEqual((int)expected, (int)actual, what);
        }

        /// <summary>The bytes that hexadecimal digits say.</summary>
        public static byte[] FromHex(string digits)
        {
            byte[] bytes = new byte[digits.Length / 2];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)(Digit(digits[i * 2]) * 16 + Digit(digits[i * 2 + 1]));
            return bytes;
        }

        private static int Digit(char digit)
        {
            return digit <= '9' ? digit - '0' : digit - 'a' + 10;
        }
    }
}
