using System.ComponentModel;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EdgeFleet.Service.Features.Bundles;

internal static class BundlesApi
{
    public static void AddBundles(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BundleFiles>();
        builder.Services.AddSingleton<BundleKeys>();
        builder.Services.AddSingleton<BundleShelf>();
        builder.Services.AddSingleton<BlockServer>();
        builder.Services.AddHostedService(s => s.GetRequiredService<BlockServer>());
    }

    public static void MapBundles(this WebApplication app)
    {
        RouteGroupBuilder bundles = app.MapGroup("/api/v1/bundles").WithTags("Bundles");
        bundles.MapGet("/", List).WithName("ListBundles").WithSummary("The bundles, by kind, the newest first.");
        bundles.MapPost("/", Upload).WithName("UploadBundle")
            .WithSummary("Takes a signed bundle in, as the file 'bundle' of a form.")
            .WithDescription("Structure, signature, blocks, expiry, security counter and duplicates are checked before it is kept.")
            // What comes with a cookie is held to its token by AccessSetup already.
            .DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(BundleStoreLimits.MaxUpload))
            .RequireAuthorization(Policies.Operator);
        bundles.MapGet("/{digest}", Get).WithName("GetBundle").WithSummary("One bundle.");
        bundles.MapGet("/{digest}/content", Content).WithName("GetBundleContent").WithSummary("The file as it was uploaded.")
            .RequireAuthorization(Policies.Operator);
        bundles.MapDelete("/{digest}", Delete).WithName("DeleteBundle").WithSummary("Removes a bundle that nobody uses.")
            .RequireAuthorization(Policies.Operator);

        RouteGroupBuilder keys = app.MapGroup("/api/v1/bundle-keys").WithTags("Bundles");
        keys.MapGet("/", (BundleKeys all) => TypedResults.Ok(all.All())).WithName("ListBundleKeys")
            .WithSummary("Every key that was ever trusted to sign bundles, by name.");
        keys.MapPost("/", AddKey).WithName("AddBundleKey").WithSummary("Trusts a public key.")
            .RequireAuthorization(Policies.Admin);
        keys.MapGet("/{keyId}", GetKey).WithName("GetBundleKey").WithSummary("One key.");
        keys.MapPost("/{keyId}/revoke", RevokeKey).WithName("RevokeBundleKey")
            .WithSummary("Ends the trust in a key for good; what it has signed is served no more.")
            .RequireAuthorization(Policies.Admin);
    }

    private static Results<Ok<IReadOnlyList<Bundle>>, ProblemHttpResult> List(
        BundleShelf shelf, [Description("Only of this kind: airBox or bridge.")] string? kind = null)
    {
        if (!Query.TryEnum(kind, out NodeKind? wanted))
            return Fault.Invalid("kind", "airBox or bridge.").Http();
        return TypedResults.Ok(shelf.All(wanted));
    }

    private static async Task<Results<Ok<Bundle>, ProblemHttpResult>> Upload(
        IFormFile bundle, BundleShelf shelf, HttpContext context)
    {
        byte[] bytes = new byte[bundle.Length];
        await using (Stream stream = bundle.OpenReadStream())
            await stream.ReadExactlyAsync(bytes, context.RequestAborted);
        return (await shelf.AddAsync(bytes, Actor.Of(context.User), context.RequestAborted)).Http();
    }

    private static Results<Ok<Bundle>, ProblemHttpResult> Get(string digest, BundleShelf shelf) =>
        shelf.Find(digest) is { } found ? TypedResults.Ok(found) : Fault.NotFound("bundle", digest).Http();

    private static Results<FileContentHttpResult, ProblemHttpResult> Content(string digest, BundleShelf shelf) =>
        shelf.Find(digest) is { } found && shelf.Content(digest) is { } bytes
            ? TypedResults.File(bytes, "application/octet-stream", $"{found.Kind.ToString().ToLowerInvariant()}-{found.Version}.efb")
            : Fault.NotFound("bundle", digest).Http();

    private static async Task<Results<Ok<Bundle>, ProblemHttpResult>> Delete(
        string digest, BundleShelf shelf, HttpContext context) =>
        (await shelf.DeleteAsync(digest, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<BundleKey>, ProblemHttpResult>> AddKey(
        BundleKeyRequest request, BundleKeys keys, HttpContext context) =>
        (await keys.AddAsync(request, Actor.Of(context.User), context.RequestAborted)).Http();

    private static Results<Ok<BundleKey>, ProblemHttpResult> GetKey(string keyId, BundleKeys keys) =>
        keys.Find(keyId) is { } found ? TypedResults.Ok(found) : Fault.NotFound("bundle-key", keyId).Http();

    private static async Task<Results<Ok<BundleKey>, ProblemHttpResult>> RevokeKey(
        string keyId, RevokeRequest request, BundleKeys keys, HttpContext context) =>
        (await keys.RevokeAsync(keyId, request.Reason, Actor.Of(context.User), context.RequestAborted)).Http();
}
