using EdgeFleet.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>Whether a device may take part.</summary>
public enum DeviceStatus
{
    /// <summary>It may.</summary>
    Active,

    /// <summary>It may not connect until an operator lets it.</summary>
    Quarantined,

    /// <summary>It was taken down for good; its data stays.</summary>
    Decommissioned,
}

/// <summary>A device of the directory.</summary>
/// <param name="Id">As on the wire, such as <c>airbox-7k3m9q2x</c>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="HardwareId">Of the board that has the identity.</param>
/// <param name="Site">Where it belongs, such as a street or a bridge.</param>
/// <param name="Name">What people call it; the id until someone names it.</param>
/// <param name="Latitude">WGS 84 degrees; null: not known.</param>
/// <param name="Longitude">WGS 84 degrees; null: not known.</param>
/// <param name="Status">Whether it may take part.</param>
/// <param name="Board">The board's type, as it said when it claimed.</param>
/// <param name="CreatedAt">When its claim was granted.</param>
public sealed record Device(
    string Id, NodeKind Kind, string HardwareId, string Site, string Name, double? Latitude, double? Longitude,
    DeviceStatus Status, string Board, DateTimeOffset CreatedAt)
{
    /// <summary>Words that operators put on it, in order.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>A device and whether it is there.</summary>
/// <param name="Device">The device.</param>
/// <param name="Online">Whether it is connected now.</param>
/// <param name="Since">Since when it is connected, or disconnected; null: it never was.</param>
/// <param name="LastSeenAt">When it was last heard; null: never.</param>
/// <param name="ConfigVersion">Version of the configuration that it is to have; 0: its built-in one.</param>
public sealed record DeviceView(
    Device Device, bool Online, DateTimeOffset? Since, DateTimeOffset? LastSeenAt, uint ConfigVersion);

/// <summary>Which devices, and which page of them.</summary>
/// <param name="Search">Part of id, name, site or hardware id.</param>
/// <param name="Kind">Only this kind.</param>
/// <param name="Site">Only this site.</param>
/// <param name="Status">Only with this status; null: all but decommissioned ones.</param>
/// <param name="Online">Only connected, or only disconnected ones.</param>
/// <param name="Filter">Only devices that fit.</param>
/// <param name="Skip">Devices to pass over.</param>
/// <param name="Top">Devices to give, 1 to <see cref="ServiceLimits.MaxPage"/>.</param>
public sealed record DeviceQuery(
    string? Search = null, NodeKind? Kind = null, string? Site = null, DeviceStatus? Status = null,
    bool? Online = null, DeviceFilter? Filter = null, int Skip = 0, int Top = ServiceLimits.DefaultPage);

/// <summary>A page of devices, by site and name.</summary>
/// <param name="Total">Devices that fit, on all pages.</param>
/// <param name="Items">This page's.</param>
public sealed record DevicePage(int Total, IReadOnlyList<DeviceView> Items);

/// <summary>How many devices are in which state.</summary>
public sealed record DeviceCounts(int Active, int Online, int Quarantined, int Decommissioned);

/// <summary>What people may change about a device; absent: as it is.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Site">Where it belongs.</param>
/// <param name="Latitude">WGS 84 degrees; together with the longitude.</param>
/// <param name="Longitude">WGS 84 degrees.</param>
/// <param name="Tags">All the tags that it is to have; see <see cref="Devices.Tags"/>.</param>
public sealed record DevicePatch(
    string? Name = null, string? Site = null, double? Latitude = null, double? Longitude = null,
    IReadOnlyList<string>? Tags = null);

internal sealed record DeviceRow
{
    public required string Id { get; init; }

    public required NodeKind Kind { get; init; }

    public required string HardwareId { get; init; }

    public required string Site { get; init; }

    public required string Name { get; init; }

    public double? Latitude { get; init; }

    public double? Longitude { get; init; }

    public required DeviceStatus Status { get; init; }

    public required string Board { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>With spaces between; a tag has none.</summary>
    public required string Tags { get; init; }

    public Device Public() => new(
        Id, Kind, HardwareId, Site, Name, Latitude, Longitude, Status, Board, CreatedAt)
    {
        Tags = Tags.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    };

    internal sealed class Table : IEntityTypeConfiguration<DeviceRow>
    {
        public void Configure(EntityTypeBuilder<DeviceRow> builder)
        {
            builder.ToTable("devices");
            builder.HasKey(r => r.Id);
            builder.HasIndex(r => r.HardwareId).IsUnique();
            builder.Property(r => r.Tags).HasDefaultValue("");
        }
    }
}

internal sealed record ConfigRow
{
    public required string DeviceId { get; init; }

    public uint Version { get; init; }

    public required string Json { get; init; }

    public DateTimeOffset ChangedAt { get; init; }

    public required string ChangedBy { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<ConfigRow>
    {
        public void Configure(EntityTypeBuilder<ConfigRow> builder)
        {
            builder.ToTable("desired_configs");
            builder.HasKey(r => r.DeviceId);
            builder.HasOne<DeviceRow>().WithOne().HasForeignKey<ConfigRow>(r => r.DeviceId);
        }
    }
}
