namespace EdgeFleet.Contracts.Tests.Vectors;

/// <summary>
/// What a vector must say: the message with every field, and whether our writer makes these very bytes of it. What is
/// read only has keys that no writer of ours sends, or none that it always sends.
/// </summary>
internal sealed record Expectation(object Message, bool ReadOnly = false);

/// <summary>The expected message of every vector, by kind and name.</summary>
internal static partial class Expected
{
    private const long Noon = 1_763_900_000_123;

    /// <summary>The expectation of a vector; a vector without one is an error.</summary>
    public static Expectation Of(string kind, string name) => (kind switch
    {
        "block-answer" => BlockAnswers(name),
        "block-request" => BlockRequests(name),
        "claim-answer" => ClaimAnswers(name),
        "claim-request" => ClaimRequests(name),
        "command" => Commands(name),
        "command-reply" => CommandReplies(name),
        "desired-state" => DesiredStates(name),
        "node-event" => NodeEvents(name),
        "reported-state" => ReportedStates(name),
        "telemetry-pack" => Packs(name),
        "waveform-chunk" => WaveformChunks(name),
        _ => null,
    }) ?? throw new KeyNotFoundException($"nothing is expected of {kind}/{name}");

    /// <summary>So many bytes that count up from <paramref name="first"/>.</summary>
    private static byte[] Bytes(int first, int count) => [.. Enumerable.Range(first, count).Select(b => (byte)b)];

    private static T With<T>(T message, Action<T> fill)
    {
        fill(message);
        return message;
    }
}
