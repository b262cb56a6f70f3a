using System.Text;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Contracts.Tests.Vectors;

// What a node sends, but for its telemetry.
internal static partial class Expected
{
    private static Expectation? ClaimRequests(string name) => name switch
    {
        "air-box" => new(ClaimRequest(1, "24dcc3a1b2c4", NodeKind.AirBox, "ESP32_S3", "1.4.0", 0)),
        "bridge" => new(ClaimRequest(1, "0123456789abcdef0123456789abcdef", NodeKind.Bridge, "", "", 0xF0)),
        "from-newer" => new(
            ClaimRequest(2, "24dcc3a1b2c4", NodeKind.Bridge, "ESP32", "2.0.0-rc.1", 0x10), ReadOnly: true),
        "least" => new(ClaimRequest(0, "24dcc3a1b2c4", NodeKind.Bridge, "", "", 0x20), ReadOnly: true),
        _ => null,
    };

    private static ClaimRequest ClaimRequest(
        int version, string hardwareId, NodeKind kind, string board, string firmware, int nonce) =>
        With(
            new ClaimRequest
            {
                Version = version,
                HardwareId = hardwareId,
                Kind = kind,
                Board = board,
                FirmwareVersion = firmware,
            },
            m => Bytes(nonce, 16).CopyTo(m.Nonce, 0));

    private static Expectation? ReportedStates(string name) => name switch
    {
        "running" => new(With(
            new ReportedState
            {
                Version = 1,
                Boots = 12,
                Sequence = 345,
                Kind = NodeKind.Bridge,
                HardwareId = "24dcc3a1b2c4",
                Board = "ESP32_S3",
                FirmwareVersion = "1.4.0+a1b2c3",
                HasFirmwareDigest = true,
                BootReason = BootReason.Watchdog,
                UptimeS = 86_400,
                FreeHeapBytes = 70_000,
                RssiDbm = -67,
                ClockAgeS = 3599,
                ClockQuality = TimeQuality.Synchronised,
                ConfigVersion = 7,
                RefusedConfigVersion = 8,
                RefusedConfigFault = ConfigFault.ThresholdChannel,
                WindowMs = 60_000,
                StateIntervalMs = 300_000,
                Epoch = 0xDEADBEEF,
                WindowsProduced = 100_000,
                WindowsBuffered = 250,
                WindowsDropped = 1000,
                DroppedFirst = 300,
                DroppedLast = 1299,
                DroppedFromMs = 1_763_800_000_000,
                DroppedToMs = 1_763_860_000_000,
                EventsProduced = 65_536,
                EventsDropped = 255,
                SamplesMissed = 256,
            },
            m => Bytes(0xC0, 32).CopyTo(m.FirmwareDigest, 0))),
        "fresh" => new(
            new ReportedState
            {
                Version = 1,
                Boots = 1,
                Kind = NodeKind.AirBox,
                HardwareId = "0123456789abcdef0123456789abcdef",
                FirmwareVersion = "0",
                BootReason = BootReason.PowerOn,
                UptimeS = 23,
                FreeHeapBytes = 24,
                ClockAgeS = -1,
                ClockQuality = TimeQuality.Relative,
                StateIntervalMs = 10_000,
            }),
        "least" => new(
            new ReportedState
            {
                Version = 0,
                Boots = uint.MaxValue,
                Sequence = 1,
                FirmwareVersion = "1",
                ClockAgeS = -1,
                ClockQuality = TimeQuality.Relative,
            },
            ReadOnly: true),
        _ => null,
    };

    private static Expectation? NodeEvents(string name) => name switch
    {
        "threshold-raised" => new(
            new NodeEvent
            {
                Version = 1,
                Epoch = 0xDEADBEEF,
                Sequence = 41,
                Type = EventType.ThresholdRaised,
                TimeMs = Noon,
                TimeQuality = TimeQuality.Synchronised,
                Severity = Severity.Warning,
                Rule = "dust-high",
                ConfigVersion = 7,
                Channel = "pm25",
                Value = new(4125, -2),
                Level = new(35, 0),
                Text = "\u00B5g",
            }),
        "boot" => new(
            new NodeEvent
            {
                Version = 1,
                Epoch = 1,
                Sequence = 1,
                Type = EventType.Boot,
                TimeMs = 1_763_900_000_000,
                TimeQuality = TimeQuality.Gateway,
            }),
        "trigger-without-clock" => new(
            new NodeEvent
            {
                Version = 1,
                Epoch = 7,
                Sequence = uint.MaxValue,
                Type = EventType.Trigger,
                TimeMs = -30_500,
                TimeQuality = TimeQuality.Relative,
                Severity = Severity.Critical,
                Channel = "az",
                Value = new(-1_250_000, -6),
                Level = new(1_000_000, -6),
            }),
        "from-newer" => new(
            new NodeEvent { Version = 1, Epoch = 2, Sequence = 3, Type = (EventType)255 },
            ReadOnly: true),
        _ => null,
    };

    private static Expectation? WaveformChunks(string name) => name switch
    {
        "vertical" => new(With(
            new WaveformChunk
            {
                Version = 1,
                Epoch = 0xDEADBEEF,
                Capture = 41,
                Axis = 2,
                Index = 0,
                Count = 2,
                TimeMs = Noon,
                TimeQuality = TimeQuality.Synchronised,
                RateMilliHz = 125_000,
                Scale = new(38_307, -9),
            },
            m => m.Encode([1000, 1003, 998, 998, -64, 524_287, -524_288], 0, 7))),
        "widest" => new(With(
            new WaveformChunk
            {
                Version = 1,
                Epoch = 1,
                Capture = 2,
                Axis = 0,
                Index = 63,
                Count = 64,
                TimeMs = -61_000,
                TimeQuality = TimeQuality.AtLeast,
                RateMilliHz = uint.MaxValue,
                Scale = new(1, 0),
                Gaps = 17,
                FirstSample = 64_512,
            },
            m => m.Encode([int.MaxValue, int.MinValue, 0], 0, 3))),
        "least" => new(
            With(
                new WaveformChunk
                {
                    Version = 0,
                    Epoch = 1,
                    Capture = 1,
                    Axis = 1,
                    Count = 1,
                    RateMilliHz = 1,
                    Scale = new(1, -18),
                },
                m => m.Encode([-1], 0, 1)),
            ReadOnly: true),
        _ => null,
    };

    private static Expectation? CommandReplies(string name) => name switch
    {
        "accepted" => new(new CommandReply { Version = 1, Id = 1, Status = ReplyStatus.Accepted }),
        "failed" => new(
            new CommandReply
            {
                Version = 1,
                Id = uint.MaxValue,
                Status = ReplyStatus.Failed,
                Text = "no answer from 0x76: \"nack\"",
            }),
        "done" => new(With(
            new CommandReply { Version = 1, Id = 24, Status = ReplyStatus.Done, Text = "2 lines" },
            m => m.DataLength = Encoding.UTF8.GetBytes("1.0 boot\n2.5 clock set\n", m.Data))),
        "from-newer" => new(
            new CommandReply { Version = 2, Id = 256, Status = (ReplyStatus)255 },
            ReadOnly: true),
        _ => null,
    };

    private static Expectation? BlockRequests(string name) => name switch
    {
        "first" => new(With(
            new BlockRequest { Version = 1, Offset = 0, Length = 4096 },
            m => Bytes(0xA0, 32).CopyTo(m.Digest, 0))),
        "last-byte" => new(With(
            new BlockRequest { Version = 1, Offset = uint.MaxValue, Length = 1 },
            m => Bytes(0, 32).CopyTo(m.Digest, 0))),
        _ => null,
    };
}
