namespace EdgeFleet.Flash.Nanoff;

/// <summary>What nanoff's errors mean to a technician. The codes are those of its ExitCodes.cs.</summary>
internal static class NanoffErrors
{
    private const string Again = "Plug the board in again, with a cable that carries data, and run this again: it goes on where it stopped.";

    private const string Boot = "Hold BOOT, press and release RESET (EN), release BOOT; then run this again.";

    /// <summary>The failure that stands for a result, in the words of this tool and nanoff's own.</summary>
    /// <param name="result">What nanoff said.</param>
    /// <param name="port">The port that it had.</param>
    /// <param name="otherwise">What it is where nanoff's code does not tell.</param>
    public static FlashException Of(NanoffResult result, string port, Failure otherwise)
    {
        string words = result.Words.Length != 0 ? result.Words : result.Lines.LastOrDefault(l => l.Length != 0) ?? "";
        string said = $"nanoff: {(result.Code.Length == 0 ? "exit code " + result.ProcessCode : result.Code)}{(words.Length == 0 || words == result.Code ? "" : ": " + words)}";
        bool gone = port.Length != 0 && !PortExists(port);
        return result.Code switch
        {
            _ when gone => new(Failure.CableLost, $"The port {port} went away. {said}", Again),
            "E4005" or "E6000" => new(Failure.PortMissing, $"The port {port} cannot be opened. {said}", Again),
            "E6002" => new(Failure.PortBusy, $"Another program has the port {port}. {said}",
                "End the other program (a serial monitor, Visual Studio, another flasher), and run this again."),
            "E2000" or "E2001" or "E4000" when Refused(result) => new(Failure.PortForbidden,
                $"This user may not open {port}. {said}", "sudo usermod -aG dialout $USER, then sign in anew."),
            "E4000" when result.Says("MD5 of file does not match") => new(Failure.VerifyMismatch,
                $"What was written is not what is on the flash. {said}", "Try once more; a board that does this twice is faulty."),
            "E4000" when result.Says("Can't connect to ESP32 bootloader") || result.Says("Failed to connect") =>
                new(Failure.NoAnswer, $"No board answers on {port}. {said}", Boot),
            "E4002" or "E4003" or "E4004" => new(Failure.WriteFailed, said, Again),
            "E2000" or "E2001" => new(otherwise == Failure.NanoffFailed ? Failure.NoAnswer : otherwise,
                $"The runtime on the board does not answer. {said}", "Press RESET on the board, and run this again."),
            "E9005" or "E9007" => new(Failure.RuntimeMissing, said,
                "nanoff downloads the runtime: is there a network? Without one, work from a pack (`edgefleet-flash pack`)."),
            "E9015" => new(Failure.RuntimeMissing, said, "The archive does not hold this target: make the pack anew with its boards."),
            "E9006" => new(Failure.DiskFull, said, "Make room on this computer and run this again."),
            "E9000" => new(Failure.NanoffTooOld, $"nanoff does not know an option of this tool. {said}",
                "Update it: dotnet tool update -g nanoff"),
            _ when result.Says("No space left on device") => new(Failure.DiskFull, said, "Make room on this computer and run this again."),
            _ => new(otherwise, said, Again),
        };
    }

    /// <summary>Whether a serial port is there; on Windows nanoff alone knows.</summary>
    public static bool PortExists(string port) => OperatingSystem.IsWindows() || File.Exists(port);

    private static bool Refused(NanoffResult result) => result.Says("Access to the port") || result.Says("Permission denied");
}
