using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages;

/// <summary>Who changed what.</summary>
[Authorize(Policies.Operator)]
public sealed class AuditModel(AuditLog log) : PageModel
{
    /// <summary>Entries of a page.</summary>
    public const int PageSize = 50;

    /// <summary>Only of this device, enrolment, user….</summary>
    public string? Subject { get; private set; }

    /// <summary>Only by this actor.</summary>
    public string? By { get; private set; }

    /// <summary>Only actions that begin so.</summary>
    public string? What { get; private set; }

    /// <summary>The entries.</summary>
    public AuditPage Found { get; private set; } = null!;

    /// <summary>Which page of them, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The address of the list without the page's number at its end.</summary>
    public string PageAddress
    {
        get
        {
            QueryBuilder query = [];
            foreach ((string name, string? value) in new[] { ("subject", Subject), ("actor", By), ("action", What) })
            {
                if (value != null)
                    query.Add(name, value);
            }
            query.Add("p", "");
            return "/audit" + query;
        }
    }

    public async Task OnGetAsync(string? subject, string? actor, string? action, int p, CancellationToken cancel)
    {
        (Subject, By, What) = (Clean(subject), Clean(actor), Clean(action));
        Number = Math.Clamp(p, 1, ServiceLimits.MaxAuditEntries / PageSize);
        Found = await log.SearchAsync(Subject, By, What, null, (Number - 1) * PageSize, PageSize, cancel);
    }

    private static string? Clean(string? text) =>
        string.IsNullOrWhiteSpace(text) || text.Length > ServiceLimits.MaxName ? null : text.Trim();
}
