using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Updates;

internal sealed record TargetRow
{
    public required string Device { get; init; }

    /// <summary>Of the bundle, lower-case hexadecimal.</summary>
    public required string Digest { get; init; }

    /// <summary>Grows with every time that the device is asked to take the same bundle again.</summary>
    public required long Attempt { get; init; }

    public DateTimeOffset? ApplyFrom { get; init; }

    public DateTimeOffset? ApplyUntil { get; init; }

    /// <summary>Whether the device is asked for it now; if not, the row remembers the attempt.</summary>
    public required bool IsOffered { get; init; }

    public DateTimeOffset SetAt { get; init; }

    public required string SetBy { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<TargetRow>
    {
        public void Configure(EntityTypeBuilder<TargetRow> builder)
        {
            builder.ToTable("update_targets");
            builder.HasKey(r => r.Device);
            builder.HasIndex(r => r.Digest);
        }
    }
}
