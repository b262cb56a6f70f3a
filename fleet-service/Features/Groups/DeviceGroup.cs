namespace EdgeFleet.Service.Features.Groups;

/// <summary>Devices under one name.</summary>
/// <param name="Name">Its name: lower-case letters, digits, <c>- _ .</c>; <c>group:name</c> in filters.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Filter">Who belongs to it by itself; null: who is on its list.</param>
/// <param name="Priority">Of the configurations of two groups of a device, that of the higher priority counts.</param>
/// <param name="Devices">How many belong to it now.</param>
/// <param name="ChangedAt">When it was last changed.</param>
/// <param name="ChangedBy">By whom.</param>
public sealed record DeviceGroup(
    string Name, string Description, string? Filter, int Priority, int Devices, DateTimeOffset ChangedAt, string ChangedBy);

/// <summary>A group to make.</summary>
/// <param name="Filter">Who belongs to it; absent: who is on the list.</param>
/// <param name="Devices">The list; only without a filter.</param>
public sealed record GroupRequest(
    string Name, string Description = "", string? Filter = null, int Priority = 0, IReadOnlyList<string>? Devices = null);

/// <summary>What to change about a group; absent: as it is.</summary>
/// <param name="Filter">Another filter; only where it has one.</param>
/// <param name="AddDevices">Devices that go onto the list; only where it has no filter.</param>
/// <param name="RemoveDevices">Devices that leave the list.</param>
public sealed record GroupPatch(
    string? Description = null, string? Filter = null, int? Priority = null, IReadOnlyList<string>? AddDevices = null,
    IReadOnlyList<string>? RemoveDevices = null);

/// <summary>A filter that people keep.</summary>
public sealed record SavedFilter(string Name, string Filter, DateTimeOffset ChangedAt, string ChangedBy);

/// <summary>A filter to keep.</summary>
public sealed record SavedFilterRequest(string Filter);

/// <summary>Who must know of changes of groups.</summary>
public interface IGroupWatcher
{
    /// <summary>Why the group must stay as it is; null: it need not.</summary>
    /// <param name="group">Its name.</param>
    /// <param name="filter">The filter that it is to get; null: it is to be removed.</param>
    string? Objection(string group, string? filter);

    /// <summary>It was changed: who is in it, or its priority.</summary>
    Task ChangedAsync(string group, CancellationToken cancel);
}

/// <summary>Bounds of groups.</summary>
public static class GroupLimits
{
    /// <summary>Groups; each device is held against each of those that have a configuration.</summary>
    public const int MaxGroups = 500;

    /// <summary>Devices on one list.</summary>
    public const int MaxMembers = 20_000;

    /// <summary>Saved filters.</summary>
    public const int MaxFilters = 500;

    /// <summary>Highest priority; the lowest is 0.</summary>
    public const int MaxPriority = 1_000;
}
