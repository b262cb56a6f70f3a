using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EdgeFleet.Benchmarks;

/// <summary>A server under test, in a process of its own.</summary>
internal abstract class Server(Process process) : IDisposable
{
    public abstract string Name { get; }

    public abstract int Port { get; }

    protected Process Process { get; } = process;

    /// <summary>Bytes in use: for ours managed and resident, for others resident.</summary>
    public virtual (long Managed, long Resident) Memory()
    {
        Process.Refresh();
        return (0, Process.WorkingSet64);
    }

    /// <summary>Seconds of processor time so far.</summary>
    public double CpuS()
    {
        Process.Refresh();
        return Process.TotalProcessorTime.TotalSeconds;
    }

    public virtual void Dispose()
    {
        Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }
}

/// <summary>Our gateway with its journal.</summary>
internal sealed class OurServer : Server
{
    private readonly string _folder;

    private OurServer(Process process, string folder, int port) : base(process) => (_folder, Port) = (folder, port);

    public override string Name => "EdgeFleet (durable)";

    public override int Port { get; }

    public static OurServer Start(string parent)
    {
        string folder = Directory.CreateTempSubdirectory(parent).FullName;
        Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["serve", folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return new OurServer(process, folder, int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture));
    }

    public override (long Managed, long Resident) Memory()
    {
        Process.StandardInput.WriteLine("memory");
        string[] fields = Process.StandardOutput.ReadLine()!.Split(' ');
        return (long.Parse(fields[0], CultureInfo.InvariantCulture), long.Parse(fields[2], CultureInfo.InvariantCulture));
    }

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Mosquitto, keeping everything in memory: nothing that it acknowledges is on a disk.</summary>
internal sealed class Mosquitto : Server
{
    private readonly string _config;

    private Mosquitto(Process process, string config, int port) : base(process) => (_config, Port) = (config, port);

    public override string Name => "mosquitto (memory)";

    public override int Port { get; }

    public static Mosquitto Start()
    {
        int port = FreePort();
        string config = Path.GetTempFileName();
        File.WriteAllText(config, $"""
            listener {port} 127.0.0.1
            allow_anonymous true
            persistence false
            max_connections -1
            max_inflight_messages 0
            max_queued_messages 0
            set_tcp_nodelay true
            log_type none
            """);
        Process process = Process.Start(new ProcessStartInfo("mosquitto", ["-c", config]))!;
        long start = Stopwatch.GetTimestamp();
        while (!Answers(port))
        {
            if (process.WaitForExit(TimeSpan.FromMilliseconds(50)) || Stopwatch.GetElapsedTime(start).TotalSeconds > 10)
                throw new InvalidOperationException("mosquitto does not start.");
        }
        return new Mosquitto(process, config, port);
    }

    public override void Dispose()
    {
        base.Dispose();
        File.Delete(_config);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Answers(int port)
    {
        try
        {
            using TcpClient client = new("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
