using System.Diagnostics.Metrics;

namespace EdgeFleet.Service.Ingest;

/// <summary>What the journal counts.</summary>
internal static class IngestMetrics
{
    private static readonly Meter Meter = new("EdgeFleet.Ingest");

    private static readonly Counter<long> Messages = Meter.CreateCounter<long>(
        "edgefleet.ingest.messages", "{message}", "Messages made durable.");

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
        "edgefleet.ingest.bytes", "By", "Bytes made durable, framing included.");

    private static readonly Histogram<double> Commit = Meter.CreateHistogram<double>(
        "edgefleet.ingest.commit.duration", "s", "Time of a commit, sync included; its count is that of the batches.");

    public static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "edgefleet.ingest.failures", "{failure}", "Commits that failed and batches that were damaged, by reason.");

    public static readonly Counter<long> Waits = Meter.CreateCounter<long>(
        "edgefleet.ingest.waits", "{message}", "Messages that had to wait for room.");

    public static void Committed(int messages, int bytes, TimeSpan took)
    {
        Messages.Add(messages);
        Bytes.Add(bytes);
        Commit.Record(took.TotalSeconds);
    }
}
