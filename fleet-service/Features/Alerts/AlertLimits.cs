namespace EdgeFleet.Service.Features.Alerts;

/// <summary>Bounds of alerts and their routing, with their arithmetic.</summary>
public static class AlertLimits
{
    /// <summary>
    /// Reporting intervals of its own that a node may be silent before it counts as offline or its data as stale. One
    /// lost window is chance, two are a bad minute of radio; with the third nobody would wait any longer.
    /// </summary>
    public const int SilentIntervals = 3;

    /// <summary>
    /// Shortest silence that counts, in milliseconds. A node looks for its network again after up to a minute, so a
    /// restart of the access point is over in three.
    /// </summary>
    public const long LeastSilenceMs = 180_000;

    /// <summary>The interval of a node that has not reported its own yet, in milliseconds.</summary>
    public const int UnknownIntervalMs = 300_000;

    /// <summary>How often silence is looked for, in milliseconds: a sixth of the shortest that counts.</summary>
    public const int SweepMs = 30_000;

    /// <summary>
    /// How long a node-offline alert waits before it is routed, in milliseconds: nodes of a site without power fall
    /// silent within one interval of each other, and are told as one.
    /// </summary>
    public const long GroupWaitMs = 120_000;

    /// <summary>Nodes of a site that must be offline together for one alert of the site; fewer where it has fewer, at least 2.</summary>
    public const int SiteOfflineNodes = 3;

    /// <summary>Raises within <see cref="FlapWindowMs"/> from which an alert flaps.</summary>
    public const int FlapRaises = 4;

    /// <summary>The time in which raises are counted, in milliseconds; a raise within it after the end reopens the alert.</summary>
    public const long FlapWindowMs = 1_800_000;

    /// <summary>How long a flapping alert must be quiet before it counts as cleared, in milliseconds.</summary>
    public const long FlapQuietMs = 900_000;

    /// <summary>An alert whose cause has no end, such as a passed screening line, ends so long after the last, in milliseconds.</summary>
    public const long MomentaryMs = 3_600_000;

    /// <summary>Events that are taken in one transaction: 500 alerts with history are about 20 ms.</summary>
    public const int EventsPerStep = 500;

    /// <summary>Days that cleared alerts and their history are kept: more than one turn of the seasons.</summary>
    public const int KeepDays = 400;

    /// <summary>Days that deliveries are kept.</summary>
    public const int KeepDeliveryDays = 30;

    /// <summary>Rows that one round of housekeeping deletes of each table.</summary>
    public const int TidyRows = 5_000;

    /// <summary>Longest silence or maintenance, in days; longer is a node that nobody wants, to be decommissioned.</summary>
    public const int MaxSilenceDays = 90;

    /// <summary>Routes.</summary>
    public const int MaxRoutes = 100;

    /// <summary>Address of a route, in characters.</summary>
    public const int MaxTarget = 512;

    /// <summary>Fewest characters of a webhook's secret that somebody brings along: 128 bits as hexadecimal digits.</summary>
    public const int MinSecret = 32;

    /// <summary>Most characters of a webhook's secret.</summary>
    public const int MaxSecret = 256;

    /// <summary>
    /// Attempts of one delivery. Waits double from <see cref="FirstRetryMs"/> up to <see cref="MaxRetryMs"/>: 10, 20 …
    /// 3,600 s; the last comes about 7 hours after the first.
    /// </summary>
    public const int MaxAttempts = 15;

    /// <summary>First wait after a failed attempt, in milliseconds.</summary>
    public const int FirstRetryMs = 10_000;

    /// <summary>Longest wait after a failed attempt, in milliseconds.</summary>
    public const int MaxRetryMs = 3_600_000;

    /// <summary>Time for one attempt, in milliseconds; another service that is well answers in one second.</summary>
    public const int AttemptMs = 10_000;

    /// <summary>Deliveries that wait; beyond it the oldest are given up, so that a dead receiver does not fill the disk.</summary>
    public const int MaxWaiting = 20_000;

    /// <summary>Deliveries that are read and sent in one round.</summary>
    public const int DeliveriesPerRound = 50;
}
