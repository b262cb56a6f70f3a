using System.ComponentModel;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EdgeFleet.Service.Features.Receipts;

internal static class ReceiptsApi
{
    public static void AddReceipts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ReceiptKeys>();
        builder.Services.AddSingleton<ReceiptBook>();
    }

    public static void MapReceipts(this WebApplication app)
    {
        RouteGroupBuilder receipts = app.MapGroup("/api/v1/receipts").WithTags("Receipts");
        receipts.MapGet("/", List).WithName("ListReceipts").WithSummary("Receipts of flashed boards and mounted nodes, the newest first.")
            .RequireAuthorization(Policies.Viewer);
        receipts.MapPost("/", Add).WithName("AddReceipt").WithSummary("Takes a signed receipt in; the same one again changes nothing.")
            .WithMetadata(new RequestSizeLimitAttribute(2 * ReceiptLimits.MaxReceipt)).RequireAuthorization(Policies.Technician);
        receipts.MapGet("/{id}", Get).WithName("GetReceipt").WithSummary("One receipt.").RequireAuthorization(Policies.Viewer);
        receipts.MapPut("/{id}/photo", AddPhoto).WithName("AddReceiptPhoto")
            .WithSummary("Takes in the photo that a receipt speaks of, as JPEG or PNG.")
            .WithMetadata(new RequestSizeLimitAttribute(ReceiptLimits.MaxPhoto)).RequireAuthorization(Policies.Technician);
        receipts.MapGet("/{id}/photo", Photo).WithName("GetReceiptPhoto").WithSummary("The photo of a receipt.")
            .RequireAuthorization(Policies.Viewer);

        RouteGroupBuilder keys = app.MapGroup("/api/v1/receipt-keys").WithTags("Receipts");
        keys.MapGet("/", (ReceiptKeys all) => TypedResults.Ok(all.All())).WithName("ListReceiptKeys")
            .WithSummary("Keys that sign receipts, by owner.").RequireAuthorization(Policies.Technician);
        keys.MapPost("/", AddKey).WithName("AddReceiptKey")
            .WithSummary("Registers the key of one's own computer; whose token this is, theirs are its receipts.")
            .RequireAuthorization(Policies.Technician);
        keys.MapPost("/{keyId}/revoke", RevokeKey).WithName("RevokeReceiptKey")
            .WithSummary("Takes no more receipts of a key, as when a computer was lost.").RequireAuthorization(Policies.Operator);
    }

    private static async Task<Results<Ok<ReceiptPage>, ProblemHttpResult>> List(
        ReceiptBook book, CancellationToken cancel,
        [Description("Only of this device.")] string? device = null,
        [Description("Only of this type: flash or install.")] string? type = null,
        [Description("Receipts to pass over.")] int skip = 0,
        [Description("Receipts to give, 1 to 500.")] int top = ServiceLimits.DefaultPage)
    {
        if (!Query.TryEnum(type, out ReceiptType? wanted))
            return Fault.Invalid("type", "flash or install.").Http();
        if (Paging.Check(skip, top) is { } fault)
            return fault.Http();
        return TypedResults.Ok(await book.ListAsync(device, wanted, skip, top, cancel));
    }

    private static async Task<Results<Ok<StoredReceipt>, ProblemHttpResult>> Add(
        SignedReceipt receipt, ReceiptBook book, HttpContext context) =>
        (await book.AddAsync(receipt, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<StoredReceipt>, ProblemHttpResult>> Get(string id, ReceiptBook book, CancellationToken cancel) =>
        await book.FindAsync(id, cancel) is { } found ? TypedResults.Ok(found) : Fault.NotFound("receipt", id).Http();

    private static async Task<Results<Ok<StoredReceipt>, ProblemHttpResult>> AddPhoto(string id, ReceiptBook book, HttpContext context)
    {
        using MemoryStream photo = new();
        await context.Request.Body.CopyToAsync(photo, context.RequestAborted);
        return (await book.AddPhotoAsync(id, photo.ToArray(), Actor.Of(context.User), context.RequestAborted)).Http();
    }

    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> Photo(
        string id, ReceiptBook book, HttpContext context)
    {
        if (await book.PhotoAsync(id, context.RequestAborted) is not { } photo)
            return Fault.NotFound("photo", id).Http();
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.PhysicalFile(photo.Path, photo.Type);
    }

    private static async Task<Results<Ok<ReceiptKey>, ProblemHttpResult>> AddKey(
        ReceiptKeyRequest request, ReceiptKeys keys, HttpContext context) =>
        (await keys.AddAsync(request, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<ReceiptKey>, ProblemHttpResult>> RevokeKey(
        string keyId, RevokeReceiptKey request, ReceiptKeys keys, HttpContext context) =>
        (await keys.RevokeAsync(keyId, request.Reason, Actor.Of(context.User), context.RequestAborted)).Http();
}
