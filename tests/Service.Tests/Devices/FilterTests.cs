using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Devices;

namespace EdgeFleet.Service.Tests.Devices;

/// <summary>The filter language: what fits, what is refused where, and that no text breaks it.</summary>
public sealed class FilterTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly DeviceFacts[] Fleet =
    [
        Make("bridge-1", "Shezi Bridge", "East pier", "1.3.9", minutes: 5, tags: ["canary", "pilot"]),
        Make("bridge-2", "Shezi Bridge", "West pier", "1.4.0-rc.1", minutes: 59, online: true),
        Make("bridge-3", "Guandu Bridge", "Middle", "1.4.0", minutes: 60, tags: ["canary"]),
        Make("airbox-1", "Renai Road", "Library", "1.10.0", minutes: 1, online: true),
        Make("airbox-2", "", "100%*", null, minutes: null),
        Make("airbox-3", "Renai Road", "School \"A\"", "garbage", minutes: 7 * 24 * 60 + 1, status: DeviceStatus.Quarantined),
        Make("airbox-4", "Renai Road", "Gone", "1.0.0", minutes: 100, status: DeviceStatus.Decommissioned),
    ];

    [Theory]
    [InlineData("", "b1 b2 b3 a1 a2 a3")]
    [InlineData("kind:bridge", "b1 b2 b3")]
    [InlineData("KIND:Bridge,airBox", "b1 b2 b3 a1 a2 a3")]
    [InlineData("-kind:bridge", "a1 a2 a3")]
    [InlineData("site:\"Shezi Bridge\"", "b1 b2")]
    [InlineData("site:\"shezi bridge\",\"Guandu Bridge\"", "b1 b2 b3")]
    [InlineData("site:*bridge", "b1 b2 b3")]
    [InlineData("site:\"\"", "a2")]
    [InlineData("site:shezi", "")]
    [InlineData("name:\"100%*\"", "a2")]
    [InlineData("name:*\"x\"", null)]
    [InlineData("name:\"School \\\"A\\\"\"", "a3")]
    [InlineData("name:*ar*", "a1")]
    [InlineData("id:bridge-1,airbox-*", "b1 a1 a2 a3")]
    [InlineData("fw<1.4", "b1")]
    [InlineData("fw<=1.4", "b1 b2 b3")]
    [InlineData("fw:1.4", "b2 b3")]
    [InlineData("fw>1.4", "a1")]
    [InlineData("fw>=1.4", "b2 b3 a1")]
    [InlineData("fw<1.4.0", "b1 b2")]
    [InlineData("fw:1.4.0", "b3")]
    [InlineData("fw:1.4.0-rc.1", "b2")]
    [InlineData("fw>1.4.0-rc.1", "b3 a1")]
    [InlineData("fw>1.9", "a1")]
    [InlineData("fw:unknown", "a2 a3")]
    [InlineData("fw:unknown,1.3", "b1 a2 a3")]
    [InlineData("-fw<1.4", "b2 b3 a1 a2 a3")]
    [InlineData("tag:canary", "b1 b3")]
    [InlineData("tag:canary tag:pilot", "b1")]
    [InlineData("tag:Canary -tag:pilot", "b3")]
    [InlineData("tag:pilot,lab", "b1")]
    [InlineData("last_seen<1h", "b1 b2 a1")]
    [InlineData("last_seen<=1h", "b1 b2 b3 a1")]
    [InlineData("last_seen>1w", "a2 a3")]
    [InlineData("last_seen>=60m last_seen<2h", "b3")]
    [InlineData("last_seen:never", "a2")]
    [InlineData("online:true", "b2 a1")]
    [InlineData("online:false kind:bridge", "b1 b3")]
    [InlineData("status:quarantined", "a3")]
    [InlineData("status:decommissioned", "a4")]
    [InlineData("-status:decommissioned", "b1 b2 b3 a1 a2 a3")]
    [InlineData("group:lab", "b1 a1")]
    [InlineData("-group:lab kind:airbox", "a2 a3")]
    [InlineData("group:none", "")]
    [InlineData("pier", "b1 b2")]
    [InlineData("PIER -west", "b1")]
    [InlineData("\"renai road\"", "a1 a3")]
    [InlineData("garbage", "a3")]
    [InlineData("hw:0011*", "b1 b2 b3 a1 a2 a3")]
    [InlineData("board:esp32", "b1 b2 b3 a1 a2 a3")]
    [InlineData("kind:bridge site:\"Shezi Bridge\" fw<1.4 tag:canary last_seen<1h", "b1")]
    public void Devices_fit_as_an_operator_reads_it(string text, string? fitting)
    {
        Assert.Equal(fitting != null, DeviceFilter.TryParse(text, out DeviceFilter? filter, out _));
        if (filter != null)
            Assert.Equal(fitting, Short(filter));
    }

    [Theory]
    [InlineData("kindd:bridge", 1, "'kindd' is no key")]
    [InlineData("kind:bridge  colour:red", 14, "'colour' is no key")]
    [InlineData(":x", 1, "a key is missing")]
    [InlineData("kind:toaster", 6, "airbox or bridge")]
    [InlineData("kind:1", 6, "airbox or bridge")]
    [InlineData("kind:bridge,", 13, "airbox or bridge|missing")]
    [InlineData("kind<bridge", 5, "with : alone")]
    [InlineData("status:asleep", 8, "quarantined")]
    [InlineData("online:maybe", 8, "true or false")]
    [InlineData("tag:Über", 5, "a tag is")]
    [InlineData("fw<", 4, "missing")]
    [InlineData("fw<1.4,1.5", 7, "one value")]
    [InlineData("fw<one", 4, "version")]
    [InlineData("fw<1.04", 4, "version")]
    [InlineData("fw<1.4-rc", 4, "version")]
    [InlineData("fw=1.4", 3, "write :")]
    [InlineData("fw<unknown", 4, "version")]
    [InlineData("last_seen:1h", 11, "compared")]
    [InlineData("last_seen<1", 11, "age")]
    [InlineData("last_seen<-1h", 11, "age")]
    [InlineData("last_seen<999999999w", 11, "age")]
    [InlineData("site:\"Shezi", 6, "not closed")]
    [InlineData("site:\"a\"b", 9, "space")]
    [InlineData("- kind:bridge", 1, "dash")]
    [InlineData("pier -", 6, "dash")]
    [InlineData("name:a\u0001b", 6, "control")]
    [InlineData("\"\"", 1, "word")]
    public void What_is_no_filter_is_refused_at_its_column(string text, int column, string what)
    {
        Assert.False(DeviceFilter.TryParse(text, out _, out FilterError error));
        Assert.Equal(column, error.Column);
        Assert.Contains(what.Split('|'), w => error.What.Contains(w));
        Assert.Contains($"column {column}", DeviceFilter.Parse(text).Fault!.Detail);
    }

    [Fact]
    public void Bounds_are_kept()
    {
        string most = string.Join(' ', Enumerable.Repeat("tag:a", DeviceFilter.MaxTerms));
        Assert.True(DeviceFilter.TryParse(most, out _, out _));
        Assert.False(DeviceFilter.TryParse(most + " tag:b", out _, out FilterError terms));
        Assert.Equal(most.Length + 2, terms.Column);
        Assert.True(DeviceFilter.TryParse(new string('x', DeviceFilter.MaxText), out _, out _));
        Assert.False(DeviceFilter.TryParse(new string('x', DeviceFilter.MaxText + 1), out _, out _));
    }

    [Theory]
    [InlineData("1.0.0-alpha", "1.0.0-alpha.1")]
    [InlineData("1.0.0-alpha.1", "1.0.0-alpha.beta")]
    [InlineData("1.0.0-alpha.beta", "1.0.0-beta")]
    [InlineData("1.0.0-beta", "1.0.0-beta.2")]
    [InlineData("1.0.0-beta.2", "1.0.0-beta.11")]
    [InlineData("1.0.0-beta.11", "1.0.0-rc.1")]
    [InlineData("1.0.0-rc.1", "1.0.0")]
    [InlineData("1.9.0", "1.10.0")]
    public void Versions_come_in_the_order_of_the_standard(string lower, string higher)
    {
        Assert.True(SemanticVersion.TryParse(lower, out SemanticVersion? a));
        Assert.True(SemanticVersion.TryParse(higher + "+build.007", out SemanticVersion? b));
        Assert.True(a.CompareToBound(b) < 0);
        Assert.True(b.CompareToBound(a) > 0);
        Assert.Equal(0, b.CompareToBound(b));
    }

    [Fact]
    public void Random_texts_are_read_or_refused_within_themselves_and_read_back_the_same()
    {
        Random random = new(20260501);
        string[] words = ["kind:", "bridge", "fw", "<", "<=", ">", ":", "=", "1.4", "-", ",", "\"", "\\", " ", "site:", "tag:",
            "last_seen", "1h", "online:true", "name:", "*", "é", "\t", "group:lab", "fw:unknown", "\u0007", "status:active", "x"];
        int good = 0;
        for (int i = 0; i < 200_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => words[random.Next(words.Length)]));
            if (!DeviceFilter.TryParse(text, out DeviceFilter? filter, out FilterError error))
            {
                Assert.InRange(error.Column, 1, text.Length + 1);
                continue;
            }
            good++;
            string written = filter.ToString();
            Assert.True(DeviceFilter.TryParse(written, out DeviceFilter? again, out FilterError why), $"{text} -> {written}: {why}");
            Assert.Equal(written, again.ToString());
            if (i % 20 == 0)
                Assert.Equal(Short(filter), Short(again));
        }
        Assert.True(good > 10_000, $"only {good} texts were filters");
    }

    private static string Short(DeviceFilter filter)
    {
        HashSet<string> lab = ["bridge-1", "airbox-1"];
        Func<DeviceFacts, bool> fits = filter.Bind(new FilterScope(
            Now, (name, _) => name == "lab" ? f => lab.Contains(f.Device.Id) : null));
        return string.Join(' ', Fleet.Where(fits).Select(f => f.Device.Id[..1] + f.Device.Id[^1..]));
    }

    private static DeviceFacts Make(
        string id, string site, string name, string? firmware, int? minutes, bool online = false, string[]? tags = null,
        DeviceStatus status = DeviceStatus.Active)
    {
        Device device = new(id, id[0] == 'b' ? NodeKind.Bridge : NodeKind.AirBox, "00112233", site, name, null, null,
            status, "ESP32", Now) { Tags = tags ?? [] };
        return new DeviceFacts(device, online, minutes is { } m ? Now.AddMinutes(-m) : null, firmware);
    }
}
