using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Commands;

/// <summary>What devices were told to do, and a form that tells them.</summary>
public sealed class CommandsModel(CommandCenter center, DeviceFinder finder, TimeProvider time) : PageModel
{
    /// <summary>Orders of a page.</summary>
    public const int PageSize = 50;

    /// <summary>Lives of a command to choose from, in seconds.</summary>
    public static IReadOnlyList<(int Seconds, string Label)> Lives { get; } =
        [(300, "5 min"), (3_600, "1 h"), (86_400, "1 day"), (604_800, "7 days")];

    /// <summary>Orders, the newest first.</summary>
    public CommandPage Orders { get; private set; } = null!;

    /// <summary>Which page of them, from 1.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>What is typed.</summary>
    public CommandRequest Typed { get; private set; } = new(CommandType.Identify, Filter: "");

    /// <summary>How many devices the typed filter means now, before it is sure; null: not asked.</summary>
    public int? Preview { get; private set; }

    /// <summary>What is wrong with what is typed.</summary>
    public string? Problem { get; private set; }

    /// <summary>What was done.</summary>
    [TempData]
    public string? Done { get; set; }

    /// <summary>The moment that ages count from.</summary>
    public DateTimeOffset Now { get; } = time.GetUtcNow();

    public Task OnGetAsync(int p, string? filter, CancellationToken cancel)
    {
        Typed = Typed with { Filter = filter ?? "" };
        return LoadAsync(p, cancel);
    }

    /// <summary>Counts whom it means at first, and sends it when that is confirmed.</summary>
    public async Task<IActionResult> OnPostAsync(
        CommandType type, string? filter, string? argument, int life, int? sure, CancellationToken cancel)
    {
        if (!User.May(Role.Operator))
            return Forbid();
        Typed = new CommandRequest(type, Filter: filter ?? "", Argument: argument, ExpiresInS: life);
        Result<DeviceFilter> read = finder.Parse(Typed.Filter);
        Problem = read.Fault?.Detail;
        if (read.Ok)
        {
            int count = finder.Find(read.Value!).Count(d => d.Status == DeviceStatus.Active);
            Preview = count;
            if (sure == count)
            {
                Result<CommandOrder> order = await center.OrderAsync(Typed, Actor.Of(User), cancel);
                if (order.Ok)
                    return Redirect($"/commands/{order.Value!.Id}");
                Problem = order.Fault!.Detail;
            }
            else if (sure != null)
            {
                Problem = $"Meanwhile {count} devices fit, not {sure}.";
            }
        }
        ModelState.Clear();
        await LoadAsync(1, cancel);
        return Page();
    }

    private async Task LoadAsync(int page, CancellationToken cancel)
    {
        Number = Math.Clamp(page, 1, 1_000_000);
        Orders = await center.ListAsync((Number - 1) * PageSize, PageSize, cancel);
    }
}
