using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeFleet.Flash.Files;

namespace EdgeFleet.Flash.Nanoff;

/// <summary>
/// What this tool asks of nanoff, one method an operation. Options and words are those of nanoff 2.5 (its Options.cs,
/// Esp32Manager.cs, NanoDeviceManager.cs, FileDeploymentManager.cs, NetworkDeploymentManager.cs).
/// </summary>
internal sealed partial class NanoffTool(string path, TimeProvider time, TimeSpan? quiet = null)
{
    private const string Install = "Install it: dotnet tool install -g nanoff (needs the .NET SDK); or name it with --nanoff PATH.";

    private readonly NanoffProcess _process = new(path, quiet ?? FlashLimits.FlasherQuiet, FlashLimits.FlasherTotal, time);

    /// <summary>The program.</summary>
    public string Path => path;

    /// <summary>The program that was named, or that of the PATH, or that of .NET's global tools.</summary>
    /// <exception cref="FlashException">There is none.</exception>
    public static string Find(string? named)
    {
        if (named != null)
            return File.Exists(named) ? System.IO.Path.GetFullPath(named) : throw Missing(named);
        string program = OperatingSystem.IsWindows() ? "nanoff.exe" : "nanoff";
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Append(System.IO.Path.Combine(home, ".dotnet", "tools"))
            .Select(folder => System.IO.Path.Combine(folder, program)).FirstOrDefault(File.Exists) ?? throw Missing(program);
    }

    internal static FlashException Missing(string what) =>
        new(Failure.NanoffMissing, $"{what}: nanoFramework's flasher is not there, or cannot be started.", Install);

    /// <summary>nanoff's version; it stands in the first line that it prints.</summary>
    /// <exception cref="FlashException">It is older than can be driven, or says none.</exception>
    public async Task<Version> VersionAsync(CancellationToken cancel)
    {
        NanoffResult result = await RunAsync(["--listports"], null, cancel);
        Match match = result.Lines.Select(line => Header().Match(line)).FirstOrDefault(m => m.Success) ?? Match.Empty;
        if (!match.Success || !Version.TryParse(match.Groups[1].Value, out Version? version))
        {
            throw new FlashException(Failure.NanoffTooOld, $"{path} does not say its version, so it is no nanoff that is known here.",
                "Update it: dotnet tool update -g nanoff");
        }
        return version >= FlashLimits.NanoffAtLeast ? version : throw new FlashException(Failure.NanoffTooOld,
            $"nanoff is version {version}; at least {FlashLimits.NanoffAtLeast} is needed.", "Update it: dotnet tool update -g nanoff");
    }

    /// <summary>Serial ports, as nanoff lists them.</summary>
    public async Task<IReadOnlyList<string>> PortsAsync(CancellationToken cancel)
    {
        NanoffResult result = await RunAsync(["--listports"], null, cancel);
        return [.. result.Lines.SkipWhile(line => line != "Available COM ports:").Skip(1)
            .TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim())];
    }

    /// <summary>The chip at a port; its running firmware is stopped for that and started anew.</summary>
    public async Task<ChipDetails> ChipAsync(string port, Action<string>? heard, CancellationToken cancel)
    {
        NanoffResult result = await RunAsync(["--platform", "esp32", "--serialport", port, "--devicedetails"], heard, cancel);
        if (!result.Ok)
            throw NanoffErrors.Of(result, port, Failure.NoAnswer);
        return ChipDetails.Read(result.Lines) ?? throw new FlashException(Failure.NanoffFailed,
            $"nanoff's details of the board on {port} are not as expected: {string.Join(" | ", result.Lines.TakeLast(6))}",
            "Is this nanoff newer than this tool? Update the tool.");
    }

    /// <summary>
    /// Erases the flash where wanted, and writes the runtime. Said at the verbosity *minimal*: at *normal* nanoff moves the
    /// terminal's cursor after it has written, which fails where there is no terminal, and reports E4000 for a flash that is
    /// in order (its Esp32Operations.UpdateFirmwareAsync, Console.SetCursorPosition).
    /// </summary>
    public async Task UpdateAsync(
        string port, string target, string? version, string? archive, Action<string>? heard, CancellationToken cancel)
    {
        List<string> arguments = ["--target", target, "--serialport", port, "--update", "--masserase", "--verbosity", "minimal"];
        if (version != null)
            arguments.AddRange(["--fwversion", version]);
        if (archive != null)
            arguments.AddRange(["--fromarchive", "--archivepath", archive]);
        NanoffResult result = await RunAsync(arguments, heard, cancel);
        if (!result.Ok)
            throw NanoffErrors.Of(result, port, Failure.WriteFailed);
    }

    /// <summary>
    /// Writes an image at an address. The address is always given: without one nanoff 2.5 takes 0x1B0000 on every chip (its
    /// Esp32Firmware.DeploymentPartitionAddress; nanoframework/Home#1835), and with --update it takes that whatever is given.
    /// </summary>
    public async Task DeployAsync(
        string port, string target, string image, uint address, Action<string>? heard, CancellationToken cancel)
    {
        NanoffResult result = await RunAsync(
            ["--target", target, "--serialport", port, "--deploy", "--image", image, "--address", $"0x{address:X}"], heard, cancel);
        if (!result.Ok)
            throw NanoffErrors.Of(result, port, Failure.WriteFailed);
    }

    /// <summary>Reads the whole flash into a file of a private folder; gives its bytes.</summary>
    public async Task<byte[]> ReadBackAsync(string port, PrivateFolder folder, Action<string>? heard, CancellationToken cancel)
    {
        const string Name = "readback.bin";
        NanoffResult result = await RunAsync(
            ["--platform", "esp32", "--serialport", port, "--devicedetails", "--backuppath", folder.Path, "--backupfile", Name],
            heard, cancel);
        if (!result.Ok)
            throw NanoffErrors.Of(result, port, Failure.VerifyMismatch);
        string file = folder.File(Name);
        return File.Exists(file) ? await File.ReadAllBytesAsync(file, cancel) : throw new FlashException(
            Failure.VerifyMismatch, "nanoff says that it has read the flash, and there is no file.", "Run this again.");
    }

    /// <summary>Gives the runtime its network, from a description that holds the password.</summary>
    public async Task NetworkAsync(string port, string file, Action<string>? heard, CancellationToken cancel)
    {
        // The port stands in the file: with --serialport, some versions take this for an operation of the loader.
        NanoffResult result = await RunAsync(["--networkdeployment", file], heard, cancel);
        if (!result.Ok)
            throw NanoffErrors.Of(result, port, Failure.NetworkFailed);
    }

    /// <summary>Puts files on the board's storage, from a description of them.</summary>
    public async Task FilesAsync(string port, string file, int count, Action<string>? heard, CancellationToken cancel)
    {
        NanoffResult result = await RunAsync(["--filedeployment", file], heard, cancel);
        if (!result.Ok)
            throw NanoffErrors.Of(result, port, Failure.FilesFailed);
        int taken = result.Lines.Count(line => line.StartsWith("Deploying file ", StringComparison.Ordinal)
            && line.EndsWith("...OK", StringComparison.Ordinal));
        if (taken != count)
        {
            throw new FlashException(Failure.FilesFailed, $"The board took {taken} of {count} files.",
                "Press RESET on the board, and run this again.");
        }
    }

    /// <summary>What the runtime on the board says of itself.</summary>
    public async Task<RuntimeDetails> RuntimeAsync(string port, Action<string>? heard, CancellationToken cancel)
    {
        NanoffResult result = await RunAsync(["--nanodevice", "--devicedetails", "--serialport", port], heard, cancel);
        if (!result.Ok)
            throw NanoffErrors.Of(result, port, Failure.NotStarted);
        return RuntimeDetails.Read(result.Lines) ?? throw new FlashException(Failure.NotStarted,
            "The runtime answers, and does not say what it runs.", "Press RESET on the board, and run this again.");
    }

    /// <summary>Fetches the runtime of a target into an archive, for work without a network.</summary>
    public async Task ArchiveAsync(string target, string? version, string archive, Action<string>? heard, CancellationToken cancel)
    {
        List<string> arguments = ["--updatearchive", "--target", target, "--archivepath", archive];
        if (version != null)
            arguments.AddRange(["--fwversion", version]);
        NanoffResult result = await RunAsync(arguments, heard, cancel);
        if (!result.Ok)
            throw NanoffErrors.Of(result, "", Failure.RuntimeMissing);
    }

    /// <summary>A description for nanoff, as JSON.</summary>
    public static byte[] Json(object value) => JsonSerializer.SerializeToUtf8Bytes(value);

    private Task<NanoffResult> RunAsync(IReadOnlyList<string> arguments, Action<string>? heard, CancellationToken cancel) =>
        _process.RunAsync([.. arguments, "--suppressnanoffversioncheck"], heard, cancel);

    [GeneratedRegex(@"^\.NET nanoFramework Firmware Flasher v(\d+\.\d+\.\d+(?:\.\d+)?)")]
    private static partial Regex Header();
}
