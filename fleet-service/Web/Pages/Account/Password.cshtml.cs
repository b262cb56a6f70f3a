using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Account;

/// <summary>Replaces the own password; the only page that a one-time password opens.</summary>
[Authorize(Policies.SignedIn)]
public sealed class PasswordModel(SignIn signIn) : PageModel
{
    /// <summary>What went wrong.</summary>
    public string? Problem { get; private set; }

    public async Task<IActionResult> OnPostAsync(string? current, string? next, string? again)
    {
        if (next != again)
        {
            Problem = "The two new passwords differ.";
            return Page();
        }
        Result<User> result = await signIn.ChangePasswordAsync(HttpContext, current ?? "", next ?? "");
        if (result.Ok)
            return Redirect("/");
        Problem = result.Fault!.Errors?.Values.FirstOrDefault()?.FirstOrDefault() ?? result.Fault.Detail;
        return Page();
    }
}
