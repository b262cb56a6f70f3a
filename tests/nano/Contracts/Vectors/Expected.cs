using System;

namespace EdgeFleet.Nano.Tests.Vectors
{
    /// <summary>
    /// The expected message of every vector, by kind and name. Both runners use this one list: the unit tests of the host,
    /// which compare field by field, and those that run on boards.
    /// </summary>
    public static partial class Expected
    {
        private const long Noon = 1_763_900_000_123;

        /// <summary>The expectation of a vector; a vector without one is an error.</summary>
        public static Expectation Of(string kind, string name)
        {
            Expectation? found = kind switch
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
            };
            return found ?? throw new ArgumentException("nothing is expected of " + kind + "/" + name);
        }

        private static Expectation Written(object message) => new Expectation(message, false);

        private static Expectation ReadOnly(object message) => new Expectation(message, true);

        /// <summary>Fills the first bytes with numbers that count up from <paramref name="first"/>.</summary>
        private static void Count(byte[] target, int first, int count)
        {
            for (int i = 0; i < count; i++)
                target[i] = (byte)(first + i);
        }
    }
}
