using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Contracts.Tests.Vectors;

// What the service sends.
internal static partial class Expected
{
    private static Expectation? ClaimAnswers(string name) => name switch
    {
        "granted" => new(With(
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
            m =>
            {
                Bytes(0x80, 32).CopyTo(m.DeviceKey, 0);
                Bytes(0, 16).CopyTo(m.Nonce, 0);
            })),
        "granted-here" => new(With(
            new ClaimAnswer { Version = 1, Status = ClaimStatus.Granted, DeviceId = "b" },
            m =>
            {
                Bytes(0, 32).CopyTo(m.DeviceKey, 0);
                Bytes(0xF0, 16).CopyTo(m.Nonce, 0);
            })),
        "pending" => new(With(
            new ClaimAnswer { Version = 1, Status = ClaimStatus.Pending, TimeMs = Noon, RetryAfterS = 60 },
            m => Bytes(0, 16).CopyTo(m.Nonce, 0))),
        "refused" => new(With(
            new ClaimAnswer
            {
                Version = 1,
                Status = ClaimStatus.Refused,
                Refusal = ClaimRefusal.DifferentClaim,
                RetryAfterS = 604_800,
            },
            m => Bytes(0, 16).CopyTo(m.Nonce, 0))),
        _ => null,
    };

    private static Expectation? DesiredStates(string name) => name switch
    {
        "clock" => new(new DesiredState { Version = 1, TimeMs = Noon }),
        "config" => new(With(
            new DesiredState { Version = 1, HasConfig = true },
            m =>
            {
                m.Config.Version = 7;
                m.Config.WindowMs = 60_000;
                m.Config.StateIntervalMs = 300_000;
                m.Config.ThresholdCount = 2;
                m.Config.Thresholds[0].CopyFrom(new()
                {
                    Id = "dust-high",
                    Channel = "pm25",
                    Statistic = Statistic.Mean,
                    Direction = ThresholdDirection.Above,
                    Level = new(35, 0),
                    Hysteresis = new(25, -1),
                    HoldMs = 120_000,
                    Severity = Severity.Warning,
                });
                m.Config.Thresholds[1].CopyFrom(new()
                {
                    Id = "cold",
                    Channel = "temp",
                    Statistic = Statistic.Min,
                    Direction = ThresholdDirection.Below,
                    Level = new(-550, -2),
                    Severity = Severity.Critical,
                });
            })),
        "config-without-rules" => new(With(
            new DesiredState { Version = 1, TimeMs = Noon, HasConfig = true },
            m =>
            {
                m.Config.Version = uint.MaxValue;
                m.Config.StateIntervalMs = 86_400_000;
            })),
        "config-with-trigger" => new(With(
            new DesiredState { Version = 1, HasConfig = true },
            m =>
            {
                m.Config.Version = 11;
                m.Config.WindowMs = 10_000;
                m.Config.StateIntervalMs = 300_000;
                m.Config.HasTrigger = true;
                m.Config.Trigger.CopyFrom(new()
                {
                    StaMs = 1000,
                    LtaMs = 20_000,
                    OnMilli = 3500,
                    OffMilli = 1200,
                    MinDurationMs = 0,
                    CooldownMs = 3_600_000,
                    Needed = 2,
                    AxisMask = 7,
                    PreMs = 2000,
                    PostMs = 10_000,
                    LowMilliHz = 500,
                    HighMilliHz = 40_000,
                });
            })),
        "config-with-modes" => new(With(
            new DesiredState { Version = 1, HasConfig = true },
            m =>
            {
                m.Config.Version = 12;
                m.Config.WindowMs = 10_000;
                m.Config.StateIntervalMs = 300_000;
                m.Config.HasModes = true;
                ModesConfig modes = m.Config.Modes;
                modes.Axis = 1;
                modes.Segment = 4096;
                modes.Averages = 64;
                modes.DriftPpm = 10_000;
                modes.Hold = 5;
                modes.BandCount = 2;
                (modes.LowMilliHz[0], modes.HighMilliHz[0]) = (9500, 12_000);
                (modes.LowMilliHz[1], modes.HighMilliHz[1]) = (15_000, 17_500);
            })),
        "config-air" => new(With(
            new DesiredState { Version = 1, HasConfig = true },
            m =>
            {
                m.Config.Version = 7;
                m.Config.HasAir = true;
                m.Config.Air.AsleepS = 300;
                m.Config.Air.AwakeS = 60;
            })),
        "config-screening" => new(With(
            new DesiredState { Version = 1, HasConfig = true },
            m =>
            {
                m.Config.Version = 9;
                m.Config.WindowMs = 10_000;
                m.Config.HasScreening = true;
                ScreeningConfig screening = m.Config.Screening;
                screening.Profile = ScreeningProfile.Site;
                screening.Kind = VibrationKind.Short;
                screening.Extent = MeasurementExtent.Limited;
                screening.Sensitive = true;
                screening.Severity = Severity.Critical;
                screening.PointCount = 2;
                (screening.MilliHz[0], screening.MicroMetresPerS[0]) = (1000, 2000);
                (screening.MilliHz[1], screening.MicroMetresPerS[1]) = (10_000, 5000);
            })),
        "from-newer" => new(
            With(
                new DesiredState { Version = 9, TimeMs = Noon, HasConfig = true },
                m =>
                {
                    m.Config.Version = 8;
                    m.Config.WindowMs = 0;
                    m.Config.StateIntervalMs = 300_000;
                    m.Config.ThresholdCount = 1;
                    m.Config.Thresholds[0].CopyFrom(new()
                    {
                        Id = "r",
                        Channel = "az",
                        Level = new(5, -3),
                        Severity = Severity.Warning,
                    });
                }),
            ReadOnly: true),
        _ => null,
    };

    private static Expectation? Commands(string name) => name switch
    {
        "capture-now" => new(
            new Command { Version = 1, Id = 1, Type = CommandType.CaptureNow, ExpiryMs = 1_763_900_060_000 }),
        "send-log" => new(
            new Command
            {
                Version = 1,
                Id = uint.MaxValue,
                Type = CommandType.SendLog,
                ExpiryMs = 4_102_444_800_000,
                Argument = "50",
            }),
        "from-newer" => new(
            new Command { Version = 2, Id = 65_536, Type = (CommandType)200, ExpiryMs = 1_763_900_060_000 },
            ReadOnly: true),
        _ => null,
    };

    private static Expectation? BlockAnswers(string name) => name switch
    {
        "ok" => new(With(
            new BlockAnswer { Version = 1, Offset = 61_440, Status = BlockStatus.Ok, Total = 61_464, DataLength = 24 },
            m =>
            {
                Bytes(0xA0, 32).CopyTo(m.Digest, 0);
                Bytes(0x40, 24).CopyTo(m.Data, 0);
            })),
        "unknown-digest" => new(With(
            new BlockAnswer { Version = 1, Offset = 4096, Status = BlockStatus.UnknownDigest },
            m => Bytes(0xA0, 32).CopyTo(m.Digest, 0))),
        "from-newer" => new(
            With(
                new BlockAnswer { Version = 2, Status = (BlockStatus)4 },
                m => Bytes(0, 32).CopyTo(m.Digest, 0)),
            ReadOnly: true),
        _ => null,
    };
}
