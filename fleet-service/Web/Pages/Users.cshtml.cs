using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages;

/// <summary>Who may sign in.</summary>
[Authorize(Policies.Admin)]
public sealed class UsersModel(Users users) : PageModel
{
    /// <summary>Everyone, by name.</summary>
    public IReadOnlyList<User> All { get; private set; } = [];

    /// <summary>A user with the one-time password that was just made; it is shown this once.</summary>
    public UserWithPassword? Made { get; private set; }

    /// <summary>What went wrong.</summary>
    public string? Problem { get; private set; }

    public void OnGet() => All = users.All();

    public Task<IActionResult> OnPostAsync(string? name, Role role, CancellationToken cancel) =>
        ShowAsync(users.CreateAsync(name?.Trim().ToLowerInvariant() ?? "", role, Actor.Of(User), cancel));

    public Task<IActionResult> OnPostRoleAsync(string id, Role role, CancellationToken cancel) =>
        ShowAsync(users.ChangeAsync(id, role, false, Actor.Of(User), cancel));

    public Task<IActionResult> OnPostResetAsync(string id, CancellationToken cancel) =>
        ShowAsync(users.ChangeAsync(id, null, true, Actor.Of(User), cancel));

    public async Task<IActionResult> OnPostRemoveAsync(string id, CancellationToken cancel)
    {
        Result<User> result = await users.RemoveAsync(id, Actor.Of(User), cancel);
        Problem = result.Fault?.Detail;
        All = users.All();
        return Page();
    }

    private async Task<IActionResult> ShowAsync(Task<Result<UserWithPassword>> change)
    {
        Result<UserWithPassword> result = await change;
        Made = string.IsNullOrEmpty(result.Value?.OneTimePassword) ? null : result.Value;
        Problem = result.Fault?.Detail;
        All = users.All();
        Response.Headers.CacheControl = "no-store";
        return Page();
    }
}
