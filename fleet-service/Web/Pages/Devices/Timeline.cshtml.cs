using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Features.Timeline;
using Microsoft.AspNetCore.Mvc;

namespace EdgeFleet.Service.Web.Pages.Devices;

/// <summary>Everything that happened to a device, the newest first.</summary>
public sealed class TimelineModel(DeviceDirectory directory, Reports reports, Timeline timeline, TimeProvider time)
    : DeviceBase(directory, reports, time)
{
    private readonly TimeProvider _time = time;

    /// <summary>The part that is shown.</summary>
    public TimelinePage Found { get; private set; } = null!;

    /// <summary>What can be asked for.</summary>
    public IReadOnlyList<string> Sources { get; private set; } = [];

    /// <summary>The source that is asked for; null: all.</summary>
    public string? Source { get; private set; }

    /// <summary>Where the part begins; null: now.</summary>
    public DateTimeOffset? Before { get; private set; }

    /// <summary>Address of the part that comes next; null: there is none.</summary>
    public string? Older => Found.Before is not { } before ? null
        : $"/devices/{View.Device.Id}/timeline?before={Uri.EscapeDataString(before.ToString("O", CultureInfo.InvariantCulture))}"
            + (Source == null ? "" : "&source=" + Source);

    public async Task<IActionResult> OnGetAsync(string id, DateTimeOffset? before, string? source, CancellationToken cancel)
    {
        if (!Load(id))
            return NoDevice(id);
        bool isOperator = May(Role.Operator);
        Sources = [.. timeline.SourcesFor(isOperator)];
        Source = Sources.FirstOrDefault(known => known == source);
        Before = before;
        Found = await timeline.BeforeAsync(
            id, before ?? TimelineApi.End(_time), Timeline.DefaultPage, isOperator, Source, cancel);
        return Page();
    }

    /// <summary>A source in words.</summary>
    public static string Word(string source) => source switch
    {
        "audit" => "Changes",
        "capture" => "Captures",
        "command" => "Commands",
        "event" => "Events",
        "update" => "Updates",
        "alert" => "Alerts",
        _ => source,
    };

    /// <summary>What happened, in words where it is an event's name.</summary>
    public static string What(TimelineEntry entry) =>
        entry.Source == "event" && Enum.TryParse(entry.What, ignoreCase: true, out EventType type) ? Words.Of(type)
        : entry.Source == "capture" ? "Vibration captured"
        : entry.What;

    /// <summary>The class that colours an entry.</summary>
    public static string ClassOf(TimelineEntry entry) => entry.Severity is { } severity ? Words.ClassOf(severity) : "";
}
