using EdgeFleet.Service.Live;

namespace EdgeFleet.Service.Tests.Hosting;

/// <summary>Change notices: bounded, filtered, and never in a publisher's way.</summary>
public sealed class LiveFeedTests
{
    [Fact]
    public async Task Subscribers_get_what_they_want_in_order()
    {
        LiveFeed feed = new();
        using LiveSubscription all = feed.Subscribe()!;
        using LiveSubscription claims = feed.Subscribe(n => n.Kind == LiveKind.Claim)!;
        feed.Publish(LiveKind.Device, "a");
        feed.Publish(LiveKind.Claim, "b");
        claims.Dispose();
        feed.Publish(LiveKind.Claim, "c");
        Assert.True(all.TryRead(out LiveNotice first));
        Assert.Equal(new LiveNotice(LiveKind.Device, "a"), first);
        List<LiveNotice> seen = [];
        await foreach (LiveNotice notice in claims.ReadAllAsync())
            seen.Add(notice);
        Assert.Equal([new LiveNotice(LiveKind.Claim, "b")], seen);
        Assert.Equal(1, feed.Subscribers);
    }

    [Fact]
    public void A_slow_subscriber_loses_the_oldest_and_can_see_it()
    {
        LiveFeed feed = new();
        using LiveSubscription slow = feed.Subscribe()!;
        for (int i = 0; i < ServiceLimits.LiveQueue + 7; i++)
            feed.Publish(LiveKind.Telemetry, i.ToString());
        Assert.Equal(7, slow.Missed);
        Assert.True(slow.TryRead(out LiveNotice oldest));
        Assert.Equal("7", oldest.Subject);
    }

    [Fact]
    public void There_are_only_so_many_subscribers()
    {
        LiveFeed feed = new();
        List<LiveSubscription> held = [.. Enumerable.Range(0, ServiceLimits.MaxLiveSubscribers)
            .Select(_ => feed.Subscribe()!)];
        Assert.Null(feed.Subscribe());
        held[0].Dispose();
        using LiveSubscription? again = feed.Subscribe();
        Assert.NotNull(again);
        Assert.Equal(ServiceLimits.MaxLiveSubscribers, feed.Subscribers);
        held.ForEach(s => s.Dispose());
    }
}
