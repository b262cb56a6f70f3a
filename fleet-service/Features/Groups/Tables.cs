using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Groups;

internal sealed record GroupRow
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>Null: a list of devices.</summary>
    public string? Filter { get; init; }

    public required int Priority { get; init; }

    public DateTimeOffset ChangedAt { get; init; }

    public required string ChangedBy { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<GroupRow>
    {
        public void Configure(EntityTypeBuilder<GroupRow> builder)
        {
            builder.ToTable("device_groups");
            builder.HasKey(r => r.Name);
        }
    }
}

internal sealed record GroupMemberRow
{
    public required string Group { get; init; }

    public required string DeviceId { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<GroupMemberRow>
    {
        public void Configure(EntityTypeBuilder<GroupMemberRow> builder)
        {
            builder.ToTable("device_group_members");
            builder.HasKey(r => new { r.Group, r.DeviceId });
            builder.HasOne<GroupRow>().WithMany().HasForeignKey(r => r.Group);
        }
    }
}

internal sealed record SavedFilterRow
{
    public required string Name { get; init; }

    public required string Filter { get; init; }

    public DateTimeOffset ChangedAt { get; init; }

    public required string ChangedBy { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<SavedFilterRow>
    {
        public void Configure(EntityTypeBuilder<SavedFilterRow> builder)
        {
            builder.ToTable("saved_filters");
            builder.HasKey(r => r.Name);
        }
    }
}
