using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Commands;

/// <summary>One order and what became of it on each device.</summary>
public sealed class OrderModel(CommandCenter center, TimeProvider time) : PageModel
{
    /// <summary>Devices of a page.</summary>
    public const int PageSize = 100;

    /// <summary>The order.</summary>
    public CommandOrder Order { get; private set; } = null!;

    /// <summary>Its devices.</summary>
    public DeviceCommandPage Devices { get; private set; } = null!;

    /// <summary>Only those in this state; null: all.</summary>
    public CommandState? State { get; private set; }

    /// <summary>Which page of them, from 1.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>What went wrong.</summary>
    [TempData]
    public string? Problem { get; set; }

    /// <summary>The moment that ages count from.</summary>
    public DateTimeOffset Now { get; } = time.GetUtcNow();

    /// <summary>The address of this view, without the number of the page at its end.</summary>
    public string Address => $"/commands/{Order.Id}?{(State is { } state ? $"state={state}&" : "")}p=";

    public async Task<IActionResult> OnGetAsync(long id, string? state, int p, CancellationToken cancel)
    {
        if (await center.FindAsync(id, cancel) is not { } order)
        {
            HttpContext.Items[ProblemWriting.Item] = $"There is no order {id}.";
            return NotFound();
        }
        Order = order;
        State = Query.TryEnum(state, out CommandState? wanted) ? wanted : null;
        Number = Math.Clamp(p, 1, CommandLimits.MaxDevices);
        Devices = await center.DevicesAsync(id, null, State, (Number - 1) * PageSize, PageSize, cancel);
        return Page();
    }

    public async Task<IActionResult> OnPostCancelAsync(long id, CancellationToken cancel)
    {
        if (!User.May(Role.Operator))
            return Forbid();
        Problem = (await center.CancelAsync(id, Actor.Of(User), cancel)).Fault?.Detail;
        return Redirect($"/commands/{id}");
    }
}
