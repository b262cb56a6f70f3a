using System.Formats.Cbor;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Uplink;
using Reader = EdgeFleet.Contracts.Cbor.CborReader;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>
/// A node and a service that are one version apart, either way. Messages of the other version are made and read by
/// System.Formats.Cbor, so that no code of this version has a say in them.
/// </summary>
public sealed class VersionTests
{
    private const int Older = Protocol.Version - 1;
    private const int Newer = Protocol.Version + 1;

    // Keys that no version has used: small ones, and one beyond what a set of seen keys counts.
    private static readonly int[] NewKeys = [20, 32, 99, 70_000];

    [Fact]
    public void A_newer_service_configures_this_node_by_the_keys_that_it_knows()
    {
        TestNode node = new TestNode().Claimed();
        node.Link.Deliver(TopicKind.Desired, Desired(Newer, withNewKeys: true));
        AssertConfiguredAndReporting(node);
    }

    [Fact]
    public void An_older_service_configures_this_node_without_the_keys_that_it_does_not_know()
    {
        TestNode node = new TestNode().Claimed();
        node.Link.Deliver(TopicKind.Desired, Desired(Older, withNewKeys: false));
        AssertConfiguredAndReporting(node);
    }

    [Theory]
    [InlineData(Older, false)]
    [InlineData(Newer, true)]
    public void A_service_of_another_version_grants_a_claim(int version, bool withNewKeys)
    {
        TestNode node = new();
        node.Link.Acknowledge = sent =>
        {
            if (sent.Kind == TopicKind.Claim)
                node.Link.Deliver(TopicKind.ClaimAnswer, Rewrite(
                    ScriptedLink.Bytes(TestNode.Grant(sent.Claim()).Write), version, withNewKeys));
            return true;
        };
        node.RunUntil(() => node.State == UplinkState.Online);
        Assert.Equal(TestNode.DeviceId, node.Node.DeviceId);
    }

    /// <summary>
    /// The service reads with the same code; what a node of another version sends is what this one sends, with keys
    /// added or the optional ones left out.
    /// </summary>
    [Theory]
    [InlineData(Newer, true)]
    [InlineData(Older, false)]
    public void The_service_reads_states_events_and_claims_of_another_version(int version, bool withNewKeys)
    {
        TestNode node = new TestNode().Claimed();
        node.Run(130_000);
        ReportedState ours = node.Link.Of(TopicKind.State).Last().State();
        ReportedState theirs = new();
        Assert.Equal(ContractError.None, theirs.Read(Other(node, TopicKind.State, version, withNewKeys)));
        Assert.Equal(version, theirs.Version);
        Assert.Equal(
            (ours.Boots, ours.Sequence, ours.Epoch, ours.WindowsProduced, ours.WindowMs, ours.FirmwareVersion),
            (theirs.Boots, theirs.Sequence, theirs.Epoch, theirs.WindowsProduced, theirs.WindowMs, theirs.FirmwareVersion));

        NodeEvent happened = new();
        Assert.Equal(ContractError.None, happened.Read(Other(node, TopicKind.Event, version, withNewKeys)));
        Assert.Equal((EventType.Boot, 1u, version), (happened.Type, happened.Sequence, happened.Version));

        ClaimRequest claim = new();
        Assert.Equal(ContractError.None, claim.Read(Other(node, TopicKind.Claim, version, withNewKeys)));
        Assert.Equal("a0b1c2d3e4f5", claim.HardwareId);
    }

    [Fact]
    public void A_state_of_a_node_that_knows_only_what_is_mandatory_is_read()
    {
        CborWriter writer = new();
        writer.WriteStartMap(4);
        foreach ((int key, object value) in new (int, object)[] { (1, 3), (2, 9), (3, 1), (6, "0.9") })
        {
            writer.WriteInt32(key);
            if (value is int number)
                writer.WriteInt32(number);
            else
                writer.WriteTextString((string)value);
        }
        writer.WriteEndMap();
        byte[] bytes = writer.Encode();
        ReportedState state = new();
        Assert.Equal(ContractError.None, state.Read(new Reader(bytes)));
        Assert.Equal((Older, 3u, 9u, NodeKind.Bridge), (state.Version, state.Boots, state.Sequence, state.Kind));
        Assert.Equal((-1, TimeQuality.Relative), (state.ClockAgeS, state.ClockQuality));
    }

    /// <summary>A pack with labels that only a newer node writes, and without those that an older one does not.</summary>
    [Fact]
    public void The_service_reads_packs_with_labels_that_it_does_not_know()
    {
        TestNode node = new TestNode().Claimed();
        node.Run(130_000);
        Sent pack = node.Link.Of(TopicKind.Telemetry).First();
        CborReader reader = new(pack.Payload);
        CborWriter writer = new();
        int records = reader.ReadStartArray()!.Value;
        writer.WriteStartArray(records);
        for (int i = 0; i < records; i++)
        {
            int pairs = reader.ReadStartMap()!.Value;
            writer.WriteStartMap(pairs + 2);
            for (int p = 0; p < 2 * pairs; p++)
                writer.WriteEncodedValue(reader.ReadEncodedValue().Span);
            writer.WriteTextString("new");
            WriteSomething(writer);
            writer.WriteInt32(40);
            WriteSomething(writer);
            reader.ReadEndMap();
            writer.WriteEndMap();
        }
        writer.WriteEndArray();
        Sent newer = pack with { Payload = writer.Encode() };
        SenmlRecord[] ours = [.. pack.Records()];
        SenmlRecord[] theirs = [.. newer.Records()];
        Assert.Equal(
            ours.Select(r => (r.Name, r.Time, r.Value, r.Min, r.Max, r.Count, r.Epoch, r.DurationMs)),
            theirs.Select(r => (r.Name, r.Time, r.Value, r.Min, r.Max, r.Count, r.Epoch, r.DurationMs)));
    }

    private static void AssertConfiguredAndReporting(TestNode node)
    {
        node.Run(1);
        Assert.Equal(0u, node.Node.Uplink.BadMessages);
        Assert.Equal((5u, 10_000, 1), (node.Node.Config.Version, node.Node.Config.WindowMs, node.Node.Config.ThresholdCount));
        ThresholdRule rule = node.Node.Config.Thresholds[0];
        Assert.Equal(("dust", Statistic.Mean, ThresholdDirection.Above, Severity.Warning, 0),
            (rule.Id, rule.Statistic, rule.Direction, rule.Severity, rule.HoldMs));
        node.Run(60_000);
        Assert.Equal(UplinkState.Online, node.State);
        Assert.True(node.Link.Of(TopicKind.Telemetry).SelectMany(m => m.Windows).Count() >= 5);
        Assert.Equal(0u, node.Node.Outbox.Windows.Waiting);
        Assert.Equal(5u, node.Link.Of(TopicKind.State).Last().State().ConfigVersion);
        Assert.Equal(Protocol.Version, node.Link.Of(TopicKind.State).Last().State().Version);
    }

    /// <summary>
    /// A desired state with the mandatory keys only; version 0 has no version key at all. With new keys: at each level
    /// of the message, before, between and behind those that are known.
    /// </summary>
    private static byte[] Desired(int version, bool withNewKeys)
    {
        CborWriter writer = new();
        Map(writer, withNewKeys, version == Older ? 0 : 1, w =>
        {
            if (version == Older)
                return;
            w.WriteInt32(Protocol.VersionKey);
            w.WriteInt32(version);
        }, 1, w =>
        {
            w.WriteInt32(2);
            Map(w, withNewKeys, 2, c =>
            {
                c.WriteInt32(1);
                c.WriteInt32(5);
                c.WriteInt32(2);
                c.WriteInt32(10_000);
            }, 1, c =>
            {
                c.WriteInt32(4);
                c.WriteStartArray(1);
                Map(c, withNewKeys, 1, r =>
                {
                    r.WriteInt32(1);
                    r.WriteTextString("dust");
                }, 2, r =>
                {
                    r.WriteInt32(2);
                    r.WriteTextString(Channels.Pm25);
                    r.WriteInt32(5);
                    r.WriteInt32(35);
                });
                c.WriteEndArray();
            });
        });
        return writer.Encode();
    }

    private static void Map(
        CborWriter writer, bool withNewKeys, int first, Action<CborWriter> before, int second, Action<CborWriter> behind)
    {
        writer.WriteStartMap(first + second + (withNewKeys ? NewKeys.Length : 0));
        before(writer);
        if (withNewKeys)
            WriteNewKeys(writer);
        behind(writer);
        writer.WriteEndMap();
    }

    private static void WriteNewKeys(CborWriter writer)
    {
        foreach (int key in NewKeys)
        {
            writer.WriteInt32(key);
            WriteSomething(writer);
        }
    }

    /// <summary>A value of every kind, nested.</summary>
    private static void WriteSomething(CborWriter writer)
    {
        writer.WriteStartArray(6);
        writer.WriteDouble(1.5);
        writer.WriteNull();
        writer.WriteBoolean(true);
        writer.WriteByteString([1, 2, 3]);
        writer.WriteTag((CborTag)4);
        writer.WriteStartArray(2);
        writer.WriteInt32(-2);
        writer.WriteInt32(2150);
        writer.WriteEndArray();
        writer.WriteStartMap(1);
        writer.WriteTextString("key");
        writer.WriteInt64(long.MinValue);
        writer.WriteEndMap();
        writer.WriteEndArray();
    }

    private static Reader Other(TestNode node, TopicKind kind, int version, bool withNewKeys) =>
        new(Rewrite(node.Link.Of(kind).Last().Payload, version, withNewKeys));

    /// <summary>The message of this version as another would have it: its version key changed or gone, and keys added.</summary>
    private static byte[] Rewrite(byte[] message, int version, bool withNewKeys)
    {
        CborReader reader = new(message);
        CborWriter writer = new();
        int pairs = reader.ReadStartMap()!.Value;
        writer.WriteStartMap(pairs - (version == Older ? 1 : 0) + (withNewKeys ? NewKeys.Length : 0));
        if (withNewKeys)
        {
            writer.WriteInt32(NewKeys[0] + 1000);
            WriteSomething(writer);
        }
        for (int i = 0; i < pairs; i++)
        {
            int key = reader.ReadInt32();
            ReadOnlyMemory<byte> value = reader.ReadEncodedValue();
            if (key == Protocol.VersionKey && version == Older)
                continue;
            writer.WriteInt32(key);
            if (key == Protocol.VersionKey)
                writer.WriteInt32(version);
            else
                writer.WriteEncodedValue(value.Span);
        }
        if (withNewKeys)
        {
            foreach (int key in NewKeys.Skip(1))
            {
                writer.WriteInt32(key);
                WriteSomething(writer);
            }
        }
        writer.WriteEndMap();
        return writer.Encode();
    }
}
