using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Rollouts;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Features.Updates;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Bundles;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Rollouts;

/// <summary>A service with nodes that do what they are asked, by state reports, when the test lets them.</summary>
public sealed class RolloutScene : IAsyncDisposable
{
    private static readonly byte[] Old = new Press().Print();
    private static readonly byte[] New = new Press { Sequence = 2, Version = "2.0.0" }.Print();

    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-rollouts-").FullName;
    private readonly Dictionary<string, uint> _reports = [];

    public static string OldDigest { get; } = Convert.ToHexStringLower(Press.Digest(Old));

    public static string NewDigest { get; } = Convert.ToHexStringLower(Press.Digest(New));

    public TestService Service { get; private set; } = null!;

    public List<string> Nodes { get; } = [];

    public Features.Rollouts.Rollouts Book => Service.Get<Features.Rollouts.Rollouts>();

    public static async Task<RolloutScene> StartAsync(int nodes)
    {
        RolloutScene scene = new();
        scene.Service = await TestService.StartAsync(scene._folder);
        await Press.TrustAsync(scene.Service);
        foreach (byte[] bundle in new[] { Old, New })
            Assert.Null((await scene.Service.Get<BundleShelf>().AddAsync(bundle, Actor.System)).Fault);
        string enrolment = (await Board.EnrolAsync(scene.Service, 100)).Enrolment.Id;
        for (int i = 1; i <= nodes; i++)
        {
            string id = (await new Board(scene.Service, $"{i:x12}").JoinAsync(enrolment)).DeviceId;
            scene.Nodes.Add(id);
            Assert.True((await scene.Service.Get<DeviceDirectory>().UpdateAsync(id, new DevicePatch(Site: $"Site {i}"), Actor.System)).Ok);
            await scene.ReportAsync(id, UpdateState.Idle, OldDigest);
        }
        return scene;
    }

    /// <summary>Ends the service where it is, and starts the next one on what is stored.</summary>
    public async Task RestartAsync()
    {
        await Service.DisposeAsync();
        Service = await TestService.StartAsync(_folder, Service.Clock);
    }

    /// <summary>Groups of one, two and the rest, without soak, so that a test is about one thing.</summary>
    public static RolloutPlan Plan(params GroupPlan[] groups) => new("to 2.0", NewDigest, Filter: "kind:airbox",
        Groups: groups.Length != 0 ? groups :
        [
            new GroupPlan(Count: 1, SuccessPercent: 100, ErrorPercent: 0, SoakMinutes: 0),
            new GroupPlan(Count: 2, SuccessPercent: 100, ErrorPercent: 0, SoakMinutes: 0),
            new GroupPlan(Percent: 100, SuccessPercent: 100, ErrorPercent: 0, SoakMinutes: 0),
        ], NodeTimeoutMinutes: 60, Tries: 2);

    public async Task<RolloutView> CreateAsync(RolloutPlan plan, string by = "olga")
    {
        Result<RolloutView> made = await Book.CreateAsync(plan, new Actor("user", by));
        Assert.True(made.Ok, made.Fault?.Detail);
        return made.Value!;
    }

    public async Task<RolloutView> ViewAsync(long id = 1) => (await Book.FindAsync(id))!;

    /// <summary>Every node that is asked for a bundle takes it, as the sort of node says.</summary>
    public async Task ObeyAsync(Func<string, UpdateState>? outcome = null)
    {
        foreach (string node in Nodes)
        {
            if (Service.Get<UpdateTargets>().Find(node) is not { } target)
                continue;
            UpdateState state = outcome?.Invoke(node) ?? UpdateState.Confirmed;
            await ReportAsync(node, state, state == UpdateState.Confirmed ? target.Digest : OldDigest, target.Digest, target.Attempt);
        }
    }

    /// <summary>Sweeps and lets nodes obey until nothing moves, at most so often.</summary>
    public async Task RunAsync(int rounds = 12, Func<string, UpdateState>? outcome = null)
    {
        for (int i = 0; i < rounds; i++)
        {
            await Book.SweepAsync();
            await ObeyAsync(outcome);
        }
    }

    public async Task ReportAsync(string id, UpdateState state, string runs, string? target = null, uint attempt = 0)
    {
        uint sequence = _reports[id] = _reports.GetValueOrDefault(id) + 1;
        ReportedState report = new()
        {
            Boots = 1, Sequence = sequence, Kind = NodeKind.AirBox, FirmwareVersion = runs == NewDigest ? "2.0.0" : "1.0.0",
            HasUpdate = true, HasFirmwareDigest = true, WindowMs = 60_000, FreeHeapBytes = 50_000,
        };
        Convert.FromHexString(runs).CopyTo(report.FirmwareDigest, 0);
        report.Update.State = state;
        report.Update.Confirmed = true;
        report.Update.Attempt = attempt;
        if (target != null)
        {
            report.Update.HasTarget = true;
            Convert.FromHexString(target).CopyTo(report.Update.Target, 0);
        }
        await Service.Get<IDeviceHub>().ReceiveAsync(
            new FakeSession(PeerRole.Device, id), TopicKind.State, id, Telemetry.Messages.Bytes(report.Write), 9, default);
        await Service.Get<IIngestReader>().SettledAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await Service.Get<ProjectionProgress>().ReachedAsync(Service.Get<IIngestReader>().Head).WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Desired states that named the new bundle, by node.</summary>
    public ILookup<string, uint> Asked() => Service.Link.Sent.Where(s => s.Kind == TopicKind.Desired).Select(s =>
    {
        DesiredState state = new();
        Assert.Equal(ContractError.None, state.Read(new CborReader(s.Payload)));
        return (s.Id, state);
    }).Where(s => s.state.HasTarget && Convert.ToHexStringLower(s.state.Target.Digest) == NewDigest)
        .ToLookup(s => s.Id, s => s.state.Target.Attempt);

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
