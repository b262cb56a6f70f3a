using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Tests.Vectors;

namespace EdgeFleet.Contracts.Tests.Messages;

/// <summary>What the tests of messages share: reading a changed payload, and a full payload of every kind.</summary>
internal static class Reading
{
    /// <summary>Kinds of message that are one map; a telemetry pack is an array and has tests of its own.</summary>
    public static readonly string[] Maps = [.. MessageCodec.Kinds().Where(kind => kind != "telemetry-pack")];

    /// <summary>A message with every key of its kind, each with another value than its default.</summary>
    public static TreeMap Full(string kind) => kind switch
    {
        "block-answer" => Tree.Message(kind, "ok"),
        "block-request" => Tree.Message(kind, "first"),
        "claim-answer" => Tree.Message(kind, "granted").Set(2, 200).Set(8, 60),
        "claim-request" => Tree.Message(kind, "air-box"),
        "command" => Tree.Message(kind, "send-log"),
        "command-reply" => Tree.Message(kind, "done"),
        "desired-state" => Tree.Message(kind, "config").Set(1, 1_763_900_000_123)
            .Set(3, Tree.Message(kind, "target")[3]),
        "node-event" => Tree.Message(kind, "threshold-raised").Set(5, 3),
        "reported-state" => Tree.Message(kind, "updating"),
        "waveform-chunk" => Tree.Message(kind, "vertical").Set(7, 1).Set(10, 9),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no message that is a map"),
    };

    /// <summary>What a reader says of a payload.</summary>
    public static ContractError Error(string kind, object? payload) =>
        MessageCodec.Read(MessageCodec.New(kind), new CborReader(Tree.Bytes(payload)));

    /// <summary>All fields of a payload that must be read.</summary>
    public static string Fields(string kind, object? payload) => FieldList.Of(Message<object>(kind, payload));

    /// <summary>The message that a payload is.</summary>
    public static T Message<T>(string kind, object? payload)
    {
        object message = MessageCodec.New(kind);
        Assert.Equal(ContractError.None, MessageCodec.Read(message, new CborReader(Tree.Bytes(payload))));
        return (T)message;
    }

    /// <summary>The kinds that are maps, for theories.</summary>
    public static TheoryData<string> MapKinds() => [.. Maps];
}
