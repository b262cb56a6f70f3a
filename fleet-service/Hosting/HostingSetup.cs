using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using EdgeFleet.Service.Web;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EdgeFleet.Service.Hosting;

/// <summary>What every request meets: limits, errors as Problem Details, OpenAPI, health, logs, metrics.</summary>
internal static class HostingSetup
{
    public static void AddHosting(this WebApplicationBuilder builder)
    {
        FleetOptions options = builder.Settings();
        HttpEndpoint http = HttpEndpoint.Parse(options.Http.Url);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ServiceLimits.MaxRequestBytes;
            http.Listen(kestrel, options.Http);
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = Faults.Complete);
        builder.Services.AddExceptionHandler<Faults>();
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json => Configure(json.SerializerOptions));
        builder.Services.AddOpenApi("v1", OpenApiSetup.Configure);
        builder.Services.AddHealthChecks();
        AddLogs(builder);
        AddTelemetryExport(builder, options.Otlp);
    }

    public static void UseHosting(this WebApplication app)
    {
        app.UseExceptionHandler();
        // Browsers that ask for a page get one about the error, see PageErrors.
        app.UseWhen(context => !WebSetup.IsPage(context), programs => programs.UseStatusCodePages());
        app.Use(SecurityHeaders);
    }

    public static void MapHosting(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapHealthChecks("/healthz/live", Health(_ => false)).AllowAnonymous();
        app.MapHealthChecks("/healthz/ready", Health(_ => true)).AllowAnonymous();
        app.MapHealthChecks("/healthz", Health(_ => true)).AllowAnonymous();
    }

    /// <summary>How JSON is read and written: strictly, with names for enumerations.</summary>
    public static void Configure(JsonSerializerOptions json)
    {
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.AllowDuplicateProperties = false;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.MaxDepth = ServiceLimits.MaxJsonDepth;
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }

    private static void AddLogs(WebApplicationBuilder builder)
    {
        // Named start-up errors are one line from ServiceRunner; the host would add its stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // Keys are kept without a further key: the folder's permissions guard them, and the manual says so.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        // Every refused statement reaches a caller who logs it with its name.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.Critical);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Update", LogLevel.Critical);
    }

    private static void AddTelemetryExport(WebApplicationBuilder builder, TelemetryExportOptions options)
    {
        if (options.Endpoint.Length == 0)
            return;
        if (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out Uri? collector))
        {
            throw new StartupException("config-value", $"Otlp:Endpoint is '{options.Endpoint}'.",
                "Write it like http://127.0.0.1:4317.");
        }
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("edgefleet"))
            .WithMetrics(metrics => metrics.AddMeter("EdgeFleet.*", "Microsoft.AspNetCore.*", "System.Runtime"))
            .WithTracing(traces => traces.AddSource("EdgeFleet.*", "Microsoft.AspNetCore"))
            .UseOtlpExporter(OpenTelemetry.Exporter.OtlpExportProtocol.Grpc, collector);
    }

    private static Task SecurityHeaders(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = WebSetup.ContentSecurityPolicy;
        return next(context);
    }

    private static HealthCheckOptions Health(Func<HealthCheckRegistration, bool> which) => new()
    {
        Predicate = which,
        ResponseWriter = (context, report) => context.Response.WriteAsJsonAsync(new
        {
            status = Name(report.Status),
            checks = report.Entries.Select(entry => new
            {
                name = entry.Key,
                status = Name(entry.Value.Status),
                description = entry.Value.Description,
            }),
        }),
    };

    private static string Name(HealthStatus status) => status.ToString().ToLowerInvariant();
}
