using EdgeFleet.Contracts.Messages;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Commands;

internal sealed class OrderRow
{
    public long Id { get; set; }

    public required CommandType Type { get; init; }

    public required string Argument { get; init; }

    public string? Filter { get; init; }

    /// <summary>The caller and its own key, so that nobody meets another's.</summary>
    public string? Key { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public required int Devices { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<OrderRow>
    {
        public void Configure(EntityTypeBuilder<OrderRow> builder)
        {
            builder.ToTable("command_orders");
            builder.HasIndex(r => r.Key).IsUnique();
            builder.HasIndex(r => r.CreatedAt);
        }
    }
}

internal sealed class RunRow
{
    /// <summary>The command's id on the wire, 32 bits; it grows over all devices.</summary>
    public required long Id { get; init; }

    public long OrderId { get; init; }

    public required string DeviceId { get; init; }

    public CommandState State { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public DateTimeOffset ChangedAt { get; set; }

    public string? Text { get; set; }

    public byte[]? Data { get; set; }

    internal sealed class Table : IEntityTypeConfiguration<RunRow>
    {
        public void Configure(EntityTypeBuilder<RunRow> builder)
        {
            builder.ToTable("commands");
            builder.Property(r => r.Id).ValueGeneratedNever();
            builder.HasIndex(r => new { r.OrderId, r.State });
            builder.HasIndex(r => r.DeviceId);
            builder.HasIndex(r => r.State);
            builder.HasOne<OrderRow>().WithMany().HasForeignKey(r => r.OrderId);
        }
    }
}
