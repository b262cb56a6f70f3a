using System.Net;
using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Devices;

/// <summary>What a device is to do: validated by name, kept, sent at once and at every subscribe.</summary>
public sealed class ConfigTests : IAsyncLifetime
{
    private const string Rule = """
        {"id":"pm25-high","channel":"pm25","statistic":"mean","direction":"above","level":35.4,"hysteresis":5,
         "holdMs":60000,"severity":"critical"}
        """;

    private TestService _service = null!;
    private string _device = null!;
    private HttpClient _operator = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync();
        _device = (await new Board(_service).JoinAsync((await Board.EnrolAsync(_service)).Enrolment.Id)).DeviceId;
        _operator = await _service.ClientAsync(Role.Operator);
    }

    public async ValueTask DisposeAsync()
    {
        _operator.Dispose();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task A_configuration_is_numbered_kept_sent_and_audited()
    {
        Assert.Equal(0u, (await (await _operator.GetAsync(Path)).ValueAsync<DesiredConfig>()).Version);
        DesiredConfig set = await (await PutAsync($$"""{"windowMs":60000,"thresholds":[{{Rule}}]}"""))
            .ValueAsync<DesiredConfig>();
        Assert.Equal(1u, set.Version);
        DesiredState sent = Sent();
        Assert.True(sent.HasConfig);
        Assert.Equal((1u, 60000, 300000, 1), (sent.Config.Version, sent.Config.WindowMs, sent.Config.StateIntervalMs,
            sent.Config.ThresholdCount));
        ThresholdRule rule = sent.Config.Thresholds[0];
        Assert.Equal((354L, -1, 5L, 0, 60000), (rule.Level.Mantissa, rule.Level.Exponent, rule.Hysteresis.Mantissa,
            rule.Hysteresis.Exponent, rule.HoldMs));
        Assert.Equal((Statistic.Mean, ThresholdDirection.Above, Severity.Critical),
            (rule.Statistic, rule.Direction, rule.Severity));
        Assert.Equal(_service.Clock.GetUtcNow().ToUnixTimeMilliseconds(), sent.TimeMs);

        Assert.Equal(2u, (await (await PutAsync("{}")).ValueAsync<DesiredConfig>()).Version);
        AuditPage audit = await _service.Get<AuditLog>().SearchAsync(subject: _device, action: "device.configure");
        Assert.Equal(2, audit.Total);
        Assert.Contains("pm25-high", audit.Items[0].Before);
        Assert.Contains("pm25-high", audit.Items[1].After);
        Assert.Null(audit.Items[1].Before);
    }

    [Fact]
    public async Task The_desired_state_is_sent_at_every_subscribe_with_the_time()
    {
        FakeSession session = new(PeerRole.Device, _device);
        IDeviceHub hub = _service.Get<IDeviceHub>();
        await hub.SubscribedAsync(session, TopicKind.Desired, _device, default);
        Assert.False(Sent().HasConfig);
        await PutAsync("""{"windowMs":5000}""");
        _service.Link.Sent.Clear();
        _service.Clock.Advance(TimeSpan.FromHours(1));
        await hub.SubscribedAsync(session, TopicKind.Command, _device, default);
        Assert.Empty(_service.Link.Sent);
        await hub.SubscribedAsync(session, TopicKind.Desired, _device, default);
        DesiredState sent = Sent();
        Assert.Equal((5000, 1u, _service.Clock.GetUtcNow().ToUnixTimeMilliseconds()),
            (sent.Config.WindowMs, sent.Config.Version, sent.TimeMs));
    }

    [Fact]
    public async Task A_restart_keeps_the_configuration()
    {
        string folder = Directory.CreateTempSubdirectory("edgefleet-test-").FullName;
        try
        {
            string device;
            await using (TestService before = await TestService.StartAsync(folder))
            {
                device = (await new Board(before).JoinAsync((await Board.EnrolAsync(before)).Enrolment.Id)).DeviceId;
                ThresholdDocument rule = new("hot", "temp", Statistic.Max, ThresholdDirection.Below, -12.5m);
                Assert.True((await before.Get<DeviceDirectory>().SetConfigAsync(
                    device, new ConfigDocument(1000, 10000, [rule]), null, Actor.System)).Ok);
            }
            await using TestService after = await TestService.StartAsync(folder);
            await after.Get<DeviceDirectory>().SendDesiredAsync(device);
            DesiredState sent = Sent(after);
            Assert.Equal((1u, 1000, -125L, -1), (sent.Config.Version, sent.Config.WindowMs,
                sent.Config.Thresholds[0].Level.Mantissa, sent.Config.Thresholds[0].Level.Exponent));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("""{"windowMs":999}""", "config-window-ms", "windowMs")]
    [InlineData("""{"windowMs":3600001}""", "config-window-ms", "windowMs")]
    [InlineData("""{"windowMs":-1}""", "config-window-ms", "windowMs")]
    [InlineData("""{"stateIntervalMs":9999}""", "config-state-interval-ms", "stateIntervalMs")]
    [InlineData("""{"stateIntervalMs":86400001}""", "config-state-interval-ms", "stateIntervalMs")]
    [InlineData("RULES17", "config-too-many-thresholds", "thresholds")]
    [InlineData("id=\"Not An Id\"", "config-threshold-id", "thresholds[1].id")]
    [InlineData("id=\"pm25-high\"", "config-threshold-id", "thresholds[1].id")]
    [InlineData("channel=\"PM 2.5\"", "config-threshold-channel", "thresholds[1].channel")]
    [InlineData("hysteresis=-1", "config-threshold-level", "thresholds[1].hysteresis")]
    [InlineData("level=1234567890123456", "config-threshold-level", "thresholds[1].level")]
    [InlineData("level=0.1234567890123456789", "config-threshold-level", "thresholds[1].level")]
    [InlineData("holdMs=-1", "config-threshold-hold", "thresholds[1].holdMs")]
    [InlineData("holdMs=86400001", "config-threshold-hold", "thresholds[1].holdMs")]
    [InlineData("statistic=\"median\"", "bad-request", "$.thresholds[1].statistic")]
    [InlineData("statistic=3", "bad-request", "$.thresholds[1].statistic")]
    [InlineData("direction=\"sideways\"", "bad-request", "$.thresholds[1].direction")]
    [InlineData("severity=\"dire\"", "bad-request", "$.thresholds[1].severity")]
    [InlineData("level=\"high\"", "bad-request", "$.thresholds[1].level")]
    [InlineData("level=1e400", "bad-request", "$.thresholds[1].level")]
    [InlineData("level=NaN", "bad-request", "")]
    [InlineData("""{"windowSeconds":60}""", "bad-request", "windowSeconds")]
    [InlineData("""{"windowMs":1000,"windowMs":2000}""", "bad-request", "windowMs")]
    [InlineData("""{"windowMs":99999999999}""", "bad-request", "$.windowMs")]
    [InlineData("""{"windowMs":1.5}""", "bad-request", "$.windowMs")]
    [InlineData("""[]""", "bad-request", "")]
    [InlineData("""{"thresholds":[null]}""", "config-threshold-id", "thresholds[0]")]
    [InlineData("""{"thresholds":[{"id":"a"}]}""", "bad-request", "channel")]
    [InlineData("""{"trigger":{"staMs":500,"ltaMs":500}}""", "config-trigger-means", "trigger.ltaMs")]
    [InlineData("""{"trigger":{"on":1}}""", "config-trigger-levels", "trigger.on")]
    [InlineData("""{"trigger":{"off":1.0001}}""", "config-trigger-levels", "trigger.on")]
    [InlineData("""{"trigger":{"on":1e20}}""", "config-trigger-levels", "trigger.on")]
    [InlineData("""{"trigger":{"cooldownMs":3600001}}""", "config-trigger-durations", "trigger.minDurationMs")]
    [InlineData("""{"trigger":{"axes":"xx"}}""", "config-trigger-axes", "trigger.axes")]
    [InlineData("""{"trigger":{"axes":"xy","needed":3}}""", "config-trigger-axes", "trigger.axes")]
    [InlineData("""{"trigger":{"axes":null}}""", "bad-request", "axes")]
    [InlineData("""{"trigger":{"postMs":99}}""", "config-trigger-capture", "trigger.postMs")]
    [InlineData("""{"trigger":{"lowHz":25}}""", "config-trigger-band", "trigger.highHz")]
    [InlineData("""{"screening":{"profile":"din4150Foundation","line":4}}""", "config-screening-line", "screening.line")]
    [InlineData("""{"screening":{"profile":"sbrA","line":3}}""", "config-screening-line", "screening.line")]
    [InlineData("""{"screening":{"profile":"site"}}""", "config-screening-points", "screening.points")]
    [InlineData("""{"screening":{"profile":"site","points":[null]}}""", "config-screening-points", "screening.points")]
    [InlineData("""{"screening":{"profile":"site","points":[{"hz":1,"mmPerS":0.0001}]}}""", "config-screening-points", "screening.points")]
    [InlineData("""{"screening":{"profile":"site","points":[{"hz":2,"mmPerS":1},{"hz":1,"mmPerS":1}]}}""", "config-screening-points", "screening.points")]
    [InlineData("""{"screening":{"line":1}}""", "bad-request", "profile")]
    [InlineData("""{"modes":{"axis":"w"}}""", "config-modes-axis", "modes.axis")]
    [InlineData("""{"modes":{"segment":1000}}""", "config-modes-segment", "modes.segment")]
    [InlineData("""{"modes":{"averages":3}}""", "config-modes-averages", "modes.averages")]
    [InlineData("""{"modes":{"driftPercent":0.05}}""", "config-modes-drift", "modes.driftPercent")]
    [InlineData("""{"modes":{"driftPercent":1.00001}}""", "config-modes-drift", "modes.driftPercent")]
    [InlineData("""{"modes":{"hold":0}}""", "config-modes-drift", "modes.driftPercent")]
    [InlineData("""{"modes":{"bands":[{"lowHz":12,"highHz":9.5}]}}""", "config-modes-bands", "modes.bands")]
    [InlineData("""{"modes":{"bands":[{"lowHz":9.5,"highHz":1e20}]}}""", "config-modes-bands", "modes.bands")]
    [InlineData("""{"modes":{"bands":[null]}}""", "config-modes-bands", "modes.bands")]
    [InlineData("""{"air":{"asleepS":-1}}""", "config-air-duty-cycle", "air")]
    [InlineData("""{"air":{"asleepS":86401}}""", "config-air-duty-cycle", "air")]
    [InlineData("""{"air":{"asleepS":300,"awakeS":9}}""", "config-air-duty-cycle", "air")]
    [InlineData("""{"air":{"awakeS":60}}""", "bad-request", "asleepS")]
    [InlineData("{", "bad-request", "")]
    [InlineData("", "bad-request", "")]
    public async Task What_cannot_be_meant_is_refused_by_name_and_nothing_changes(
        string body, string problem, string field)
    {
        using HttpResponseMessage response = await PutAsync(Body(body));
        string text = await response.Content.ReadAsStringAsync();
        Assert.Equal(problem, await response.ProblemAsync(HttpStatusCode.BadRequest));
        Assert.Contains(field, text);
        Assert.DoesNotContain(" at EdgeFleet", text);
        Assert.Equal(0u, _service.Get<DeviceDirectory>().ConfigOf(_device)!.Version);
        Assert.DoesNotContain(_service.Link.Sent, s => s.Kind == TopicKind.Desired);
    }

    [Fact]
    public async Task A_trigger_reaches_the_node_and_is_shown_again()
    {
        await PutAsync("""{"trigger":{"on":3.5,"axes":"xz","needed":2,"lowHz":0.5,"highHz":40,"postMs":20000}}""");
        NodeConfig sent = Sent().Config;
        Assert.True(sent.HasTrigger);
        Assert.Equal((3500, 1500, 5, 2), (sent.Trigger.OnMilli, sent.Trigger.OffMilli, sent.Trigger.AxisMask, sent.Trigger.Needed));
        Assert.Equal((500, 40_000, 20_000), (sent.Trigger.LowMilliHz, sent.Trigger.HighMilliHz, sent.Trigger.PostMs));
        string shown = await (await _operator.GetAsync(Path)).Content.ReadAsStringAsync();
        Assert.Contains("\"trigger\":{\"staMs\":500,\"ltaMs\":30000,\"on\":3.5,", shown);

        await PutAsync("{}");
        Assert.False(Sent().Config.HasTrigger);
        Assert.DoesNotContain("trigger", await (await _operator.GetAsync(Path)).Content.ReadAsStringAsync());
    }

    /// <summary>REST's defaults are the node's own: whoever gives one value changes that one alone.</summary>
    [Fact]
    public void An_empty_trigger_is_the_built_in_one()
    {
        TriggerConfig filled = new() { StaMs = 1, AxisMask = 0, HighMilliHz = 0 };
        new TriggerDocument().Fill(filled);
        foreach (System.Reflection.FieldInfo field in typeof(TriggerConfig).GetFields())
            Assert.Equal(field.GetValue(new TriggerConfig()), field.GetValue(filled));
    }

    [Fact]
    public async Task A_screening_line_reaches_the_node_and_is_shown_again()
    {
        const string Site = """{"screening":{"profile":"site","severity":"critical","points":[{"hz":1.5,"mmPerS":2},{"hz":10,"mmPerS":5.25}]}}""";
        await PutAsync(Site);
        ScreeningConfig sent = Sent().Config.Screening;
        Assert.Equal((ScreeningProfile.Site, Severity.Critical, 2), (sent.Profile, sent.Severity, sent.PointCount));
        Assert.Equal([1500, 10_000], sent.MilliHz[..2]);
        Assert.Equal([2000, 5250], sent.MicroMetresPerS[..2]);
        string shown = await (await _operator.GetAsync(Path)).Content.ReadAsStringAsync();
        Assert.Contains("\"points\":[{\"hz\":1.5,\"mmPerS\":2},{\"hz\":10,\"mmPerS\":5.25}]", shown);

        await PutAsync("""{"screening":{"profile":"sbrA","line":2,"kind":"continuous","extent":"limited","sensitive":true}}""");
        sent = Sent().Config.Screening;
        Assert.Equal(
            (ScreeningProfile.SbrA, 2, VibrationKind.Continuous, MeasurementExtent.Limited, true),
            (sent.Profile, sent.Line, sent.Kind, sent.Extent, sent.Sensitive));
        await PutAsync("{}");
        Assert.False(Sent().Config.HasScreening);
    }

    [Fact]
    public async Task Natural_frequencies_reach_the_node_and_are_shown_again()
    {
        await PutAsync("""{"modes":{"axis":"y","driftPercent":1.5,"bands":[{"lowHz":9.5,"highHz":12},{"lowHz":15,"highHz":17.125}]}}""");
        NodeConfig sent = Sent().Config;
        Assert.True(sent.HasModes);
        Assert.Equal((1, 2048, 32, 15_000, 3), (
            sent.Modes.Axis, sent.Modes.Segment, sent.Modes.Averages, sent.Modes.DriftPpm, sent.Modes.Hold));
        Assert.Equal(2, sent.Modes.BandCount);
        Assert.Equal((9500, 12_000, 15_000, 17_125), (
            sent.Modes.LowMilliHz[0], sent.Modes.HighMilliHz[0], sent.Modes.LowMilliHz[1], sent.Modes.HighMilliHz[1]));
        string shown = await (await _operator.GetAsync(Path)).Content.ReadAsStringAsync();
        Assert.Contains("\"modes\":{\"axis\":\"y\",\"segment\":2048,", shown);
        Assert.Contains("\"bands\":[{\"lowHz\":9.5,\"highHz\":12}", shown);

        await PutAsync("{}");
        Assert.False(Sent().Config.HasModes);
        Assert.DoesNotContain("modes", await (await _operator.GetAsync(Path)).Content.ReadAsStringAsync());
    }

    /// <summary>REST's defaults are the node's own: whoever gives one value changes that one alone.</summary>
    [Fact]
    public void Empty_natural_frequencies_are_the_built_in_ones()
    {
        ModesConfig filled = new() { Axis = 0, Segment = 256, Averages = 4, DriftPpm = 1000, Hold = 1, BandCount = 1 };
        new ModesDocument().Fill(filled);
        foreach (System.Reflection.FieldInfo field in typeof(ModesConfig).GetFields())
            Assert.Equal(field.GetValue(new ModesConfig()), field.GetValue(filled));
    }

    [Fact]
    public async Task A_duty_cycle_reaches_the_node_and_is_shown_again()
    {
        await PutAsync("""{"air":{"asleepS":300,"awakeS":90}}""");
        NodeConfig sent = Sent().Config;
        Assert.Equal((true, 300, 90), (sent.HasAir, sent.Air.AsleepS, sent.Air.AwakeS));
        string shown = await (await _operator.GetAsync(Path)).Content.ReadAsStringAsync();
        Assert.Contains("\"air\":{\"asleepS\":300,\"awakeS\":90}", shown);

        await PutAsync("{}");
        Assert.False(Sent().Config.HasAir);
        Assert.DoesNotContain("air", await (await _operator.GetAsync(Path)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Sixteen_rules_of_the_longest_kind_fit_one_message()
    {
        ThresholdDocument[] rules = [.. Enumerable.Range(0, Limits.MaxThresholds).Select(i => new ThresholdDocument(
            new string('r', 30) + i.ToString("x2"), new string('c', Limits.MaxChannelName), Statistic.Peak,
            ThresholdDirection.Below, -999999999.999999m, 999999999.999999m, Limits.MaxHoldMs, Severity.Critical))];
        Result<DesiredConfig> set = await _service.Get<DeviceDirectory>().SetConfigAsync(
            _device, new ConfigDocument(3600000, 86400000, rules), null, Actor.System);
        Assert.True(set.Ok, set.Fault?.Detail);
        Assert.Equal(16, Sent().Config.ThresholdCount);
        Assert.Equal(ConfigFault.None, Sent().Config.Validate());
    }

    [Theory]
    [InlineData("1", 1, 0)]
    [InlineData("0", 0, 0)]
    [InlineData("100", 100, 0)]
    [InlineData("1.500", 15, -1)]
    [InlineData("-0.000001", -1, -6)]
    [InlineData("999999999999999", 999999999999999, 0)]
    [InlineData("0.000000000000000001", 1, -18)]
    public void Levels_are_exact(string level, long mantissa, int exponent)
    {
        ThresholdDocument rule = new("a", "pm25", Statistic.Mean, ThresholdDirection.Above,
            decimal.Parse(level, System.Globalization.CultureInfo.InvariantCulture));
        NodeConfig config = new ConfigDocument(Thresholds: [rule]).ToContract(1).Value!;
        Assert.Equal((mantissa, exponent), (config.Thresholds[0].Level.Mantissa, config.Thresholds[0].Level.Exponent));
    }

    [Fact]
    public async Task Who_saw_an_older_version_is_told_so()
    {
        await PutAsync("""{"windowMs":5000}""");
        Assert.Equal("config-changed",
            await (await PutAsync("{}", "?expectedVersion=0")).ProblemAsync(HttpStatusCode.Conflict));
        Assert.Equal(HttpStatusCode.OK, (await PutAsync("{}", "?expectedVersion=1")).StatusCode);
        Assert.Equal("bad-request",
            await (await PutAsync("{}", "?expectedVersion=-1")).ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task An_oversized_body_and_another_media_type_are_refused_by_name()
    {
        string big = $$"""{"windowMs":{{new string(' ', ServiceLimits.MaxRequestBytes)}}1000}""";
        Assert.Equal("too-large", await (await PutAsync(big)).ProblemAsync(HttpStatusCode.RequestEntityTooLarge));
        using HttpResponseMessage text = await _operator.PutAsync(Path, new StringContent("{}", Encoding.UTF8, "text/plain"));
        Assert.Equal("media-type", await text.ProblemAsync(HttpStatusCode.UnsupportedMediaType));
        string deep = new string('[', 100) + new string(']', 100);
        Assert.Equal("bad-request", await (await PutAsync(deep)).ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_locked_database_is_named_and_the_service_goes_on()
    {
        using (DatabaseLock.Take(_service.Folder))
        {
            using HttpResponseMessage busy = await PutAsync("""{"windowMs":5000}""");
            Assert.Equal("storage-busy", await busy.ProblemAsync(HttpStatusCode.ServiceUnavailable));
            Assert.NotNull(busy.Headers.RetryAfter);
            Assert.Equal(HttpStatusCode.OK, (await _operator.GetAsync("/api/v1/devices")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await _operator.GetAsync("/healthz/live")).StatusCode);
        }
        Assert.Equal(1u, (await (await PutAsync("""{"windowMs":5000}""")).ValueAsync<DesiredConfig>()).Version);
    }

    private string Path => $"/api/v1/devices/{_device}/config";

    private static string Body(string body)
    {
        if (body == "RULES17")
        {
            return "{\"thresholds\":[" + string.Join(',', Enumerable.Range(0, 17)
                .Select(i => Rule.Replace("pm25-high", "r" + i))) + "]}";
        }
        int equals = body.IndexOf('=');
        if (equals < 0)
            return body;
        string field = body[..equals];
        string second = System.Text.RegularExpressions.Regex.Replace(
            Rule.Replace("pm25-high", "second"), $"\"{field}\":(\"[^\"]*\"|[0-9.]+)", $"\"{field}\":{body[(equals + 1)..]}");
        return $$"""{"thresholds":[{{Rule}},{{second}}]}""";
    }

    private Task<HttpResponseMessage> PutAsync(string body, string query = "") =>
        _operator.PutAsync(Path + query, new StringContent(body, Encoding.UTF8, "application/json"));

    private DesiredState Sent(TestService? of = null)
    {
        (_, _, byte[] payload) = (of ?? _service).Link.Sent.Last(s => s.Kind == TopicKind.Desired);
        DesiredState state = new();
        Assert.Equal(ContractError.None, state.Read(new CborReader(payload)));
        return state;
    }
}
