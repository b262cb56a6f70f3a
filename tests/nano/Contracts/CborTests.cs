using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>Examples of RFC 8949 appendix A, read and written, and what a reader must refuse.</summary>
    [TestClass]
    public class CborTests
    {
        [TestMethod]
        public static void Integers()
        {
            Integer("00", 0);
            Integer("01", 1);
            Integer("0a", 10);
            Integer("17", 23);
            Integer("1818", 24);
            Integer("1819", 25);
            Integer("1864", 100);
            Integer("1903e8", 1000);
            Integer("1a000f4240", 1_000_000);
            Integer("1b000000e8d4a51000", 1_000_000_000_000);
            Integer("1b7fffffffffffffff", long.MaxValue);
            Integer("20", -1);
            Integer("29", -10);
            Integer("3863", -100);
            Integer("3903e7", -1000);
            Integer("3b7fffffffffffffff", long.MinValue);
        }

        [TestMethod]
        public static void The_largest_number_without_a_sign()
        {
            CborReader reader = Reader("1bffffffffffffffff");
            Assert.IsTrue(reader.TryReadUInt64(out ulong value), "reads");
            Assert.AreEqual(ulong.MaxValue, value);
            Assert.IsFalse(Reader("1bffffffffffffffff").TryReadInt64(out long _), "is no long");
            CborWriter writer = new CborWriter(new byte[9]);
            writer.WriteUInt(ulong.MaxValue);
            Assert.AreEqual(9, writer.Length);
        }

        [TestMethod]
        public static void Half_precision()
        {
            Float("f90000", 0);
            Float("f93c00", 1);
            Float("f93e00", 1.5);
            Float("f97bff", 65_504);
            Float("f90001", 5.960464477539063e-8);
            Float("f90400", 0.00006103515625);
            Float("f9c400", -4);
        }

        [TestMethod]
        public static void Single_and_double_precision()
        {
            Float("fa47c35000", 100_000);
            Float("fa7f7fffff", 3.4028234663852886e+38);
            Float("fb3ff199999999999a", 1.1);
            Float("fb7e37e43c8800759c", 1e300);
            Float("fbc010666666666666", -4.1);
            byte[] buffer = new byte[14];
            CborWriter writer = new CborWriter(buffer);
            writer.WriteFloat32(100_000);
            writer.WriteFloat64(1.1);
            Expect.None(writer.Error, "written");
            Expect.Bytes(Expect.FromHex("fa47c35000fb3ff199999999999a"), buffer, "floats");
        }

        /// <summary>A fraction of ten, as the contract writes every measured value: tag 4, exponent, mantissa.</summary>
        [TestMethod]
        public static void Decimal_fractions()
        {
            CborReader reader = Reader("c48221196ab3");
            Assert.IsTrue(reader.TryReadDecimal(out long mantissa, out int exponent), "reads");
            Assert.AreEqual(27_315L, mantissa);
            Assert.AreEqual(-2, exponent);
            byte[] buffer = new byte[6];
            CborWriter writer = new CborWriter(buffer);
            writer.WriteDecimal(27_315, -2);
            Expect.Bytes(Expect.FromHex("c48221196ab3"), buffer, "273.15");
            Assert.IsTrue(Reader("c48221196ab3").TryReadNumber(out double number), "reads");
            Assert.AreEqual(273.15, number);
        }

        [TestMethod]
        public static void Texts()
        {
            Text("60", "");
            Text("6161", "a");
            Text("6449455446", "IETF");
            Text("62225c", "\"\\");
            Text("62c3bc", "\u00fc");
            Text("63e6b0b4", "\u6c34");
            Text("64f0908591", "\ud800\udd51");
        }

        [TestMethod]
        public static void Texts_that_are_none_are_refused()
        {
            // Cut in a character, a lone continuation, too long a form, half of a pair, beyond the last character.
            foreach (string hex in new[] { "61c3", "6180", "62c0af", "63eda080", "64f4908080" })
                Assert.IsFalse(Reader(hex).TryReadText(10, out string _), hex);
        }

        [TestMethod]
        public static void Bytes_and_simple_values()
        {
            CborReader reader = Reader("4401020304f5f4f6");
            byte[] bytes = new byte[4];
            Assert.IsTrue(reader.TryReadBytes(bytes), "bytes");
            Expect.Bytes(new byte[] { 1, 2, 3, 4 }, bytes, "bytes");
            Assert.IsTrue(reader.TryReadBool(out bool yes) && yes, "true");
            Assert.IsTrue(reader.TryReadBool(out bool no) && !no, "false");
            Assert.IsTrue(reader.TryReadNull(), "null");
            Assert.IsTrue(reader.TryReadEnd(), "end");
            byte[] buffer = new byte[8];
            CborWriter writer = new CborWriter(buffer);
            writer.WriteBytes(bytes);
            writer.WriteBool(true);
            writer.WriteBool(false);
            writer.WriteNull();
            Expect.Bytes(Expect.FromHex("4401020304f5f4f6"), buffer, "written");
        }

        [TestMethod]
        public static void Arrays_and_maps()
        {
            // {"a": 1, "b": [2, 3]}
            CborReader reader = Reader("a26161016162820203");
            Assert.IsTrue(reader.TryReadMapStart(4, out int pairs), "map");
            Assert.AreEqual(2, pairs);
            Assert.IsTrue(reader.TryReadText(5, out string key) && key == "a", "first key");
            Assert.IsTrue(reader.TryReadInt64(out long one) && one == 1, "first value");
            Assert.IsTrue(reader.TryReadText(5, out key) && key == "b", "second key");
            Assert.IsTrue(reader.TryReadArrayStart(4, out int items), "array");
            Assert.AreEqual(2, items);
            Assert.IsTrue(reader.TrySkip() && reader.TrySkip() && reader.TryReadEnd(), "end");
        }

        [TestMethod]
        public static void What_nobody_asked_for_is_passed_over()
        {
            // A big number, a date with a tag, an array of arrays, a map, a float.
            foreach (string hex in new[]
            {
                "c249010000000000000000", "c11a514b67b0", "8301820203820405", "a201020304", "fb3ff199999999999a",
            })
            {
                CborReader reader = Reader(hex);
                Assert.IsTrue(reader.TrySkip(), hex);
                Assert.IsTrue(reader.TryReadEnd(), hex);
            }
        }

        [TestMethod]
        public static void Forms_that_the_contract_has_not_are_refused()
        {
            Expect.Error(ContractError.NotShortest, ErrorOfSkip("1817"), "23 in two bytes");
            Expect.Error(ContractError.NotShortest, ErrorOfSkip("1b00000000ffffffff"), "32 bits in nine bytes");
            Expect.Error(ContractError.IndefiniteLength, ErrorOfSkip("9fff"), "an array without a length");
            Expect.Error(ContractError.Reserved, ErrorOfSkip("1c"), "a length that means nothing");
            Assert.IsTrue(ErrorOfSkip("f7") != ContractError.None, "undefined");
        }

        [TestMethod]
        public static void Too_much_too_little_and_too_deep()
        {
            Expect.Error(ContractError.Truncated, ErrorOfSkip("1903"), "a cut number");
            Expect.Error(ContractError.Truncated, ErrorOfSkip("8301"), "a cut array");
            CborReader two = Reader("0102");
            two.TrySkip();
            Assert.IsFalse(two.TryReadEnd(), "two items");
            Expect.Error(ContractError.TrailingBytes, two.Error, "two items");
            byte[] deep = new byte[200];
            for (int i = 0; i < deep.Length; i++)
                deep[i] = 0x81;
            CborReader reader = new CborReader(deep);
            Assert.IsFalse(reader.TrySkip(), "two hundred arrays in each other");
            Expect.Error(ContractError.TooDeep, reader.Error, "two hundred arrays in each other");
        }

        [TestMethod]
        public static void A_full_buffer_is_an_error_and_no_crash()
        {
            CborWriter writer = new CborWriter(new byte[3]);
            writer.WriteText("abcd");
            Assert.IsTrue(writer.Error != ContractError.None, "error");
            Assert.IsTrue(writer.Length <= 3, "length");
        }

        private static CborReader Reader(string hex) => new CborReader(Expect.FromHex(hex));

        private static ContractError ErrorOfSkip(string hex)
        {
            CborReader reader = Reader(hex);
            Assert.IsFalse(reader.TrySkip(), hex);
            return reader.Error;
        }

        private static void Integer(string hex, long value)
        {
            CborReader reader = Reader(hex);
            Assert.IsTrue(reader.TryReadInt64(out long read), hex);
            Assert.AreEqual(value, read, hex);
            Assert.IsTrue(reader.TryReadEnd(), hex);
            byte[] expected = Expect.FromHex(hex);
            byte[] buffer = new byte[expected.Length];
            CborWriter writer = new CborWriter(buffer);
            writer.WriteInt(value);
            Expect.None(writer.Error, hex);
            Assert.AreEqual(expected.Length, writer.Length, hex);
            Expect.Bytes(expected, buffer, hex);
        }

        private static void Float(string hex, double value)
        {
            CborReader reader = Reader(hex);
            Assert.IsTrue(reader.TryReadFloat(out double read), hex);
            Assert.AreEqual(value, read, hex);
            Assert.IsTrue(reader.TryReadEnd(), hex);
        }

        private static void Text(string hex, string value)
        {
            CborReader reader = Reader(hex);
            Assert.IsTrue(reader.TryReadText(10, out string read), hex);
            Assert.AreEqual(value, read, hex);
            byte[] expected = Expect.FromHex(hex);
            byte[] buffer = new byte[expected.Length];
            CborWriter writer = new CborWriter(buffer);
            writer.WriteText(value);
            Expect.None(writer.Error, hex);
            Expect.Bytes(expected, buffer, hex);
        }
    }
}
