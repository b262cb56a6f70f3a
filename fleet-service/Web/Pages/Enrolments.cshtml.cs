using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages;

/// <summary>An enrolment as it is typed.</summary>
public sealed class EnrolmentForm
{
    public NodeKind Kind { get; set; }

    public string? Site { get; set; }

    public string? Count { get; set; } = "1";

    public int Days { get; set; } = 30;

    public bool AutoAccept { get; set; }

    public string? Note { get; set; }

    /// <summary>Hardware ids, one a line, each with an optional name after a comma.</summary>
    public string? Boards { get; set; }
}

/// <summary>Enrolments: permission for boards to claim identities.</summary>
[Authorize(Policies.Technician)]
public sealed class EnrolmentsModel(
    Enrolments enrolments, DeviceDirectory directory, FleetOptions options, TimeProvider time) : PageModel
{
    /// <summary>Lives to choose from, in days.</summary>
    public static IReadOnlyList<int> Lives { get; } = [1, 7, 30, 90, 365];

    /// <summary>What is typed.</summary>
    [BindProperty]
    public EnrolmentForm Form { get; set; } = new();

    /// <summary>All, the newest first.</summary>
    public IReadOnlyList<Enrolment> All { get; private set; } = [];

    /// <summary>Sites that are known.</summary>
    public IReadOnlyList<string> Sites { get; private set; } = [];

    /// <summary>What was just made, with the secret that is shown this once.</summary>
    public EnrolmentWithSecret? Made { get; private set; }

    /// <summary>What is wrong, by field.</summary>
    public Dictionary<string, string> Problems { get; } = [];

    /// <summary>What is wrong with the whole.</summary>
    public string? Problem { get; private set; }

    /// <summary>The moment that ages count from.</summary>
    public DateTimeOffset Now { get; } = time.GetUtcNow();

    /// <summary>Where boards make their claims, as far as the settings tell.</summary>
    public string Gateway => options.Mqtt.PublicHost.Length != 0
        ? options.Mqtt.PublicHost + (options.Mqtt.PublicPort == 0 ? "" : ":" + options.Mqtt.PublicPort)
        : options.Mqtt.TlsListen.Length != 0 ? options.Mqtt.TlsListen : options.Mqtt.Listen;

    public void OnGet() => Load();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancel)
    {
        ModelState.Clear();
        List<PreauthorisedBoard> boards = ReadBoards();
        if (!int.TryParse(Form.Count?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            Problems["count"] = $"1 to {ServiceLimits.MaxEnrolmentCount}.";
        if ((Form.AutoAccept || boards.Count != 0) && !User.May(Role.Operator))
            Problem = "Only an operator lets boards in without approval.";
        if (Problems.Count == 0 && Problem == null)
        {
            EnrolmentRequest request = new(
                Form.Kind, Form.Site ?? "", count, Now.AddDays(Form.Days), Form.AutoAccept, Form.Note, null, boards);
            Result<EnrolmentWithSecret> result = await enrolments.CreateAsync(request, Actor.Of(User), cancel);
            Made = result.Value;
            foreach ((string field, string[] texts) in result.Fault?.Errors ?? new Dictionary<string, string[]>())
                Problems[field] = string.Join(" ", texts);
            if (!result.Ok && Problems.Count == 0)
                Problem = result.Fault!.Detail;
        }
        Response.Headers.CacheControl = "no-store";
        Load();
        return Page();
    }

    public async Task<IActionResult> OnPostCloseAsync(string id, CancellationToken cancel)
    {
        if (!User.May(Role.Operator))
            return Forbid();
        Result<Enrolment> result = await enrolments.CloseAsync(id, Actor.Of(User), cancel);
        if (result.Ok)
            return RedirectToPage();
        Problem = result.Fault!.Detail;
        Load();
        return Page();
    }

    /// <summary>The colour of a state.</summary>
    public static string ClassOf(EnrolmentState state) => state == EnrolmentState.Open ? "good" : "";

    /// <summary>What is wrong with the boards; REST names each by its place.</summary>
    public string? BoardsProblem => Problems.FirstOrDefault(p => p.Key.StartsWith("preauthorised", StringComparison.Ordinal)) is
        { Key: not null } found ? found.Key + ": " + found.Value : null;

    private void Load()
    {
        All = enrolments.All();
        Sites = directory.Sites();
    }

    private List<PreauthorisedBoard> ReadBoards()
    {
        string[] lines = (Form.Boards ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        List<PreauthorisedBoard> boards = [];
        foreach (string line in lines)
        {
            int comma = line.IndexOf(',');
            string hardware = (comma < 0 ? line : line[..comma]).Trim().ToLowerInvariant().Replace(":", "").Replace("-", "");
            string? name = comma < 0 ? null : line[(comma + 1)..].Trim();
            boards.Add(new PreauthorisedBoard(hardware, string.IsNullOrEmpty(name) ? null : name));
        }
        return boards;
    }
}
