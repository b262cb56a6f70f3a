using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Alerts;

namespace EdgeFleet.Service.Tests.Alerts;

/// <summary>One cause that comes (+) and goes (-), minute by minute: what becomes of the alert.</summary>
public sealed class AlertRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("+0", "1 Open 1", "Raised")]
    [InlineData("+0 -1", "1 Cleared 1", "Raised Cleared")]
    [InlineData("-0", "", "")]
    [InlineData("+0 +1", "1 Open 2", "Raised RaisedAgain")]
    [InlineData("+0 !1", "1 Open 2", "Raised Escalated")]
    // Back within the window: the same alert.
    [InlineData("+0 -1 +30", "1 Open 2", "Raised Cleared RaisedAgain")]
    // Back after it: another.
    [InlineData("+0 -1 +32", "2 Open 1", "Raised Cleared Raised")]
    // The fourth time within half an hour it flaps, and from then on coming and going is no news.
    [InlineData("+0 -1 +2 -3 +4 -5 +6", "1 Open 4 flapping", "Raised Cleared RaisedAgain Cleared RaisedAgain Cleared Flapping")]
    [InlineData("+0 -1 +2 -3 +4 -5 +6 -7 +8 -9", "1 Open 5 flapping",
        "Raised Cleared RaisedAgain Cleared RaisedAgain Cleared Flapping")]
    // Spread over longer than the window it does not.
    [InlineData("+0 -1 +12 -13 +24 -25 +36", "1 Open 4", "Raised Cleared RaisedAgain Cleared RaisedAgain Cleared RaisedAgain")]
    // The same again while it goes on is no flapping.
    [InlineData("+0 +1 +2 +3 +4 +5", "1 Open 6", "Raised RaisedAgain RaisedAgain RaisedAgain RaisedAgain RaisedAgain")]
    public void Coming_and_going(string steps, string alert, string history)
    {
        AlertRow? row = null;
        List<AlertChange> changes = [];
        uint sequence = 0;
        long ids = 0;
        foreach (string step in steps.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            AlertSignal signal = new("a", "x", "rule:r", AlertSource.Threshold,
                step[0] == '!' ? Severity.Critical : Severity.Warning, step[0] != '-', Start.AddMinutes(int.Parse(step[1..])),
                Origin: (1, ++sequence));
            (row, AlertChange? change) = AlertRules.Apply(row, signal, ids + 1);
            ids = Math.Max(ids, row?.Id ?? 0);
            if (change is { } what)
                changes.Add(what);
        }
        Assert.Equal(alert, row == null ? "" : $"{row.Id} {row.State} {row.Count}{(row.Flapping ? " flapping" : "")}");
        Assert.Equal(history, string.Join(' ', changes));
    }

    [Fact]
    public void A_flapping_alert_settles_after_a_quarter_of_an_hour_of_quiet()
    {
        AlertRow? row = null;
        for (int i = 0; i < 8; i++)
            (row, _) = AlertRules.Apply(row, Signal(i % 2 == 0, i, (uint)i + 1), 1);
        Assert.True(row!.Flapping);
        Assert.False(AlertRules.IsSettled(row, Start.AddMinutes(7 + 14)));
        Assert.True(AlertRules.IsSettled(row, Start.AddMinutes(7 + 15)));
        AlertRow settled = AlertRules.Settle(row, Start.AddMinutes(22));
        Assert.Equal((AlertState.Cleared, false), (settled.State, settled.Flapping));
    }

    [Fact]
    public void An_older_event_that_comes_late_changes_nothing()
    {
        (AlertRow? row, _) = AlertRules.Apply(null, Signal(true, 0, 7), 1);
        (AlertRow? same, AlertChange? change) = AlertRules.Apply(row, Signal(false, 1, 6), 2);
        Assert.Same(row, same);
        Assert.Null(change);
    }

    private static AlertSignal Signal(bool raised, int minute, uint sequence) => new(
        "a", "x", "rule:r", AlertSource.Threshold, Severity.Warning, raised, Start.AddMinutes(minute), Origin: (1, sequence));
}
