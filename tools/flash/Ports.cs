using System.Runtime.InteropServices;
using EdgeFleet.Flash.Doctor;

namespace EdgeFleet.Flash;

/// <summary>Serial ports: whether one may be opened, and that two runs do not share one.</summary>
internal static partial class Ports
{
    // R_OK and W_OK of access(2).
    private const int ReadWrite = 6;

    /// <summary>Whether this user may open a port.</summary>
    public static Check Access(string port)
    {
        if (OperatingSystem.IsWindows() || MayOpen(port, ReadWrite) == 0)
            return new Check("port " + port, true, "may be opened", "");
        return File.Exists(port)
            ? new Check("port " + port, false, "this user may not open it", "sudo usermod -aG dialout $USER, then sign in anew.")
            : new Check("port " + port, false, "it is not there", "Plug the board in again.");
    }

    /// <summary>Keeps other runs of this tool off a port, until it is disposed.</summary>
    /// <exception cref="FlashException">Another run has it.</exception>
    public static IDisposable Claim(StateFolders folders, string port)
    {
        string name = string.Concat(Path.GetFileName(port).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        try
        {
            return new FileStream(Path.Combine(folders.Root, $"port-{name}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new FlashException(Failure.PortBusy, $"Another run of this tool has the port {port}.", "Wait for it, or end it.");
        }
    }

    // Asked of the system, and not tried: to open a port raises DTR and RTS, and with them resets the board.
    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MayOpen(string path, int mode);
}
