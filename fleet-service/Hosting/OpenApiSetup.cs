using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EdgeFleet.Service.Hosting;

/// <summary>What the OpenAPI document says beside the routes themselves.</summary>
internal static class OpenApiSetup
{
    private const string Scheme = "token";

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "EdgeFleet";
            document.Info.Version = "v1";
            document.Info.Description =
                "Devices, provisioning, configuration and telemetry of a fleet of sensor nodes. Sign in with an API "
                + "token (`Authorization: Bearer ef_…`). Every error is a Problem Details document whose `type` is "
                + "`urn:edgefleet:{name}`.";
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API token; made on the account page or by POST /api/v1/tokens.",
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.OperationId ??= NameOf(context.Description.HttpMethod, context.Description.RelativePath);
            IList<object> metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<IAllowAnonymous>().Any())
                return Task.CompletedTask;
            string? policy = metadata.OfType<IAuthorizeData>().Select(a => a.Policy).LastOrDefault(p => p != null);
            operation.Description = string.Join(" ",
                new[] { operation.Description, $"Needs the role {policy ?? "viewer"} or higher." }
                    .Where(s => !string.IsNullOrEmpty(s)));
            operation.Security ??= [];
            operation.Security.Add(new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [],
            });
            operation.Responses ??= [];
            operation.Responses.TryAdd("401", new OpenApiResponse { Description = "Not signed in." });
            operation.Responses.TryAdd("403", new OpenApiResponse { Description = "The role does not allow it." });
            return Task.CompletedTask;
        });
    }

    // getDevicesIdTelemetryLatest, for routes that have no name of their own.
    private static string NameOf(string? method, string? path) => string.Concat(
        (path ?? "").Replace("api/v1/", "", StringComparison.Ordinal).Split(['/', '{', '}', '.', '-', ':'])
            .Where(part => part.Length != 0).Select(part => char.ToUpperInvariant(part[0]) + part[1..])
            .Prepend((method ?? "").ToLowerInvariant()));
}
