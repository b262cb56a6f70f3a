using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Access;

internal sealed record UserRow
{
    public required string Name { get; init; }

    public required Role Role { get; init; }

    public required string PasswordHash { get; init; }

    public bool MustChangePassword { get; init; }

    /// <summary>Changes with password and role: a cookie with another stamp is worthless.</summary>
    public required string Stamp { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public User Public() => new(Name, Role, MustChangePassword, CreatedAt);

    internal sealed class Table : IEntityTypeConfiguration<UserRow>
    {
        public void Configure(EntityTypeBuilder<UserRow> builder)
        {
            builder.ToTable("users");
            builder.HasKey(r => r.Name);
        }
    }
}

internal sealed record ApiTokenRow
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the token, lower-case hexadecimal: 256 random bits need no salt.</summary>
    public required string Hash { get; init; }

    public required Role Role { get; init; }

    /// <summary>The user it acts for; null: the service's own.</summary>
    public string? Owner { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; set; }

    internal sealed class Table : IEntityTypeConfiguration<ApiTokenRow>
    {
        public void Configure(EntityTypeBuilder<ApiTokenRow> builder)
        {
            builder.ToTable("api_tokens");
            builder.HasKey(r => r.Id);
            builder.HasIndex(r => r.Hash).IsUnique();
        }
    }
}
