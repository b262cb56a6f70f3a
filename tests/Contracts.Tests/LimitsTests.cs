using System.Numerics;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Contracts.Tests;

/// <summary>The arithmetic beside the bounds, done by writing the largest of everything.</summary>
public sealed class LimitsTests
{
    // The longest integers there are: nine bytes each.
    private const long Widest = long.MinValue;

    private static readonly string LongestId = new('a', Limits.MaxId);
    private static readonly string LongestText = new('t', Limits.MaxText);

    [Fact]
    public void The_largest_channel_record_has_the_stated_size()
    {
        int length = Measure(w => SenmlWriter.WriteChannel(
            w, LongestChannel(0), new string('u', Limits.MaxUnit), -Limits.MaxExponent,
            Widest, Widest, Widest, Widest, int.MaxValue, int.MinValue, int.MaxValue, 65535));
        Assert.Equal(106, length);
        Assert.Equal(Limits.MaxWindowBody, Limits.MaxChannels * length);
        Assert.True(length >= Measure(w => SenmlWriter.WriteMissing(
            w, LongestChannel(0), new string('u', Limits.MaxUnit), int.MaxValue)));
    }

    /// <summary>The record's size counts on three bytes for the flags: none is worth 65,536 or more.</summary>
    [Fact]
    public void Quality_flags_stay_below_65536()
    {
        int[] flags =
        [
            .. typeof(QualityFlags).GetFields().Where(field => field.IsLiteral)
                .Select(field => (int)field.GetRawConstantValue()!),
        ];
        Assert.All(flags, flag => Assert.InRange(flag, 0, 1 << 15));
        // Each a bit of its own, or none.
        Assert.Equal(flags.Sum(), flags.Aggregate(0, (all, flag) => all | flag));
        Assert.Equal(flags.Length, flags.Distinct().Count());
    }

    [Fact]
    public void The_largest_head_has_the_stated_size()
    {
        Assert.Equal(Limits.MaxWindowHead, Measure(w => SenmlWriter.WriteHead(w, LongestId, WidestHead())));
        Assert.True(Measure(w => SenmlWriter.WriteHead(w, null, WidestHead())) < Limits.MaxWindowHead);
    }

    /// <summary>What the uplink counts on: whatever window is in the flash, a pack of it alone can be sent.</summary>
    [Fact]
    public void The_largest_window_fits_the_largest_payload()
    {
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        SenmlWriter.WritePackStart(writer, 1 + Limits.MaxChannels);
        // Wide, and yet what a reader takes: a mantissa within 53 bits, a time that is finite.
        WindowHead head = WidestHead();
        head.StartMs = Limits.MaxUtcMs - 1;
        SenmlWriter.WriteHead(writer, LongestId, head);
        const long Wide = 1L << 53;
        for (int i = 0; i < Limits.MaxChannels; i++)
        {
            SenmlWriter.WriteChannel(writer, LongestChannel(i), new string('u', Limits.MaxUnit),
                -Limits.MaxExponent, -Wide, -Wide, Wide, Wide, int.MaxValue, -int.MaxValue, int.MaxValue, 65535);
        }
        Assert.Equal(ContractError.None, writer.Error);
        Assert.Equal(1 + Limits.MaxWindowHead + Limits.MaxWindowBody, writer.Length);
        Assert.InRange(3 + Limits.MaxWindowHead + Limits.MaxWindowBody, 1, Limits.MaxPayload);

        CborReader reader = new(buffer);
        reader.Reset(buffer, 0, writer.Length);
        SenmlReader pack = new(reader);
        SenmlRecord record = new();
        Assert.True(pack.TryBegin());
        Assert.True(pack.TryReadRecord(record));
        Assert.Equal(Limits.MaxUtcMs - 1, (long)Math.Round(record.Time * 1000));
        for (int i = 0; i < Limits.MaxChannels; i++)
        {
            Assert.True(pack.TryReadRecord(record), $"{pack.Error}");
            Assert.Equal($"ef:{LongestId}/{LongestChannel(i)}", record.Name);
            Assert.Equal(Limits.MaxSenmlName, record.Name.Length);
        }
        Assert.Equal(0, pack.Left);
        Assert.Equal(ContractError.None, pack.Error);
    }

    /// <summary>Whether the bound on windows or the one on bytes ends a pack depends on the node's channels.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(6, false)]
    public void Packs_of_the_most_windows_fit_for_few_channels(int channels, bool fits)
    {
        int length = Measure(writer =>
        {
            SenmlWriter.WritePackStart(writer, Limits.MaxWindowsPerPack * (1 + channels));
            for (int i = 0; i < Limits.MaxWindowsPerPack; i++)
            {
                WindowHead head = new()
                {
                    Epoch = 0xDEADBEEF, Sequence = 100_000, StartMs = 1_763_900_000_123 + 60_000 * i,
                    DurationMs = 60_000,
                };
                SenmlWriter.WriteHead(writer, i == 0 ? "bridge-7k3m9q2x" : null, head);
                for (int k = 0; k < channels; k++)
                {
                    SenmlWriter.WriteChannel(writer, "a" + (char)('w' + k % 3), Units.MetresPerSecondSquared, -6,
                        9_806_650, 9_700_000, 9_900_000, 12_345, 7_500, 0);
                }
            }
        });
        Assert.Equal(fits, length <= Limits.MaxPayload);
        Assert.Equal(Limits.MaxWindowsPerPack * (Limits.MaxChannels + 1), Limits.MaxRecords);
    }

    [Fact]
    public void The_largest_waveform_chunk_fits()
    {
        WaveformChunk chunk = new()
        {
            Version = int.MaxValue, Epoch = uint.MaxValue, Capture = uint.MaxValue, Axis = 2,
            Index = Limits.MaxChunks - 1, Count = Limits.MaxChunks, TimeMs = Limits.MaxUtcMs,
            TimeQuality = TimeQuality.AtLeast, RateMilliHz = uint.MaxValue,
            Scale = new DecimalValue(Widest, -Limits.MaxExponent), Gaps = uint.MaxValue,
            FirstSample = uint.MaxValue, SampleCount = Limits.MaxChunkSamples, DataLength = Limits.MaxChunkBytes,
        };
        int length = Measure(chunk.Write);
        Assert.Equal(Limits.MaxChunkBytes + 78, length);
        Assert.InRange(length, 1, Limits.MaxPayload);
    }

    [Fact]
    public void The_largest_block_answer_fits()
    {
        BlockAnswer answer = new()
        {
            Version = int.MaxValue, Offset = uint.MaxValue, Status = (BlockStatus)byte.MaxValue, Total = uint.MaxValue,
            DataLength = Limits.MaxBlock,
        };
        int length = Measure(answer.Write);
        Assert.Equal(Limits.MaxBlock + 61, length);
        Assert.InRange(length, 1, Limits.MaxPayload);
    }

    /// <summary>The messages that are held by other bounds than the payload's fit it as well.</summary>
    [Fact]
    public void The_largest_of_the_other_messages_fit()
    {
        DesiredState desired = new() { TimeMs = Limits.MaxUtcMs, HasConfig = true };
        desired.Config.Version = uint.MaxValue;
        desired.Config.WindowMs = Limits.MaxWindowMs;
        desired.Config.StateIntervalMs = Limits.MaxStateIntervalMs;
        desired.Config.ThresholdCount = Limits.MaxThresholds;
        for (int i = 0; i < Limits.MaxThresholds; i++)
        {
            ThresholdRule rule = desired.Config.Thresholds[i];
            rule.Id = i.ToString("00") + LongestId[2..];
            rule.Channel = LongestChannel(i);
            rule.Level = new DecimalValue(Widest, -Limits.MaxExponent);
            rule.Hysteresis = new DecimalValue(long.MaxValue, -Limits.MaxExponent);
            rule.HoldMs = Limits.MaxHoldMs;
            rule.Severity = Severity.Critical;
        }
        desired.Config.HasTrigger = true;
        desired.Config.HasScreening = true;
        desired.Config.Screening.Profile = ScreeningProfile.Site;
        desired.Config.Screening.Line = 3;
        desired.Config.Screening.Severity = Severity.Critical;
        desired.Config.Screening.PointCount = Limits.MaxScreeningPoints;
        for (int i = 0; i < Limits.MaxScreeningPoints; i++)
        {
            desired.Config.Screening.MilliHz[i] = 999_990 + i;
            desired.Config.Screening.MicroMetresPerS[i] = 1_000_000;
        }
        desired.Config.HasAir = true;
        desired.Config.Air.AsleepS = Limits.MaxDutyS;
        desired.Config.Air.AwakeS = Limits.MaxDutyS;
        desired.HasTarget = true;
        desired.Target.TotalBytes = uint.MaxValue;
        desired.Target.EnvelopeBytes = uint.MaxValue;
        desired.Target.Attempt = uint.MaxValue;
        desired.Target.ApplyFromMs = Limits.MaxUtcMs;
        desired.Target.ApplyUntilMs = Limits.MaxUtcMs;
        Assert.Equal(ConfigFault.None, desired.Config.Validate());
        Assert.InRange(Measure(desired.Write), 1, Limits.MaxPayload);

        CommandReply reply = new()
        {
            Id = uint.MaxValue, Status = ReplyStatus.Failed, Text = LongestText, DataLength = Limits.MaxReplyData,
        };
        Assert.InRange(Measure(reply.Write), Limits.MaxReplyData + Limits.MaxText, Limits.MaxPayload);

        NodeEvent happened = new()
        {
            Epoch = uint.MaxValue, Sequence = uint.MaxValue, Type = EventType.Boot, TimeMs = Limits.MaxUtcMs,
            Rule = LongestId, ConfigVersion = uint.MaxValue, Channel = LongestChannel(0),
            Value = new DecimalValue(Widest, -Limits.MaxExponent),
            Level = new DecimalValue(Widest, -Limits.MaxExponent), Text = LongestText,
        };
        Assert.InRange(Measure(happened.Write), 1, Limits.MaxPayload);

        ReportedState state = new()
        {
            HardwareId = new string('f', Limits.MaxHardwareId), Board = LongestText,
            FirmwareVersion = new string('v', Limits.MaxVersionText), HasFirmwareDigest = true,
            RssiDbm = -200, ClockAgeS = int.MaxValue, DroppedFromMs = Limits.MaxUtcMs, DroppedToMs = Limits.MaxUtcMs,
        };
        state.HasUpdate = true;
        state.Update.HasTarget = true;
        state.HasBoardStatus = true;
        state.BoardStatus.HardwareClass = LongestId;
        state.BoardStatus.RuntimeVersion = new string('v', Limits.MaxVersionText);
        // Thirty more numbers of five bytes at most.
        Assert.InRange(Measure(state.Write) + 30 * 5, 1, Limits.MaxPayload);
    }

    /// <summary>Samples of 20 bits that swing from end to end take three bytes each, and all of a chunk go in.</summary>
    [Fact]
    public void A_chunk_of_20_bit_samples_is_never_full_early()
    {
        int[] samples = new int[Limits.MaxChunkSamples];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = i % 2 == 0 ? -(1 << 19) : (1 << 19) - 1;
        WaveformChunk chunk = new();
        Assert.Equal(Limits.MaxChunkSamples, chunk.Encode(samples, 0, samples.Length));
        Assert.InRange(chunk.DataLength, 3 * (Limits.MaxChunkSamples - 1), 3072);
        Assert.InRange(chunk.DataLength, 1, Limits.MaxChunkBytes);
        int[] back = new int[Limits.MaxChunkSamples];
        Assert.Equal(ContractError.None, chunk.Decode(back, 0));
        Assert.Equal(samples, back);
    }

    [Fact]
    public void Deepest_nesting_of_ours_is_below_the_bound()
    {
        // Pack, record, decimal fraction's tag and its array; desired state, configuration, rules, rule, tag, array.
        Assert.Equal(4, Depth(w =>
        {
            SenmlWriter.WritePackStart(w, 1);
            SenmlWriter.WriteChannel(w, "a", "Cel", -2, 1, 1, 1, 1, 1, 0);
        }));
        DesiredState desired = new() { HasConfig = true };
        desired.Config.ThresholdCount = 1;
        desired.Config.Thresholds[0].Level = new DecimalValue(1, -1);
        Assert.Equal(6, Depth(desired.Write));
    }

    [Fact]
    public void Sums_and_dates()
    {
        Assert.True(BigInteger.Pow(10, Limits.MaxExponent) < BigInteger.Pow(2, 63));
        Assert.True(BigInteger.Pow(10, Limits.MaxExponent + 1) > BigInteger.Pow(2, 63));
        Assert.Equal(Limits.MaxSenmlName, SenmlWriter.BaseName(LongestId).Length + Limits.MaxChannelName);
        Assert.Equal(Limits.MinUtcMs, new DateTimeOffset(2015, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds());
        Assert.Equal(Limits.MaxUtcMs, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds());
        Assert.Equal(Limits.MaxTokenLifeSeconds, TimeSpan.FromDays(1).TotalSeconds);
        Assert.Equal(524, Limits.MaxChunks * Limits.MaxChunkSamples / 125);
        int token = AccessToken.Create(LongestId, 9_999_999_999, new byte[Limits.KeyBytes]).Length;
        Assert.InRange(token, 10 + 1 + 43, Limits.MaxToken);
        // Every plausible time is absolute to SenML, which takes what is below 2^28 seconds for relative.
        Assert.InRange(Limits.MinUtcMs / 1000, 1L << 28, long.MaxValue);
    }

    /// <summary>Symbols of RFC 8428 section 12.1 and RFC 8798 sections 2 and 3.</summary>
    [Fact]
    public void Registered_units_fit()
    {
        string[] units = (
            "m kg g s A K cd mol Hz rad sr N Pa J W C V F Ohm S Wb T H Cel lm lx Bq Gy Sv kat m2 m3 l m/s m/s2 m3/s l/s "
            + "W/m2 cd/m2 bit bit/s lat lon pH dB dBW Bspl count / % %RH %EL EL 1/s 1/min beat/min beats S/m "
            + "B VA VAs var vars J/m kg/m3 deg "
            + "ms min h MHz kW kVA kvar Ah Wh kWh varh kvarh kVAh Wh/km KiB GB Mbit/s B/s MB/s mV mA dBm ug/m3 mm/h m/h "
            + "ppm /100 /1000 hPa mm cm km km/h").Split(' ');
        Assert.Equal(8, units.Max(unit => unit.Length));
        Assert.InRange(8, 1, Limits.MaxUnit);
        Assert.All(units, unit => Assert.Equal(unit, Assert.Single(Tests.Senml.SenmlPack.ReadAll(
            Tests.Senml.SenmlPack.FromJson($$"""[{"n":"a","u":"{{unit}}","v":1}]"""))).Unit));
    }

    private static string LongestChannel(int i) => $"c{i:00}" + new string('x', Limits.MaxChannelName - 3);

    private static WindowHead WidestHead() => new()
    {
        Epoch = uint.MaxValue,
        Sequence = uint.MaxValue,
        StartMs = Widest + 1,
        DurationMs = Limits.MaxWindowMs,
        TimeQuality = TimeQuality.AtLeast,
    };

    private static int Measure(Action<CborWriter> write)
    {
        CborWriter writer = new(new byte[4 * Limits.MaxPayload]);
        write(writer);
        Assert.Equal(ContractError.None, writer.Error);
        return writer.Length;
    }

    private static int Depth(Action<CborWriter> write)
    {
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        write(writer);
        System.Formats.Cbor.CborReader reader = new(buffer.AsMemory(0, writer.Length));
        int deepest = 0;
        int tags = 0;
        while (reader.PeekState() is var state && state != System.Formats.Cbor.CborReaderState.Finished)
        {
            switch (state)
            {
                case System.Formats.Cbor.CborReaderState.StartArray:
                    reader.ReadStartArray();
                    break;
                case System.Formats.Cbor.CborReaderState.EndArray:
                    reader.ReadEndArray();
                    tags = 0;
                    break;
                case System.Formats.Cbor.CborReaderState.StartMap:
                    reader.ReadStartMap();
                    break;
                case System.Formats.Cbor.CborReaderState.EndMap:
                    reader.ReadEndMap();
                    break;
                case System.Formats.Cbor.CborReaderState.Tag:
                    reader.ReadTag();
                    tags++;
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
            deepest = Math.Max(deepest, reader.CurrentDepth + tags);
        }
        return deepest;
    }
}
