using System.Collections.Concurrent;
using System.Threading.Channels;

namespace EdgeFleet.Service.Live;

/// <summary>What changed.</summary>
public enum LiveKind
{
    /// <summary>A device came online, went offline, or its directory entry changed.</summary>
    Device,

    /// <summary>New windows of a device were stored.</summary>
    Telemetry,

    /// <summary>New events of a device were stored.</summary>
    Event,

    /// <summary>A device's reported state was stored.</summary>
    State,

    /// <summary>A device's desired configuration changed.</summary>
    Config,

    /// <summary>A claim came in or was decided; the subject is the hardware id.</summary>
    Claim,

    /// <summary>An enrolment changed; the subject is its id.</summary>
    Enrolment,

    /// <summary>A command to a device was ordered, sent, answered or ended.</summary>
    Command,

    /// <summary>An alert changed; the subject is the device, or <c>site:</c> and the site.</summary>
    Alert,

    /// <summary>A rollout, or a node of it, changed; the subject is its number.</summary>
    Rollout,
}

/// <summary>Word that something changed; who wants to know what reads it from where it is kept.</summary>
/// <param name="Kind">What changed.</param>
/// <param name="Subject">The device id, hardware id or enrolment id.</param>
public readonly record struct LiveNotice(LiveKind Kind, string Subject);

/// <summary>
/// Publishes change notices inside the process. Never blocks a publisher: a subscriber that falls behind by
/// <see cref="ServiceLimits.LiveQueue"/> loses the oldest, and can see that it did.
/// </summary>
public sealed class LiveFeed
{
    private readonly ConcurrentDictionary<LiveSubscription, byte> _subscriptions = new();

    /// <summary>Subscribers at the moment.</summary>
    public int Subscribers => _subscriptions.Count;

    /// <summary>Tells all subscribers. From any thread; costs next to nothing without subscribers.</summary>
    public void Publish(LiveKind kind, string subject)
    {
        if (_subscriptions.IsEmpty)
            return;
        LiveNotice notice = new(kind, subject);
        foreach (KeyValuePair<LiveSubscription, byte> entry in _subscriptions)
            entry.Key.Offer(notice);
    }

    /// <summary>
    /// Subscribes until the subscription is disposed; null where <see cref="ServiceLimits.MaxLiveSubscribers"/> are
    /// there already.
    /// </summary>
    /// <param name="wanted">Which notices; null: all.</param>
    public LiveSubscription? Subscribe(Func<LiveNotice, bool>? wanted = null)
    {
        LiveSubscription subscription = new(wanted, s => _subscriptions.TryRemove(s, out _));
        _subscriptions.TryAdd(subscription, 0);
        if (_subscriptions.Count <= ServiceLimits.MaxLiveSubscribers)
            return subscription;
        subscription.Dispose();
        return null;
    }
}

/// <summary>One subscriber's queue.</summary>
public sealed class LiveSubscription : IDisposable
{
    private readonly Channel<LiveNotice> _queue;
    private readonly Func<LiveNotice, bool>? _wanted;
    private readonly Action<LiveSubscription> _end;
    private long _missed;

    internal LiveSubscription(Func<LiveNotice, bool>? wanted, Action<LiveSubscription> end)
    {
        _wanted = wanted;
        _end = end;
        _queue = Channel.CreateBounded<LiveNotice>(
            new BoundedChannelOptions(ServiceLimits.LiveQueue) { FullMode = BoundedChannelFullMode.DropOldest },
            _ => Interlocked.Increment(ref _missed));
    }

    /// <summary>Notices lost so far because they were not read in time: redraw everything when this grows.</summary>
    public long Missed => Interlocked.Read(ref _missed);

    /// <summary>Notices as they come, until cancelled or disposed.</summary>
    public IAsyncEnumerable<LiveNotice> ReadAllAsync(CancellationToken cancel = default) =>
        _queue.Reader.ReadAllAsync(cancel);

    /// <summary>Completes when a notice is there; false where none will come any more.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancel = default) => _queue.Reader.WaitToReadAsync(cancel);

    /// <summary>A notice that is already there.</summary>
    public bool TryRead(out LiveNotice notice) => _queue.Reader.TryRead(out notice);

    /// <inheritdoc/>
    public void Dispose()
    {
        _end(this);
        _queue.Writer.TryComplete();
    }

    internal void Offer(LiveNotice notice)
    {
        if (_wanted == null || _wanted(notice))
            _queue.Writer.TryWrite(notice);
    }
}

internal static class LiveSetup
{
    public static void AddLive(this WebApplicationBuilder builder) => builder.Services.AddSingleton<LiveFeed>();
}
