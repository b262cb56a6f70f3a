using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Tests.Telemetry;

/// <summary>Nodes one protocol version older and newer, and SenML of other makers, keep reporting.</summary>
public sealed class VersionTests
{
    [Fact]
    public async Task A_newer_pack_is_read_by_what_is_known_of_it()
    {
        byte[] pack = Messages.Bytes(writer =>
        {
            writer.WriteArrayStart(4);
            Head(writer, extra: true);
            // A channel with a fifth statistic, an unknown label and an unknown quality flag.
            writer.WriteMapStart(6);
            Pair(writer, 0, "pm25");
            Pair(writer, 1, "ug/m3");
            writer.WriteInt(2);
            writer.WriteDecimal(1234, -2);
            writer.WriteText("st");
            writer.WriteArrayStart(5);
            foreach (long number in (long[])[1000, 1500, 50, 60])
                writer.WriteInt(number);
            writer.WriteText("p95");
            writer.WriteText("q");
            writer.WriteInt(QualityFlags.Gap | 1 << 20);
            writer.WriteText("unheard");
            writer.WriteArrayStart(0);
            // Records of kinds that a window does not hold yet.
            writer.WriteMapStart(2);
            Pair(writer, 0, "note");
            Pair(writer, 3, "calibrated");
            writer.WriteMapStart(2);
            Pair(writer, 0, "door");
            writer.WriteInt(4);
            writer.WriteBool(true);
        });
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(Messages.Of("a", TopicKind.Telemetry, Bench.At(1), pack));
        LatestValue latest = Assert.Single(bench.Queries.Latest("a"));
        Assert.Equal((12.34, 10.0, 15.0, 0.5, 60), (latest.Mean, latest.Min, latest.Max, latest.Sd, latest.Count));
        Assert.Equal(["gap"], latest.Quality);
    }

    [Fact]
    public async Task A_plain_value_of_any_sender_is_a_window_of_one_sample()
    {
        byte[] pack = Messages.Bytes(writer =>
        {
            writer.WriteArrayStart(2);
            Head(writer, extra: false);
            writer.WriteMapStart(2);
            Pair(writer, 0, "temp");
            writer.WriteInt(2);
            writer.WriteFloat64(21.625);
        });
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(Messages.Of("a", TopicKind.Telemetry, Bench.At(1), pack));
        LatestValue latest = Assert.Single(bench.Queries.Latest("a"));
        Assert.Equal((21.625, 21.625, 0.0, 1), (latest.Mean, latest.Max, latest.Sd, latest.Count));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Events_and_states_of_the_versions_beside_ours_are_read(int version)
    {
        byte[] message = Messages.Bytes(writer =>
        {
            writer.WriteMapStart(6);
            foreach ((int key, long value) in ((int, long)[])[(0, version), (1, 5), (2, 1), (3, 6), (4, Bench.At(0))])
            {
                writer.WriteInt(key);
                writer.WriteInt(value);
            }
            writer.WriteInt(30);
            writer.WriteText("a key of the future");
        });
        byte[] state = Messages.Bytes(writer =>
        {
            writer.WriteMapStart(6);
            foreach ((int key, long value) in ((int, long)[])[(0, version), (1, 5), (2, 1), (3, 1)])
            {
                writer.WriteInt(key);
                writer.WriteInt(value);
            }
            Pair(writer, 6, "0.9.0");
            Pair(writer, 32, "a key of the future");
        });
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(
            Messages.Of("a", TopicKind.Event, Bench.At(1), message), Messages.Of("a", TopicKind.State, Bench.At(1), state));
        Assert.Equal(0, bench.Model.Find("a")!.Rejected);
        Assert.Equal(1, bench.Counts.Device("a")!.EventsStored);
        Assert.Equal((NodeKind.Bridge, "0.9.0"), (bench.Reports.State("a")!.Kind, bench.Reports.State("a")!.FirmwareVersion));
    }

    private static void Head(CborWriter writer, bool extra)
    {
        writer.WriteMapStart(extra ? 9 : 6);
        Pair(writer, -2, SenmlWriter.BaseName("a"));
        writer.WriteInt(-3);
        writer.WriteInt(Bench.At(0) / 1000);
        Pair(writer, 0, SenmlWriter.WindowName);
        writer.WriteInt(2);
        writer.WriteUInt(1);
        writer.WriteText("ep");
        writer.WriteUInt(1);
        writer.WriteText("dur");
        writer.WriteInt(60_000);
        if (!extra)
            return;
        writer.WriteText("tq");
        writer.WriteInt(0);
        writer.WriteText("new");
        writer.WriteMapStart(0);
        writer.WriteInt(99);
        writer.WriteNull();
    }

    private static void Pair(CborWriter writer, int key, string value)
    {
        writer.WriteInt(key);
        writer.WriteText(value);
    }
}
