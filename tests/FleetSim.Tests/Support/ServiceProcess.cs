using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgeFleet.FleetSim.Tests.Support;

/// <summary>The service as a process of its own, on free ports and a folder of its own, that can be killed.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private const string Password = "three calm bridges";

    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-service-").FullName;
    private readonly int _http = Ports.Free();
    private Process? _process;
    private string? _oneTimePassword;

    public int Mqtt { get; } = Ports.Free();

    public Uri Address => new($"http://127.0.0.1:{_http}");

    /// <summary>Starts, or starts again; completes when it listens.</summary>
    public async Task StartAsync()
    {
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "EdgeFleet.Service.dll"), $"--Data:Path={_folder}", $"--Http:Url={Address}",
            $"--Mqtt:Listen=127.0.0.1:{Mqtt}", "--Logging:LogLevel:Default=Warning",
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information",
        ];
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true },
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Exited += (_, _) => started.TrySetException(
            new InvalidOperationException("The service ended: " + string.Join('\n', said)));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await started.Task.WaitAsync(TimeSpan.FromMinutes(1));

        void Hear(string? line)
        {
            if (line == null)
                return;
            lock (said)
                said.Add(line);
            if (OneTimePassword().Match(line) is { Success: true } match)
                _oneTimePassword = match.Groups[1].Value;
            if (line.Contains("Application started", StringComparison.Ordinal))
                started.TrySetResult();
        }
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is closed.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Signs in as a person would after the first start, and makes an API token.</summary>
    public async Task<string> MakeTokenAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = Address };
        // The password is printed after the start; its line may come a moment later.
        while (_oneTimePassword == null)
            await Task.Yield();
        await PostAsync(http, "/api/v1/session", new { name = "admin", password = _oneTimePassword });
        await AddAntiforgeryAsync(http);
        await PostAsync(http, "/api/v1/me/password", new { currentPassword = _oneTimePassword, newPassword = Password });
        await AddAntiforgeryAsync(http);
        JsonElement token = await PostAsync(http, "/api/v1/tokens", new { name = "simulator", role = "operator" });
        return token.GetProperty("secret").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task AddAntiforgeryAsync(HttpClient http)
    {
        JsonElement me = await http.GetFromJsonAsync<JsonElement>("/api/v1/me");
        http.DefaultRequestHeaders.Remove("X-CSRF-TOKEN");
        http.DefaultRequestHeaders.Add("X-CSRF-TOKEN", me.GetProperty("antiforgeryToken").GetString());
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body)
    {
        using HttpResponseMessage answer = await http.PostAsJsonAsync(path, body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }

    [GeneratedRegex("one-time password (\\S+)")]
    private static partial Regex OneTimePassword();
}
