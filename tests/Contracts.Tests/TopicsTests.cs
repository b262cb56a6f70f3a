namespace EdgeFleet.Contracts.Tests;

/// <summary>The topic tree, form by form.</summary>
public sealed class TopicsTests
{
    private const string Device = "airbox-7k3m9q2x";
    private const string Hardware = "a1b2c3d4e5f6";

    public static TheoryData<TopicKind, string, string> Forms => new()
    {
        { TopicKind.Telemetry, Device, "ef/airbox-7k3m9q2x/up/telemetry" },
        { TopicKind.Event, Device, "ef/airbox-7k3m9q2x/up/event" },
        { TopicKind.Waveform, Device, "ef/airbox-7k3m9q2x/up/waveform" },
        { TopicKind.State, Device, "ef/airbox-7k3m9q2x/up/state" },
        { TopicKind.Reply, Device, "ef/airbox-7k3m9q2x/up/reply" },
        { TopicKind.BlockRequest, Device, "ef/airbox-7k3m9q2x/up/block" },
        { TopicKind.Command, Device, "ef/airbox-7k3m9q2x/down/command" },
        { TopicKind.Desired, Device, "ef/airbox-7k3m9q2x/down/desired" },
        { TopicKind.BlockAnswer, Device, "ef/airbox-7k3m9q2x/down/block" },
        { TopicKind.Claim, Hardware, "ef/claim/a1b2c3d4e5f6/up" },
        { TopicKind.ClaimAnswer, Hardware, "ef/claim/a1b2c3d4e5f6/down" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Each_form_is_made_and_taken_apart(TopicKind kind, string id, string topic)
    {
        Assert.Equal(topic, Topics.For(kind, id));
        Assert.True(Topics.TryParse(topic, out TopicKind parsed, out string owner));
        Assert.Equal(kind, parsed);
        Assert.Equal(id, owner);
    }

    [Fact]
    public void Each_kind_has_a_form()
    {
        Assert.Equal(
            Enum.GetValues<TopicKind>().Where(kind => kind != TopicKind.None),
            Forms.Select(row => row.Data.Item1).Order());
        Assert.Equal("", Topics.Tail(TopicKind.None));
    }

    /// <summary>The owner of a topic is who its second level names, however much another's topic is like it.</summary>
    [Theory]
    [InlineData("ef/airbox-1/up/state", "airbox-1")]
    [InlineData("ef/airbox-11/up/state", "airbox-11")]
    [InlineData("ef/airbox/up/state", "airbox")]
    [InlineData("ef/up/up/state", "up")]
    [InlineData("ef/ef/up/state", "ef")]
    [InlineData("ef/claims/up/state", "claims")]
    public void A_topic_is_in_one_devices_tree(string topic, string owner)
    {
        Assert.True(Topics.TryParse(topic, out _, out string id));
        Assert.Equal(owner, id);
    }

    /// <summary>What a device subscribes to is its own orders, all of them, and nothing of another's.</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public void The_filter_covers_the_devices_orders(TopicKind kind, string id, string topic)
    {
        string filter = Topics.DownFilter(Device);
        Assert.EndsWith("/#", filter);
        bool covered = topic.StartsWith(filter[..^1], StringComparison.Ordinal);
        Assert.Equal(id == Device && kind is TopicKind.Command or TopicKind.Desired or TopicKind.BlockAnswer, covered);
        Assert.False(Topics.For(kind, "airbox-7k3m9q2xx").StartsWith(filter[..^1], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("ef")]
    [InlineData("ef/")]
    [InlineData("ef/a")]
    [InlineData("ef/a/")]
    [InlineData("ef/a/up")]
    [InlineData("ef/a/up/")]
    [InlineData("ef/a/up/telemetry/")]
    [InlineData("ef/a/up/telemetry/x")]
    [InlineData("ef/a/up/telemetr")]
    [InlineData("ef/a/up/Telemetry")]
    [InlineData("ef/a/up/command")]
    [InlineData("ef/a/up/desired")]
    [InlineData("ef/a/down/telemetry")]
    [InlineData("ef/a/down/state")]
    [InlineData("ef/a/sideways/state")]
    [InlineData("ef//up/telemetry")]
    [InlineData("/ef/a/up/telemetry")]
    [InlineData("EF/a/up/telemetry")]
    [InlineData("xef/a/up/telemetry")]
    [InlineData("ef/A/up/telemetry")]
    [InlineData("ef/a_b/up/telemetry")]
    [InlineData("ef/-a/up/telemetry")]
    [InlineData("ef/a-/up/telemetry")]
    [InlineData("ef/+/up/telemetry")]
    [InlineData("ef/a/+/telemetry")]
    [InlineData("ef/a/up/+")]
    [InlineData("ef/a/up/#")]
    [InlineData("ef/#")]
    [InlineData("#")]
    [InlineData("ef/a/../b/up/telemetry")]
    [InlineData("ef/a /up/telemetry")]
    [InlineData("ef/a\0/up/telemetry")]
    [InlineData("ef/\u00adairbox/up/telemetry")]
    [InlineData("\u00adef/airbox/up/telemetry")]
    [InlineData("ef/abcdefghijklmnopqrstuvwxyz0123456/up/telemetry")]
    [InlineData("ef/claim/up/telemetry")]
    [InlineData("ef/claim/down/command")]
    [InlineData("ef/claim/")]
    [InlineData("ef/claim/a1b2c3d4e5f6")]
    [InlineData("ef/claim/a1b2c3d4e5f6/")]
    [InlineData("ef/claim/a1b2c3d4e5f6/up/")]
    [InlineData("ef/claim/a1b2c3d4e5f6/up/telemetry")]
    [InlineData("ef/claim/a1b2c3d4e5f/up")]
    [InlineData("ef/claim/A1B2C3D4E5F6/up")]
    [InlineData("ef/claim/g1b2c3d4e5f6/up")]
    [InlineData("ef/claim/+/up")]
    [InlineData("ef/claim/a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e/up")]
    [InlineData("$SYS/broker/version")]
    [InlineData("$share/g/ef/a/up/telemetry")]
    public void What_is_outside_the_tree_is_no_topic(string topic)
    {
        Assert.False(Topics.TryParse(topic, out TopicKind kind, out string id));
        Assert.Equal(TopicKind.None, kind);
        Assert.Equal("", id);
    }

    /// <summary>A device that is called as claims are would publish into them; its topics are refused.</summary>
    [Fact]
    public void A_device_called_claim_is_never_heard()
    {
        foreach (TopicKind kind in Enum.GetValues<TopicKind>().Where(k => k is > TopicKind.None and < TopicKind.Claim))
            Assert.False(Topics.TryParse(Topics.For(kind, "claim"), out _, out _));
    }
}
