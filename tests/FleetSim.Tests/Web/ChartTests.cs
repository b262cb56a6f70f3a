using System.Text.RegularExpressions;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Provisioning;
using Microsoft.Playwright;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>What charts draw: gaps as gaps, units beside every number, every range.</summary>
public sealed class ChartTests
{
    /// <summary>Columns of the canvas that the line of the mean crosses, from the left; its colour is drawn nowhere else.</summary>
    private const string LineColumns = """
        canvas => {
            const hex = getComputedStyle(document.documentElement).getPropertyValue('--series-1').trim();
            const [r, g, b] = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
            const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            const found = [];
            for (let x = 0; x < width; x++) {
                for (let y = 0; y < height; y++) {
                    const at = (y * width + x) * 4;
                    if (Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b) < 12 && data[at + 3] > 200) {
                        found.push(x / width);
                        break;
                    }
                }
            }
            return found;
        }
        """;

    [Fact]
    public async Task No_line_is_drawn_over_a_gap_and_the_pointer_reads_values_with_their_unit()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        await page.GotoAsync($"/devices/{scene.AirBox.DeviceId}?range=1h");
        ILocator card = page.Locator("[data-channel=pm25]");
        await Expect(card.Locator("canvas")).ToBeVisibleAsync();
        double[] columns = await card.Locator("canvas").EvaluateAsync<double[]>(LineColumns);
        double widest = columns.Zip(columns.Skip(1), (left, right) => right - left).Max();
        // Ten of sixty minutes, on a canvas that has the axis on it as well; a line over it would leave no column out.
        Assert.InRange(widest, 0.10, 0.20);

        // Half an hour ago the air box had no power; a quarter of an hour earlier and later it measured.
        await HoverAsync(card, 0.5);
        await Expect(card.Locator(".tip")).ToHaveTextAsync(new Regex("no data$"));
        foreach (double at in new[] { 0.25, 0.75 })
        {
            await HoverAsync(card, at);
            await Expect(card.Locator(".tip")).ToHaveTextAsync(new Regex(@"\d+\.\d µg/m³ \(\d+\.\d to \d+\.\d\)$"));
        }
        await Expect(card.Locator(".axis-units")).ToHaveTextAsync("µg/m³");
        await Expect(card.Locator(".chart")).ToHaveAttributeAsync(
            "aria-label", new Regex(@"^PM2\.5 over the chosen range: Mean \d+\.\d µg/m³, Min"));
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task Every_range_is_asked_for_as_long_as_it_says()
    {
        await using Site site = await Site.StartAsync();
        Scene scene = await Scene.SetAsync(site);
        IPage page = await site.SignedInAsync();
        // It has come just now: an hour would show it in a corner.
        await page.GotoAsync("/devices/" + scene.Bridge.DeviceId);
        await Expect(page.Locator("[data-range='15m'][aria-pressed=true]")).ToBeVisibleAsync();
        ILocator card = page.Locator("[data-channel=az]");
        await Expect(card.Locator("canvas")).ToBeVisibleAsync();
        foreach ((string label, double hours) in new[] { ("1 h", 1.0), ("6 h", 6), ("24 h", 24), ("7 d", 168), ("30 d", 720) })
        {
            IRequest asked = await page.RunAndWaitForRequestAsync(
                () => page.GetByRole(AriaRole.Button, new() { Name = label, Exact = true }).ClickAsync(),
                request => request.Url.Contains("/telemetry/buckets?channel=az", StringComparison.Ordinal)
                    && Math.Abs(LengthOf(request).TotalHours - hours) < 0.01);
            IResponse answer = (await asked.ResponseAsync())!;
            Assert.Equal(200, answer.Status);
            await Expect(page.Locator("#gaps header")).ToContainTextAsync("last " + label);
            await Expect(card.Locator(".summary")).ToHaveTextAsync(new Regex(@"^RMS 0\.\d+ mgPeak 4\.28 mg$"));
        }
        await page.ReloadAsync();
        await Expect(page.Locator("[data-range='30d'][aria-pressed=true]")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "1 h", Exact = true }).ClickAsync();
        await Expect(page.Locator("#gaps header")).ToContainTextAsync("last 1 h");
        await HoverAsync(card, 0.6);
        await Expect(card.Locator(".tip")).ToHaveTextAsync(new Regex(@"RMS \d+\.\d+, peak \d+\.\d+ mg$"));
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task A_device_that_never_measured_says_so_and_its_first_window_brings_the_charts()
    {
        await using Site site = await Site.StartAsync();
        EnrolmentWithSecret enrolment = await Scene.EnrolAsync(site, NodeKind.AirBox, "Renai Road", autoAccept: true);
        HubNode node = await Scene.JoinAsync(site, enrolment, "a0b1c2d3e4dd", NodeKind.AirBox);
        IPage page = await site.SignedInAsync(390, 844);
        await page.GotoAsync("/devices/" + node.DeviceId);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No measurements yet" })).ToBeVisibleAsync();
        await Expect(page.Locator("#state")).ToContainTextAsync("none yet");
        await Expect(page.Locator("#live")).ToHaveTextAsync("Live");
        await node.ReportAsync(DateTimeOffset.UtcNow.AddMinutes(-1), TimeSpan.FromMinutes(1),
            (Channels.Temperature, Units.Celsius, -2, 2240, 2235, 2245, 3));
        await Expect(page.Locator("[data-channel=temp] canvas")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-channel=temp] .value")).ToHaveTextAsync(new Regex(@"22\.4\s+°C"));
        Assert.Empty(site.Complaints);
    }

    [Fact]
    public async Task An_Air_Box_shows_its_air_quality_in_colour_and_word()
    {
        await using Site site = await Site.StartAsync();
        EnrolmentWithSecret enrolment = await Scene.EnrolAsync(site, NodeKind.AirBox, "Renai Road", autoAccept: true);
        HubNode node = await Scene.JoinAsync(site, enrolment, "a0b1c2d3e4de", NodeKind.AirBox);
        IPage page = await site.SignedInAsync(390, 844);
        await page.GotoAsync("/devices/" + node.DeviceId);
        await Expect(page.Locator("#air-quality")).ToContainTextAsync("not enough data yet: 0 of 12 hours");
        DateTimeOffset now = DateTimeOffset.UtcNow;
        DateTimeOffset hour = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerHour));
        for (int i = 6; i >= 1; i--)
        {
            await node.ReportAsync(hour.AddHours(-i), TimeSpan.FromHours(1),
                (Channels.Pm25, Units.MicrogramsPerCubicMetre, 0, 40, 40, 40, 60),
                (Channels.Pm25Factory, Units.MicrogramsPerCubicMetre, 0, 60, 60, 60, 60),
                (Channels.Humidity, Units.RelativeHumidity, 0, 50, 50, 50, 60));
        }
        await page.ReloadAsync();
        // 32.8 corrected, and 40 as measured.
        ILocator card = page.Locator("#air-quality");
        await Expect(card).ToContainTextAsync(new Regex(@"US EPA\s*95\s+Moderate"));
        await Expect(card).ToContainTextAsync(new Regex(@"Taiwan MOENV\s*124\s+Unhealthy for sensitive groups"));
        await Expect(card).ToContainTextAsync("32.8 µg/m³ corrected, index 95");
        // How it came about is for those without a mouse as well.
        await Expect(card).ToContainTextAsync("PM2.5: NowCast of hourly means of CF=1, corrected with relative humidity");
        await Expect(card).ToContainTextAsync("PM10: Nothing of pm10 in the last 12 hours");
        Assert.Equal("rgb(255, 255, 0)", await card.Locator(".aqi-mark").First.EvaluateAsync<string>("e => getComputedStyle(e).backgroundColor"));
        // Nothing sticks out of a phone.
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
        Assert.Empty(site.Complaints);
    }

    private static async Task HoverAsync(ILocator card, double fraction)
    {
        ILocator over = card.Locator(".u-over");
        await over.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await over.BoundingBoxAsync())!;
        await over.HoverAsync(new() { Position = new() { X = (float)(box.Width * fraction), Y = box.Height / 2 } });
    }

    private static TimeSpan LengthOf(IRequest request)
    {
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(request.Url).Query);
        return DateTimeOffset.Parse(query["to"]!, System.Globalization.CultureInfo.InvariantCulture)
            - DateTimeOffset.Parse(query["from"]!, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
