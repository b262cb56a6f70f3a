using System.Diagnostics.Metrics;

namespace EdgeFleet.Service.Gateway;

/// <summary>What the MQTT endpoint counts, under the meter <c>EdgeFleet.Gateway</c>.</summary>
internal static class GatewayMetrics
{
    private static readonly Meter Meter = new("EdgeFleet.Gateway");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "edgefleet.gateway.refused", "{connection}", "Connections that were not let in, by reason.");

    private static readonly Counter<long> Ended = Meter.CreateCounter<long>(
        "edgefleet.gateway.ended", "{connection}", "Connections that ended after they were let in, by reason.");

    private static readonly Counter<long> Faults = Meter.CreateCounter<long>(
        "edgefleet.gateway.faults", "{fault}", "Packets that broke the protocol or asked for what we do not do, by code.");

    public static readonly UpDownCounter<long> Connections = Meter.CreateUpDownCounter<long>(
        "edgefleet.gateway.connections", "{connection}", "Connections that are let in.");

    public static readonly Counter<long> Received = Meter.CreateCounter<long>(
        "edgefleet.gateway.received", "{message}", "Messages from nodes.");

    public static readonly Counter<long> Acknowledged = Meter.CreateCounter<long>(
        "edgefleet.gateway.acknowledged", "{message}", "Messages from nodes that were stored and acknowledged.");

    public static readonly Counter<long> Sent = Meter.CreateCounter<long>(
        "edgefleet.gateway.sent", "{message}", "Messages to nodes.");

    private static readonly Counter<long> Unsent = Meter.CreateCounter<long>(
        "edgefleet.gateway.unsent", "{message}", "Messages to nodes that could not be sent, by reason.");

    public static void Refuse(string reason) => Refused.Add(1, Tag("reason", reason));

    public static void End(LinkEnd reason) => Ended.Add(1, Tag("reason", reason.ToString()));

    public static void Fault(ReasonCode code) => Faults.Add(1, Tag("code", code.ToString()));

    public static void NotSent(string reason) => Unsent.Add(1, Tag("reason", reason));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
