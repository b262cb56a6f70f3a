using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>The same change for all devices that fit a filter.</summary>
/// <param name="Filter">Which devices, see <see cref="DeviceFilter"/>.</param>
/// <param name="AddTags">Tags that they get.</param>
/// <param name="RemoveTags">Tags that they lose.</param>
/// <param name="Site">Where they belong from now on.</param>
/// <param name="Expected">
/// How many devices the caller saw to change; where another number would, nothing does. Null: nothing is changed, and
/// the answer says what would be.
/// </param>
public sealed record DeviceEdit(
    string Filter, IReadOnlyList<string>? AddTags = null, IReadOnlyList<string>? RemoveTags = null, string? Site = null,
    int? Expected = null);

/// <summary>What a change of many devices does, or would do.</summary>
/// <param name="Fitting">Devices that fit the filter.</param>
/// <param name="Changing">Those of them that change; the others are so already.</param>
/// <param name="Sample">Ids of the first that change.</param>
/// <param name="Done">Whether it was done.</param>
public sealed record DeviceEditAnswer(int Fitting, int Changing, IReadOnlyList<string> Sample, bool Done);

// Changes of many devices at once.
public sealed partial class DeviceDirectory
{
    /// <summary>Devices of one change: twice the fleet we build for, in one transaction of about two seconds.</summary>
    public const int MaxEdit = 20_000;

    private const int SampleRows = 20;

    /// <summary>Changes all devices that fit, or says what would change. All of them or none.</summary>
    public async Task<Result<DeviceEditAnswer>> EditAsync(DeviceEdit edit, Actor actor, CancellationToken cancel = default)
    {
        Result<DeviceFilter> filter = _finder.Value.Parse(edit.Filter);
        Result<IReadOnlyList<string>> add = Tags.Read(edit.AddTags ?? [], "addTags");
        Result<IReadOnlyList<string>> remove = Tags.Read(edit.RemoveTags ?? [], "removeTags");
        Fault? fault = new FieldErrors()
            .Text(edit.Site, "site", ServiceLimits.MaxName)
            .Require(edit.Site != null || edit.AddTags is { Count: > 0 } || edit.RemoveTags is { Count: > 0 }, "addTags",
                "Say what is to change: addTags, removeTags or site.")
            .Fault ?? filter.Fault ?? add.Fault ?? remove.Fault;
        if (fault != null)
            return fault;
        DeviceEditAnswer answer;
        List<(Device Before, Device After)> changes = [];
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            IReadOnlyList<Device> found = _finder.Value.Find(filter.Value!);
            foreach (Device before in found.OrderBy(d => d.Id, StringComparer.Ordinal))
            {
                Result<Device> after = After(before, add.Value!, remove.Value!, edit.Site);
                if (after.Fault is { } full)
                    return full;
                if (after.Value != before)
                    changes.Add((before, after.Value!));
            }
            answer = new DeviceEditAnswer(
                found.Count, changes.Count, [.. changes.Take(SampleRows).Select(c => c.Before.Id)], edit.Expected != null);
            if (changes.Count > MaxEdit)
                return Fault.Invalid("filter", $"{changes.Count} devices would change; at most {MaxEdit} at once.");
            if (edit.Expected is not { } expected)
                return answer;
            if (expected != changes.Count)
                return Fault.Conflict("devices-changed", $"{changes.Count} devices would change by now, not {expected}.");
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            foreach ((Device before, Device after) in changes)
            {
                db.Update(RowOf(after)).Property(r => r.LastSeenAt).IsModified = false;
                _audit.Add(db, actor, "device.update", after.Id, before, after);
            }
            await db.SaveChangesAsync(cancel);
            foreach ((Device Before, Device After) change in changes)
                _devices[change.After.Id] = change.After;
        }
        await _levels.Value.RefreshAsync(changes.Select(c => c.After.Id), actor, cancel);
        foreach ((Device Before, Device After) change in changes)
            _live.Publish(LiveKind.Device, change.After.Id);
        return answer;
    }

    private static Result<Device> After(
        Device device, IReadOnlyList<string> add, IReadOnlyList<string> remove, string? site)
    {
        SortedSet<string> tags = new(device.Tags, StringComparer.Ordinal);
        tags.ExceptWith(remove);
        tags.UnionWith(add);
        if (tags.Count > Tags.MaxOfDevice)
            return Fault.Invalid("addTags", $"{device.Id} would have {tags.Count} tags, of at most {Tags.MaxOfDevice}.");
        return device with
        {
            Tags = tags.SetEquals(device.Tags) ? device.Tags : [.. tags],
            Site = site?.Trim() ?? device.Site,
        };
    }
}
