using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Groups;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Groups;

/// <summary>One group: who is in it, and what can be changed about it.</summary>
public sealed class GroupModel(DeviceGroups groups, DeviceDirectory directory) : PageModel
{
    /// <summary>Devices of a page.</summary>
    public const int PageSize = 100;

    /// <summary>The group.</summary>
    public DeviceGroup Group { get; private set; } = null!;

    /// <summary>Who is in it.</summary>
    public DevicePage Devices { get; private set; } = null!;

    /// <summary>Which page of them, from 1.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>What went wrong.</summary>
    public string? Problem { get; private set; }

    public IActionResult OnGet(string name, int p) => Show(name, p);

    public async Task<IActionResult> OnPostAsync(
        string name, string? description, string? filter, string? priority, string? add, CancellationToken cancel)
    {
        char[] spaces = [' ', ',', '\t', '\r', '\n'];
        string[] ids = add?.Split(spaces, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return await ChangeAsync(name, new GroupPatch(
            description ?? "", groups.Find(name)?.Filter == null ? null : filter ?? "", GroupsModel.Whole(priority),
            ids.Length == 0 ? null : ids), cancel);
    }

    public Task<IActionResult> OnPostLeaveAsync(string name, string device, CancellationToken cancel) =>
        ChangeAsync(name, new GroupPatch(RemoveDevices: [device]), cancel);

    public async Task<IActionResult> OnPostRemoveAsync(string name, CancellationToken cancel)
    {
        if (!User.May(Role.Operator))
            return Forbid();
        Problem = (await groups.RemoveAsync(name, Actor.Of(User), cancel)).Fault?.Detail;
        return Problem == null ? Redirect("/groups") : Show(name, 1);
    }

    private async Task<IActionResult> ChangeAsync(string name, GroupPatch patch, CancellationToken cancel)
    {
        if (!User.May(Role.Operator))
            return Forbid();
        Problem = (await groups.ChangeAsync(name, patch, Actor.Of(User), cancel)).Fault?.Detail;
        ModelState.Clear();
        return Problem == null ? Redirect("/groups/" + name) : Show(name, 1);
    }

    private IActionResult Show(string name, int page)
    {
        if (groups.Find(name) is not { } group)
        {
            HttpContext.Items[ProblemWriting.Item] = $"There is no group '{name}'.";
            return NotFound();
        }
        Group = group;
        Number = Math.Clamp(page, 1, GroupLimits.MaxMembers);
        Devices = directory.Search(new DeviceQuery(
            Filter: DeviceFilter.Parse($"group:{name}").Value, Skip: (Number - 1) * PageSize, Top: PageSize));
        return Page();
    }
}
