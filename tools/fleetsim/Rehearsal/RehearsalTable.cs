using System.Globalization;
using EdgeFleet.Contracts;
using Spectre.Console;

namespace EdgeFleet.FleetSim.Rehearsal;

/// <summary>A rehearsal's report as tables for people.</summary>
internal static class RehearsalTable
{
    // A month of an Air Box has 44,640 windows; nobody reads those in a terminal.
    private const int MostWindows = 60;

    public static void Print(RehearsalReport report, IAnsiConsole console)
    {
        string rate = report.RateHz is { } hz ? $" at {Number(hz)} Hz, range {report.RangeG} g" : "";
        console.MarkupLineInterpolated(
            $"[bold]{report.Input}[/]: {report.Samples:N0} {(report.Kind == NodeKind.Bridge ? "samples" : "rows")}{rate}, {report.Start:u} to {report.End:u}");
        PrintWindows(report, console);
        PrintEvents(report, console);
        PrintCaptures(report, console);
        PrintOverall(report, console);
        console.MarkupLineInterpolated(
            $"{report.Windows.Count:N0} windows, {report.Events.Count:N0} events, {report.Captures.Count:N0} captures, {report.SamplesMissed:N0} samples missed; {report.Wire.Messages:N0} messages of {report.Wire.Bytes:N0} bytes, {report.Wire.BytesAnHour / 1000:N1} kB an hour.");
    }

    private static void PrintWindows(RehearsalReport report, IAnsiConsole console)
    {
        if (report.Windows.Count == 0)
        {
            console.MarkupLine("No window: the recording is shorter than one.");
            return;
        }
        Table table = New("Windows", "start (UTC)", "s");
        IReadOnlyList<ChannelReport> head = report.Windows[0].Channels;
        bool bridge = report.Kind == NodeKind.Bridge;
        foreach (ChannelReport channel in head)
            table.AddColumn(Column($"{channel.Channel}\n{(IsVibration(channel, bridge) ? "RMS" : "mean")}\n{channel.Unit}"));
        foreach (WindowReport window in report.Windows.Take(MostWindows))
        {
            List<string> cells = [$"{window.Start:dd. HH:mm:ss}", Number(window.Seconds)];
            cells.AddRange(head.Select(channel => window.Channels.FirstOrDefault(c => c.Channel == channel.Channel) is { Count: > 0 } found
                ? Number(IsVibration(found, bridge) ? found.Rms : found.Mean) : "-"));
            table.AddRow([.. cells]);
        }
        console.Write(table);
        foreach (var flag in report.Windows.SelectMany(w => w.Channels.SelectMany(c => c.Quality.Select(q => (w.Sequence, c.Channel, Flag: q))))
            .GroupBy(f => (f.Channel, f.Flag)))
        {
            console.MarkupLineInterpolated($"  {flag.Key.Channel}: {flag.Key.Flag} in {flag.Count():N0} of {report.Windows.Count:N0} windows");
        }
        if (report.Windows.Count > MostWindows)
            console.MarkupLineInterpolated($"... and {report.Windows.Count - MostWindows:N0} windows more; --json has them all.");
    }

    private static void PrintEvents(RehearsalReport report, IAnsiConsole console)
    {
        if (report.Events.Count == 0)
            return;
        Table table = New("Events", "time (UTC)", "event", "severity", "value", "level", "");
        foreach (EventReport happened in report.Events)
        {
            string unit = happened.Unit is { } name ? " " + name : "";
            table.AddRow(
                $"{happened.Time:dd. HH:mm:ss.fff}", $"{happened.Type}", $"{happened.Severity}",
                happened.Value is { } value ? Escape($"{happened.Channel} {Number(value)}{unit}") : "",
                happened.Level is { } level ? Escape($"{Number(level)}{unit}") : "", Escape($"{happened.Rule} {happened.Text}".Trim()));
        }
        console.Write(table);
    }

    private static void PrintCaptures(RehearsalReport report, IAnsiConsole console)
    {
        if (report.Captures.Count == 0)
            return;
        Table table = New("Captures", "start (UTC)", "event", "axes", "length", "peak", "missing");
        foreach (CaptureReport capture in report.Captures)
        {
            table.AddRow(
                $"{capture.Start:dd. HH:mm:ss.fff}", $"{capture.Event}", capture.Axes,
                $"{Number(capture.Samples / capture.RateHz)} s", $"{Number(capture.PeakMetresPerSecondSquared)} m/s2",
                $"{capture.Missing} samples");
        }
        console.Write(table);
    }

    private static void PrintOverall(RehearsalReport report, IAnsiConsole console)
    {
        Table table = New("The whole recording", "", "unit", "samples", "mean", "RMS", "peak", "crest", "kurtosis");
        foreach (ChannelReport channel in report.Overall)
        {
            table.AddRow(
                Escape(channel.Channel), Escape(channel.Unit), $"{channel.Count}", Number(channel.Mean), Number(channel.Rms),
                Number(channel.Peak), Number(channel.Crest), Number(channel.Kurtosis));
        }
        console.Write(table);
    }

    private static Table New(string title, params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple).Title(title);
        foreach (string column in columns)
            table.AddColumn(Column(column));
        return table;
    }

    private static TableColumn Column(string name) => new TableColumn(Markup.Escape(name)).NoWrap().Padding(0, 1);

    // Of a vibration the RMS tells more than the mean, which is gravity.
    private static bool IsVibration(ChannelReport channel, bool bridge) => bridge && channel.Unit is "m/s2" or "m/s";

    private static string Number(double? value) => value?.ToString("G4", CultureInfo.InvariantCulture) ?? "-";

    private static string Escape(string? text) => Markup.Escape(text ?? "");
}
