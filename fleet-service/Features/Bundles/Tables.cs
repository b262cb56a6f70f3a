using EdgeFleet.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Bundles;

internal sealed record BundleRow
{
    /// <summary>Lower-case hexadecimal.</summary>
    public required string Digest { get; init; }

    public required NodeKind Kind { get; init; }

    public required long Sequence { get; init; }

    public required string Version { get; init; }

    public required long SecurityCounter { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public required string KeyId { get; init; }

    public required int Size { get; init; }

    public required int EnvelopeSize { get; init; }

    /// <summary>The targets, as JSON.</summary>
    public required string Targets { get; init; }

    public DateTimeOffset UploadedAt { get; init; }

    public required string UploadedBy { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<BundleRow>
    {
        public void Configure(EntityTypeBuilder<BundleRow> builder)
        {
            builder.ToTable("bundles");
            builder.HasKey(r => r.Digest);
            builder.HasIndex(r => new { r.Kind, r.Sequence }).IsUnique();
            builder.HasIndex(r => new { r.Kind, r.Version }).IsUnique();
            builder.HasOne<BundleKeyRow>().WithMany().HasForeignKey(r => r.KeyId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

internal sealed record BundleReferenceRow
{
    public required string Digest { get; init; }

    /// <summary>Who holds on to the bundle, such as <c>rollout:12</c>.</summary>
    public required string Holder { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<BundleReferenceRow>
    {
        public void Configure(EntityTypeBuilder<BundleReferenceRow> builder)
        {
            builder.ToTable("bundle_references");
            builder.HasKey(r => new { r.Digest, r.Holder });
            builder.HasOne<BundleRow>().WithMany().HasForeignKey(r => r.Digest).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

internal sealed record BundleKeyRow
{
    /// <summary>Lower-case hexadecimal.</summary>
    public required string KeyId { get; init; }

    public required string Name { get; init; }

    /// <summary>Most significant byte first.</summary>
    public required byte[] Modulus { get; init; }

    public DateTimeOffset ValidFrom { get; init; }

    public DateTimeOffset? ValidUntil { get; init; }

    public DateTimeOffset AddedAt { get; init; }

    public required string AddedBy { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public string? RevokedBy { get; init; }

    public string? RevokedBecause { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<BundleKeyRow>
    {
        public void Configure(EntityTypeBuilder<BundleKeyRow> builder)
        {
            builder.ToTable("bundle_keys");
            builder.HasKey(r => r.KeyId);
        }
    }
}
