using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Groups;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Groups;

/// <summary>Groups of devices, and filters that people keep.</summary>
public sealed class GroupsModel(DeviceGroups groups, SavedFilters filters) : PageModel
{
    /// <summary>Groups by name.</summary>
    public IReadOnlyList<DeviceGroup> All { get; private set; } = [];

    /// <summary>Kept filters by name.</summary>
    public IReadOnlyList<SavedFilter> Filters { get; private set; } = [];

    /// <summary>What is typed, by field.</summary>
    public IReadOnlyDictionary<string, string?> Typed { get; private set; } = new Dictionary<string, string?>();

    /// <summary>What went wrong.</summary>
    public string? Problem { get; private set; }

    /// <summary>What was done.</summary>
    [TempData]
    public string? Done { get; set; }

    public Task OnGetAsync(string? filter, CancellationToken cancel)
    {
        Typed = new Dictionary<string, string?> { ["filter"] = filter };
        return LoadAsync(cancel);
    }

    public Task<IActionResult> OnPostAsync(
        string? name, string? description, string? kind, string? filter, string? priority, CancellationToken cancel) =>
        DoAsync(async () => (await groups.CreateAsync(
            new GroupRequest(name?.Trim() ?? "", description ?? "", kind == "filter" ? filter ?? "" : null, Whole(priority)),
            Actor.Of(User), cancel)).Fault, $"The group {name} is made.", ("name", name), ("description", description),
            ("filter", filter), ("priority", priority));

    public Task<IActionResult> OnPostKeepAsync(string? name, string? filter, CancellationToken cancel) =>
        DoAsync(async () => (await filters.SaveAsync(name ?? "", filter, Actor.Of(User), cancel)).Fault,
            $"The filter {name} is kept.", ("keep", name), ("kept", filter));

    public Task<IActionResult> OnPostForgetAsync(string id, CancellationToken cancel) =>
        DoAsync(async () => (await filters.RemoveAsync(id, Actor.Of(User), cancel)).Fault, $"The filter {id} is forgotten.");

    internal static int Whole(string? text) => string.IsNullOrWhiteSpace(text) ? 0 : int.TryParse(text, out int number) ? number : -1;

    private async Task<IActionResult> DoAsync(Func<Task<Fault?>> change, string done, params (string Name, string? Value)[] typed)
    {
        if (!User.May(Role.Operator))
            return Forbid();
        Problem = (await change())?.Detail;
        if (Problem == null)
        {
            Done = done;
            return Redirect("/groups");
        }
        ModelState.Clear();
        Typed = typed.ToDictionary(t => t.Name, t => t.Value);
        await LoadAsync(HttpContext.RequestAborted);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancel) => (All, Filters) = (groups.All(), await filters.AllAsync(cancel));
}
