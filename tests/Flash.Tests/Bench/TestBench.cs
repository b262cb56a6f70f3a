using System.Diagnostics;
using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Tests.Bench;
using Spectre.Console;

namespace EdgeFleet.Flash.Tests;

/// <summary>A technician's bench: a folder, serial ports with boards on them, the stand-in flasher, and images.</summary>
internal sealed class TestBench : IDisposable
{
    private readonly List<PtyLine> _lines = [];
    private readonly List<SimulatedBoard> _boards = [];
    private ulong _seeds = (ulong)Random.Shared.NextInt64(1, long.MaxValue / 2);

    public TestBench()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pseudo-terminals are used as Linux has them.");
        Folder = Directory.CreateTempSubdirectory("edgefleet-flash-test-").FullName;
        Directory.CreateDirectory(PortFolder);
        Directory.CreateDirectory(Temp);
        Directory.CreateDirectory(System.IO.Path.Combine(Folder, "images"));
        File.WriteAllBytes(Image(NodeKind.AirBox), MakeImage("EdgeFleet.AirBox"));
        File.WriteAllBytes(Image(NodeKind.Bridge), MakeImage("EdgeFleet.Bridge"));
    }

    public string Folder { get; }

    public string PortFolder => System.IO.Path.Combine(Folder, "ports");

    public NodePump Pump { get; } = new();

    /// <summary>Where the tool makes its private folders.</summary>
    public string Temp => Path("temp");

    /// <summary>Every call of the flasher, with all its arguments.</summary>
    public string Calls => Path("calls.txt");

    /// <summary>
    /// The stand-in for nanoff, as it was built beside the tests, behind a script that notes how it is called and tells it
    /// of this bench.
    /// </summary>
    public string Nanoff(string settings = "")
    {
        string script = Path("nanoff" + Convert.ToHexString(Encoding.UTF8.GetBytes(settings)));
        string program = System.IO.Path.Combine(AppContext.BaseDirectory, "nanoff");
        if (File.Exists(script))
            return script;
        string draft = script + ".draft";
        File.WriteAllText(draft, $"#!/bin/sh\necho \"$@\" >>'{Calls}'\nSTANDIN_PORTS='{PortFolder}' {settings} exec '{program}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Copied by another process: a file that this one has open for writing, a child of another test may hold open
        // for a moment longer, and Linux runs no file that anybody may write to.
        using Process copy = Process.Start("cp", ["-p", draft, script]);
        copy.WaitForExit();
        return script;
    }

    public string Path(string name) => System.IO.Path.Combine(Folder, name);

    public string Port(int number) => System.IO.Path.Combine(PortFolder, "ttyUSB" + number);

    public string Image(NodeKind kind) =>
        System.IO.Path.Combine(Folder, "images", Flash.Boards.DeployImage.AssemblyOf(kind) + ".bin");

    /// <summary>A new board.</summary>
    public SimulatedBoard Board(string chip = "ESP32", string? name = null)
    {
        SimulatedBoard board = new(Pump, _seeds++, chip, name);
        _boards.Add(board);
        return board;
    }

    /// <summary>Pulls whatever is in a port.</summary>
    public void Pull(int port = 0)
    {
        List<PtyLine> there;
        lock (_lines)
        {
            there = [.. _lines.Where(line => line.Port == Port(port))];
            _lines.RemoveAll(there.Contains);
        }
        there.ForEach(line => line.Dispose());
    }

    /// <summary>Plugs a board into a port.</summary>
    public PtyLine Plug(SimulatedBoard board, int port = 0)
    {
        PtyLine line = new(Port(port), board.Answer);
        lock (_lines)
            _lines.Add(line);
        return line;
    }

    /// <summary>A file that its owner alone may read.</summary>
    public string Secret(string name, string text)
    {
        string path = Path(name);
        EdgeFleet.Flash.Files.SecretFile.Write(path, text);
        return path;
    }

    public void Dispose()
    {
        foreach (PtyLine line in _lines)
            line.Dispose();
        Pump.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static byte[] MakeImage(string assembly)
    {
        byte[] image = new byte[96 * 1024];
        new Random(5).NextBytes(image);
        "NFMRK2\0\0"u8.CopyTo(image);
        Encoding.ASCII.GetBytes(assembly + "\0").CopyTo(image, 100);
        return image;
    }
}
