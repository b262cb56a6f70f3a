using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.AirQuality;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Web;

/// <summary>What the names of the contract are called in pages.</summary>
public static class Words
{
    /// <summary>A kind of node.</summary>
    public static string Of(NodeKind? kind) => kind switch
    {
        NodeKind.AirBox => "Air Box",
        NodeKind.Bridge => "Bridge",
        null => "unknown",
        _ => kind.ToString()!,
    };

    /// <summary>What a device is told to do.</summary>
    public static string Of(CommandType type) => type switch
    {
        CommandType.Reboot => "Reboot",
        CommandType.Identify => "Identify",
        CommandType.CaptureNow => "Capture now",
        CommandType.SelfTest => "Self-test",
        CommandType.SendLog => "Send log",
        _ => $"Command {(int)type}",
    };

    /// <summary>The class that colours where a command stands.</summary>
    public static string ClassOf(CommandState state) => state switch
    {
        CommandState.Done => "good",
        CommandState.Failed or CommandState.Unsupported => "bad",
        CommandState.Expired => "warn",
        _ => "",
    };

    /// <summary>Whose air quality index.</summary>
    public static string Of(AqiStandard standard) => standard switch
    {
        AqiStandard.UsEpa => "US EPA",
        AqiStandard.TwMoenv => "Taiwan MOENV",
        _ => standard.ToString(),
    };

    /// <summary>How bad the air is.</summary>
    public static string Of(AqiCategory category) => category switch
    {
        AqiCategory.UnhealthyForSensitiveGroups => "Unhealthy for sensitive groups",
        AqiCategory.VeryUnhealthy => "Very unhealthy",
        _ => category.ToString(),
    };

    /// <summary>Why a claim was refused.</summary>
    public static string Of(ClaimRefusal refusal) => refusal switch
    {
        ClaimRefusal.None => "",
        ClaimRefusal.UnknownEnrolment => "The enrolment does not exist or was closed.",
        ClaimRefusal.EnrolmentExpired => "The enrolment's time is over.",
        ClaimRefusal.EnrolmentFull => "All boards of the enrolment are taken.",
        ClaimRefusal.WrongKind => "The enrolment is for the other kind of node.",
        ClaimRefusal.AlreadyClaimed => "The board has an identity that it has used; release it where the board was erased.",
        ClaimRefusal.DifferentClaim => "Another claim of this board came first.",
        ClaimRefusal.Rejected => "An operator rejected the board.",
        ClaimRefusal.Malformed => "What came was not a claim, or another board's.",
        _ => refusal.ToString(),
    };

    /// <summary>Why a connection was not let in.</summary>
    public static string Of(Refusal refusal) => refusal switch
    {
        Refusal.UnknownUser => "There is no such device or enrolment.",
        Refusal.WrongPassword => "The password is wrong.",
        Refusal.TokenExpired => "The password's time is over; the board's clock may be behind.",
        Refusal.TokenTooLong => "The password is valid for longer than allowed; the board's clock may be ahead.",
        Refusal.ClocklessTokenRefused => "Passwords without a time are not allowed here.",
        Refusal.Quarantined => "The device is quarantined.",
        Refusal.Decommissioned => "The device was decommissioned.",
        Refusal.ServiceBusy => "The service was busy.",
        _ => refusal.ToString(),
    };

    /// <summary>What a node refused in a configuration.</summary>
    public static string Of(ConfigFault fault) => fault switch
    {
        ConfigFault.WindowMs => "The window length is outside the node's range.",
        ConfigFault.StateIntervalMs => "The interval of state reports is outside the node's range.",
        ConfigFault.TooManyThresholds => "There are more rules than the node holds.",
        ConfigFault.ThresholdId => "A rule's id is not an id, or stands twice.",
        ConfigFault.ThresholdChannel => "A rule names a channel that this node does not have.",
        ConfigFault.ThresholdStatistic => "A rule names a statistic that this node does not know.",
        ConfigFault.ThresholdDirection => "A rule names a direction that this node does not know.",
        ConfigFault.ThresholdLevel => "A rule's level or hysteresis does not fit the channel's resolution.",
        ConfigFault.ThresholdHold => "A rule's hold time is outside the node's range.",
        ConfigFault.ThresholdSeverity => "A rule names a severity that this node does not know.",
        ConfigFault.ScreeningProfile => "Screening names a profile or severity that this node does not know.",
        ConfigFault.ScreeningLine => "Screening names a line that its profile does not have.",
        ConfigFault.ScreeningFactor => "Screening names a kind or extent that this node does not know.",
        ConfigFault.ScreeningPoints => "The points of the screening line are too many, out of range or out of order.",
        ConfigFault.ScreeningNoVelocity => "This node measures no velocity that could be screened.",
        ConfigFault.AirDutyCycle => "The dust sensor's times asleep or awake are outside the node's range.",
        ConfigFault.AirNoSensor => "This node has no sensor that could sleep.",
        ConfigFault.TriggerMeans => "The trigger's short or long mean is outside the node's range.",
        ConfigFault.TriggerLevels => "The trigger's levels are outside the node's range.",
        ConfigFault.TriggerDurations => "The trigger's least duration or cooldown is outside the node's range.",
        ConfigFault.TriggerAxes => "The trigger looks at axes that this node does not have.",
        ConfigFault.TriggerCapture => "The trigger captures more than this node's memory holds.",
        ConfigFault.TriggerBand => "The trigger's band reaches half of this node's sample rate, or is empty.",
        ConfigFault.ModesAxis => "Natural frequencies are looked for on an axis that this node does not have.",
        ConfigFault.ModesSegment => "A spectrum's segment is longer than this node's memory holds, or no power of two.",
        ConfigFault.ModesAverages => "A spectrum has too few or too many segments.",
        ConfigFault.ModesDrift => "The drift of a natural frequency is outside the node's range.",
        ConfigFault.ModesBands => "A band of natural frequencies reaches half of this node's sample rate, or is empty.",
        ConfigFault.StaleVersion => "It is older than the one in force.",
        _ => $"Reason {(int)fault}, which this version has no words for.",
    };

    /// <summary>What happened on a node.</summary>
    public static string Of(EventType type) => type switch
    {
        EventType.ThresholdRaised => "Alarm raised",
        EventType.ThresholdCleared => "Alarm cleared",
        EventType.Trigger => "Vibration trigger",
        EventType.Screening => "Screening line passed",
        EventType.Fault => "Fault",
        EventType.FaultCleared => "Fault over",
        EventType.Boot => "Start",
        EventType.Update => "Update",
        _ => $"Event {(int)type}",
    };

    /// <summary>Why a node started.</summary>
    public static string Of(BootReason reason) => reason switch
    {
        BootReason.PowerOn => "power came on",
        BootReason.Requested => "asked to",
        BootReason.Watchdog => "watchdog",
        BootReason.Brownout => "supply too low",
        BootReason.Crash => "crash",
        _ => "not known",
    };

    /// <summary>Where a node's clock comes from.</summary>
    public static string Of(TimeQuality quality) => quality switch
    {
        TimeQuality.Synchronised => "synchronised",
        TimeQuality.Gateway => "from the gateway",
        TimeQuality.Relative => "not set",
        TimeQuality.AtLeast => "not set",
        _ => quality.ToString(),
    };

    /// <summary>A number of a window that a rule looks at.</summary>
    public static string Of(ScreeningProfile profile) => profile switch
    {
        ScreeningProfile.None => "None",
        ScreeningProfile.Din4150Foundation => "DIN 4150-3, short-term, foundation",
        ScreeningProfile.Din4150TopFloor => "DIN 4150-3, short-term, top floor",
        ScreeningProfile.Din4150LongTerm => "DIN 4150-3, long-term, top floor",
        ScreeningProfile.SbrA => "SBR-A",
        ScreeningProfile.Bs7385 => "BS 7385-2",
        ScreeningProfile.Site => "The site's own line",
        _ => profile.ToString(),
    };

    public static string Of(Statistic statistic) => statistic switch
    {
        Statistic.StdDev => "Deviation (RMS)",
        Statistic.Peak => "Peak",
        Statistic.PeakToPeak => "Peak to peak",
        Statistic.Crest => "Crest factor (no unit)",
        Statistic.Kurtosis => "Kurtosis (no unit)",
        Statistic.Min => "Minimum",
        Statistic.Max => "Maximum",
        _ => statistic.ToString(),
    };

    /// <summary>What became of missing windows.</summary>
    public static string Of(GapFate fate) => fate switch
    {
        GapFate.DroppedByNode => "dropped by the node: its store was full",
        GapFate.NotYetReceived => "not received yet",
        GapFate.NotSampled => "not measured",
        _ => "not known",
    };

    /// <summary>A quality flag of a channel.</summary>
    public static string Quality(string flag) => flag switch
    {
        "missing" => "no value",
        "warmingUp" => "warming up",
        "frozen" => "frozen",
        "outOfRange" => "out of range",
        "gap" => "samples lost",
        "partial" => "short window",
        "checksumErrors" => "noisy sensor line",
        "sensorError" => "sensor reports an error",
        "humidity" => "too humid for the sensor",
        "asleep" => "sensor asleep",
        _ => flag,
    };

    /// <summary>The colour class of a severity.</summary>
    public static string ClassOf(Severity severity) => severity switch
    {
        Severity.Critical => "bad",
        Severity.Warning => "warn",
        _ => "",
    };
}
