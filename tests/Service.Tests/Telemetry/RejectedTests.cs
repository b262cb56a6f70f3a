using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Ingest;
using Microsoft.Extensions.Logging;

namespace EdgeFleet.Service.Tests.Telemetry;

/// <summary>Whatever is wrong with a payload, it is refused by name, kept for the operator, and stops nobody else.</summary>
public sealed class RejectedTests
{
    private static readonly byte[] Good = Messages.Pack("a", Window(1));

    /// <summary>A payload for every error that a reader can name; BufferFull is the writers'.</summary>
    public static TheoryData<ContractError, byte[]> Faulty => new()
    {
        { ContractError.Truncated, Good[..^1] },
        { ContractError.Truncated, [] },
        { ContractError.TrailingBytes, [.. Good, 0] },
        { ContractError.WrongType, [0xA0] },
        { ContractError.IndefiniteLength, [0x9F, 0xFF] },
        { ContractError.NotShortest, [0x98, 0x01, 0xA0] },
        { ContractError.Reserved, [0x9C] },
        { ContractError.TooDeep, Messages.Bytes(TooDeep) },
        { ContractError.TooLong, new byte[Limits.MaxPayload + 1] },
        { ContractError.TooLong, Pack(Enumerable.Range(1, 33).Select(i => Window((uint)i))) },
        { ContractError.TooLong, Messages.Pack("a", Wide(17)) },
        { ContractError.InvalidUtf8, [0x81, 0xA1, 0x21, 0x61, 0xFF] },
        { ContractError.OutOfRange, Messages.Pack("a", Window(0)) },
        { ContractError.OutOfRange, Messages.Pack("a", new SentWindow(1, 1, Bench.At(0), 0, 0, Messages.Pm25(1))) },
        { ContractError.OutOfRange, Messages.Pack("a", With(new SentChannel("t", "Cel", 0, 5, 6, 7, 0, 1))) },
        { ContractError.OutOfRange, Messages.Pack("a", With(new SentChannel("t", "Cel", 18, long.MaxValue, 0, 1, 0, 1))) },
        { ContractError.DuplicateKey, Messages.Pack("a", With(Messages.Pm25(1), Messages.Pm25(2))) },
        { ContractError.MissingField, [0x81, 0xA1, 0x00, 0x61, 0x61] },
        { ContractError.NotFinite, Messages.Bytes(writer => Plain(writer, double.NaN)) },
        { ContractError.NotFinite, Messages.Bytes(writer => Plain(writer, double.PositiveInfinity)) },
        { ContractError.InvalidName, Messages.Pack("a", With(new SentChannel("Upper", "Cel", 0, 1, 1, 1, 0, 1))) },
        { ContractError.InvalidName, Messages.Pack("a", With(new SentChannel("t", "a b", 0, 1, 1, 1, 0, 1))) },
        { ContractError.UnsupportedSenml, [0x81, 0xA1, 0x20, 0x0B] },
        { ContractError.ForeignName, Messages.Pack("b", Window(1)) },
        { ContractError.ForeignName, Messages.Pack("a-b", Window(1)) },
        { ContractError.NoWindow, [0x80] },
        { ContractError.NoWindow, Messages.Bytes(writer => Plain(writer, 1.5)) },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public async Task A_pack_is_refused_by_name_and_the_next_one_stored(ContractError error, byte[] payload)
    {
        await using Bench bench = await Bench.RunningAsync();
        var refused = Messages.Of("a", TopicKind.Telemetry, Bench.At(1), payload);
        await bench.ProjectAsync(refused, Messages.Telemetry("b", Bench.At(1), Window(1)), refused);
        await bench.ProjectAsync(Messages.Telemetry("a", Bench.At(2), Window(9)));
        await bench.RestartAsync();

        RejectedPayload row = Assert.Single(await RowsAsync(bench));
        Assert.Equal(("a", TopicKind.Telemetry, error.ToString(), 2L), (row.DeviceId, row.Kind, row.Error, row.Count));
        Assert.Equal(payload.Take(TelemetryLimits.RejectedPrefixBytes), row.Prefix);
        Assert.Equal(9u, Assert.Single(await bench.WindowsAsync("a")).Sequence);
        Assert.Single(await bench.WindowsAsync("b"));
        Assert.Equal(2, bench.Counts.Device("a")!.Rejected);
    }

    [Fact]
    public void The_list_of_faults_has_every_error_that_a_reader_names()
    {
        var covered = Faulty.Select(row => row.Data.Item1).Append(ContractError.UnsupportedVersion).ToHashSet();
        Assert.Equal(
            Enum.GetValues<ContractError>().Except([ContractError.None, ContractError.BufferFull]).Order(), covered.Order());
    }

    [Fact]
    public async Task Events_and_states_are_refused_by_name_too()
    {
        await using Bench bench = await Bench.RunningAsync();
        var old = new NodeEvent { Version = -1, Sequence = 1, Type = EventType.Boot, TimeMs = Bench.At(0) };
        await bench.ProjectAsync(
            Messages.Of("a", TopicKind.Event, Bench.At(1), Messages.Event(old)),
            Messages.Of("a", TopicKind.Event, Bench.At(1), Messages.Event(new NodeEvent { Type = EventType.Boot })),
            Messages.Of("a", TopicKind.State, Bench.At(1), [0xA0]),
            Messages.Of("a", TopicKind.Reply, Bench.At(1), [0xA0]));
        Assert.Equal(
            [
                (TopicKind.Event, nameof(ContractError.OutOfRange)), (TopicKind.Event, nameof(ContractError.UnsupportedVersion)),
                (TopicKind.State, nameof(ContractError.MissingField)), (TopicKind.Reply, StepBuilder.UnsupportedKind),
            ],
            (await RowsAsync(bench)).Select(row => (row.Kind, row.Error)).Order());
    }

    [Fact]
    public async Task Cut_anywhere_or_with_any_byte_changed_a_pack_is_stored_or_refused_and_never_both()
    {
        await using Bench bench = await Bench.RunningAsync();
        var random = new Random(5);
        byte[] pack = Messages.Pack("a", Window(1), Window(2));
        var messages = new List<IngestMessage>();
        for (int i = 0; i < pack.Length; i++)
        {
            messages.Add(Messages.Of("a", TopicKind.Telemetry, Bench.At(1), pack[..i]));
            byte[] changed = [.. pack];
            changed[i] ^= (byte)(1 << random.Next(8));
            messages.Add(Messages.Of("a", TopicKind.Telemetry, Bench.At(1), changed));
        }
        await bench.ProjectAsync(messages);
        Assert.Null(bench.Progress.Fault);
        DeviceStats stats = bench.Counts.Device("a")!;
        Assert.InRange(stats.Rejected, pack.Length, 2 * pack.Length);
        Assert.Equal(new StoreAudit(stats.WindowsStored, 0), await bench.Counts.AuditAsync(CancellationToken.None));
        Assert.Equal(stats.Rejected, (await RowsAsync(bench)).Sum(row => row.Count));
    }

    [Fact]
    public async Task Warnings_of_one_device_come_once_a_minute()
    {
        await using Bench bench = await Bench.RunningAsync();
        for (int i = 0; i < 3; i++)
            await bench.ProjectAsync(Messages.Of("a", TopicKind.Telemetry, Bench.At(1), [0xFF]));
        Assert.Single(bench.Log.Lines, line => line.Level == LogLevel.Warning);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        await bench.ProjectAsync(Messages.Of("a", TopicKind.Telemetry, Bench.At(2), [0xFF]));
        Assert.Equal(2, bench.Log.Lines.Count(line => line.Level == LogLevel.Warning));
    }

    [Fact]
    public async Task The_table_is_bounded_and_keeps_the_newest()
    {
        await using Bench bench = await Bench.RunningAsync();
        int devices = TelemetryLimits.MaxRejected + 50;
        await bench.ProjectAsync([.. Enumerable.Range(0, devices).Select(
            i => Messages.Of("n" + i, TopicKind.Telemetry, Bench.At(i), [0xFF]))]);
        List<RejectedPayload> rows = await RowsAsync(bench);
        Assert.Equal(TelemetryLimits.MaxRejected, rows.Count);
        Assert.Equal("n" + (devices - 1), rows[0].DeviceId);
        Assert.Equal("n50", rows[^1].DeviceId);
    }

    [Fact]
    public async Task A_device_that_invents_channels_is_stopped_before_it_uses_up_the_numbers()
    {
        await using Bench bench = await Bench.RunningAsync();
        for (uint i = 1; i <= 20; i++)
        {
            SentChannel[] channels = [.. Enumerable.Range(0, 16).Select(
                k => new SentChannel($"c{i}-{k}", "Cel", 0, 1, 1, 1, 0, 1))];
            await bench.ProjectAsync(Messages.Telemetry("a", Bench.At(i), Window(i) with { Channels = channels }));
        }
        Assert.Equal(TelemetryLimits.MaxDeviceChannels, bench.Model.Channels.All.Count);
        Assert.Equal(StepBuilder.TooManyChannels, Assert.Single(await RowsAsync(bench)).Error);
        await bench.ProjectAsync(Messages.Telemetry("b", Bench.At(1), Window(1)));
        Assert.Single(await bench.WindowsAsync("b"));
    }

    private static async Task<List<RejectedPayload>> RowsAsync(Bench bench)
    {
        var rows = new List<RejectedPayload>();
        await foreach (RejectedPayload row in bench.Store.ReadRejectedAsync(null, int.MaxValue, CancellationToken.None))
            rows.Add(row);
        return rows;
    }

    private static SentWindow Window(uint sequence) => new(1, sequence, Bench.At(0), 60_000, 0, Messages.Pm25(1000));

    private static SentWindow With(params SentChannel[] channels) => Window(1) with { Channels = channels };

    private static SentWindow Wide(int channels) =>
        With([.. Enumerable.Range(0, channels).Select(i => new SentChannel("c" + i, "", 0, 1, 1, 1, 0, 1))]);

    private static byte[] Pack(IEnumerable<SentWindow> windows) => Messages.Pack("a", [.. windows]);

    private static void Plain(CborWriter writer, double value)
    {
        writer.WriteArrayStart(1);
        writer.WriteMapStart(2);
        writer.WriteInt(0);
        writer.WriteText(SenmlWriter.BaseName("a") + "t");
        writer.WriteInt(2);
        writer.WriteFloat64(value);
    }

    private static void TooDeep(CborWriter writer)
    {
        writer.WriteArrayStart(1);
        writer.WriteMapStart(1);
        writer.WriteText("new");
        for (int i = 0; i < 12; i++)
            writer.WriteArrayStart(1);
        writer.WriteInt(0);
    }
}
