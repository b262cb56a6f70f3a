using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Ingest;

namespace EdgeFleet.Service.Tests.Telemetry;

public sealed class ReportsTests
{
    [Fact]
    public async Task The_latest_state_wins_by_boots_and_sequence_and_survives_a_restart()
    {
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(
            State(7, boots: 2, sequence: 5, "2.0.0"), State(7, boots: 2, sequence: 4, "1.9.0"),
            State(7, boots: 1, sequence: 99, "1.0.0"), State(7, boots: 2, sequence: 5, "9.9.9"));
        await bench.RestartAsync();
        Assert.Equal("2.0.0", bench.Reports.State("a")!.FirmwareVersion);
        await bench.ProjectAsync(State(7, boots: 3, sequence: 1, "2.1.0"));
        Assert.Equal("2.1.0", bench.Reports.State("a")!.FirmwareVersion);
    }

    [Fact]
    public async Task A_formatted_node_counts_boots_anew_and_late_reports_of_its_old_epoch_stay_old()
    {
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(State(7, boots: 40, sequence: 5, "old"), State(8, boots: 1, sequence: 1, "new"));
        await bench.ProjectAsync(State(7, boots: 40, sequence: 6, "late"));
        await bench.RestartAsync();
        await bench.ProjectAsync(State(7, boots: 41, sequence: 1, "later"));
        Assert.Equal("new", bench.Reports.State("a")!.FirmwareVersion);
        await bench.ProjectAsync(State(8, boots: 1, sequence: 2, "newer"));
        Assert.Equal("newer", bench.Reports.State("a")!.FirmwareVersion);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Alarms_are_those_whose_last_event_raised_them_whatever_the_order(int seed)
    {
        var random = new Random(seed);
        string[] rules = ["dust", "heat", "shake"];
        List<NodeEvent> events = [.. Enumerable.Range(1, 60).Select(i => new NodeEvent
        {
            Epoch = 3,
            Sequence = (uint)i,
            Type = random.Next(2) == 0 ? EventType.ThresholdRaised : EventType.ThresholdCleared,
            TimeMs = Bench.At(i),
            Severity = (Severity)random.Next(3),
            Rule = rules[random.Next(3)],
            Channel = "pm25",
            Value = new DecimalValue(i, -1),
            Level = new DecimalValue(5, 0),
        })];
        NodeEvent[] sent = [.. events, .. events.Where(_ => random.Next(3) == 0)];
        random.Shuffle(sent);
        await using Bench bench = await Bench.RunningAsync();
        foreach (NodeEvent[] batch in sent.Chunk(7))
            await bench.ProjectAsync([.. batch.Select(message => Messages.Of("a", TopicKind.Event, Bench.At(99), Messages.Event(message)))]);
        await bench.RestartAsync();

        IEnumerable<string> active = rules.Where(
            rule => events.LastOrDefault(message => message.Rule == rule)?.Type == EventType.ThresholdRaised);
        Assert.Equal(active, bench.Reports.ActiveAlarms("a").Select(alarm => alarm.Rule).Order());
        Assert.Equal(active.Count(), bench.Reports.Summaries().Single().ActiveAlarms);
        IReadOnlyList<EventAnswer> stored = await EventsAsync(bench, "a", null, null);
        Assert.Equal(Enumerable.Range(1, 60).Reverse().Select(i => (uint)i), stored.Select(answer => answer.Sequence));
        Assert.Equal((6.0, 5.0), (stored[0].Value, stored[0].Level));
        Assert.Equal(sent.Length - 60, bench.Counts.Device("a")!.EventDuplicates);
        Assert.Equal(
            events.Count(message => message is { Rule: "heat", Type: EventType.ThresholdRaised }),
            (await EventsAsync(bench, null, EventType.ThresholdRaised, "heat")).Count);
    }

    [Fact]
    public async Task Events_of_a_newer_node_are_kept_with_their_number()
    {
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(Messages.Of("a", TopicKind.Event, Bench.At(1), Messages.Event(new NodeEvent
        {
            Version = Protocol.Version + 1,
            Epoch = 1,
            Sequence = 1,
            Type = (EventType)77,
            TimeMs = -5_000,
            TimeQuality = TimeQuality.Relative,
        })));
        EventAnswer answer = Assert.Single(await EventsAsync(bench, "a", (EventType)77, null));
        Assert.Equal(Bench.At(1) - 5_000, answer.At.ToUnixTimeMilliseconds());
        string json = System.Text.Json.JsonSerializer.Serialize(answer);
        Assert.Contains("\"unknown-77\"", json);
    }

    [Fact]
    public async Task Ten_thousand_devices_are_summed_up_from_memory()
    {
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync([.. Enumerable.Range(0, 10_000).Select(i => State(7, 1, 1, "1.0.0", "n" + i))]);
        await bench.RestartAsync();
        Assert.Equal(10_000, bench.Reports.Summaries().Count(summary => summary.FirmwareVersion == "1.0.0"));
    }

    private static async Task<IReadOnlyList<EventAnswer>> EventsAsync(
        Bench bench, string? device, EventType? type, string? rule) =>
        await bench.Reports.EventsAsync(device, Bench.Range(-100, 100), type, rule, 1000, CancellationToken.None);

    private static IngestMessage State(uint epoch, uint boots, uint sequence, string firmware, string device = "a") =>
        Messages.Of(device, TopicKind.State, Bench.At(1), Messages.State(new ReportedState
        {
            Boots = boots,
            Sequence = sequence,
            Epoch = epoch,
            HardwareId = "a0b1c2d3e4f5",
            FirmwareVersion = firmware,
            WindowMs = 60_000,
        }));
}
