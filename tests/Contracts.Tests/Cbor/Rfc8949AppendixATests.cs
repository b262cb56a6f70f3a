using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Tests.Cbor;

/// <summary>
/// Every example of RFC 8949 appendix A, in its order: each is read to what the appendix says it means, passed over, or
/// refused by name.
/// </summary>
public sealed class Rfc8949AppendixATests
{
    // Where the writer is null, the form is one that we read and never write: a half-precision number.
    private static readonly (string Hex, string Meaning, Action<CborWriter>? Write)[] Ours =
    [
        ("00", "0", w => w.WriteInt(0)),
        ("01", "1", w => w.WriteInt(1)),
        ("0a", "10", w => w.WriteInt(10)),
        ("17", "23", w => w.WriteInt(23)),
        ("1818", "24", w => w.WriteInt(24)),
        ("1819", "25", w => w.WriteInt(25)),
        ("1864", "100", w => w.WriteInt(100)),
        ("1903e8", "1000", w => w.WriteInt(1000)),
        ("1a000f4240", "1000000", w => w.WriteInt(1_000_000)),
        ("1b000000e8d4a51000", "1000000000000", w => w.WriteInt(1_000_000_000_000)),
        ("1bffffffffffffffff", "18446744073709551615", w => w.WriteUInt(ulong.MaxValue)),
        ("20", "-1", w => w.WriteInt(-1)),
        ("29", "-10", w => w.WriteInt(-10)),
        ("3863", "-100", w => w.WriteInt(-100)),
        ("3903e7", "-1000", w => w.WriteInt(-1000)),
        ("f90000", "0.0", null),
        ("f98000", "-0.0", null),
        ("f93c00", "1.0", null),
        ("fb3ff199999999999a", "1.1", w => w.WriteFloat64(1.1)),
        ("f93e00", "1.5", null),
        ("f97bff", "65504.0", null),
        ("fa47c35000", "100000.0", w => w.WriteFloat32(100000)),
        ("fa7f7fffff", "3.4028234663852886e+38", w => w.WriteFloat32(float.MaxValue)),
        ("fb7e37e43c8800759c", "1.0e+300", w => w.WriteFloat64(1e300)),
        ("f90001", "5.960464477539063e-8", null),
        ("f90400", "0.00006103515625", null),
        ("f9c400", "-4.0", null),
        ("fbc010666666666666", "-4.1", w => w.WriteFloat64(-4.1)),
        ("f97c00", "Infinity", null),
        ("f97e00", "NaN", null),
        ("f9fc00", "-Infinity", null),
        ("fa7f800000", "Infinity", w => w.WriteFloat32(float.PositiveInfinity)),
        ("fa7fc00000", "NaN", w => w.WriteFloat32(BitConverter.Int32BitsToSingle(0x7FC00000))),
        ("faff800000", "-Infinity", w => w.WriteFloat32(float.NegativeInfinity)),
        ("fb7ff0000000000000", "Infinity", w => w.WriteFloat64(double.PositiveInfinity)),
        ("fb7ff8000000000000", "NaN", w => w.WriteFloat64(BitConverter.Int64BitsToDouble(0x7FF8000000000000))),
        ("fbfff0000000000000", "-Infinity", w => w.WriteFloat64(double.NegativeInfinity)),
        ("f4", "false", w => w.WriteBool(false)),
        ("f5", "true", w => w.WriteBool(true)),
        ("f6", "null", w => w.WriteNull()),
        ("40", "h''", w => w.WriteBytes([])),
        ("4401020304", "h'01020304'", w => w.WriteBytes([1, 2, 3, 4])),
        ("60", "\"\"", w => w.WriteText("")),
        ("6161", "\"a\"", w => w.WriteText("a")),
        ("6449455446", "\"IETF\"", w => w.WriteText("IETF")),
        ("62225c", "\"\\\"\\\\\"", w => w.WriteText("\"\\")),
        ("62c3bc", "\"\u00fc\"", w => w.WriteText("\u00fc")),
        ("63e6b0b4", "\"\u6c34\"", w => w.WriteText("\u6c34")),
        ("64f0908591", "\"\ud800\udd51\"", w => w.WriteText("\ud800\udd51")),
        ("80", "[]", w => w.WriteArrayStart(0)),
        ("83010203", "[1, 2, 3]", w => Array(w, 1, 2, 3)),
        ("8301820203820405", "[1, [2, 3], [4, 5]]", w =>
        {
            w.WriteArrayStart(3);
            w.WriteInt(1);
            Array(w, 2, 3);
            Array(w, 4, 5);
        }),
        ("98190102030405060708090a0b0c0d0e0f101112131415161718181819",
            "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]",
            w => Array(w, Enumerable.Range(1, 25).ToArray())),
        ("a0", "{}", w => w.WriteMapStart(0)),
        ("a201020304", "{1: 2, 3: 4}", w =>
        {
            w.WriteMapStart(2);
            w.WriteInt(1);
            w.WriteInt(2);
            w.WriteInt(3);
            w.WriteInt(4);
        }),
        ("a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}", w =>
        {
            w.WriteMapStart(2);
            w.WriteText("a");
            w.WriteInt(1);
            w.WriteText("b");
            Array(w, 2, 3);
        }),
        ("826161a161626163", "[\"a\", {\"b\": \"c\"}]", w =>
        {
            w.WriteArrayStart(2);
            w.WriteText("a");
            w.WriteMapStart(1);
            w.WriteText("b");
            w.WriteText("c");
        }),
        ("a56161614161626142616361436164614461656145",
            "{\"a\": \"A\", \"b\": \"B\", \"c\": \"C\", \"d\": \"D\", \"e\": \"E\"}", w =>
            {
                w.WriteMapStart(5);
                for (char c = 'a'; c <= 'e'; c++)
                {
                    w.WriteText(c.ToString());
                    w.WriteText(char.ToUpperInvariant(c).ToString());
                }
            }),
    ];

    // Well formed, so skipped where nobody asked for it; no number of ours, and the error says why.
    private static readonly (string Hex, string Meaning, ContractError AsNumber)[] PassedOver =
    [
        ("c249010000000000000000", "18446744073709551616", ContractError.WrongType),
        ("3bffffffffffffffff", "-18446744073709551616", ContractError.OutOfRange),
        ("c349010000000000000000", "-18446744073709551617", ContractError.WrongType),
        ("c074323031332d30332d32315432303a30343a30305a", "0(\"2013-03-21T20:04:00Z\")", ContractError.WrongType),
        ("c11a514b67b0", "1(1363896240)", ContractError.WrongType),
        ("c1fb41d452d9ec200000", "1(1363896240.5)", ContractError.WrongType),
        ("d74401020304", "23(h'01020304')", ContractError.WrongType),
        ("d818456449455446", "24(h'6449455446')", ContractError.WrongType),
        ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", "32(\"http://www.example.com\")",
            ContractError.WrongType),
    ];

    private static readonly (string Hex, string Meaning, ContractError Error)[] Refused =
    [
        ("f7", "undefined", ContractError.Reserved),
        ("f0", "simple(16)", ContractError.Reserved),
        ("f8ff", "simple(255)", ContractError.Reserved),
        ("5f42010243030405ff", "(_ h'0102', h'030405')", ContractError.IndefiniteLength),
        ("7f657374726561646d696e67ff", "(_ \"strea\", \"ming\")", ContractError.IndefiniteLength),
        ("9fff", "[_ ]", ContractError.IndefiniteLength),
        ("9f018202039f0405ffff", "[_ 1, [2, 3], [_ 4, 5]]", ContractError.IndefiniteLength),
        ("9f01820203820405ff", "[_ 1, [2, 3], [4, 5]]", ContractError.IndefiniteLength),
        ("83018202039f0405ff", "[1, [2, 3], [_ 4, 5]]", ContractError.IndefiniteLength),
        ("83019f0203ff820405", "[1, [_ 2, 3], [4, 5]]", ContractError.IndefiniteLength),
        ("9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
            "[_ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]",
            ContractError.IndefiniteLength),
        ("bf61610161629f0203ffff", "{_ \"a\": 1, \"b\": [_ 2, 3]}", ContractError.IndefiniteLength),
        ("826161bf61626163ff", "[\"a\", {_ \"b\": \"c\"}]", ContractError.IndefiniteLength),
        ("bf6346756ef563416d7421ff", "{_ \"Fun\": true, \"Amt\": -2}", ContractError.IndefiniteLength),
    ];

    public static TheoryData<string> OursByHex => [.. Ours.Select(row => row.Hex)];

    public static TheoryData<string> PassedOverByHex => [.. PassedOver.Select(row => row.Hex)];

    public static TheoryData<string> RefusedByHex => [.. Refused.Select(row => row.Hex)];

    /// <summary>
    /// The appendix has 81 examples; RFC 7049, from which they come, had one more, simple(24), which is malformed now.
    /// </summary>
    [Fact]
    public void Each_example_is_in_one_list()
    {
        string[] all = [.. Ours.Select(r => r.Hex), .. PassedOver.Select(r => r.Hex), .. Refused.Select(r => r.Hex)];
        Assert.Equal(81, all.Length);
        Assert.Equal(81, all.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(OursByHex))]
    public void What_is_ours_reads_as_the_appendix_says(string hex)
    {
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.Equal(Ours.Single(row => row.Hex == hex).Meaning, Diagnostic.Read(reader));
        Assert.True(reader.TryReadEnd());
    }

    [Theory]
    [MemberData(nameof(OursByHex))]
    public void What_is_ours_is_skipped_whole(string hex)
    {
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.True(reader.TrySkip());
        Assert.True(reader.TryReadEnd());
    }

    [Theory]
    [MemberData(nameof(OursByHex))]
    public void What_we_write_has_the_bytes_of_the_appendix(string hex)
    {
        Action<CborWriter>? write = Ours.Single(row => row.Hex == hex).Write;
        if (write is null)
        {
            Assert.StartsWith("f9", hex);
            return;
        }
        byte[] buffer = new byte[64];
        CborWriter writer = new(buffer);
        write(writer);
        Assert.Equal(ContractError.None, writer.Error);
        Assert.Equal(hex, Convert.ToHexStringLower(buffer, 0, writer.Length));
    }

    /// <summary>Infinity and not-a-number can be read as floats, but no measured value is one of them.</summary>
    [Theory]
    [InlineData("f97c00")]
    [InlineData("f97e00")]
    [InlineData("f9fc00")]
    [InlineData("fa7f800000")]
    [InlineData("fa7fc00000")]
    [InlineData("faff800000")]
    [InlineData("fb7ff0000000000000")]
    [InlineData("fb7ff8000000000000")]
    [InlineData("fbfff0000000000000")]
    public void A_number_is_finite(string hex)
    {
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TryReadNumber(out double value));
        Assert.Equal(0, value);
        Assert.Equal(ContractError.NotFinite, reader.Error);
    }

    [Theory]
    [MemberData(nameof(PassedOverByHex))]
    public void What_is_not_ours_is_skipped_and_is_no_number(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        CborReader reader = new(bytes);
        Assert.True(reader.TrySkip());
        Assert.True(reader.TryReadEnd());

        reader.Reset(bytes, 0, bytes.Length);
        Assert.False(reader.TryReadNumber(out _));
        Assert.Equal(PassedOver.Single(row => row.Hex == hex).AsNumber, reader.Error);

        reader.Reset(bytes, 0, bytes.Length);
        Assert.False(reader.TryReadDecimal(out _, out _));
        Assert.Equal(PassedOver.Single(row => row.Hex == hex).AsNumber, reader.Error);
    }

    /// <summary>A tag is handed out with its content behind it, for messages that know it.</summary>
    [Fact]
    public void Tags_read_as_the_appendix_says()
    {
        foreach ((string hex, string meaning, _) in PassedOver.Where(row => row.Meaning.Contains('(')))
            Assert.Equal(meaning, Diagnostic.Read(new CborReader(Convert.FromHexString(hex))));
    }

    [Theory]
    [MemberData(nameof(RefusedByHex))]
    public void What_is_outside_is_refused_by_name(string hex)
    {
        ContractError expected = Refused.Single(row => row.Hex == hex).Error;
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TrySkip());
        Assert.Equal(expected, reader.Error);

        CborReader second = new(Convert.FromHexString(hex));
        Assert.Null(Diagnostic.Read(second));
        Assert.Equal(expected, second.Error);
    }

    /// <summary>Two bytes for a simple value below 32 are not well formed (section 3.3).</summary>
    [Theory]
    [InlineData("f814")]
    [InlineData("f818")]
    [InlineData("f81f")]
    public void A_simple_value_in_too_many_bytes_is_refused(string hex)
    {
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TrySkip());
        Assert.Equal(ContractError.Reserved, reader.Error);
        Assert.False(new CborReader(Convert.FromHexString(hex)).TryReadBool(out _));
    }

    private static void Array(CborWriter writer, params int[] items)
    {
        writer.WriteArrayStart(items.Length);
        foreach (int item in items)
            writer.WriteInt(item);
    }
}
