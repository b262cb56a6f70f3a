using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Hub;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages;

/// <summary>Claims: what waits for a decision, what was refused and why.</summary>
[Authorize(Policies.Technician)]
public sealed class ClaimsModel(Claims claims, RefusedConnections refused, TimeProvider time) : PageModel
{
    /// <summary>Claims of a page.</summary>
    public const int PageSize = 50;

    /// <summary>Refused connections that are shown.</summary>
    public const int RefusedRows = 20;

    /// <summary>States to choose from.</summary>
    public static IReadOnlyList<(ClaimState State, string Label)> States { get; } =
    [
        (ClaimState.Pending, "Waiting"), (ClaimState.Refused, "Refused"), (ClaimState.Rejected, "Rejected"),
        (ClaimState.Granted, "Granted"),
    ];

    /// <summary>Which claims are shown.</summary>
    public ClaimState State { get; private set; }

    /// <summary>The claims.</summary>
    public ClaimPage Found { get; private set; } = null!;

    /// <summary>Which page of them, from 1.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>Whether the refused ones, by their last claim, are shown below what waits.</summary>
    public IReadOnlyList<RefusedConnection> Refused { get; private set; } = [];

    /// <summary>What went wrong.</summary>
    [TempData]
    public string? Problem { get; set; }

    /// <summary>What was done.</summary>
    [TempData]
    public string? Done { get; set; }

    /// <summary>The moment that ages count from.</summary>
    public DateTimeOffset Now { get; } = time.GetUtcNow();

    public async Task OnGetAsync(string? state, int p, CancellationToken cancel)
    {
        State = Enum.TryParse(state, true, out ClaimState wanted) && Enum.IsDefined(wanted) ? wanted : ClaimState.Pending;
        Number = Math.Clamp(p, 1, ServiceLimits.MaxOpenClaims);
        Found = await claims.SearchAsync(State, null, (Number - 1) * PageSize, PageSize, cancel);
        Refused = [.. refused.All().Take(RefusedRows)];
    }

    public Task<IActionResult> OnPostApproveAsync(long id, string? state, CancellationToken cancel) =>
        DecideAsync(() => claims.ApproveAsync(id, Actor.Of(User), cancel), state, c => $"{c.HardwareId} is {c.DeviceId} now.");

    public Task<IActionResult> OnPostRejectAsync(long id, string? state, CancellationToken cancel) =>
        DecideAsync(() => claims.RejectAsync(id, Actor.Of(User), cancel), state, c => $"{c.HardwareId} was rejected.");

    public Task<IActionResult> OnPostForgetAsync(long id, string? state, CancellationToken cancel) =>
        DecideAsync(() => claims.ForgetAsync(id, Actor.Of(User), cancel), state, c => $"{c.HardwareId} may claim anew.");

    private async Task<IActionResult> DecideAsync(
        Func<Task<Result<BoardClaim>>> decide, string? state, Func<BoardClaim, string> done)
    {
        if (!User.May(Role.Operator))
            return Forbid();
        Result<BoardClaim> result = await decide();
        Problem = result.Fault?.Detail;
        Done = result.Ok ? done(result.Value!) : null;
        return RedirectToPage(new { state });
    }
}
