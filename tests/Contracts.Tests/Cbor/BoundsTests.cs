using System.Text;
using EdgeFleet.Contracts.Cbor;
using TheirWriter = System.Formats.Cbor.CborWriter;

namespace EdgeFleet.Contracts.Tests.Cbor;

/// <summary>What the codec refuses, at the last size that it takes and the first that it does not.</summary>
public sealed class BoundsTests
{
    /// <summary>Well-formedness of text as .NET's own strict decoder has it, over all that two to four bytes can be.</summary>
    [Fact]
    public void Text_is_utf8_exactly_where_dotnet_says_so()
    {
        UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        byte[] edges = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED,
            0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFC, 0xFE, 0xFF];
        byte[] item = new byte[5];
        int valid = 0;
        int invalid = 0;
        for (int length = 1; length <= 4; length++)
        {
            item[0] = (byte)(0x60 | length);
            for (int choice = 0; choice < (int)Math.Pow(edges.Length, length); choice++)
            {
                for (int i = 0, rest = choice; i < length; i++, rest /= edges.Length)
                    item[1 + i] = edges[rest % edges.Length];
                bool expected;
                try
                {
                    strict.GetCharCount(item, 1, length);
                    expected = true;
                    valid++;
                }
                catch (DecoderFallbackException)
                {
                    expected = false;
                    invalid++;
                }
                CborReader reader = new(item);
                reader.Reset(item, 0, length + 1);
                bool read = reader.TryReadText(4, out int _, out int _);
                if (read != expected || (!read && reader.Error != ContractError.InvalidUtf8))
                    Assert.Fail($"{Convert.ToHexString(item, 0, length + 1)}: {read}, {reader.Error}");
            }
        }
        Assert.True(valid > 1000 && invalid > 100_000, $"{valid} valid, {invalid} not");
    }

    /// <summary>In a loop: attributes are stored as UTF-8 and would lose what is tested here.</summary>
    [Fact]
    public void A_lone_surrogate_is_not_written()
    {
        string[] texts = ["\ud800", "\udc00", "a\ud83d", "\ud83da", "\ud83d\ud83d", "\udc00\ud83d"];
        foreach (string text in texts)
        {
            byte[] buffer = new byte[32];
            CborWriter writer = new(buffer);
            writer.WriteInt(1);
            writer.WriteText(text);
            writer.WriteInt(2);
            Assert.Equal(ContractError.InvalidUtf8, writer.Error);
            Assert.Equal(1, writer.Length);
            Assert.All(buffer[1..], b => Assert.Equal(0, b));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("\u007f\u0080\u07ff\u0800\uffff")]
    [InlineData("\ud83d\ude00 and \udbff\udfff")]
    public void Byte_counts_are_those_of_dotnet(string text)
    {
        Assert.Equal(Encoding.UTF8.GetByteCount(text), Utf8.ByteCount(text));
    }

    /// <summary>Each of the longer forms of a head, for each major type that has an argument.</summary>
    [Theory]
    [InlineData("1817")]
    [InlineData("1900ff")]
    [InlineData("1a0000ffff")]
    [InlineData("1b00000000ffffffff")]
    [InlineData("3817")]
    [InlineData("3900ff")]
    [InlineData("580141")]
    [InlineData("5900014142")]
    [InlineData("780161")]
    [InlineData("980101")]
    [InlineData("9a0000000101")]
    [InlineData("b8010102")]
    [InlineData("d80401")]
    public void A_head_longer_than_it_need_be_is_refused(string hex)
    {
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TrySkip());
        Assert.Equal(ContractError.NotShortest, reader.Error);
    }

    [Fact]
    public void Reserved_additional_information_is_refused()
    {
        for (int major = 0; major < 8; major++)
        {
            for (int info = 28; info <= 30; info++)
            {
                CborReader reader = new([(byte)(major << 5 | info), 0, 0, 0, 0, 0, 0, 0, 0]);
                Assert.False(reader.TrySkip());
                Assert.Equal(ContractError.Reserved, reader.Error);
            }
        }
    }

    /// <summary>Heads cut short, items that are missing, and lengths that no payload could have.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("18")]
    [InlineData("1901")]
    [InlineData("1a010203")]
    [InlineData("1b01020304050607")]
    [InlineData("41")]
    [InlineData("5820")]
    [InlineData("6261")]
    [InlineData("81")]
    [InlineData("8200")]
    [InlineData("a1")]
    [InlineData("a100")]
    [InlineData("c4")]
    [InlineData("f93c")]
    [InlineData("fa000000")]
    [InlineData("fb00000000000000")]
    [InlineData("9b7fffffffffffffff")]
    [InlineData("bb7fffffffffffffff")]
    [InlineData("bbffffffffffffffff")]
    [InlineData("5bffffffffffffffff")]
    [InlineData("7bffffffffffffffff")]
    public void What_ends_too_early_is_truncated(string hex)
    {
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.False(reader.TrySkip());
        Assert.Equal(ContractError.Truncated, reader.Error);
    }

    public static TheoryData<string> Containers => ["81", "a100", "c1"];

    /// <summary>As many containers inside each other as the bound says, and one more.</summary>
    [Theory]
    [MemberData(nameof(Containers))]
    public void Depth_ends_at_the_bound(string container)
    {
        foreach ((int depth, bool taken) in new[] { (Limits.MaxDepth, true), (Limits.MaxDepth + 1, false) })
        {
            CborReader reader = new(Convert.FromHexString(string.Concat(Enumerable.Repeat(container, depth)) + "00"));
            Assert.Equal(taken, reader.TrySkip() && reader.TryReadEnd());
            Assert.Equal(taken ? ContractError.None : ContractError.TooDeep, reader.Error);
        }
        // A payload of nothing but openings must not find the end of the stack.
        byte[] abyss = new byte[Limits.MaxPayload];
        Array.Fill(abyss, (byte)0x81);
        CborReader deep = new(abyss);
        Assert.False(deep.TrySkip());
        Assert.Equal(ContractError.TooDeep, deep.Error);
    }

    [Fact]
    public void Strings_and_arrays_end_at_the_callers_bound()
    {
        CborReader reader = new(Convert.FromHexString("6461626364"));
        Assert.True(reader.TryReadText(4, out string text));
        Assert.Equal("abcd", text);
        AssertRefused("6461626364", ContractError.TooLong, r => r.TryReadText(3, out string _));
        AssertRefused("4401020304", ContractError.TooLong, r => r.TryReadBytes(3, out int _, out int _));
        AssertRefused("4401020304", ContractError.OutOfRange, r => r.TryReadBytes(new byte[5]));
        AssertRefused("4401020304", ContractError.TooLong, r => r.TryReadBytes(new byte[3]));
        AssertRefused("83010203", ContractError.TooLong, r => r.TryReadArrayStart(2, out int _));
        AssertRefused("a201020304", ContractError.TooLong, r => r.TryReadMapStart(1, out int _));
        byte[] exact = new byte[4];
        Assert.True(new CborReader(Convert.FromHexString("4401020304")).TryReadBytes(exact));
        Assert.Equal([1, 2, 3, 4], exact);
    }

    [Theory]
    [InlineData("00", "integer")]
    [InlineData("4100", "bytes")]
    [InlineData("6161", "text")]
    [InlineData("80", "array")]
    [InlineData("a0", "map")]
    [InlineData("c100", "tag")]
    [InlineData("f4", "bool")]
    [InlineData("f6", "null")]
    [InlineData("f90000", "float")]
    public void An_item_of_another_type_is_refused_and_named(string hex, string type)
    {
        (string Type, Func<CborReader, bool> Read)[] readers =
        [
            ("integer", r => r.TryReadInt64(out long _)),
            ("integer", r => r.TryReadUInt64(out ulong _)),
            ("integer", r => r.TryReadUInt32(out uint _)),
            ("integer", r => r.TryReadInt32(0, 9, out int _)),
            ("bytes", r => r.TryReadBytes(9, out int _, out int _)),
            ("text", r => r.TryReadText(9, out string _)),
            ("array", r => r.TryReadArrayStart(9, out int _)),
            ("map", r => r.TryReadMapStart(9, out int _)),
            ("tag", r => r.TryReadTag(out ulong _)),
            ("bool", r => r.TryReadBool(out bool _)),
            ("null", r => r.TryReadNull()),
            ("float", r => r.TryReadFloat(out double _)),
        ];
        foreach ((string wanted, Func<CborReader, bool> read) in readers)
        {
            CborReader reader = new(Convert.FromHexString(hex));
            Assert.Equal(wanted == type, read(reader));
            Assert.Equal(wanted == type ? ContractError.None : ContractError.WrongType, reader.Error);
        }
    }

    /// <summary>A decimal fraction has two integers, and an exponent within the bound.</summary>
    [Theory]
    [InlineData("c48220190bb8", ContractError.None)]
    [InlineData("c482310a", ContractError.None)]
    [InlineData("c482320a", ContractError.OutOfRange)]
    [InlineData("c482120a", ContractError.None)]
    [InlineData("c482130a", ContractError.OutOfRange)]
    [InlineData("c48120", ContractError.WrongType)]
    [InlineData("c483200101", ContractError.TooLong)]
    [InlineData("c40a", ContractError.WrongType)]
    [InlineData("c5820a0a", ContractError.WrongType)]
    [InlineData("c48220f90000", ContractError.WrongType)]
    [InlineData("c48220c2410a", ContractError.WrongType)]
    public void Decimal_fractions_outside_the_rules_are_refused(string hex, ContractError error)
    {
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.Equal(error == ContractError.None, reader.TryReadDecimal(out _, out _));
        Assert.Equal(error, reader.Error);
        reader = new(Convert.FromHexString(hex));
        Assert.Equal(error == ContractError.None, reader.TryReadNumber(out _));
        Assert.Equal(error, reader.Error);
    }

    [Theory]
    [InlineData(Limits.MaxExponent + 1)]
    [InlineData(-Limits.MaxExponent - 1)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void An_exponent_that_no_reader_takes_is_not_written(int exponent)
    {
        CborWriter writer = new(new byte[32]);
        writer.WriteDecimal(1, exponent);
        Assert.Equal(ContractError.OutOfRange, writer.Error);
        Assert.Equal(0, writer.Length);
    }

    /// <summary>A key of 0 to 31 may come once; any other key is told apart from them and passed over.</summary>
    [Fact]
    public void Keys_are_known_once_each()
    {
        long[] keys = [0, 31, 7, 32, -1, long.MaxValue, long.MinValue, 32];
        TheirWriter theirs = new(allowMultipleRootLevelValues: true);
        foreach (long key in keys)
            theirs.WriteInt64(key);
        theirs.WriteTextString("name");
        theirs.WriteTextString("");
        theirs.WriteInt64(31);
        byte[] bytes = theirs.Encode();

        CborReader reader = new(bytes);
        uint seen = 0;
        foreach (long expected in keys)
        {
            Assert.True(reader.TryReadKey(ref seen, out int key));
            Assert.Equal(expected is >= 0 and <= 31 ? expected : CborReader.UnknownKey, key);
        }
        Assert.True(reader.TryReadKey(ref seen, out int text));
        Assert.Equal(CborReader.UnknownKey, text);
        Assert.True(reader.TryReadKey(ref seen, out text));
        Assert.Equal(CborReader.UnknownKey, text);
        Assert.False(reader.TryReadKey(ref seen, out _));
        Assert.Equal(ContractError.DuplicateKey, reader.Error);
    }

    [Fact]
    public void The_first_error_sticks()
    {
        CborReader reader = new([0x01, 0x61, 0x62]);
        Assert.False(reader.TryReadText(4, out string _));
        Assert.Equal(ContractError.WrongType, reader.Error);
        Assert.False(reader.TryReadInt64(out _));
        Assert.False(reader.TrySkip());
        Assert.False(reader.TryReadEnd());
        Assert.False(reader.Fail(ContractError.TooDeep));
        Assert.Equal(CborType.None, reader.PeekType());
        Assert.Equal(ContractError.WrongType, reader.Error);
    }

    [Fact]
    public void Bytes_behind_the_item_are_named()
    {
        CborReader reader = new([0x01, 0x02]);
        Assert.True(reader.TryReadInt64(out _));
        Assert.False(reader.TryReadEnd());
        Assert.Equal(ContractError.TrailingBytes, reader.Error);
    }

    private static void AssertRefused(string hex, ContractError error, Func<CborReader, bool> read)
    {
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.False(read(reader));
        Assert.Equal(error, reader.Error);
    }
}
