using System.Globalization;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Alerts;

/// <summary>One alert, its history, and what a person can do about it.</summary>
public sealed class AlertModel(AlertBook book, DeviceDirectory directory, TimeProvider time) : PageModel
{
    /// <summary>Silences to choose from, in hours.</summary>
    public static IReadOnlyList<(int Hours, string Label)> Silences { get; } =
        [(1, "1 h"), (8, "8 h"), (24, "1 day"), (168, "7 days"), (720, "30 days")];

    /// <summary>The alert.</summary>
    public AlertDetail Detail { get; private set; } = null!;

    /// <summary>What people call the device.</summary>
    public string Name => directory.Find(Detail.Alert.Device ?? "")?.Name ?? Detail.Alert.Device ?? "";

    /// <summary>What was done.</summary>
    [TempData]
    public string? Done { get; set; }

    /// <summary>Why it was not done.</summary>
    [TempData]
    public string? Problem { get; set; }

    public async Task<IActionResult> OnGetAsync(long id, CancellationToken cancel)
    {
        if (await book.FindAsync(id, cancel) is not { } found)
            return NotFound();
        Detail = found;
        return Page();
    }

    public Task<IActionResult> OnPostAcknowledgeAsync(long id, string? note, CancellationToken cancel) => AfterAsync(
        id, Role.Technician, "Acknowledged.", () => book.AcknowledgeAsync(id, new AcknowledgeRequest(note), Actor.Of(User), cancel));

    public Task<IActionResult> OnPostSilenceAsync(long id, string? note, int hours, CancellationToken cancel) => AfterAsync(
        id, Role.Operator, "Silenced.",
        () => book.SilenceAsync(id, new SilenceRequest(time.GetUtcNow().AddHours(hours), note), Actor.Of(User), cancel));

    public Task<IActionResult> OnPostUnsilenceAsync(long id, string? note, CancellationToken cancel) => AfterAsync(
        id, Role.Operator, "The silence has ended.",
        () => book.SilenceAsync(id, new SilenceRequest(time.GetUtcNow(), note), Actor.Of(User), cancel));

    public Task<IActionResult> OnPostClearAsync(long id, string? note, CancellationToken cancel) => AfterAsync(
        id, Role.Operator, "Cleared.", () => book.ClearAsync(id, new AcknowledgeRequest(note), Actor.Of(User), cancel));

    /// <summary>A number in the channel's unit.</summary>
    public string Number(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? "–";

    private async Task<IActionResult> AfterAsync(long id, Role least, string done, Func<Task<Result<Alert>>> change)
    {
        if (!User.May(least))
            return Forbid();
        Result<Alert> result = await change();
        (Done, Problem) = result.Ok ? (done, null) : ((string?)null, result.Fault!.Detail);
        return Redirect($"/alerts/{id}");
    }
}
