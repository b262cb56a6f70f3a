using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Nano.Tests.Vectors
{
    // What the service sends, but for configurations.
    public static partial class Expected
    {
        private static Expectation? ClaimAnswers(string name) => name switch
        {
            "granted" => Written(ClaimAnswer(
                new ClaimAnswer
                {
                    Version = 1,
                    Status = ClaimStatus.Granted,
                    Refusal = ClaimRefusal.None,
                    DeviceId = "airbox-7k3m9q2x",
                    GatewayHost = "gw.example.org",
                    GatewayPort = 8883,
                    TimeMs = Noon,
                },
                0x80,
                0)),
            "granted-here" => Written(ClaimAnswer(
                new ClaimAnswer { Version = 1, Status = ClaimStatus.Granted, DeviceId = "b" }, 0, 0xF0)),
            "pending" => Written(ClaimAnswer(
                new ClaimAnswer { Version = 1, Status = ClaimStatus.Pending, TimeMs = Noon, RetryAfterS = 60 }, -1, 0)),
            "refused" => Written(ClaimAnswer(
                new ClaimAnswer
                {
                    Version = 1,
                    Status = ClaimStatus.Refused,
                    Refusal = ClaimRefusal.DifferentClaim,
                    RetryAfterS = 604_800,
                },
                -1,
                0)),
            _ => null,
        };

        // A negative key is none: the answer grants nothing.
        private static ClaimAnswer ClaimAnswer(ClaimAnswer message, int key, int nonce)
        {
            if (key >= 0)
                Count(message.DeviceKey, key, 32);
            Count(message.Nonce, nonce, 16);
            return message;
        }

        private static Expectation? Commands(string name) => name switch
        {
            "capture-now" => Written(new Command
            {
                Version = 1,
                Id = 1,
                Type = CommandType.CaptureNow,
                ExpiryMs = 1_763_900_060_000,
            }),
            "send-log" => Written(new Command
            {
                Version = 1,
                Id = uint.MaxValue,
                Type = CommandType.SendLog,
                ExpiryMs = 4_102_444_800_000,
                Argument = "50",
            }),
            "from-newer" => ReadOnly(new Command
            {
                Version = 2,
                Id = 65_536,
                Type = (CommandType)200,
                ExpiryMs = 1_763_900_060_000,
            }),
            _ => null,
        };

        private static Expectation? BlockAnswers(string name) => name switch
        {
            "ok" => Written(BlockAnswer(
                new BlockAnswer
                {
                    Version = 1,
                    Offset = 61_440,
                    Status = BlockStatus.Ok,
                    Total = 61_464,
                    DataLength = 24,
                },
                0xA0)),
            "unknown-digest" => Written(BlockAnswer(
                new BlockAnswer { Version = 1, Offset = 4096, Status = BlockStatus.UnknownDigest }, 0xA0)),
            "from-newer" => ReadOnly(BlockAnswer(new BlockAnswer { Version = 2, Status = (BlockStatus)4 }, 0)),
            _ => null,
        };

        private static BlockAnswer BlockAnswer(BlockAnswer message, int digest)
        {
            Count(message.Digest, digest, 32);
            Count(message.Data, 0x40, message.DataLength);
            return message;
        }
    }
}
