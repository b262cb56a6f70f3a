using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Tests.Support;
using EdgeFleet.Service.Tests.Telemetry;

namespace EdgeFleet.Service.Tests.AirQuality;

/// <summary>Which of a node's windows go into an index, and what the answer says of them.</summary>
public sealed class AqiInputTests : AqiScene
{
    [Fact]
    public async Task Without_CF1_the_outdoor_value_is_corrected_by_its_own_equation_and_the_answer_says_so()
    {
        for (int hour = 0; hour < 3; hour++)
            await HourAsync(hour, _ => [Dust(Channels.Pm25, 40), Dust(Channels.Pm10, 50), Humid(50)]);
        JsonElement pm25 = (await AqiAsync("at=2026-01-01T03:00:00Z")).GetProperty("pollutants")[0];
        Assert.Equal("pm25", pm25.GetProperty("input").GetString());
        Assert.Contains("reports no CF=1", pm25.GetProperty("method").GetString());
        // (0.786 x 0.5 + 0.524 x 0.5) x 40 - 0.0862 x 50 + 5.75 = 27.64, cut off.
        Assert.Equal(27.6, pm25.GetProperty("concentration").GetDouble(), 9);
    }

    [Fact]
    public async Task With_CF1_the_answer_names_it_with_its_hours_counts_and_unit()
    {
        for (int hour = 0; hour < 3; hour++)
            await HourAsync(hour, cf1: 60, pm25: 40, pm10: 50, humidity: 50, minutes: 50);
        JsonElement pm25 = (await AqiAsync("at=2026-01-01T03:59:00Z")).GetProperty("pollutants")[0];
        Assert.Equal(("pm25.cf1", "ug/m3", 3), (pm25.GetProperty("input").GetString(), pm25.GetProperty("unit").GetString(),
            pm25.GetProperty("hoursThere").GetInt32()));
        JsonElement newest = pm25.GetProperty("hours")[0];
        Assert.Equal((60, 50, 10, 0), (newest.GetProperty("raw").GetDouble(), newest.GetProperty("humidity").GetDouble(),
            newest.GetProperty("windows").GetInt32(), newest.GetProperty("rejectedWindows").GetInt32()));
        Assert.Equal(83.3, newest.GetProperty("coveredPercent").GetDouble());
        Assert.Equal(32.88, newest.GetProperty("value").GetDouble(), 9);
        JsonElement empty = pm25.GetProperty("hours")[3];
        Assert.False(empty.TryGetProperty("value", out _));
        Assert.Equal(0, empty.GetProperty("windows").GetInt32());
    }

    /// <summary>An hour's mean is of its samples, and a window with half as many counts half as much.</summary>
    [Fact]
    public async Task The_mean_of_an_hour_is_that_of_its_samples()
    {
        for (int hour = 0; hour < 6; hour++)
            await HourAsync(hour, minute => [Dust(Channels.Pm10, minute == 0 ? 90 : 30, minute == 0 ? 20 : 60)]);
        JsonElement pm10 = (await AqiAsync("standard=tw-moenv&at=2026-01-01T06:00:00Z")).GetProperty("pollutants")[1];
        // (20 x 90 + 11 x 60 x 30) / 680.
        Assert.Equal(31.7647, pm10.GetProperty("hours")[0].GetProperty("value").GetDouble(), 4);
        Assert.Equal(32, pm10.GetProperty("concentration").GetDouble());
    }

    /// <summary>A sensor that is told to sleep fifty minutes of an hour has not failed in them.</summary>
    [Fact]
    public async Task Time_asleep_by_configuration_is_not_missing_but_silence_is()
    {
        for (int hour = 0; hour < 3; hour++)
        {
            await HourAsync(hour, minute => minute < 10
                ? [Dust(Channels.Pm25Factory, 10), Dust(Channels.Pm10, 20), Humid(40)]
                : [Dust(Channels.Pm25Factory, 0, 0, QualityFlags.Missing | QualityFlags.Asleep),
                    Dust(Channels.Pm10, 0, 0, QualityFlags.Missing), Humid(40)]);
        }
        JsonElement pollutants = (await AqiAsync("at=2026-01-01T03:00:00Z")).GetProperty("pollutants");
        Assert.Equal(7.5, pollutants[0].GetProperty("concentration").GetDouble(), 9);
        JsonElement hour0 = pollutants[0].GetProperty("hours")[0];
        Assert.Equal((100, 83.3), (hour0.GetProperty("coveredPercent").GetDouble(), hour0.GetProperty("asleepPercent").GetDouble()));
        Assert.Contains("asleep", hour0.GetProperty("quality").EnumerateArray().Select(name => name.GetString()));
        Assert.False(pollutants[1].TryGetProperty("index", out _));
        Assert.Equal(16.7, pollutants[1].GetProperty("hours")[0].GetProperty("coveredPercent").GetDouble());
        Assert.Contains("75 % were measured", pollutants[1].GetProperty("why").GetString());
    }

    /// <summary>A stuck sensor in foul air would say that it is clean for as long as it is stuck.</summary>
    [Theory]
    [InlineData(QualityFlags.Frozen)]
    [InlineData(QualityFlags.SensorError)]
    public async Task What_the_node_says_is_broken_is_no_air_quality(int quality)
    {
        for (int hour = 0; hour < 3; hour++)
        {
            await HourAsync(hour, _ =>
            [
                Dust(Channels.Pm25Factory, 3, quality: quality), Dust(Channels.Pm10, 3, quality: QualityFlags.ChecksumErrors), Humid(40),
            ]);
        }
        JsonElement pollutants = (await AqiAsync("at=2026-01-01T03:00:00Z")).GetProperty("pollutants");
        Assert.False(pollutants[0].TryGetProperty("index", out _));
        Assert.Contains("did not fail", pollutants[0].GetProperty("why").GetString());
        Assert.Equal(12, pollutants[0].GetProperty("hours")[0].GetProperty("rejectedWindows").GetInt32());
        // What may be wrong is told and still counts.
        Assert.Equal(3, pollutants[1].GetProperty("concentration").GetDouble());
        Assert.Equal("checksumErrors", pollutants[1].GetProperty("hours")[0].GetProperty("quality")[0].GetString());
    }

    /// <summary>Retention leaves an hour's statistics: the index stays what it was.</summary>
    [Fact]
    public async Task Hours_that_were_rolled_up_give_the_same_index()
    {
        for (int hour = 0; hour < 12; hour++)
            await HourAsync(hour, cf1: 20 + (hour * 7), pm25: 20 + (hour * 5), pm10: 40 + (hour * 9), humidity: 50);
        string[] queries = ["standard=us-epa&at=2026-01-01T12:00:00Z", "standard=tw-moenv&at=2026-01-01T12:00:00Z"];
        JsonElement[] before = [await AqiAsync(queries[0]), await AqiAsync(queries[1])];

        Service.Get<TelemetryOptions>().RawDays = 1;
        Service.Clock.SetUtcNow(Service.Clock.GetUtcNow() + TimeSpan.FromDays(3));
        await Service.Get<Retention>().PassAsync(CancellationToken.None);
        TimeRange day = new(0, Service.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Empty((await Service.Get<TelemetryQueries>().WindowsAsync(Device, null, day, null, 10, default)).Value!.Windows);
        for (int i = 0; i < queries.Length; i++)
        {
            JsonElement after = await AqiAsync(queries[i]);
            Assert.Equal(Head(before[i]), Head(after));
            Assert.Equal(before[i].GetRawText(), after.GetRawText());
        }
    }

    [Fact]
    public async Task Readings_below_zero_are_clean_air()
    {
        for (int hour = 0; hour < 6; hour++)
            await HourAsync(hour, cf1: -2, pm25: -2, pm10: -3, humidity: 90);
        foreach (string standard in new[] { "us-epa", "tw-moenv" })
        {
            JsonElement answer = await AqiAsync($"standard={standard}&at=2026-01-01T06:00:00Z");
            Assert.Equal((0, "good", "pm25"), Head(answer));
            Assert.Equal(-3, answer.GetProperty("pollutants")[1].GetProperty("hours")[0].GetProperty("raw").GetDouble());
        }
    }

    [Fact]
    public async Task Without_a_time_it_is_the_index_of_now()
    {
        for (int hour = 0; hour < 3; hour++)
            await HourAsync(hour, cf1: 60, pm25: 40, pm10: 50, humidity: 50);
        Assert.Equal("2026-01-01T03:00:00+00:00", (await AqiAsync("")).GetProperty("at").GetString());
        Service.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("2026-01-01T03:00:00+00:00", (await AqiAsync("")).GetProperty("at").GetString());
    }

    [Fact]
    public async Task The_route_is_described()
    {
        JsonElement document = await (await Viewer.GetAsync("/openapi/v1.json")).ValueAsync<JsonElement>();
        JsonElement get = document.GetProperty("paths").GetProperty("/api/v1/devices/{id}/aqi").GetProperty("get");
        Assert.Contains("NowCast", get.GetProperty("description").GetString());
        Assert.Equal(["id", "standard", "at"], get.GetProperty("parameters").EnumerateArray()
            .Select(parameter => parameter.GetProperty("name").GetString()));
        Assert.Equal(["200", "400", "401", "403", "404", "409"], get.GetProperty("responses").EnumerateObject()
            .Select(response => response.Name).Order(StringComparer.Ordinal));
    }
}
