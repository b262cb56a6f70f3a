namespace EdgeFleet.Flash;

/// <summary>What a call ended with, for scripts; the same as the operator's tool.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A board, a file or a tool failed; the failure is named.</summary>
    public const int Failed = 1;

    /// <summary>Wrong arguments.</summary>
    public const int Usage = 2;

    /// <summary>The service does not know it, or refuses it.</summary>
    public const int Refused = 3;

    /// <summary>The service does not answer.</summary>
    public const int Unreachable = 4;

    public const string Help =
        "Exit codes: 0 done; 1 failed, for the reason that is named; 2 wrong arguments; 3 not found or refused by the "
        + "service; 4 the service does not answer.";
}

/// <summary>Why a board was not finished, or a call not carried out. Names are part of the tool's output.</summary>
internal enum Failure
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>An argument or a file that does not make sense.</summary>
    BadInput,

    /// <summary>The flasher is not installed.</summary>
    NanoffMissing,

    /// <summary>The flasher is older than this tool can drive.</summary>
    NanoffTooOld,

    /// <summary>The flasher said nothing for too long, and was ended.</summary>
    NanoffHangs,

    /// <summary>The flasher failed in a way that has no name here.</summary>
    NanoffFailed,

    /// <summary>There is no such port: nothing plugged in, or pulled out.</summary>
    PortMissing,

    /// <summary>Another program has the port.</summary>
    PortBusy,

    /// <summary>The port may not be opened by this user.</summary>
    PortForbidden,

    /// <summary>The port is there, and no board answers on it.</summary>
    NoAnswer,

    /// <summary>The chip is not the one of the board that was named, or one that no image is for.</summary>
    WrongChip,

    /// <summary>The board at the port is another one than the one that was begun.</summary>
    WrongBoard,

    /// <summary>The board was lost while it was written to.</summary>
    CableLost,

    /// <summary>The flash could not be written.</summary>
    WriteFailed,

    /// <summary>What is on the flash is not what was written.</summary>
    VerifyMismatch,

    /// <summary>The firmware package is not to be had.</summary>
    RuntimeMissing,

    /// <summary>The runtime does not start, or runs something else than was deployed.</summary>
    NotStarted,

    /// <summary>The network configuration was not taken.</summary>
    NetworkFailed,

    /// <summary>A file was not taken.</summary>
    FilesFailed,

    /// <summary>The service does not answer.</summary>
    ServiceUnreachable,

    /// <summary>The service does not let this token do that, or does not know it.</summary>
    NotAllowed,

    /// <summary>The service knows no such thing.</summary>
    NotFound,

    /// <summary>The service refused what it was sent.</summary>
    Refused,

    /// <summary>The enrolment is full.</summary>
    EnrolmentFull,

    /// <summary>The enrolment is over.</summary>
    EnrolmentExpired,

    /// <summary>Somebody closed the enrolment.</summary>
    EnrolmentClosed,

    /// <summary>The service refused the board's claim.</summary>
    ClaimRefused,

    /// <summary>The claim waits for an operator, and nobody came.</summary>
    ClaimWaits,

    /// <summary>The node was not heard after it had been started.</summary>
    NodeSilent,

    /// <summary>The node reports, and a sensor does not answer or failed its test.</summary>
    SensorFault,

    /// <summary>No room on this computer.</summary>
    DiskFull,

    /// <summary>Somebody ended the run.</summary>
    Interrupted,
}

/// <summary>Why something was not done, and what a person does about it.</summary>
internal sealed class FlashException(Failure failure, string message, string remedy = "") : Exception(message)
{
    public Failure Failure => failure;

    /// <summary>What to do; empty: the message says it.</summary>
    public string Remedy => remedy;

    /// <summary>The exit code that stands for it.</summary>
    public int ExitCode => failure switch
    {
        Failure.BadInput => Flash.ExitCode.Usage,
        Failure.ServiceUnreachable => Flash.ExitCode.Unreachable,
        Failure.NotAllowed or Failure.NotFound or Failure.Refused or Failure.EnrolmentFull or Failure.EnrolmentExpired
            or Failure.EnrolmentClosed or Failure.ClaimRefused => Flash.ExitCode.Refused,
        _ => Flash.ExitCode.Failed,
    };

    /// <summary>What an exception of the file system means here.</summary>
    public static FlashException Of(Exception problem) => problem switch
    {
        FlashException known => known,
        OperationCanceledException => new(Failure.Interrupted, "The run was ended.", "Run it again: it goes on where it stopped."),
        IOException io when IsDiskFull(io) => new(Failure.DiskFull, problem.Message, "Make room on this computer and run it again."),
        _ => new(Failure.BadInput, problem.Message),
    };

    // ENOSPC is 28 on Linux and macOS; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL are 112 and 39 on Windows.
    private static bool IsDiskFull(IOException problem) => OperatingSystem.IsWindows()
        ? (problem.HResult & 0xFFFF) is 112 or 39
        : problem.HResult == 28 || problem.Message.Contains("No space left", StringComparison.Ordinal);
}
