using System.ComponentModel;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Hub;
using EdgeFleet.Service.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Provisioning;

/// <summary>The client certificate of a device.</summary>
/// <param name="Thumbprint">SHA-256, 64 hexadecimal digits; null: none any more.</param>
public sealed record CertificateRequest(string? Thumbprint);

internal static class ProvisioningApi
{
    public static void AddProvisioning(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<KeyVault>();
        builder.Services.AddSingleton<Enrolments>();
        builder.Services.AddSingleton<Identities>();
        builder.Services.AddSingleton<Granting>();
        builder.Services.AddSingleton<Claims>();
        builder.Services.AddSingleton<DeviceKeys>();
        builder.Services.AddSingleton<IHousekeeping>(s => s.GetRequiredService<Claims>());
    }

    public static void MapProvisioning(this WebApplication app)
    {
        RouteGroupBuilder enrolments = app.MapGroup("/api/v1/enrolments").WithTags("Enrolments");
        enrolments.MapGet("/", (Enrolments all) => TypedResults.Ok(all.All())).WithName("ListEnrolments")
            .WithSummary("All enrolments, the newest first.").RequireAuthorization(Policies.Technician);
        enrolments.MapPost("/", Create).WithName("CreateEnrolment")
            .WithSummary("Makes an enrolment; its secret is shown this once.")
            .WithDescription("One that accepts at once, or names pre-authorised boards, needs the role operator.")
            .RequireAuthorization(Policies.Technician);
        enrolments.MapGet("/{id}", Get).WithName("GetEnrolment").WithSummary("One enrolment.")
            .RequireAuthorization(Policies.Technician);
        enrolments.MapPost("/{id}/close", Close).WithName("CloseEnrolment")
            .WithSummary("Ends an enrolment before its time; its devices stay.")
            .RequireAuthorization(Policies.Operator);
        enrolments.MapGet("/{id}/preauthorised", ListBoards).WithName("ListPreauthorised")
            .WithSummary("Boards that need not wait for an operator.").RequireAuthorization(Policies.Technician);
        enrolments.MapPost("/{id}/preauthorised", AddBoards).WithName("AddPreauthorised")
            .WithSummary("Adds boards that need not wait, with the names and places they are to have.")
            .RequireAuthorization(Policies.Operator);

        RouteGroupBuilder claims = app.MapGroup("/api/v1/claims").WithTags("Claims");
        claims.MapGet("/", ListClaims).WithName("ListClaims").WithSummary("Claims, those that came last first.")
            .RequireAuthorization(Policies.Technician);
        claims.MapPost("/{id:long}/approve", Approve).WithName("ApproveClaim")
            .WithSummary("Grants a waiting claim.").RequireAuthorization(Policies.Operator);
        claims.MapPost("/{id:long}/reject", Reject).WithName("RejectClaim")
            .WithSummary("Turns a waiting claim down.").RequireAuthorization(Policies.Operator);
        claims.MapDelete("/{id:long}", Forget).WithName("ForgetClaim")
            .WithSummary("Forgets a claim that was not granted, so that the board may claim anew.")
            .RequireAuthorization(Policies.Operator);
        app.MapGet("/api/v1/refused-connections", (RefusedConnections refused) => TypedResults.Ok(refused.All()))
            .WithTags("Claims").WithName("ListRefusedConnections")
            .WithSummary("The last connections that were not let in, the newest first.")
            .RequireAuthorization(Policies.Technician);

        RouteGroupBuilder devices = app.MapGroup("/api/v1/devices/{id}").WithTags("Devices");
        devices.MapPost("/release", Release).WithName("ReleaseDevice")
            .WithSummary("Lets an erased board claim anew; it gets the same device id with another key.")
            .RequireAuthorization(Policies.Technician);
        devices.MapPost("/rotate-key", Rotate).WithName("RotateDeviceKey")
            .WithSummary("Makes a new key, shown this once, to be written onto the board.")
            .RequireAuthorization(Policies.Operator);
        devices.MapPut("/certificate", SetCertificate).WithName("SetDeviceCertificate")
            .WithSummary("Registers the TLS client certificate that may stand in for the password.")
            .RequireAuthorization(Policies.Operator);
    }

    private static async Task<Results<Ok<EnrolmentWithSecret>, ProblemHttpResult>> Create(
        EnrolmentRequest request, Enrolments enrolments, HttpContext context)
    {
        if ((request.AutoAccept || request.Preauthorised is { Count: > 0 }) && !context.User.May(Role.Operator))
        {
            return new Fault(StatusCodes.Status403Forbidden, "operator-needed",
                "Only an operator lets boards in without approval.").Http();
        }
        return (await enrolments.CreateAsync(request, Actor.Of(context.User), context.RequestAborted)).Http();
    }

    private static Results<Ok<Enrolment>, ProblemHttpResult> Get(string id, Enrolments enrolments) =>
        enrolments.Find(id) is { } found ? TypedResults.Ok(found) : Fault.NotFound("enrolment", id).Http();

    private static async Task<Results<Ok<Enrolment>, ProblemHttpResult>> Close(
        string id, Enrolments enrolments, HttpContext context) =>
        (await enrolments.CloseAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<IReadOnlyList<PreauthorisedBoard>>, ProblemHttpResult>> ListBoards(
        string id, Enrolments enrolments, CancellationToken cancel) => enrolments.Find(id) == null
        ? Fault.NotFound("enrolment", id).Http()
        : TypedResults.Ok(await enrolments.PreauthorisedAsync(id, cancel));

    private static async Task<Results<Ok<Enrolment>, ProblemHttpResult>> AddBoards(
        string id, PreauthorisedBoard[] boards, Enrolments enrolments, HttpContext context) =>
        (await enrolments.PreauthoriseAsync(id, boards, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<ClaimPage>, ProblemHttpResult>> ListClaims(
        Claims claims,
        CancellationToken cancel,
        [Description("Only in this state: pending, granted, refused or rejected.")] string? state = null,
        [Description("Only of this enrolment.")] string? enrolment = null,
        [Description("Claims to pass over.")] int skip = 0,
        [Description("Claims to give, 1 to 500.")] int top = ServiceLimits.DefaultPage)
    {
        if (!Query.TryEnum(state, out ClaimState? value))
            return Fault.Invalid("state", "pending, granted, refused or rejected.").Http();
        if (Paging.Check(skip, top) is { } fault)
            return fault.Http();
        return TypedResults.Ok(await claims.SearchAsync(value, enrolment, skip, top, cancel));
    }

    private static async Task<Results<Ok<BoardClaim>, ProblemHttpResult>> Approve(
        long id, Claims claims, HttpContext context) =>
        (await claims.ApproveAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<BoardClaim>, ProblemHttpResult>> Reject(
        long id, Claims claims, HttpContext context) =>
        (await claims.RejectAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<BoardClaim>, ProblemHttpResult>> Forget(
        long id, Claims claims, HttpContext context) =>
        (await claims.ForgetAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<DeviceView>, ProblemHttpResult>> Release(
        string id, Claims claims, HttpContext context) =>
        (await claims.ReleaseAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<DeviceKey>, ProblemHttpResult>> Rotate(
        string id, DeviceKeys keys, HttpContext context,
        [Description("Whether the old key ends now; otherwise with the first use of the new one.")]
        bool atOnce = false) =>
        (await keys.RotateAsync(id, atOnce, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<NoContent, ProblemHttpResult>> SetCertificate(
        string id, CertificateRequest request, DeviceKeys keys, HttpContext context)
    {
        Result<string> result = await keys.SetCertificateAsync(
            id, request.Thumbprint, Actor.Of(context.User), context.RequestAborted);
        return result.Fault is { } fault ? fault.Http() : TypedResults.NoContent();
    }
}
