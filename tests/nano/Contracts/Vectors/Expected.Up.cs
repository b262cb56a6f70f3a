using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Nano.Tests.Vectors
{
    // What a node sends, but for its telemetry and the waveforms.
    public static partial class Expected
    {
        private static Expectation? ClaimRequests(string name) => name switch
        {
            "air-box" => Written(ClaimRequest(1, "24dcc3a1b2c4", NodeKind.AirBox, "ESP32_S3", "1.4.0", 0)),
            "bridge" => Written(ClaimRequest(1, "0123456789abcdef0123456789abcdef", NodeKind.Bridge, "", "", 0xF0)),
            "from-newer" => ReadOnly(ClaimRequest(2, "24dcc3a1b2c4", NodeKind.Bridge, "ESP32", "2.0.0-rc.1", 0x10)),
            "least" => ReadOnly(ClaimRequest(0, "24dcc3a1b2c4", NodeKind.Bridge, "", "", 0x20)),
            _ => null,
        };

        private static ClaimRequest ClaimRequest(
            int version, string hardwareId, NodeKind kind, string board, string firmware, int nonce)
        {
            ClaimRequest message = new ClaimRequest
            {
                Version = version,
                HardwareId = hardwareId,
                Kind = kind,
                Board = board,
                FirmwareVersion = firmware,
            };
            Count(message.Nonce, nonce, 16);
            return message;
        }

        private static Expectation? ReportedStates(string name) => name switch
        {
            "running" => Written(RunningState()),
            "fresh" => Written(new ReportedState
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
            "updating" => Written(UpdatingState()),
            "not-updated" => Written(new ReportedState
            {
                Version = 1,
                Boots = 2,
                FirmwareVersion = "0",
                BootReason = BootReason.Requested,
                UptimeS = 1,
                ClockAgeS = -1,
                ClockQuality = TimeQuality.Relative,
                StateIntervalMs = 10_000,
                HasUpdate = true,
                HasBoardStatus = true,
            }),
            "least" => ReadOnly(new ReportedState
            {
                Version = 0,
                Boots = uint.MaxValue,
                Sequence = 1,
                FirmwareVersion = "1",
                ClockAgeS = -1,
                ClockQuality = TimeQuality.Relative,
            }),
            _ => null,
        };

        private static ReportedState RunningState()
        {
            ReportedState message = new ReportedState
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
            };
            Count(message.FirmwareDigest, 0xC0, 32);
            return message;
        }

        private static ReportedState UpdatingState()
        {
            ReportedState message = RunningState();
            message.HasUpdate = true;
            message.Update.State = UpdateState.Paused;
            message.Update.Reason = UpdateReason.Interlock;
            message.Update.HasTarget = true;
            Count(message.Update.Target, 0xA0, 32);
            message.Update.FetchedBytes = 20_480;
            message.Update.TotalBytes = 61_464;
            message.Update.Running = UpdateSlot.B;
            message.Update.Confirmed = true;
            message.Update.BootAttempts = 1;
            message.Update.Attempt = 2;
            message.Update.SecurityCounter = 5;
            message.HasBoardStatus = true;
            message.BoardStatus.HardwareClass = "esp32-s3";
            message.BoardStatus.RuntimeVersion = "1.12.4.253";
            message.BoardStatus.Interlocks = BoardStatus.InterlockEvent | BoardStatus.InterlockCapture;
            message.BoardStatus.ChunksProduced = 48;
            message.BoardStatus.ChunksDropped = 2;
            return message;
        }

        private static Expectation? NodeEvents(string name) => name switch
        {
            "threshold-raised" => Written(new NodeEvent
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
                Value = new DecimalValue(4125, -2),
                Level = new DecimalValue(35, 0),
                Text = "\u00B5g",
            }),
            "boot" => Written(new NodeEvent
            {
                Version = 1,
                Epoch = 1,
                Sequence = 1,
                Type = EventType.Boot,
                TimeMs = 1_763_900_000_000,
                TimeQuality = TimeQuality.Gateway,
            }),
            "trigger-without-clock" => Written(new NodeEvent
            {
                Version = 1,
                Epoch = 7,
                Sequence = uint.MaxValue,
                Type = EventType.Trigger,
                TimeMs = -30_500,
                TimeQuality = TimeQuality.Relative,
                Severity = Severity.Critical,
                Channel = "az",
                Value = new DecimalValue(-1_250_000, -6),
                Level = new DecimalValue(1_000_000, -6),
            }),
            "update" => Written(new NodeEvent
            {
                Version = 1,
                Epoch = 7,
                Sequence = 42,
                Type = EventType.Update,
                TimeMs = Noon,
                TimeQuality = TimeQuality.Synchronised,
                Severity = Severity.Warning,
                Text = "reverted not-acknowledged 1.5.0",
            }),
            "from-newer" => ReadOnly(new NodeEvent { Version = 1, Epoch = 2, Sequence = 3, Type = (EventType)255 }),
            _ => null,
        };

        private static Expectation? CommandReplies(string name) => name switch
        {
            "accepted" => Written(new CommandReply { Version = 1, Id = 1, Status = ReplyStatus.Accepted }),
            "failed" => Written(new CommandReply
            {
                Version = 1,
                Id = uint.MaxValue,
                Status = ReplyStatus.Failed,
                Text = "no answer from 0x76: \"nack\"",
            }),
            "done" => Written(DoneReply()),
            "from-newer" => ReadOnly(new CommandReply { Version = 2, Id = 256, Status = (ReplyStatus)255 }),
            _ => null,
        };

        private static CommandReply DoneReply()
        {
            CommandReply message = new CommandReply { Version = 1, Id = 24, Status = ReplyStatus.Done, Text = "2 lines" };
            byte[] log = Encoding.UTF8.GetBytes("1.0 boot\n2.5 clock set\n");
            log.CopyTo(message.Data, 0);
            message.DataLength = log.Length;
            return message;
        }

        private static Expectation? BlockRequests(string name) => name switch
        {
            "first" => Written(BlockRequest(0, 4096, 0xA0)),
            "last-byte" => Written(BlockRequest(uint.MaxValue, 1, 0)),
            _ => null,
        };

        private static BlockRequest BlockRequest(uint offset, int length, int digest)
        {
            BlockRequest message = new BlockRequest { Version = 1, Offset = offset, Length = length };
            Count(message.Digest, digest, 32);
            return message;
        }
    }
}
