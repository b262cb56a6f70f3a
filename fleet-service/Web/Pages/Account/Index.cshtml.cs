using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Account;

/// <summary>Who is signed in, and the tokens of that person's programs.</summary>
public sealed class IndexModel(Users users, ApiTokens tokens, TimeProvider time) : PageModel
{
    /// <summary>Lives of a token to choose from, in days; 0: until revoked.</summary>
    public static IReadOnlyList<int> Lives { get; } = [7, 30, 90, 365, 0];

    /// <summary>The signed-in user.</summary>
    public User? Me { get; private set; }

    /// <summary>The own tokens; for an admin, all.</summary>
    public IReadOnlyList<ApiToken> Tokens { get; private set; } = [];

    /// <summary>What was just made, with the secret that is shown this once.</summary>
    public ApiTokenWithSecret? Made { get; private set; }

    /// <summary>What went wrong.</summary>
    public string? Problem { get; private set; }

    /// <summary>The moment that ages count from.</summary>
    public DateTimeOffset Now { get; } = time.GetUtcNow();

    /// <summary>Roles that a token of this person may have.</summary>
    public IEnumerable<Role> Roles => Enum.GetValues<Role>().Where(role => User.May(role));

    // An admin sees and ends everyone's.
    private string? Owner => User.May(Role.Admin) ? null : User.Identity!.Name;

    public void OnGet() => Load();

    public async Task<IActionResult> OnPostAsync(string? name, Role role, int days, CancellationToken cancel)
    {
        if (!User.May(role))
            return Forbid();
        DateTimeOffset? expires = days <= 0 ? null : Now.AddDays(days);
        Result<ApiTokenWithSecret> result = await tokens.CreateAsync(
            name?.Trim() ?? "", role, users.Find(User.Identity!.Name!)?.Name, expires, Actor.Of(User), cancel);
        Made = result.Value;
        Problem = result.Fault?.Errors?.Values.FirstOrDefault()?.FirstOrDefault() is { } what
            ? "The token's name: " + what : result.Fault?.Detail;
        Response.Headers.CacheControl = "no-store";
        Load();
        return Page();
    }

    public async Task<IActionResult> OnPostRevokeAsync(string id, CancellationToken cancel)
    {
        Result<ApiToken> result = await tokens.RevokeAsync(id, Owner, Actor.Of(User), cancel);
        if (result.Ok)
            return RedirectToPage();
        Problem = result.Fault!.Detail;
        Load();
        return Page();
    }

    private void Load()
    {
        Me = users.Find(User.Identity!.Name!);
        Tokens = tokens.All(Owner);
    }
}
