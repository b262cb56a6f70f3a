using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Devices;

/// <summary>The same change for all devices that fit a filter, seen before it is made.</summary>
[Authorize(Policies.Operator)]
public sealed class EditModel(DeviceDirectory directory) : PageModel
{
    private static readonly char[] Spaces = [' ', ',', '\t', '\r', '\n'];

    /// <summary>What is typed.</summary>
    public DeviceEdit Typed { get; private set; } = new("");

    /// <summary>What it would change; null: not asked.</summary>
    public DeviceEditAnswer? Answer { get; private set; }

    /// <summary>What went wrong.</summary>
    public string? Problem { get; private set; }

    public void OnGet(string? filter) => Typed = new DeviceEdit(filter ?? "");

    public async Task<IActionResult> OnPostAsync(
        string? filter, string? add, string? remove, string? site, int? sure, CancellationToken cancel)
    {
        Typed = new DeviceEdit(filter ?? "", add?.Split(Spaces, StringSplitOptions.RemoveEmptyEntries),
            remove?.Split(Spaces, StringSplitOptions.RemoveEmptyEntries), string.IsNullOrWhiteSpace(site) ? null : site);
        Result<DeviceEditAnswer> result = await directory.EditAsync(Typed with { Expected = sure }, Actor.Of(User), cancel);
        Problem = result.Fault?.Detail;
        if (sure != null && result.Fault?.Name == "devices-changed")
            result = await directory.EditAsync(Typed, Actor.Of(User), cancel);
        Answer = result.Value;
        ModelState.Clear();
        return Page();
    }

    /// <summary>A list as it is typed.</summary>
    public static string Text(IReadOnlyList<string>? tags) => string.Join(' ', tags ?? []);
}
