using System.Formats.Cbor;
using EdgeFleet.Contracts.Senml;
using CborWriter = EdgeFleet.Contracts.Cbor.CborWriter;
using TheirReader = System.Formats.Cbor.CborReader;
using TheirWriter = System.Formats.Cbor.CborWriter;

namespace EdgeFleet.Contracts.Tests.Senml;

/// <summary>Our own packs: windows with a head and a record a channel.</summary>
public sealed class WindowTests
{
    private const string Device = "airbox-7k3m9q2x";

    /// <summary>A pack as a reader without our code sees it: nothing but the RFC's labels and values.</summary>
    [Fact]
    public void Anyone_reads_our_windows()
    {
        byte[] pack = Pack(writer =>
        {
            SenmlWriter.WritePackStart(writer, 3);
            SenmlWriter.WriteHead(writer, Device, Head(epoch: 0xDEADBEEF, sequence: 41, startMs: 1_763_900_000_250));
            SenmlWriter.WriteChannel(
                writer, Channels.Pm25, Units.MicrogramsPerCubicMetre, -2, 1234, 1001, 1502, 87, 60, 0);
            SenmlWriter.WriteMissing(writer, Channels.Humidity, Units.RelativeHumidity, QualityFlags.Missing);
        });
        List<Dictionary<object, object?>> records = ReadLikeOthers(pack);
        Assert.Equal(3, records.Count);

        Dictionary<object, object?> head = records[0];
        Assert.Equal(26L, head[-1L]);
        Assert.Equal("ef:airbox-7k3m9q2x/", head[-2L]);
        Assert.Equal(1_763_900_000.250m, head[-3L]);
        Assert.Equal("window", head[0L]);
        Assert.Equal("count", head[1L]);
        Assert.Equal(41L, head[2L]);
        Assert.Equal(0xDEADBEEFL, head["ep"]);
        Assert.Equal(60_000L, head["dur"]);
        Assert.Equal(0L, head["tq"]);
        Assert.Equal(9, head.Count);

        Dictionary<object, object?> channel = records[1];
        Assert.Equal("pm25", channel[0L]);
        Assert.Equal("ug/m3", channel[1L]);
        Assert.Equal(12.34m, channel[2L]);
        Assert.Equal(new List<object?> { 1001L, 1502L, 87L, 60L }, channel["st"]);
        Assert.Equal(4, channel.Count);

        Dictionary<object, object?> missing = records[2];
        Assert.Equal("rh", missing[0L]);
        Assert.Equal("%RH", missing[1L]);
        Assert.Equal(false, missing[4L]);
        Assert.Equal(1L, missing["q"]);
        Assert.Equal(4, missing.Count);
    }

    /// <summary>What goes in comes out: the statistics get the value's exponent, the names the device's.</summary>
    [Fact]
    public void Windows_come_back_as_they_were()
    {
        byte[] pack = Pack(writer =>
        {
            SenmlWriter.WritePackStart(writer, 5);
            SenmlWriter.WriteHead(writer, Device, Head(7, 1, 1_763_900_000_000));
            SenmlWriter.WriteChannel(writer, "temp", "Cel", -3, -1500, -2250, 125, 375, 60, QualityFlags.Gap);
            SenmlWriter.WriteChannel(writer, "co2", "ppm", 0, 415, 400, 430, 9, 12, 0);
            SenmlWriter.WriteHead(writer, null, Head(7, 2, 1_763_900_060_000));
            SenmlWriter.WriteChannel(writer, "lux", "lx", 2, 3, 1, 5, 2, 4, QualityFlags.Partial | QualityFlags.Frozen);
        });
        List<SenmlRecord> records = SenmlPack.ReadAll(pack);
        Assert.Equal(5, records.Count);
        AssertHead(records[0], 7, 1, 1_763_900_000, TimeQuality.Synchronised);
        AssertChannel(records[1], "temp", "Cel", -1.5, -2.25, 0.125, 0.375, 60, QualityFlags.Gap);
        Assert.Equal(1_763_900_000, records[1].Time);
        Assert.Equal(-3, records[1].Exponent);
        AssertChannel(records[2], "co2", "ppm", 415, 400, 430, 9, 12, 0);
        AssertHead(records[3], 7, 2, 1_763_900_060, TimeQuality.Synchronised);
        AssertChannel(records[4], "lux", "lx", 300, 100, 500, 200, 4, QualityFlags.Partial | QualityFlags.Frozen);
        Assert.Equal(1_763_900_060, records[4].Time);
    }

    /// <summary>Skewness and kurtosis have an exponent of their own, and both are there or neither.</summary>
    [Fact]
    public void Shape_is_in_thousandths_whatever_the_exponent()
    {
        byte[] pack = Pack(writer =>
        {
            SenmlWriter.WritePackStart(writer, 4);
            SenmlWriter.WriteHead(writer, Device, Head(7, 1, 1_763_900_000_000));
            SenmlWriter.WriteChannel(writer, "az", "m/s2", -6, 5, -40, 60, 7, 1250, -1234, 77_012, 0);
            SenmlWriter.WriteChannel(writer, "ay", "m/s2", 2, 5, -40, 60, 7, 1250, 0, 1000, 0);
            SenmlWriter.WriteChannel(writer, "ax", "m/s2", -6, 5, -40, 60, 7, 1250, 0, 0, 0);
        });
        List<SenmlRecord> records = SenmlPack.ReadAll(pack);
        AssertChannel(records[1], "az", "m/s2", 5e-6, -4e-5, 6e-5, 7e-6, 1250, 0);
        Assert.Equal((true, -1.234, 77.012), (records[1].HasShape, records[1].Skewness, records[1].Kurtosis));
        AssertChannel(records[2], "ay", "m/s2", 500, -4000, 6000, 700, 1250, 0);
        Assert.Equal((true, 0.0, 1.0), (records[2].HasShape, records[2].Skewness, records[2].Kurtosis));
        Assert.Equal((false, 0.0, 0.0), (records[3].HasShape, records[3].Skewness, records[3].Kurtosis));
    }

    /// <summary>One sample is a plain value, which any reader takes for what it is.</summary>
    [Fact]
    public void A_single_sample_needs_no_statistics()
    {
        byte[] pack = Pack(writer =>
        {
            SenmlWriter.WritePackStart(writer, 3);
            SenmlWriter.WriteHead(writer, Device, Head(7, 1, 1_763_900_000_000));
            SenmlWriter.WriteChannel(writer, "temp", "Cel", -2, 2150, 2150, 2150, 0, 1, 0);
            SenmlWriter.WriteChannel(writer, "rate", "Hz", -3, 125_321, 125_321, 125_321, 0, 1250, 0);
        });
        List<Dictionary<object, object?>> theirs = ReadLikeOthers(pack);
        Assert.Equal(3, theirs[1].Count);
        Assert.Equal(21.5m, theirs[1][2L]);
        List<SenmlRecord> records = SenmlPack.ReadAll(pack);
        Assert.Equal((false, 21.5), (records[1].HasStatistics, records[1].Value));
        AssertChannel(records[2], "rate", "Hz", 125.321, 125.321, 125.321, 0, 1250, 0);
    }

    /// <summary>Absolute times are Unix seconds, relative ones negative seconds from the sending, both to the ms.</summary>
    [Theory]
    [InlineData(1_763_900_000_000, TimeQuality.Synchronised, 1_763_900_000)]
    [InlineData(1_763_900_000_001, TimeQuality.Gateway, 1_763_900_000.001)]
    [InlineData(Limits.MaxUtcMs, TimeQuality.Gateway, 4_102_444_800)]
    [InlineData(-1, TimeQuality.Relative, -0.001)]
    [InlineData(-61_000, TimeQuality.Relative, -61)]
    [InlineData(-86_400_999, TimeQuality.AtLeast, -86_400.999)]
    [InlineData(0, TimeQuality.Relative, 0)]
    public void Times_are_absolute_or_relative(long startMs, TimeQuality quality, double seconds)
    {
        byte[] pack = Pack(writer =>
        {
            SenmlWriter.WritePackStart(writer, 1);
            WindowHead head = Head(1, 1, startMs);
            head.TimeQuality = quality;
            SenmlWriter.WriteHead(writer, Device, head);
        });
        SenmlRecord record = Assert.Single(SenmlPack.ReadAll(pack));
        AssertHead(record, 1, 1, seconds, quality);
        Assert.Equal(startMs, (long)Math.Round(record.Time * 1000));
        // RFC 8428 section 4.5.3: what is below 2^28 is relative; a plausible Unix time never is.
        Assert.Equal(quality >= TimeQuality.Relative, record.Time < 1 << 28);
    }

    /// <summary>Two windows of a pack must not inherit anything from each other but the base name.</summary>
    [Fact]
    public void A_later_head_has_its_own_time_and_epoch()
    {
        byte[] pack = Pack(writer =>
        {
            SenmlWriter.WritePackStart(writer, 3);
            SenmlWriter.WriteHead(writer, Device, Head(7, uint.MaxValue, 1_763_900_000_000));
            SenmlWriter.WriteMissing(writer, "rh", "%RH", QualityFlags.WarmingUp);
            SenmlWriter.WriteHead(writer, null, Head(uint.MaxValue, 1, 1_763_900_099_500));
        });
        List<SenmlRecord> records = SenmlPack.ReadAll(pack);
        AssertHead(records[0], 7, uint.MaxValue, 1_763_900_000, TimeQuality.Synchronised);
        Assert.Equal("ef:airbox-7k3m9q2x/rh", records[1].Name);
        Assert.True(records[1].HasBool);
        Assert.False(records[1].Bool);
        Assert.False(records[1].HasValue);
        Assert.False(records[1].HasWindow);
        Assert.Equal(QualityFlags.WarmingUp, records[1].Quality);
        AssertHead(records[2], uint.MaxValue, 1, 1_763_900_099.5, TimeQuality.Synchronised);
    }

    /// <summary>The statistics are held to what they can be at all.</summary>
    [Theory]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,60]}""", ContractError.None)]
    [InlineData("""{"n":"a","v":5,"st":[5,5,0,0]}""", ContractError.None)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,60,"kurtosis",[7]]}""", ContractError.None)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,60,-2147483647,2147483647]}""", ContractError.None)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,60,0,1000,"p95",[7]]}""", ContractError.None)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,60,7]}""", ContractError.None)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,60,0,999]}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,60,-2147483648,1000]}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,60,0,2147483648]}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,60,0,"p95"]}""", ContractError.WrongType)]
    [InlineData("""{"n":"a","v":5,"st":[-9007199254740992,9007199254740992,0,1]}""", ContractError.None)]
    [InlineData("""{"n":"a","v":5,"st":[-9007199254740993,9,2,60]}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"st":[1,9007199254740993,2,60]}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"st":[9,1,2,60]}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,-2,60]}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,-1]}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,2147483648]}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2]}""", ContractError.MissingField)]
    [InlineData("""{"n":"a","v":5,"st":[]}""", ContractError.MissingField)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,60,5,6,7,8,9]}""", ContractError.TooLong)]
    [InlineData("""{"n":"a","v":5,"st":[1.0,9,2,60]}""", ContractError.WrongType)]
    [InlineData("""{"n":"a","v":5,"st":7}""", ContractError.WrongType)]
    [InlineData("""{"n":"a","v":5,"st":[1,9,2,60],"st":[1,9,2,60]}""", ContractError.DuplicateKey)]
    [InlineData("""{"n":"a","v":5,"q":-1}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"ep":4294967295,"dur":3600000,"tq":3}""", ContractError.None)]
    [InlineData("""{"n":"a","v":5,"ep":4294967296}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"ep":-1}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"dur":3600001}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"dur":-1}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"tq":4}""", ContractError.OutOfRange)]
    [InlineData("""{"n":"a","v":5,"ep":1,"ep":1}""", ContractError.DuplicateKey)]
    [InlineData("""{"n":"a","v":5,"dur":1,"dur":1}""", ContractError.DuplicateKey)]
    [InlineData("""{"n":"a","v":5,"tq":1,"tq":1}""", ContractError.DuplicateKey)]
    public void Our_labels_are_held_to_their_ranges(string record, ContractError expected)
    {
        SenmlPack.Read(SenmlPack.FromJson($"[{record}]"), out ContractError error);
        Assert.Equal(expected, error);
    }

    /// <summary>A window has an epoch and a length; with one of them alone the record is no head.</summary>
    [Theory]
    [InlineData("""{"n":"window","v":1,"ep":1,"dur":1000}""", true)]
    [InlineData("""{"n":"window","v":1,"ep":1}""", false)]
    [InlineData("""{"n":"window","v":1,"dur":1000}""", false)]
    [InlineData("""{"n":"window","v":1}""", false)]
    public void A_head_has_an_epoch_and_a_length(string record, bool isHead)
    {
        Assert.Equal(isHead, Assert.Single(SenmlPack.ReadAll(SenmlPack.FromJson($"[{record}]"))).HasWindow);
    }

    /// <summary>The statistics are scaled by the value's exponent also where they come before it in the map.</summary>
    [Fact]
    public void Statistics_may_come_before_the_value()
    {
        TheirWriter writer = new();
        writer.WriteStartArray(1);
        writer.WriteStartMap(3);
        writer.WriteTextString("st");
        writer.WriteStartArray(4);
        foreach (int number in new[] { 100, 300, 50, 8 })
            writer.WriteInt32(number);
        writer.WriteEndArray();
        writer.WriteInt32(2);
        writer.WriteDecimal(2.00m);
        writer.WriteInt32(0);
        writer.WriteTextString("a");
        writer.WriteEndMap();
        writer.WriteEndArray();
        SenmlRecord record = Assert.Single(SenmlPack.ReadAll(writer.Encode()));
        Assert.Equal((2.0, 1.0, 3.0, 0.5, 8), (record.Value, record.Min, record.Max, record.StdDev, record.Count));
    }

    private static WindowHead Head(uint epoch, uint sequence, long startMs) => new()
    {
        Epoch = epoch,
        Sequence = sequence,
        StartMs = startMs,
        DurationMs = 60_000,
        TimeQuality = TimeQuality.Synchronised,
    };

    private static byte[] Pack(Action<CborWriter> write)
    {
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        write(writer);
        Assert.Equal(ContractError.None, writer.Error);
        return buffer[..writer.Length];
    }

    private static void AssertHead(
        SenmlRecord record, uint epoch, uint sequence, double seconds, TimeQuality quality)
    {
        Assert.Equal("ef:airbox-7k3m9q2x/window", record.Name);
        Assert.Equal("count", record.Unit);
        Assert.True(record.HasWindow);
        Assert.Equal(epoch, record.Epoch);
        Assert.Equal(sequence, record.Value);
        Assert.Equal(60_000, record.DurationMs);
        Assert.Equal(quality, record.TimeQuality);
        Assert.Equal(seconds, record.Time, 1e-6);
    }

    private static void AssertChannel(
        SenmlRecord record, string channel, string unit, double mean, double min, double max, double sd, int count,
        int quality)
    {
        Assert.Equal("ef:airbox-7k3m9q2x/" + channel, record.Name);
        Assert.Equal(unit, record.Unit);
        Assert.True(record.HasValue);
        Assert.True(record.HasStatistics);
        Assert.False(record.HasWindow);
        Assert.Equal((mean, min, max, sd, count, quality),
            (record.Value, record.Min, record.Max, record.StdDev, record.Count, record.Quality));
    }

    private static List<Dictionary<object, object?>> ReadLikeOthers(byte[] pack)
    {
        TheirReader reader = new(pack, CborConformanceMode.Strict);
        var records = new List<Dictionary<object, object?>>();
        Assert.NotNull(reader.ReadStartArray());
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            var record = new Dictionary<object, object?>();
            Assert.NotNull(reader.ReadStartMap());
            while (reader.PeekState() != CborReaderState.EndMap)
                record.Add(ReadItem(reader)!, ReadItem(reader));
            reader.ReadEndMap();
            records.Add(record);
        }
        reader.ReadEndArray();
        Assert.Equal(0, reader.BytesRemaining);
        return records;
    }

    private static object? ReadItem(TheirReader reader)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger:
            case CborReaderState.NegativeInteger:
                return reader.ReadInt64();
            case CborReaderState.TextString:
                return reader.ReadTextString();
            case CborReaderState.Boolean:
                return reader.ReadBoolean();
            case CborReaderState.Tag:
                return reader.ReadDecimal();
            default:
                var items = new List<object?>();
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray)
                    items.Add(ReadItem(reader));
                reader.ReadEndArray();
                return items;
        }
    }
}
