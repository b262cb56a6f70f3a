using System.Text.Json;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Cli.Tests;

/// <summary>A running service, and the tool with a token for it in a file of its owner's alone.</summary>
public sealed class FleetBench : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-cli-").FullName;

    private FleetBench(TestService service) => Service = service;

    public TestService Service { get; }

    public static async Task<FleetBench> StartAsync(int devices = 0, Role role = Role.Admin)
    {
        FleetBench bench = new(await TestService.StartAsync());
        await bench.TokenAsync(role);
        if (devices != 0)
        {
            string enrolment = (await Board.EnrolAsync(bench.Service, devices)).Enrolment.Id;
            for (int i = 0; i < devices; i++)
                bench.Devices.Add((await new Board(bench.Service, $"0123456789{i:x2}").JoinAsync(enrolment)).DeviceId);
        }
        return bench;
    }

    public List<string> Devices { get; } = [];

    public string TokenFile => Path.Combine(_folder, "token");

    /// <summary>The tool uses a token of this role from now on.</summary>
    public async Task TokenAsync(Role role)
    {
        ApiTokenWithSecret token = (await Service.Get<ApiTokens>().CreateAsync("cli", role, null, null, Actor.System)).Value!;
        await File.WriteAllTextAsync(TokenFile, token.Secret + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Runs the tool with the server and the token.</summary>
    public Task<Ran> RunAsync(params string[] words) =>
        BareAsync([.. words, "--server", Service.Url.ToString(), "--token-file", TokenFile]);

    /// <summary>Runs the tool as it stands.</summary>
    public static async Task<Ran> BareAsync(params string[] words)
    {
        StringWriter output = new();
        StringWriter error = new();
        int code = await CommandLine.RunAsync(words, new() { Output = output, Error = error });
        return new Ran(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs the tool and demands that it is done.</summary>
    public async Task<string> DoAsync(params string[] words)
    {
        Ran ran = await RunAsync(words);
        Assert.True(ran.Code == 0, $"{string.Join(' ', words)}: {ran.Code} {ran.Error}");
        Assert.Equal("", ran.Error);
        return ran.Output.Trim();
    }

    /// <summary>The answer as a script reads it.</summary>
    public async Task<JsonElement> JsonAsync(params string[] words)
    {
        using JsonDocument document = JsonDocument.Parse(await DoAsync([.. words, "--json"]));
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
