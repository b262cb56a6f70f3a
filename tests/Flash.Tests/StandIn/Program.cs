using EdgeFleet.Flash.StandIn;

// A stand-in for nanoff 2.5, the flasher of nanoFramework, for the tests of edgefleet-flash: the options that the tool uses,
// their output, exit codes and failures, from nanoff's public sources. The board is at the other end of the serial port.
TextWriter output = Console.Out;
Options? options = Options.Parse(args);
if (options == null)
    return 9000;
string version = Environment.GetEnvironmentVariable("STANDIN_VERSION") ?? "2.5.143+2a6ff75439";
output.WriteLine($".NET nanoFramework Firmware Flasher v{version}");
output.WriteLine("Copyright (C) 2019 .NET Foundation and nanoFramework project contributors");
output.WriteLine();
if (!options.Is("suppressnanoffversioncheck"))
    output.WriteLine("** Can't check the version! **\n** Continuing anyway. **\n");
try
{
    Run();
    return 0;
}
catch (NanoffError e)
{
    if (options.Verbosity >= 2)
        output.WriteLine($"Error E{e.Code}: {e.Words}{(e.Extra.Length == 0 ? "" : $" ({e.Extra})")}");
    else if (options.Verbosity == 1)
        output.WriteLine($"E{e.Code}");
    // On Linux the process ends with what is left of it by 256.
    return e.Code;
}

void Run()
{
    if (options.Is("listports"))
    {
        string folder = Environment.GetEnvironmentVariable("STANDIN_PORTS") ?? "";
        string[] ports = Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Where(File.Exists).Order()] : [];
        output.WriteLine(ports.Length == 0 ? "No available COM port." : "Available COM ports:");
        foreach (string port in ports)
            output.WriteLine("  " + port);
        output.WriteLine();
    }
    else if (options.Is("nanodevice"))
    {
        if (options.Is("target") || options.Is("platform"))
            throw new NanoffError(9000, "Incompatible options combined with --nanodevice.");
        RuntimeOperations.Details(options, output);
    }
    else if (options.Is("updatearchive"))
    {
        string folder = options.Get("archivepath") ?? throw new NanoffError(9000, "--archivepath is required when --updatearchive is specified.");
        string target = options.Get("target") ?? throw new NanoffError(9000, "--platform or --target is required when --updatearchive is specified.");
        if (Environment.GetEnvironmentVariable("STANDIN_OFFLINE") != null)
            throw new NanoffError(9005);
        string name = $"{target}-{options.Get("fwversion") ?? "1.12.4.1"}";
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name + ".zip"), "package of " + target);
        File.WriteAllText(Path.Combine(folder, name + ".zip.json"), $"{{\"Name\":\"{target}\"}}");
        output.WriteLine($"Added target {target} to the archive");
    }
    else if (options.Get("filedeployment") is { } files)
    {
        RuntimeOperations.Files(files, output);
    }
    else if (options.Get("networkdeployment") is { } network)
    {
        // nanoff says this before it does what it was asked to.
        output.WriteLine("No operation was performed with the options supplied.");
        RuntimeOperations.Network(network, output);
    }
    else
    {
        LoaderOperations.Run(options, output);
    }
}
