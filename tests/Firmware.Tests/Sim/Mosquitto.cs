using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>
/// The mosquitto broker, as a program of its own on a loopback port, with users, passwords and rights: nobody of this
/// project wrote it, so what it understands is MQTT.
/// </summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    /// <summary>A device may use its own topics; <see cref="Admin"/> may use all.</summary>
    public const string Device = "dev-1";

    public const string Admin = "admin";

    public const string Password = "a password of some length";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder;
    private Process? _process;

    private Mosquitto(string folder) => _folder = folder;

    public int Port { get; private set; }

    /// <summary>Starts a broker and waits until it listens.</summary>
    public static async Task<Mosquitto> StartAsync()
    {
        Mosquitto broker = new(Directory.CreateTempSubdirectory("mosquitto-").FullName);
        await broker.MakeUserAsync(Device, isFirst: true);
        await broker.MakeUserAsync(Admin, isFirst: false);
        File.WriteAllText(broker.At("acl"), $"user {Device}\ntopic readwrite ef/{Device}/#\nuser {Admin}\ntopic readwrite #\n");
        // Between finding a port and using it another program may take it.
        for (int tries = 0; ; tries++)
        {
            broker.Port = FreePort();
            if (await broker.TryRunAsync())
                return broker;
            if (tries == 5)
                Assert.Fail("mosquitto does not start.");
        }
    }

    /// <summary>Ends the broker as a crash would.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again on the port that it had.</summary>
    public async Task RestartAsync() => Assert.True(await TryRunAsync(), "mosquitto does not start again.");

    /// <summary>Sends a message with mosquitto's own client.</summary>
    public async Task PublishAsync(string topic, byte[] payload)
    {
        File.WriteAllBytes(At("message"), payload);
        await ClientAsync("mosquitto_pub", ["-q", "1", "-t", topic, "-f", At("message")]);
    }

    /// <summary>Sends each of the lines as a message.</summary>
    public Task PublishLinesAsync(string topic, IEnumerable<string> lines) =>
        ClientAsync("mosquitto_pub", ["-q", "1", "-t", topic, "-l"], string.Join('\n', lines) + "\n");

    /// <summary>From here on the broker keeps what is sent to this topic, for <see cref="TakeAsync"/>.</summary>
    public Task KeepAsync(string topic) =>
        ClientAsync("mosquitto_sub", ["-c", "-i", "keeper", "-q", "1", "-t", topic, "-E"]);

    /// <summary>Takes messages that the broker kept: each as its quality, topic and payload in hexadecimal digits.</summary>
    public async Task<string[]> TakeAsync(string topic, int count)
    {
        string text = await ClientAsync(
            "mosquitto_sub", ["-c", "-i", "keeper", "-q", "1", "-t", topic, "-C", $"{count}", "-F", "%q %t %X"]);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // Debian puts the broker where the paths of ordinary users do not lead.
    private static string Find(string program)
    {
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/local/sbin"];
        string? found = folders.Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
        Assert.True(
            found != null, $"{program} is not installed. It comes with the packages mosquitto and mosquitto-clients; .ci/run installs them.");
        return found;
    }

    private string At(string file) => Path.Combine(_folder, file);

    private Task<string> MakeUserAsync(string user, bool isFirst)
    {
        string[] arguments = isFirst ? ["-c", "-b"] : ["-b"];
        return RunAsync("mosquitto_passwd", [.. arguments, At("passwords"), user, Password]);
    }

    private Task<string> ClientAsync(string program, string[] arguments, string input = "") => RunAsync(
        program, ["-h", "127.0.0.1", "-p", $"{Port}", "-u", Admin, "-P", Password, .. arguments], input);

    private static async Task<string> RunAsync(string program, string[] arguments, string input = "")
    {
        using CancellationTokenSource enough = new(Patience);
        using Process process = Start(program, arguments);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), enough.Token);
            process.StandardInput.Close();
            Task<string> errors = process.StandardError.ReadToEndAsync(enough.Token);
            string text = await process.StandardOutput.ReadToEndAsync(enough.Token);
            await process.WaitForExitAsync(enough.Token);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await errors}");
            return text;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static Process Start(string program, string[] arguments) => Process.Start(
        new ProcessStartInfo(Find(program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    // Whether it came to listen; it says so in its log.
    private async Task<bool> TryRunAsync()
    {
        File.WriteAllLines(
            At("conf"),
            [
                $"listener {Port} 127.0.0.1",
                // As root it would become another user, who may not read the files here.
                $"user {Environment.UserName}",
                "allow_anonymous false",
                $"password_file {At("passwords")}",
                $"acl_file {At("acl")}",
                "log_dest stderr",
                "log_type all",
            ]);
        _process?.Dispose();
        _process = Start("mosquitto", ["-c", At("conf")]);
        TaskCompletionSource<bool> running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data == null)
                running.TrySetResult(false);
            else if (line.Data.EndsWith(" running", StringComparison.Ordinal))
                running.TrySetResult(true);
        };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        return await running.Task.WaitAsync(Patience);
    }
}
