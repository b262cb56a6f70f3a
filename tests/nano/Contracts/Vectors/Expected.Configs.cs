using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Nano.Tests.Vectors
{
    // The desired state, with a configuration of each kind.
    public static partial class Expected
    {
        private static Expectation? DesiredStates(string name) => name switch
        {
            "clock" => Written(new DesiredState { Version = 1, TimeMs = Noon }),
            "config" => Written(WithRules()),
            "config-without-rules" => Written(WithoutRules()),
            "config-with-trigger" => Written(WithTrigger()),
            "config-with-modes" => Written(WithModes()),
            "config-air" => Written(WithAir()),
            "config-screening" => Written(WithScreening()),
            "target" => Written(WithTarget()),
            "from-newer" => ReadOnly(FromNewer()),
            _ => null,
        };

        private static DesiredState Config(uint version, int windowMs)
        {
            DesiredState message = new DesiredState { Version = 1, HasConfig = true };
            message.Config.Version = version;
            message.Config.WindowMs = windowMs;
            message.Config.StateIntervalMs = 300_000;
            return message;
        }

        private static DesiredState WithTarget()
        {
            DesiredState message = Config(9, 0);
            message.TimeMs = Noon;
            message.HasTarget = true;
            Count(message.Target.Digest, 0xA0, 32);
            message.Target.TotalBytes = 61_464;
            message.Target.EnvelopeBytes = 1912;
            message.Target.Attempt = 2;
            message.Target.ApplyFromMs = 1_763_920_000_000;
            message.Target.ApplyUntilMs = 1_763_930_000_000;
            return message;
        }

        private static DesiredState WithRules()
        {
            DesiredState message = Config(7, 60_000);
            message.Config.ThresholdCount = 2;
            message.Config.Thresholds[0].CopyFrom(new ThresholdRule
            {
                Id = "dust-high",
                Channel = "pm25",
                Statistic = Statistic.Mean,
                Direction = ThresholdDirection.Above,
                Level = new DecimalValue(35, 0),
                Hysteresis = new DecimalValue(25, -1),
                HoldMs = 120_000,
                Severity = Severity.Warning,
            });
            message.Config.Thresholds[1].CopyFrom(new ThresholdRule
            {
                Id = "cold",
                Channel = "temp",
                Statistic = Statistic.Min,
                Direction = ThresholdDirection.Below,
                Level = new DecimalValue(-550, -2),
                Severity = Severity.Critical,
            });
            return message;
        }

        private static DesiredState WithoutRules()
        {
            DesiredState message = Config(uint.MaxValue, 0);
            message.TimeMs = Noon;
            message.Config.StateIntervalMs = 86_400_000;
            return message;
        }

        private static DesiredState WithTrigger()
        {
            DesiredState message = Config(11, 10_000);
            message.Config.HasTrigger = true;
            message.Config.Trigger.CopyFrom(new TriggerConfig
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
            return message;
        }

        private static DesiredState WithModes()
        {
            DesiredState message = Config(12, 10_000);
            message.Config.HasModes = true;
            ModesConfig modes = message.Config.Modes;
            modes.Axis = 1;
            modes.Segment = 4096;
            modes.Averages = 64;
            modes.DriftPpm = 10_000;
            modes.Hold = 5;
            modes.BandCount = 2;
            modes.LowMilliHz[0] = 9500;
            modes.HighMilliHz[0] = 12_000;
            modes.LowMilliHz[1] = 15_000;
            modes.HighMilliHz[1] = 17_500;
            return message;
        }

        private static DesiredState WithAir()
        {
            DesiredState message = Config(7, 0);
            message.Config.HasAir = true;
            message.Config.Air.AsleepS = 300;
            message.Config.Air.AwakeS = 60;
            return message;
        }

        private static DesiredState WithScreening()
        {
            DesiredState message = Config(9, 10_000);
            message.Config.HasScreening = true;
            ScreeningConfig screening = message.Config.Screening;
            screening.Profile = ScreeningProfile.Site;
            screening.Kind = VibrationKind.Short;
            screening.Extent = MeasurementExtent.Limited;
            screening.Sensitive = true;
            screening.Severity = Severity.Critical;
            screening.PointCount = 2;
            screening.MilliHz[0] = 1000;
            screening.MicroMetresPerS[0] = 2000;
            screening.MilliHz[1] = 10_000;
            screening.MicroMetresPerS[1] = 5000;
            return message;
        }

        private static DesiredState FromNewer()
        {
            DesiredState message = Config(8, 0);
            message.Version = 9;
            message.TimeMs = Noon;
            message.Config.ThresholdCount = 1;
            message.Config.Thresholds[0].CopyFrom(new ThresholdRule
            {
                Id = "r",
                Channel = "az",
                Level = new DecimalValue(5, -3),
                Severity = Severity.Warning,
            });
            return message;
        }
    }
}
