using EdgeFleet.Service.Features.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SignInResult = EdgeFleet.Service.Features.Access.SignInResult;

namespace EdgeFleet.Service.Web.Pages;

/// <summary>Signs people in.</summary>
[AllowAnonymous]
public sealed class LoginModel(SignIn signIn) : PageModel
{
    /// <summary>Where to go afterwards; only inside this site.</summary>
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    /// <summary>The user's name.</summary>
    [BindProperty]
    public string? Name { get; set; }

    /// <summary>What went wrong.</summary>
    public string? Problem { get; private set; }

    public IActionResult OnGet() => User.May(Role.Viewer) ? Redirect(Target()) : Page();

    public async Task<IActionResult> OnPostAsync(string? password)
    {
        SignInResult result = await signIn.SignInAsync(HttpContext, Name ?? "", password ?? "");
        switch (result.Outcome)
        {
            case SignInOutcome.SignedIn:
                return Redirect(Target());
            case SignInOutcome.MustChangePassword:
                return RedirectToPage("/Account/Password");
            case SignInOutcome.TooManyAttempts:
                Response.StatusCode = StatusCodes.Status429TooManyRequests;
                Problem = $"Too many wrong passwords. Try again in {Stamp.Span(result.Wait)}.";
                return Page();
            default:
                Problem = "The name or the password is wrong.";
                return Page();
        }
    }

    private string Target() => Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/";
}
