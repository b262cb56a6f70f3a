namespace EdgeFleet.Service.Features.Devices;

/// <summary>What a filter may ask of a device.</summary>
/// <param name="Device">As in the directory.</param>
/// <param name="Online">Whether it is connected now.</param>
/// <param name="LastSeenAt">When it was last heard; null: never.</param>
/// <param name="Firmware">The version that it reported; null: none yet.</param>
public readonly record struct DeviceFacts(Device Device, bool Online, DateTimeOffset? LastSeenAt, string? Firmware);

/// <summary>What a filter needs beside the device.</summary>
/// <param name="Now">The time that ages are counted from.</param>
/// <param name="Group">
/// Whether a device is in the group of that name; null: there is no such group, and nothing is in it.
/// </param>
public sealed record FilterScope(DateTimeOffset Now, Func<string, FilterScope, Func<DeviceFacts, bool>?> Group);

/// <summary>Why a text is no filter.</summary>
/// <param name="Column">The character that it is about, from 1.</param>
/// <param name="What">A sentence for people.</param>
public readonly record struct FilterError(int Column, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"column {Column}: {What}";
}
