using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Provisioning;

internal sealed record EnrolmentRow
{
    public required string Id { get; init; }

    public required NodeKind Kind { get; init; }

    public required string Site { get; init; }

    public required string Note { get; init; }

    public required int Count { get; init; }

    public int Used { get; init; }

    public bool AutoAccept { get; init; }

    /// <summary>Encrypted by data protection.</summary>
    public required string Secret { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<EnrolmentRow>
    {
        public void Configure(EntityTypeBuilder<EnrolmentRow> builder)
        {
            builder.ToTable("enrolments");
            builder.HasKey(r => r.Id);
        }
    }
}

internal sealed record PreauthorisedRow
{
    public required string EnrolmentId { get; init; }

    public required string HardwareId { get; init; }

    public string? Name { get; init; }

    public double? Latitude { get; init; }

    public double? Longitude { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<PreauthorisedRow>
    {
        public void Configure(EntityTypeBuilder<PreauthorisedRow> builder)
        {
            builder.ToTable("preauthorised");
            builder.HasKey(r => new { r.EnrolmentId, r.HardwareId });
            builder.HasOne<EnrolmentRow>().WithMany().HasForeignKey(r => r.EnrolmentId);
        }
    }
}

internal sealed record ClaimRow
{
    public long Id { get; init; }

    public required string EnrolmentId { get; init; }

    public required string HardwareId { get; init; }

    public required string Nonce { get; init; }

    public NodeKind? Kind { get; init; }

    public required string Board { get; init; }

    public required string Firmware { get; init; }

    public required ClaimState State { get; init; }

    public ClaimRefusal LastRefusal { get; init; }

    public DateTimeOffset? LastRefusedAt { get; init; }

    public int Refusals { get; init; }

    public string? DeviceId { get; init; }

    public required string RemoteAddress { get; init; }

    public DateTimeOffset FirstAt { get; init; }

    public DateTimeOffset LastAt { get; init; }

    public string? DecidedBy { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<ClaimRow>
    {
        public void Configure(EntityTypeBuilder<ClaimRow> builder)
        {
            builder.ToTable("claims");
            builder.HasIndex(r => new { r.EnrolmentId, r.HardwareId }).IsUnique();
            builder.HasIndex(r => r.State);
            builder.HasOne<EnrolmentRow>().WithMany().HasForeignKey(r => r.EnrolmentId);
        }
    }
}

internal sealed record IdentityRow
{
    public required string DeviceId { get; init; }

    public required string HardwareId { get; init; }

    public required string EnrolmentId { get; init; }

    /// <summary>Of the claim that got it, lower-case hexadecimal.</summary>
    public required string Nonce { get; init; }

    /// <summary>Encrypted by data protection.</summary>
    public required string Key { get; init; }

    /// <summary>A rotated key that the device has not used yet, encrypted; null: none.</summary>
    public string? NextKey { get; init; }

    public DateTimeOffset IssuedAt { get; init; }

    /// <summary>First authenticated connect: from then on no claim gets this identity again.</summary>
    public DateTimeOffset? ConnectedAt { get; init; }

    /// <summary>An operator let an erased board claim it anew.</summary>
    public DateTimeOffset? ReleasedAt { get; init; }

    /// <summary>Client certificate that may stand in for the password, lower-case hexadecimal.</summary>
    public string? CertificateThumbprint { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<IdentityRow>
    {
        public void Configure(EntityTypeBuilder<IdentityRow> builder)
        {
            builder.ToTable("identities");
            builder.HasKey(r => r.DeviceId);
            builder.HasIndex(r => r.HardwareId).IsUnique();
        }
    }
}
