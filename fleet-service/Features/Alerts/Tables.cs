using EdgeFleet.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Alerts;

internal sealed record AlertRow
{
    public required long Id { get; init; }

    /// <summary>The device's id, or <c>site:</c> and its name.</summary>
    public required string Subject { get; init; }

    public required string Key { get; init; }

    public string? Device { get; init; }

    public required string Site { get; init; }

    public required AlertSource Source { get; init; }

    /// <summary>A <see cref="Severity"/>, as a number so that it can be compared.</summary>
    public required int Severity { get; init; }

    public required AlertState State { get; init; }

    public bool Active { get; init; }

    /// <summary>Since when the cause is there, or gone.</summary>
    public DateTimeOffset ActiveSince { get; init; }

    public bool Flapping { get; init; }

    /// <summary>Begin of the time in which raises are counted.</summary>
    public DateTimeOffset FlapFrom { get; init; }

    public int FlapCount { get; init; }

    public DateTimeOffset RaisedAt { get; init; }

    public DateTimeOffset LastAt { get; init; }

    public DateTimeOffset? ClearedAt { get; init; }

    public int Count { get; init; }

    public string? Channel { get; init; }

    public double? Value { get; init; }

    public double? Level { get; init; }

    public string? Text { get; init; }

    public DateTimeOffset? AcknowledgedAt { get; init; }

    public string? AcknowledgedBy { get; init; }

    public string? Note { get; init; }

    public long? Parent { get; init; }

    public bool Routed { get; init; }

    /// <summary>Whether history says already that it was held back.</summary>
    public bool Held { get; init; }

    public DateTimeOffset RouteAfter { get; init; }

    public long OriginEpoch { get; init; }

    public long OriginSequence { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<AlertRow>
    {
        public void Configure(EntityTypeBuilder<AlertRow> builder)
        {
            builder.ToTable("alerts");
            builder.HasKey(r => r.Id);
            builder.Property(r => r.Id).ValueGeneratedNever();
            builder.HasIndex(r => new { r.Subject, r.Key });
            builder.HasIndex(r => r.State);
            builder.HasIndex(r => r.ClearedAt);
        }
    }
}

internal sealed record AlertHistoryRow
{
    public long Id { get; init; }

    public required long AlertId { get; init; }

    public DateTimeOffset At { get; init; }

    public required AlertChange Change { get; init; }

    public string? By { get; init; }

    public string? Note { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<AlertHistoryRow>
    {
        public void Configure(EntityTypeBuilder<AlertHistoryRow> builder)
        {
            builder.ToTable("alert_history");
            builder.HasOne<AlertRow>().WithMany().HasForeignKey(r => r.AlertId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>How far the events of nodes have become alerts: written with them, so that each becomes one once.</summary>
internal sealed record AlertCursorRow
{
    public required string Name { get; init; }

    public required long Number { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<AlertCursorRow>
    {
        public void Configure(EntityTypeBuilder<AlertCursorRow> builder)
        {
            builder.ToTable("alert_cursors");
            builder.HasKey(r => r.Name);
        }
    }
}

internal sealed record AlertSilenceRow
{
    public required string Subject { get; init; }

    public required string Key { get; init; }

    public DateTimeOffset Until { get; init; }

    public required string By { get; init; }

    public string? Reason { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<AlertSilenceRow>
    {
        public void Configure(EntityTypeBuilder<AlertSilenceRow> builder)
        {
            builder.ToTable("alert_silences");
            builder.HasKey(r => new { r.Subject, r.Key });
        }
    }
}

internal sealed record MaintenanceRow
{
    public required string Site { get; init; }

    public DateTimeOffset From { get; init; }

    public DateTimeOffset Until { get; init; }

    public required string Reason { get; init; }

    public required string By { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<MaintenanceRow>
    {
        public void Configure(EntityTypeBuilder<MaintenanceRow> builder)
        {
            builder.ToTable("site_maintenance");
            builder.HasKey(r => r.Site);
        }
    }
}

internal sealed record AlertRouteRow
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required RouteKind Kind { get; init; }

    public required string Target { get; init; }

    public required int MinSeverity { get; init; }

    public string? Site { get; init; }

    public bool Enabled { get; init; }

    /// <summary>Of a webhook, encrypted.</summary>
    public string? Secret { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<AlertRouteRow>
    {
        public void Configure(EntityTypeBuilder<AlertRouteRow> builder)
        {
            builder.ToTable("alert_routes");
            builder.HasKey(r => r.Id);
        }
    }
}

internal sealed record DeliveryRow
{
    public long Id { get; init; }

    public required string RouteId { get; init; }

    public required long AlertId { get; init; }

    /// <summary>What is sent, made when it was queued: later changes of the alert do not change it.</summary>
    public required string Body { get; init; }

    public required DeliveryState State { get; init; }

    public int Attempts { get; init; }

    public DateTimeOffset QueuedAt { get; init; }

    public DateTimeOffset NextAt { get; init; }

    public DateTimeOffset? DoneAt { get; init; }

    public string? Error { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<DeliveryRow>
    {
        public void Configure(EntityTypeBuilder<DeliveryRow> builder)
        {
            builder.ToTable("alert_deliveries");
            builder.HasIndex(r => new { r.State, r.NextAt });
            builder.HasIndex(r => r.RouteId);
        }
    }
}
