using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Receipts;

internal sealed record ReceiptRow
{
    public required string Id { get; init; }

    public required ReceiptType Type { get; init; }

    public required string HardwareId { get; init; }

    public string? DeviceId { get; init; }

    public required string KeyId { get; init; }

    public DateTimeOffset At { get; init; }

    public DateTimeOffset ReceivedAt { get; init; }

    public required string ReceivedFrom { get; init; }

    /// <summary>The signed form, as it came.</summary>
    public required string Protected { get; init; }

    public required string Payload { get; init; }

    public required string Signature { get; init; }

    /// <summary>SHA-256 of the photo that the receipt speaks of; null: none.</summary>
    public string? Photo { get; init; }

    /// <summary>Of the photo, once it is here.</summary>
    public string? PhotoType { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<ReceiptRow>
    {
        public void Configure(EntityTypeBuilder<ReceiptRow> builder)
        {
            builder.ToTable("receipts");
            builder.HasKey(r => r.Id);
            builder.HasIndex(r => new { r.HardwareId, r.At });
            builder.HasIndex(r => new { r.DeviceId, r.At });
            builder.HasOne<ReceiptKeyRow>().WithMany().HasForeignKey(r => r.KeyId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

internal sealed record ReceiptKeyRow
{
    /// <summary>Lower-case hexadecimal.</summary>
    public required string KeyId { get; init; }

    public required string Name { get; init; }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public required byte[] PublicKey { get; init; }

    public required string Owner { get; init; }

    public DateTimeOffset AddedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public string? RevokedBy { get; init; }

    public string? RevokedBecause { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<ReceiptKeyRow>
    {
        public void Configure(EntityTypeBuilder<ReceiptKeyRow> builder)
        {
            builder.ToTable("receipt_keys");
            builder.HasKey(r => r.KeyId);
        }
    }
}
