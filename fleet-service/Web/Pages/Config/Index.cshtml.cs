using System.Text.Json;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Groups;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Config;

/// <summary>What fleet and groups say of the configuration, and how far the devices have come.</summary>
public sealed class LevelsModel(ConfigLevels levels, ConfigStates states, DeviceGroups groups) : PageModel
{
    /// <summary>Refused devices that are shown.</summary>
    public const int RefusedRows = 50;

    private static readonly JsonSerializerOptions Written = new(StoredJson.Options) { WriteIndented = true };

    /// <summary>Fleet and groups that say something, the weakest first.</summary>
    public IReadOnlyList<ConfigLevelView> Shared { get; private set; } = [];

    /// <summary>How far the devices have come, and those that refused.</summary>
    public ConfigStatePage States { get; private set; } = null!;

    /// <summary>Levels to choose from.</summary>
    public IReadOnlyList<string> Choices { get; private set; } = [];

    /// <summary>The level that is shown: <c>fleet</c> or <c>group:name</c>.</summary>
    public string Level { get; private set; } = "fleet";

    /// <summary>What it says, as it is typed.</summary>
    public string Typed { get; private set; } = "";

    /// <summary>The version that was changed.</summary>
    public uint Version { get; private set; }

    /// <summary>What the typed text would change; null: not asked.</summary>
    public ConfigChange? Change { get; private set; }

    /// <summary>What went wrong.</summary>
    public string? Problem { get; private set; }

    /// <summary>What was done.</summary>
    [TempData]
    public string? Done { get; set; }

    public IActionResult OnGet(string? level)
    {
        if (!TryRead(level, out ConfigLevelView? view))
            return NotFound();
        (Typed, Version) = (JsonSerializer.Serialize(view!.Config, Written), view.Version);
        return Page();
    }

    /// <summary>Shows what would change, and changes it when that is confirmed.</summary>
    public async Task<IActionResult> OnPostAsync(string? level, string? text, uint version, bool sure, CancellationToken cancel)
    {
        if (!User.May(Role.Operator))
            return Forbid();
        if (!TryRead(level, out ConfigLevelView? view))
            return NotFound();
        (Typed, Version) = (text ?? "", version);
        ModelState.Clear();
        try
        {
            ConfigLayer layer = JsonSerializer.Deserialize<ConfigLayer>(Typed.Length == 0 ? "{}" : Typed, StoredJson.Options)
                ?? new ConfigLayer();
            Result<ConfigChange> change = await levels.SetAsync(
                view!.Level, view.Name, layer, version, sure, Actor.Of(User), cancel);
            (Change, Problem) = (change.Value, change.Fault?.Detail);
        }
        catch (JsonException problem)
        {
            Problem = problem.Message;
        }
        if (Change is not { Done: true } done)
            return Page();
        Done = $"The configuration of {done.Devices} devices changed.";
        return Redirect("/config?level=" + Uri.EscapeDataString(Level));
    }

    /// <summary>A value as people read it.</summary>
    public static string Text(object? value) => ConfigFields.Text(value) is { Length: > 0 } text ? text : "none";

    private bool TryRead(string? level, out ConfigLevelView? view)
    {
        Level = string.IsNullOrEmpty(level) ? "fleet" : level;
        view = Level == "fleet" ? levels.Find(ConfigLevel.Fleet, "")
            : Level.StartsWith("group:", StringComparison.Ordinal) ? levels.Find(ConfigLevel.Group, Level["group:".Length..]) : null;
        Shared = levels.Shared();
        Choices = ["fleet", .. groups.All().Select(g => "group:" + g.Name)];
        States = states.Search(DeviceFilter.All, ConfigProgress.Refused, 0, RefusedRows);
        if (view == null)
            HttpContext.Items[ProblemWriting.Item] = $"There is no level '{Level}'.";
        return view != null;
    }
}
