using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Devices;

internal sealed record ConfigLayerRow
{
    public required ConfigLevel Level { get; init; }

    /// <summary>The group or device; empty for the fleet.</summary>
    public required string Name { get; init; }

    public required uint Version { get; init; }

    public required string Json { get; init; }

    public DateTimeOffset ChangedAt { get; init; }

    public required string ChangedBy { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<ConfigLayerRow>
    {
        public void Configure(EntityTypeBuilder<ConfigLayerRow> builder)
        {
            builder.ToTable("config_layers");
            builder.HasKey(r => new { r.Level, r.Name });
        }
    }
}
