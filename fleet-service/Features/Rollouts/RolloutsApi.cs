using System.ComponentModel;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>Why a person gives an order; may be left out.</summary>
public sealed record RolloutOrder(string? Reason = null);

internal static class RolloutsApi
{
    public static void AddRollouts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<GateKeeper>();
        builder.Services.AddSingleton<Rollouts>();
        builder.Services.AddHostedService<RolloutWatch>();
    }

    public static void MapRollouts(this WebApplication app)
    {
        RouteGroupBuilder all = app.MapGroup("/api/v1/rollouts").WithTags("Rollouts");
        all.MapGet("/", List).WithName("ListRollouts").WithSummary("Rollouts, the newest first.").RequireAuthorization(Policies.Viewer);
        all.MapPost("/", Create).WithName("CreateRollout").RequireAuthorization(Policies.Operator)
            .WithSummary("Makes a rollout; it begins by itself at its start time, or after its approval.");
        all.MapPost("/preview", Preview).WithName("PreviewRollout").RequireAuthorization(Policies.Operator)
            .WithSummary("Who would be in which group; nothing is stored.");
        all.MapGet("/{id:long}", Get).WithName("GetRollout").WithSummary("One rollout and its groups.").RequireAuthorization(Policies.Viewer);
        all.MapGet("/{id:long}/nodes", Nodes).WithName("ListRolloutNodes").RequireAuthorization(Policies.Viewer)
            .WithSummary("Its nodes, in the order of its groups.");
        all.MapGet("/{id:long}/evidence", Evidence).WithName("ListRolloutEvidence").RequireAuthorization(Policies.Viewer)
            .WithSummary("What its gates saw, the newest first.");
        all.MapPost("/{id:long}/approve", Approve).WithName("ApproveRollout").RequireAuthorization(Policies.Approver)
            .WithSummary("A second person agrees.");
        Order(all, "pause", "PauseRollout", "Nobody new is asked until it is resumed.", (r, id, why, who, cancel) => r.PauseAsync(id, why, who, cancel));
        Order(all, "resume", "ResumeRollout", "Goes on; what held it so far is forgiven.", (r, id, why, who, cancel) => r.ResumeAsync(id, why, who, cancel));
        Order(all, "abort", "AbortRollout", "Ends it; who has not restarted into the bundle gives it up.", (r, id, why, who, cancel) => r.AbortAsync(id, why, who, cancel));
        Order(all, "roll-back", "RollBackRollout", "Asks its nodes for the versions that they ran before.", (r, id, why, who, cancel) => r.RollBackAsync(id, why, who, cancel));
    }

    private static void Order(
        RouteGroupBuilder all, string word, string name, string summary,
        Func<Rollouts, long, string, Actor, CancellationToken, Task<Result<RolloutView>>> order) =>
        all.MapPost("/{id:long}/" + word, async Task<Results<Ok<RolloutView>, ProblemHttpResult>> (
                long id, RolloutOrder request, Rollouts rollouts, HttpContext context) =>
                (await order(rollouts, id, request.Reason ?? "", Actor.Of(context.User), context.RequestAborted)).Http())
            .WithName(name).WithSummary(summary).RequireAuthorization(Policies.Operator);

    private static async Task<Results<Ok<IReadOnlyList<RolloutView>>, ProblemHttpResult>> List(
        Rollouts rollouts, CancellationToken cancel, [Description("Only those that have not ended.")] bool active = false,
        int skip = 0, int top = ServiceLimits.DefaultPage) =>
        Paging.Check(skip, top) is { } fault ? fault.Http() : TypedResults.Ok(await rollouts.AllAsync(active, skip, top, cancel));

    private static async Task<Results<Created<RolloutView>, ProblemHttpResult>> Create(RolloutPlan plan, Rollouts rollouts, HttpContext context)
    {
        Result<RolloutView> made = await rollouts.CreateAsync(plan, Actor.Of(context.User), context.RequestAborted);
        return made.Fault is { } fault ? fault.Http() : TypedResults.Created("/api/v1/rollouts/" + made.Value!.Id, made.Value);
    }

    private static Results<Ok<RolloutPreview>, ProblemHttpResult> Preview(RolloutPlan plan, Rollouts rollouts) => rollouts.Preview(plan).Http();

    private static async Task<Results<Ok<RolloutView>, ProblemHttpResult>> Get(long id, Rollouts rollouts, CancellationToken cancel) =>
        await rollouts.FindAsync(id, cancel) is { } found ? TypedResults.Ok(found) : Fault.NotFound("rollout", id.ToString()).Http();

    private static async Task<Results<Ok<RolloutNodePage>, ProblemHttpResult>> Nodes(
        long id, Rollouts rollouts, CancellationToken cancel, [Description("From 1; left out: all.")] int? group = null,
        [Description("Only in this state, such as failed.")] string? state = null, int skip = 0, int top = ServiceLimits.DefaultPage)
    {
        Fault? fault = new FieldErrors().Require(Query.TryEnum(state, out NodeState? wanted), "state", "waiting, asked, working, testing, updated, failed, skipped, withdrawn, returning, returned or stranded.")
            .Fault ?? Paging.Check(skip, top);
        if (fault != null)
            return fault.Http();
        return await rollouts.NodesAsync(id, group, wanted, skip, top, cancel) is { } page
            ? TypedResults.Ok(page) : Fault.NotFound("rollout", id.ToString()).Http();
    }

    private static async Task<Results<Ok<IReadOnlyList<GateEvidence>>, ProblemHttpResult>> Evidence(
        long id, Rollouts rollouts, CancellationToken cancel, [Description("Only what held it.")] bool holds = false, int top = 100) =>
        await rollouts.FindAsync(id, cancel) == null ? Fault.NotFound("rollout", id.ToString()).Http()
            : TypedResults.Ok(await rollouts.EvidenceAsync(id, holds, top, cancel));

    private static async Task<Results<Ok<RolloutView>, ProblemHttpResult>> Approve(long id, Rollouts rollouts, HttpContext context) =>
        (await rollouts.ApproveAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();
}
