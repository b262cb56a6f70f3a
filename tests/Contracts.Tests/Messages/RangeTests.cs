using System.Globalization;
using EdgeFleet.Contracts.Tests.Vectors;

namespace EdgeFleet.Contracts.Tests.Messages;

/// <summary>
/// Both ends of what every field may be, and the next value beyond each. The ranges are those of contracts.cddl, in
/// figures and not by Limits, so that a bound that is changed there is seen to change the wire.
/// </summary>
public sealed class RangeTests
{
    private const long UInt32 = 4_294_967_295;
    private const long Utc = 4_102_444_800_000;

    /// <summary>Kind, key, field, and the least and largest number.</summary>
    public static TheoryData<string, int, string, long, long> Numbers() => new()
    {
        { "block-request", 2, "Offset", 0, UInt32 },
        { "block-request", 3, "Length", 1, 4096 },
        { "block-answer", 2, "Offset", 0, UInt32 - 4 },
        { "block-answer", 3, "Status", 0, 255 },
        { "block-answer", 4, "Total", 5, UInt32 },
        { "claim-request", 2, "Kind", 0, 1 },
        { "claim-answer", 1, "Status", 0, 2 },
        { "claim-answer", 2, "Refusal", 0, 255 },
        { "claim-answer", 6, "GatewayPort", 0, 65535 },
        { "claim-answer", 7, "TimeMs", -Utc, Utc },
        { "claim-answer", 8, "RetryAfterS", 0, 604_800 },
        { "command", 1, "Id", 0, UInt32 },
        { "command", 2, "Type", 1, 255 },
        { "command", 3, "ExpiryMs", -Utc, Utc },
        { "command-reply", 1, "Id", 0, UInt32 },
        { "command-reply", 2, "Status", 0, 255 },
        { "desired-state", 1, "TimeMs", -Utc, Utc },
        { "node-event", 1, "Epoch", 0, UInt32 },
        { "node-event", 2, "Sequence", 0, UInt32 },
        { "node-event", 3, "Type", 1, 255 },
        { "node-event", 4, "TimeMs", -Utc, Utc },
        { "node-event", 5, "TimeQuality", 0, 3 },
        { "node-event", 6, "Severity", 0, 2 },
        { "node-event", 8, "ConfigVersion", 0, UInt32 },
        { "reported-state", 1, "Boots", 0, UInt32 },
        { "reported-state", 2, "Sequence", 0, UInt32 },
        { "reported-state", 3, "Kind", 0, 1 },
        { "reported-state", 8, "BootReason", 0, 255 },
        { "reported-state", 9, "UptimeS", 0, UInt32 },
        { "reported-state", 10, "FreeHeapBytes", 0, UInt32 },
        { "reported-state", 11, "RssiDbm", -200, 100 },
        { "reported-state", 12, "ClockAgeS", -1, int.MaxValue },
        { "reported-state", 13, "ClockQuality", 0, 3 },
        { "reported-state", 14, "ConfigVersion", 0, UInt32 },
        { "reported-state", 15, "RefusedConfigVersion", 0, UInt32 },
        { "reported-state", 16, "RefusedConfigFault", 0, 255 },
        { "reported-state", 17, "WindowMs", 0, 3_600_000 },
        { "reported-state", 18, "StateIntervalMs", 0, 86_400_000 },
        { "reported-state", 19, "Epoch", 0, UInt32 },
        { "reported-state", 20, "WindowsProduced", 0, UInt32 },
        { "reported-state", 21, "WindowsBuffered", 0, UInt32 },
        { "reported-state", 22, "WindowsDropped", 0, UInt32 },
        { "reported-state", 23, "DroppedFirst", 0, UInt32 },
        { "reported-state", 24, "DroppedLast", 0, UInt32 },
        { "reported-state", 25, "DroppedFromMs", -Utc, Utc },
        { "reported-state", 26, "DroppedToMs", -Utc, Utc },
        { "reported-state", 27, "EventsProduced", 0, UInt32 },
        { "reported-state", 28, "EventsDropped", 0, UInt32 },
        { "reported-state", 29, "SamplesMissed", 0, UInt32 },
        { "waveform-chunk", 1, "Epoch", 0, UInt32 },
        { "waveform-chunk", 2, "Capture", 0, UInt32 },
        { "waveform-chunk", 3, "Axis", 0, 2 },
        { "waveform-chunk", 4, "Index", 0, 63 },
        { "waveform-chunk", 5, "Count", 1, 64 },
        { "waveform-chunk", 6, "TimeMs", -Utc, Utc },
        { "waveform-chunk", 7, "TimeQuality", 0, 3 },
        { "waveform-chunk", 8, "RateMilliHz", 0, UInt32 },
        { "waveform-chunk", 10, "Gaps", 0, UInt32 },
        { "waveform-chunk", 11, "FirstSample", 0, UInt32 },
        { "waveform-chunk", 12, "SampleCount", 1, 1024 },
    };

    /// <summary>Kind, key, field, and the least and largest length of free text, in bytes.</summary>
    public static TheoryData<string, int, string, int, int> Texts() => new()
    {
        { "claim-request", 3, "Board", 0, 96 },
        { "claim-request", 4, "FirmwareVersion", 0, 32 },
        { "claim-answer", 5, "GatewayHost", 0, 96 },
        { "command", 4, "Argument", 0, 96 },
        { "command-reply", 3, "Text", 0, 96 },
        { "node-event", 12, "Text", 0, 96 },
        { "reported-state", 5, "Board", 0, 96 },
        { "reported-state", 6, "FirmwareVersion", 0, 32 },
    };

    /// <summary>Kind, key, field, and the least and largest length of names.</summary>
    public static TheoryData<string, int, string, int, int> NamesOnTheWire() => new()
    {
        { "claim-request", 1, "HardwareId", 12, 32 },
        { "reported-state", 4, "HardwareId", 12, 32 },
        { "claim-answer", 3, "DeviceId", 1, 32 },
        { "node-event", 7, "Rule", 1, 32 },
        { "node-event", 9, "Channel", 1, 24 },
    };

    /// <summary>Kind, key, and the least and largest length in bytes.</summary>
    public static TheoryData<string, int, int, int> ByteStrings() => new()
    {
        { "block-request", 1, 32, 32 },
        { "block-answer", 1, 32, 32 },
        { "block-answer", 5, 0, 4096 },
        { "claim-request", 5, 16, 16 },
        { "claim-answer", 4, 32, 32 },
        { "claim-answer", 9, 16, 16 },
        { "command-reply", 4, 0, 2048 },
        { "reported-state", 7, 32, 32 },
        { "waveform-chunk", 13, 0, 4096 },
    };

    public static TheoryData<string, int, string> Decimals() => new()
    {
        { "node-event", 10, "Value" },
        { "node-event", 11, "Level" },
        { "waveform-chunk", 9, "Scale" },
    };

    /// <summary>The version has tests of its own, and so have the configuration and what is said of updates.</summary>
    [Fact]
    public void Every_key_of_every_message_has_its_range_here()
    {
        string[] here =
        [
            .. Numbers().Select(row => (row.Data.Item1, row.Data.Item2))
                .Concat(Texts().Select(row => (row.Data.Item1, row.Data.Item2)))
                .Concat(NamesOnTheWire().Select(row => (row.Data.Item1, row.Data.Item2)))
                .Concat(ByteStrings().Select(row => (row.Data.Item1, row.Data.Item2)))
                .Concat(Decimals().Select(row => (row.Data.Item1, row.Data.Item2)))
                .Concat([("desired-state", 2), ("desired-state", 3), ("reported-state", 30), ("reported-state", 31)])
                .Select(row => $"{row.Item1} {row.Item2}"),
        ];
        Assert.Equal(here.Distinct(), here);
        string[] keys = [.. Reading.Maps.SelectMany(kind => Reading.Full(kind).Select(pair => $"{kind} {pair.Key}"))];
        Assert.Equal(
            keys.Where(key => !key.EndsWith(" 0", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            here.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_number_is_read_within_its_range_and_refused_beyond(
        string kind, int key, string field, long least, long most)
    {
        foreach (long number in new[] { least, most })
        {
            object message = Reading.Message<object>(kind, Changed(kind, key, number));
            object value = message.GetType().GetField(field)!.GetValue(message)!;
            Assert.Equal(number, Convert.ToInt64(value, CultureInfo.InvariantCulture));
        }
        foreach (object number in new object[] { least - 1, most + 1, long.MinValue, long.MaxValue, ulong.MaxValue })
            Assert.Equal(ContractError.OutOfRange, Reading.Error(kind, Changed(kind, key, number)));
        // What means the same in another form is still another type: messages have one encoding.
        foreach (object? form in new object?[]
            { (double)most, (float)least, Fraction(0, most), new Tagged(2, new byte[] { 1 }) })
            Assert.Equal(ContractError.WrongType, Reading.Error(kind, Changed(kind, key, form)));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_is_measured_in_bytes(string kind, int key, string field, int least, int most)
    {
        // Letters of one, two, three and four bytes.
        foreach (string letter in new[] { "a", "é", "台", "🌉" })
        {
            int size = System.Text.Encoding.UTF8.GetByteCount(letter);
            string longest = string.Concat(Enumerable.Repeat(letter, most / size));
            foreach (string text in new[] { longest, string.Concat(Enumerable.Repeat("x", least)) })
            {
                object message = Reading.Message<object>(kind, Changed(kind, key, text));
                Assert.Equal(text, message.GetType().GetField(field)!.GetValue(message));
            }
            string tooLong = longest + letter;
            Assert.Equal(ContractError.TooLong, Reading.Error(kind, Changed(kind, key, tooLong)));
        }
        foreach (byte[] bytes in new byte[][] { [0x61, 0x80], [0x62, 0xC0, 0x80], [0x63, 0xED, 0xA0, 0x80] })
            Assert.Equal(ContractError.InvalidUtf8, Reading.Error(kind, Changed(kind, key, new Raw(bytes))));
    }

    /// <summary>The grammars have tests of their own; here, every reader is seen to hold to them.</summary>
    [Theory]
    [MemberData(nameof(NamesOnTheWire))]
    public void A_name_is_held_to_its_grammar(string kind, int key, string field, int least, int most)
    {
        foreach (int length in new[] { least, most })
        {
            string name = new('a', length);
            object message = Reading.Message<object>(kind, Changed(kind, key, name));
            Assert.Equal(name, message.GetType().GetField(field)!.GetValue(message));
        }
        string[] refused =
        [
            "", new('a', least - 1), new('A', least), "a" + new string('é', least), new string('a', least) + " ",
            new string('a', least - 1) + "\0", "-" + new string('a', least), new string('a', least) + "\n",
        ];
        foreach (string name in refused)
            Assert.Equal((name, ContractError.InvalidName), (name, Reading.Error(kind, Changed(kind, key, name))));
        Assert.Equal(ContractError.TooLong, Reading.Error(kind, Changed(kind, key, new string('a', most + 1))));
    }

    [Theory]
    [MemberData(nameof(ByteStrings))]
    public void A_byte_string_has_its_length(string kind, int key, int least, int most)
    {
        foreach (int length in new[] { least, most })
        {
            byte[] bytes = [.. Enumerable.Range(1, length).Select(b => (byte)b)];
            object message = Reading.Message<object>(kind, Changed(kind, key, bytes));
            // An empty string at the end of a reply is one that our writer leaves out.
            TreeMap again = (TreeMap)Tree.Of(MessageCodec.Write(message))!;
            if (length != 0)
                Assert.Equal(bytes, again[key]);
        }
        if (least == most)
        {
            foreach (int length in new[] { 0, 1, least - 1 })
                Assert.Equal(ContractError.OutOfRange, Reading.Error(kind, Changed(kind, key, new byte[length])));
        }
        Assert.Equal(ContractError.TooLong, Reading.Error(kind, Changed(kind, key, new byte[most + 1])));
    }

    [Theory]
    [MemberData(nameof(Decimals))]
    public void A_decimal_is_an_integer_or_a_fraction_of_ten(string kind, int key, string field)
    {
        foreach ((object? item, string value) in new (object?, string)[]
            {
                (0, "0e0"), (long.MaxValue, "9223372036854775807e0"), (long.MinValue, "-9223372036854775808e0"),
                (Fraction(-18, long.MinValue), "-9223372036854775808e-18"), (Fraction(18, 1), "1e18"),
                (Fraction(0, 5), "5e0"), (Fraction(-2, 0), "0e-2"),
            })
        {
            string fields = Reading.Fields(kind, Changed(kind, key, item));
            Assert.Contains($".{field} = {value}", fields.Split('\n'));
        }
        foreach ((object? item, ContractError error) in new (object?, ContractError)[]
            {
                (Fraction(19, 1), ContractError.OutOfRange), (Fraction(-19, 1), ContractError.OutOfRange),
                (Fraction(long.MinValue, 1), ContractError.OutOfRange),
                (Fraction(0, ulong.MaxValue), ContractError.OutOfRange), (ulong.MaxValue, ContractError.OutOfRange),
                (Fraction(-2, 1.5), ContractError.WrongType), (Fraction("1", 1), ContractError.WrongType),
                (Fraction(-2, new Tagged(2, new byte[] { 1 })), ContractError.WrongType),
                (new Tagged(4, 5), ContractError.WrongType), (new Tagged(5, Pair(1, 1)), ContractError.WrongType),
                (new Tagged(4, new List<object?> { 1 }), ContractError.WrongType),
                (new Tagged(4, new List<object?> { 1, 2, 3 }), ContractError.TooLong),
                (new Tagged(4, Fraction(1, 1)), ContractError.WrongType), (Pair(1, 1), ContractError.WrongType),
                (1.5, ContractError.WrongType), (double.NaN, ContractError.WrongType),
                (double.PositiveInfinity, ContractError.WrongType), (Half.NegativeInfinity, ContractError.WrongType),
            })
        {
            Assert.Equal((item, error), (item, Reading.Error(kind, Changed(kind, key, item))));
        }
    }

    private static TreeMap Changed(string kind, int key, object? value)
    {
        TreeMap message = Reading.Full(kind);
        // A piece lies inside its bundle, which is as large as can be or, where the size is changed, hardly larger.
        if (kind == "block-answer")
            message.Set(2, key == 4 ? 1 : 0).Set(4, UInt32).Set(5, new byte[4]);
        // A chunk's place lies before the number of chunks.
        if (kind == "waveform-chunk")
            message.Set(4, 0).Set(5, 64);
        return message.Set(key, value);
    }

    private static List<object?> Pair(object exponent, object mantissa) => [exponent, mantissa];

    private static Tagged Fraction(object exponent, object mantissa) => new(4, Pair(exponent, mantissa));
}
