using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.RegularExpressions;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Tests.Alerts;
using EdgeFleet.Service.Web;
using EdgeFleet.Service.Web.Pages.Alerts;
using EdgeFleet.Service.Web.Pages.Map;
using EdgeFleet.Service.Web.Pages.Visits;

namespace EdgeFleet.Service.Tests.Web;

/// <summary>The pages in Traditional Chinese: no phrase is missing, and nobody's name is changed.</summary>
public sealed partial class LanguageTests
{
    /// <summary>Pages of which not one phrase may be missing.</summary>
    private static readonly string[] Whole = ["Alerts/", "Visits/", "Map/", "Overview/", "Login", "Users", "Audit", "Enrolments", "Claims", "_NoDevices", "_Counters"];

    /// <summary>Units, formats and examples, which are the same in both.</summary>
    private static readonly string[] Same =
        ["mg", "mm/s²", "Hz", "mm/s²/√Hz", "PM2.5", "PM10", "CSV", "miniSEED", "device.", "Authorization: Bearer …", "edgefleet-flash"];

    [Fact]
    public void Every_line_is_one_phrase_and_stands_once() => Assert.Empty(Phrases.Chinese.Slips);

    [Fact]
    public void No_phrase_of_these_pages_is_missing()
    {
        List<string> missing = [.. Literals().Where(l => Whole.Any(part => l.Page.StartsWith(part, StringComparison.Ordinal)))
            .Where(l => !Same.Contains(l.Text) && Phrases.Chinese.Find(l.Text) == null).Select(l => $"{l.Page}: {l.Text}")];
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void Of_all_pages_hardly_any_phrase_is_missing()
    {
        List<(string Page, string Text)> all = [.. Literals().Where(l => !Same.Contains(l.Text)).DistinctBy(l => l.Text)];
        List<string> missing = [.. all.Where(l => Phrases.Chinese.Find(l.Text) == null).Select(l => $"{l.Page}: {l.Text}")];
        Assert.True(all.Count > 300, $"only {all.Count} phrases were seen");
        Assert.True(missing.Count * 4 < all.Count, $"{missing.Count} of {all.Count}:\n" + string.Join('\n', missing));
    }

    [Theory]
    [InlineData(typeof(AlertWords))]
    [InlineData(typeof(MapModel))]
    [InlineData(typeof(VisitsModel))]
    public void No_word_for_a_value_is_missing(Type words)
    {
        int count = 0;
        foreach (MethodInfo method in words.GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(m => m.ReturnType == typeof(string) && m.GetParameters() is [{ ParameterType.IsEnum: true }]))
        {
            foreach (object value in Enum.GetValues(method.GetParameters()[0].ParameterType))
            {
                string word = (string)method.Invoke(null, [value])!;
                Assert.True(Phrases.Chinese.Find(word) != null, $"{words.Name}.{method.Name}({value}): {word}");
                count++;
            }
        }
        Assert.True(count >= 5);
    }

    [Theory]
    [InlineData("<p>Nobody is told</p>", "<p>沒有通知對象</p>")]
    [InlineData("<p>\n  Nobody   is\n told </p>", "<p>\n  沒有通知對象 </p>")]
    [InlineData("<p translate=\"no\">Site <b>Site</b></p><i>Site</i>", "<p translate=\"no\">Site <b>Site</b></p><i>站點</i>")]
    [InlineData("<td data-label=\"Site\">x</td>", "<td data-label=\"站點\">x</td>")]
    [InlineData("<input name=\"Site\" value=\"Site\" title=\"Status\">", "<input name=\"Site\" value=\"Site\" title=\"狀態\">")]
    [InlineData("<option>Site</option><option value=\"a\">Site</option>", "<option>Site</option><option value=\"a\">站點</option>")]
    [InlineData("<code>Site</code><script>Site</script><!-- Site -->", "<code>Site</code><script>Site</script><!-- Site -->")]
    [InlineData("<a href=\"/devices/x\">Bring it</a><a href=\"/devices/x/config\">Configuration</a>", "<a href=\"/devices/x\">Bring it</a><a href=\"/devices/x/config\">設定</a>")]
    [InlineData("<i title=\"a > b\">Site</i>", "<i title=\"a > b\">站點</i>")]
    [InlineData("<b>12 alerts, page 1 of 2</b>", "<b>12 則警示，第 1／2 頁</b>")]
    [InlineData("<p>The route&#x27;s &lt;b&gt; stays</p>", "<p>The route&#x27;s &lt;b&gt; stays</p>")]
    [InlineData("<p>Site", "<p>站點")]
    [InlineData("a < b <", "a < b <")]
    public void Phrases_change_and_nothing_else(string page, string expected) =>
        Assert.Equal(expected, new PageTranslator(Phrases.Chinese, PageLanguage.Chinese).Translate(page));

    [Fact]
    public async Task The_browser_or_the_person_chooses()
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        string id = await scene.NodeAsync("Alerts");
        await scene.Service.Get<DeviceDirectory>().UpdateAsync(id, new DevicePatch(Name: "Status of <b>"), Features.Audit.Actor.System);
        using HttpClient client = await scene.Service.ClientAsync(Role.Operator);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        Assert.Contains("<h1>Alerts</h1>", await client.GetStringAsync("/alerts"));
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("de, zh-TW;q=0.8, en;q=0.5");
        string page = await client.GetStringAsync("/alerts");
        Assert.Contains("<html lang=\"zh-Hant\">", page);
        Assert.Contains("<h1>警示</h1>", page);
        Assert.Contains("href=\"/language/en", page);
        string fleet = await client.GetStringAsync("/");
        Assert.Contains("Status of &lt;b&gt;", fleet);
        using HttpResponseMessage missing = await client.GetAsync("/alerts/4711");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Contains("zh-Hant", await missing.Content.ReadAsStringAsync());
        // Data is nobody's page.
        Assert.DoesNotContain("警示", await client.GetStringAsync("/api/v1/alerts"));

        using HttpResponseMessage chosen = await client.GetAsync("/language/en?back=/alerts");
        Assert.Equal("/alerts", chosen.Headers.Location!.ToString());
        client.DefaultRequestHeaders.Add("Cookie", chosen.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
        Assert.Contains("<h1>Alerts</h1>", await client.GetStringAsync("/alerts"));
        foreach (string away in (string[])["//example.org", "https://example.org", "/\\example.org"])
            Assert.Equal("/", (await client.GetAsync("/language/en?back=" + Uri.EscapeDataString(away))).Headers.Location!.ToString());
    }

    private static IEnumerable<(string Page, string Text)> Literals()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "EdgeFleet.sln")))
            root = Path.GetDirectoryName(root)!;
        string pages = Path.Combine(root, "fleet-service", "Web", "Pages");
        foreach (string file in Directory.EnumerateFiles(pages, "*.cshtml", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(file);
            string page = Path.GetRelativePath(pages, file).Replace('\\', '/');
            foreach (Match match in Attribute().Matches(text).Concat(Between().Matches(text)))
            {
                string phrase = string.Join(' ', WebUtility.HtmlDecode(match.Groups[1].Value).Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
                if (phrase.Length != 0 && !Code().IsMatch(phrase))
                    yield return (page, phrase);
            }
        }
    }

    [GeneratedRegex("(?:title|placeholder|aria-label|data-label|data-confirm|alt)=\"([^\"@]*[A-Za-z][^\"@]*)\"")]
    private static partial Regex Attribute();

    [GeneratedRegex(">([^<>{}@]*[A-Za-z][^<>{}@]*)<")]
    private static partial Regex Between();

    // Razor's own words between two tags, as in a switch or a condition.
    [GeneratedRegex("=>|;$|&&|==|break;|^case ")]
    private static partial Regex Code();
}
