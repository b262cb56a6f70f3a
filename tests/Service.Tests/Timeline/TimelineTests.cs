using System.Net;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Features.Timeline;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Timeline;

/// <summary>One order of time out of what many slices know.</summary>
public sealed class TimelineTests : IAsyncLifetime
{
    private TestService _service = null!;
    private string _id = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync();
        _id = (await new Board(_service).JoinAsync((await Board.EnrolAsync(_service)).Enrolment.Id)).DeviceId;
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Parts_put_behind_each_other_are_everything_once_and_in_order(int seed)
    {
        var random = new Random(seed);
        // Few times, so that many entries share one.
        ListSource[] sources = [.. Enumerable.Range(0, 4).Select(i => new ListSource(
            "s" + i, [.. Enumerable.Range(0, random.Next(60)).Select(n => At(random.Next(25)))]))];
        var timeline = new Features.Timeline.Timeline(sources);
        List<TimelineEntry> seen = [];
        DateTimeOffset? before = At(1000);
        while (before is { } end)
        {
            TimelinePage page = await timeline.BeforeAsync("a", end, 40, true, null, default);
            Assert.All(page.Items, entry => Assert.True(entry.At < end));
            seen.AddRange(page.Items);
            before = page.Before;
        }
        Assert.Equal(sources.Sum(source => source.Entries.Count), seen.Distinct().Count());
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(seen.OrderByDescending(entry => entry.At), seen);
    }

    [Fact]
    public async Task A_part_ends_where_time_moves_on_and_one_time_alone_is_told_whole()
    {
        var same = new ListSource("same", [.. Enumerable.Repeat(At(5), 4)]);
        var early = new ListSource("early", [At(1), At(2)]);
        var timeline = new Features.Timeline.Timeline([same, early]);
        TimelinePage first = await timeline.BeforeAsync("a", At(9), 3, true, null, default);
        Assert.Equal(4, first.Items.Count);
        Assert.Equal(At(5), first.Before);
        TimelinePage rest = await timeline.BeforeAsync("a", first.Before!.Value, 3, true, null, default);
        Assert.Equal([At(2), At(1)], rest.Items.Select(entry => entry.At));
        Assert.Null(rest.Before);
    }

    [Fact]
    public async Task Events_changes_and_their_authors_stand_in_one_list_and_viewers_do_not_see_who_changed_what()
    {
        byte[] payload = Telemetry.Messages.Bytes(new NodeEvent
        {
            Epoch = 3,
            Sequence = 1,
            Type = EventType.Fault,
            Severity = Severity.Critical,
            TimeMs = _service.Clock.GetUtcNow().ToUnixTimeMilliseconds() + 60_000,
            Text = "flash write failed",
        }.Write);
        FakeSession session = new(PeerRole.Device, _id);
        await _service.Get<IDeviceHub>().ReceiveAsync(session, TopicKind.Event, _id, payload, 9, default);
        await _service.Get<IIngestReader>().SettledAsync();
        await _service.Get<ProjectionProgress>().ReachedAsync(_service.Get<IIngestReader>().Head).WaitAsync(TimeSpan.FromSeconds(30));

        using HttpClient boss = await _service.ClientAsync(Role.Operator);
        TimelinePage all = await (await boss.GetAsync($"/api/v1/devices/{_id}/timeline")).ValueAsync<TimelinePage>();
        // What others make of the event, such as an alert, stands in the list as well.
        TimelineEntry told = Assert.Single(all.Items, entry => entry.Source == "event");
        Assert.Equal(("fault", "flash write failed", Severity.Critical), (told.What, told.Detail!, told.Severity));
        Assert.Contains(all.Items, entry => entry is { Source: "audit", What: "claim.grant" });

        using HttpClient guest = await _service.ClientAsync(Role.Viewer);
        TimelinePage seen = await (await guest.GetAsync($"/api/v1/devices/{_id}/timeline")).ValueAsync<TimelinePage>();
        Assert.Contains(told, seen.Items);
        Assert.DoesNotContain(seen.Items, entry => entry.Source == "audit" || entry.Actor != null);
        Assert.Equal("invalid",
            await (await guest.GetAsync($"/api/v1/devices/{_id}/timeline?source=audit")).ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("no-such-device/timeline", HttpStatusCode.NotFound, "device-not-found")]
    [InlineData("{id}/timeline?top=0", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("{id}/timeline?top=501", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("{id}/timeline?source=gossip", HttpStatusCode.BadRequest, "invalid")]
    public async Task What_cannot_be_given_is_refused_by_name(string path, HttpStatusCode status, string name)
    {
        using HttpClient client = await _service.ClientAsync(Role.Viewer);
        Assert.Equal(name, await (await client.GetAsync("/api/v1/devices/" + path.Replace("{id}", _id))).ProblemAsync(status));
    }

    private static DateTimeOffset At(int minutes) => new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes);

    private sealed class ListSource(string name, IReadOnlyList<DateTimeOffset> times) : ITimelineSource
    {
        public IReadOnlyList<TimelineEntry> Entries { get; } =
            [.. times.Select((at, i) => new TimelineEntry(at, name, "entry-" + i, null))];

        public string Name => name;

        public bool ForOperators => false;

        public Task<IReadOnlyList<TimelineEntry>> BeforeAsync(
            string device, DateTimeOffset before, int limit, CancellationToken cancel) =>
            Task.FromResult<IReadOnlyList<TimelineEntry>>(
                [.. Entries.Where(entry => entry.At < before).OrderByDescending(entry => entry.At).Take(limit)]);
    }
}
