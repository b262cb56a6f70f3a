using System.Net;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.AirQuality;

/// <summary>Indices of what a node has truly sent, through hub, journal, database and REST.</summary>
public sealed class AqiApiTests : AqiScene
{
    [Fact]
    public async Task Twelve_hours_give_both_indices_and_what_they_are_made_of()
    {
        // CF=1 60 at 50 %: corrected 0.524 x 60 - 0.0862 x 50 + 5.75 = 32.8; as measured 40; PM10 100.
        for (int hour = 0; hour < 12; hour++)
            await HourAsync(hour, cf1: 60, pm25: 40, pm10: 100, humidity: 50);
        JsonElement epa = await AqiAsync("standard=us-epa&at=2026-01-01T12:34:56Z");
        Assert.Equal("2026-01-01T12:00:00+00:00", epa.GetProperty("at").GetString());
        JsonElement pm25 = epa.GetProperty("pollutants")[0];
        Assert.Equal(32.8, pm25.GetProperty("concentration").GetDouble(), 9);
        // 51 + 49 / 26.3 x (32.8 - 9.1) = 95.2.
        Assert.Equal(95, pm25.GetProperty("index").GetInt32());
        Assert.Equal((95, "moderate", "pm25"), Head(epa));
        Assert.Contains("Barkjohn", pm25.GetProperty("method").GetString());
        JsonElement hour0 = pm25.GetProperty("hours")[0];
        Assert.Equal("2026-01-01T11:00:00+00:00", hour0.GetProperty("start").GetString());
        Assert.Equal((60, 50, 100), (hour0.GetProperty("raw").GetDouble(), hour0.GetProperty("humidity").GetDouble(),
            hour0.GetProperty("coveredPercent").GetDouble()));
        Assert.Equal(12, pm25.GetProperty("hours").GetArrayLength());
        // 51 + 49 / 99 x 45 = 73.3.
        Assert.Equal(73, epa.GetProperty("pollutants")[1].GetProperty("index").GetInt32());

        JsonElement moenv = await AqiAsync("standard=tw-moenv&at=2026-01-01T12:34:56Z");
        // As measured: 101 + 49 / 19.9 x (40 - 30.5) = 124.4; PM10: 101 + 49 / 114 x 24 = 111.3.
        Assert.Equal((124, "unhealthyForSensitiveGroups", "pm25"), Head(moenv));
        Assert.Equal(111, moenv.GetProperty("pollutants")[1].GetProperty("index").GetInt32());
    }

    [Fact]
    public async Task Only_whole_hours_before_the_time_count()
    {
        for (int hour = 0; hour < 6; hour++)
            await HourAsync(hour, cf1: 10, pm25: 10, pm10: 10, humidity: 40);
        await HourAsync(6, cf1: 500, pm25: 500, pm10: 500, humidity: 40);
        int before = Head(await AqiAsync("standard=tw-moenv&at=2026-01-01T06:59:59Z")).Index;
        Assert.InRange(before, 1, 50);
        // Half of (6 x 10 + 500) / 7 and half of (3 x 10 + 500) / 4: 106.3.
        Assert.Equal(188, Head(await AqiAsync("standard=tw-moenv&at=2026-01-01T07:00:00Z")).Index);
    }

    [Fact]
    public async Task Too_little_is_said_and_not_guessed()
    {
        JsonElement nothing = await AqiAsync("at=2026-01-01T00:00:00Z");
        Assert.False(nothing.TryGetProperty("index", out _));
        Assert.Contains("two of the last three hours", nothing.GetProperty("pollutants")[0].GetProperty("why").GetString());
        // Forty minutes of an hour are too little, forty-five are enough.
        await HourAsync(0, cf1: 10, pm25: 10, pm10: 10, humidity: 40, minutes: 40);
        await HourAsync(1, cf1: 10, pm25: 10, pm10: 10, humidity: 40, minutes: 45);
        JsonElement one = await AqiAsync("at=2026-01-01T02:00:00Z");
        Assert.False(one.TryGetProperty("index", out _));
        Assert.Equal(1, one.GetProperty("pollutants")[0].GetProperty("hoursThere").GetInt32());
        await HourAsync(2, cf1: 10, pm25: 10, pm10: 10, humidity: 40);
        // 0.524 x 10 - 0.0862 x 40 + 5.75 = 7.5, on the line from 0 to 9.0.
        Assert.Equal(42, Head(await AqiAsync("at=2026-01-01T03:00:00Z")).Index);
    }

    [Fact]
    public async Task Without_humidity_there_is_no_correction_and_the_answer_says_so()
    {
        for (int hour = 0; hour < 12; hour++)
            await HourAsync(hour, cf1: 60, pm25: 40, pm10: 20, humidity: null);
        JsonElement epa = await AqiAsync("at=2026-01-01T12:00:00Z");
        JsonElement pm25 = epa.GetProperty("pollutants")[0];
        Assert.False(pm25.TryGetProperty("index", out _));
        Assert.Contains("humidity", pm25.GetProperty("why").GetString());
        Assert.Equal("pm10", epa.GetProperty("dominant").GetString());
        // Taiwan's needs none.
        Assert.Equal("pm25", (await AqiAsync("standard=tw-moenv&at=2026-01-01T12:00:00Z")).GetProperty("dominant").GetString());
    }

    [Theory]
    [InlineData("devices/{0}/aqi?standard=us-epa-2012", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("devices/{0}/aqi?at=yesterday", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("devices/{0}/aqi?at=2026-01-01T00:00:00", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("devices/{0}/aqi?at=2026-01-01T03:00:00Z", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("devices/{0}/aqi?standard=tw-moenv&at=2100-01-01T00:00:00%2B08:00", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("devices/airbox-nobody/aqi", HttpStatusCode.NotFound, "device-not-found")]
    public async Task What_cannot_be_asked_is_named(string path, HttpStatusCode status, string name) =>
        Assert.Equal(name, await (await Viewer.GetAsync("/api/v1/" + string.Format(path, Device))).ProblemAsync(status));

    [Fact]
    public async Task A_bridge_node_has_no_air_quality()
    {
        EnrolmentWithSecret enrolment = await Board.EnrolAsync(Service, kind: NodeKind.Bridge);
        string bridge = (await new Board(Service, "a0b1c2d3e4f6") { Kind = NodeKind.Bridge }
            .JoinAsync(enrolment.Enrolment.Id)).DeviceId;
        Assert.Equal("no-air-box", await (await Viewer.GetAsync($"/api/v1/devices/{bridge}/aqi")).ProblemAsync(HttpStatusCode.Conflict));
    }
}
