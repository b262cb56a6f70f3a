using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Commands;

/// <summary>
/// Takes orders, sends their commands, and follows each until its end. A command is on disk before it is sent, and is
/// sent again whenever the device comes back, until it is answered or expires: devices carry an id out once.
/// </summary>
public sealed partial class CommandCenter : IHousekeeping
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly AuditLog _audit;
    private readonly DeviceDirectory _directory;
    private readonly DeviceFinder _finder;
    private readonly Lazy<IDeviceLink> _link;
    private readonly LiveFeed _live;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly OpenCommands _open = new();
    private long _lastId;

    /// <summary>Reads the commands that have not come to their end.</summary>
    public CommandCenter(
        IDbContextFactory<FleetDb> contexts, AuditLog audit, DeviceDirectory directory, DeviceFinder finder,
        Lazy<IDeviceLink> link, LiveFeed live, TimeProvider time)
    {
        (_contexts, _audit, _directory, _finder) = (contexts, audit, directory, finder);
        (_link, _live, _time) = (link, live, time);
        using FleetDb db = contexts.CreateDbContext();
        _lastId = db.Set<RunRow>().Max(r => (long?)r.Id) ?? 0;
        var open = from run in db.Set<RunRow>().AsNoTracking()
            join order in db.Set<OrderRow>() on run.OrderId equals order.Id
            where run.State == CommandState.Waiting || run.State == CommandState.Sent || run.State == CommandState.Accepted
            select new { run.Id, run.DeviceId, run.State, order.Type, order.Argument, order.ExpiresAt };
        foreach (var run in open)
            _open.Add(new OpenCommand((uint)run.Id, run.DeviceId, run.Type, run.Argument, run.ExpiresAt) { State = run.State });
    }

    /// <summary>Commands that have not come to their end.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Orders a command, and sends it to those of its devices that are connected.</summary>
    public async Task<Result<CommandOrder>> OrderAsync(
        CommandRequest request, Actor actor, CancellationToken cancel = default)
    {
        Fault? fault = new FieldErrors()
            .Require(Enum.IsDefined(request.Type), "type", "reboot, identify, captureNow, selfTest or sendLog.")
            .Require(request.ExpiresInS is >= CommandLimits.MinExpiryS and <= CommandLimits.MaxExpiryS, "expiresInS",
                $"{CommandLimits.MinExpiryS} to {CommandLimits.MaxExpiryS} seconds.")
            .Require(System.Text.Encoding.UTF8.GetByteCount(request.Argument ?? "") <= Limits.MaxText, "argument",
                $"At most {Limits.MaxText} bytes.")
            .Text(request.Argument, "argument", Limits.MaxText)
            .Text(request.Key, "key", CommandLimits.MaxKey)
            .Require(request.Devices is null == request.Filter is not null, "devices", "Either devices or a filter.")
            .Fault;
        if (fault != null)
            return fault;
        Result<List<Device>> devices = Resolve(request);
        if (devices.Fault is { } wrong)
            return wrong;
        (Result<CommandOrder> order, List<OpenCommand> added) = await SaveAsync(request, devices.Value!, actor, cancel);
        await SendAsync(added, cancel);
        return order.Ok && added.Count != 0 ? (await FindAsync(order.Value!.Id, cancel))! : order;
    }

    /// <summary>Calls back what was not sent yet; answers the order as it is then.</summary>
    public async Task<Result<CommandOrder>> CancelAsync(long id, Actor actor, CancellationToken cancel = default)
    {
        List<string> told = [];
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            if (!await db.Set<OrderRow>().AnyAsync(r => r.Id == id, cancel))
                return Fault.NotFound("command", id.ToString());
            List<RunRow> rows = await db.Set<RunRow>()
                .Where(r => r.OrderId == id && r.State == CommandState.Waiting).ToListAsync(cancel);
            if (rows.Count == 0)
                return Fault.Conflict("command-sent", "All of it was sent or has ended; a sent command cannot be called back.");
            foreach (RunRow row in rows)
                (row.State, row.ChangedAt) = (CommandState.Canceled, _time.GetUtcNow());
            _audit.Add(db, actor, "command.cancel", "command:" + id, new { waiting = rows.Count }, new { canceled = rows.Count });
            await db.SaveChangesAsync(cancel);
            foreach (RunRow row in rows)
            {
                _open.Remove(row.DeviceId, (uint)row.Id);
                told.Add(row.DeviceId);
            }
        }
        Tell(told);
        return (await FindAsync(id, cancel))!;
    }

    /// <summary>Sends a device that has just subscribed what waits for it.</summary>
    public Task SendWaitingAsync(string device, CancellationToken cancel = default) => SendAsync(_open.Of(device), cancel);

    private Result<List<Device>> Resolve(CommandRequest request)
    {
        if (request.Filter != null)
        {
            Result<DeviceFilter> filter = _finder.Parse(request.Filter);
            if (filter.Fault is { } wrong)
                return wrong;
            List<Device> found = [.. _finder.Find(filter.Value!).Where(d => d.Status == DeviceStatus.Active)];
            return found.Count == 0 ? Fault.Invalid("filter", "No active device fits.") : Bounded(found, "filter");
        }
        List<Device> devices = [];
        foreach (string id in request.Devices!.Distinct())
        {
            if (_directory.Find(id) is not { } device)
                return Fault.NotFound("device", id);
            if (device.Status != DeviceStatus.Active)
                return Fault.Conflict("device-not-active", $"{id} is {device.Status.ToString().ToLowerInvariant()}: it is not let in.");
            devices.Add(device);
        }
        return devices.Count == 0 ? Fault.Invalid("devices", "At least one.") : Bounded(devices, "devices");
    }

    private static Result<List<Device>> Bounded(List<Device> devices, string field) =>
        devices.Count <= CommandLimits.MaxDevices ? devices
            : Fault.Invalid(field, $"{devices.Count} devices; at most {CommandLimits.MaxDevices} at once.");

    private async Task<(Result<CommandOrder> Order, List<OpenCommand> Added)> SaveAsync(
        CommandRequest request, List<Device> devices, Actor actor, CancellationToken cancel)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        string? key = string.IsNullOrWhiteSpace(request.Key) ? null : $"{actor.Kind}:{actor.Name}:{request.Key}";
        if (key != null && await db.Set<OrderRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Key == key, cancel) is { } first)
            return ((await FindAsync(first.Id, cancel))!, []);
        if (_open.Count + devices.Count > CommandLimits.MaxOpen)
            return (Fault.Conflict("commands-full", $"{_open.Count} commands have not come to their end; no room for these."), []);
        if (devices.Find(d => _open.Of(d.Id).Count >= CommandLimits.MaxOpenOfDevice) is { } busy)
            return (Fault.Conflict("device-commands-full", $"{CommandLimits.MaxOpenOfDevice} commands wait for {busy.Id} already."), []);
        DateTimeOffset now = _time.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        List<OpenCommand> replaced = await ReplaceAsync(db, request.Type, devices, now, cancel);
        OrderRow order = new()
        {
            Type = request.Type,
            Argument = request.Argument ?? "",
            Filter = request.Filter,
            Key = key,
            CreatedAt = now,
            CreatedBy = actor.Name,
            ExpiresAt = now.AddSeconds(request.ExpiresInS),
            Devices = devices.Count,
        };
        db.Add(order);
        await db.SaveChangesAsync(cancel);
        // Seconds since 2020 are the least: a service that was set back to a backup must not give an id again that
        // devices remember as done.
        long id = Math.Max(_lastId, now.ToUnixTimeSeconds() - 1_577_836_800);
        List<RunRow> rows = [.. devices.Select(d => new RunRow
        {
            Id = ++id, OrderId = order.Id, DeviceId = d.Id, State = CommandState.Waiting, ChangedAt = now,
        })];
        db.AddRange(rows);
        _audit.Add(db, actor, "command.send", devices.Count == 1 ? devices[0].Id : "command:" + order.Id, null,
            new { order.Id, order.Type, order.Argument, order.Filter, Devices = devices.Count, order.ExpiresAt });
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        _lastId = id;
        replaced.ForEach(c => _open.Remove(c.Device, c.Id));
        List<OpenCommand> added = [.. rows.Select(
            r => new OpenCommand((uint)r.Id, r.DeviceId, order.Type, order.Argument, order.ExpiresAt))];
        added.ForEach(_open.Add);
        return (OrderOf(order, new Dictionary<CommandState, int> { [CommandState.Waiting] = rows.Count }), added);
    }

    /// <summary>Who comes back after a week shall not start again seven times: the later order takes the place.</summary>
    private async Task<List<OpenCommand>> ReplaceAsync(
        FleetDb db, CommandType type, List<Device> devices, DateTimeOffset now, CancellationToken cancel)
    {
        HashSet<string> ids = [.. devices.Select(d => d.Id)];
        List<OpenCommand> replaced =
            [.. _open.Where(c => c.State == CommandState.Waiting && c.Type == type && ids.Contains(c.Device))];
        foreach (OpenCommand[] chunk in replaced.Chunk(CommandLimits.Chunk))
        {
            long[] rows = [.. chunk.Select(c => (long)c.Id)];
            await db.Set<RunRow>().Where(r => rows.Contains(r.Id)).ExecuteUpdateAsync(set => set
                .SetProperty(r => r.State, CommandState.Canceled).SetProperty(r => r.ChangedAt, now)
                .SetProperty(r => r.Text, "a later order took its place"), cancel);
        }
        return replaced;
    }

    /// <summary>Sends what has not expired, and notes what went out.</summary>
    private async Task SendAsync(IReadOnlyList<OpenCommand> commands, CancellationToken cancel)
    {
        DateTimeOffset now = _time.GetUtcNow();
        List<OpenCommand> sent = [];
        foreach (OpenCommand command in commands)
        {
            if (command.ExpiresAt > now
                && await _link.Value.SendAsync(TopicKind.Command, command.Device, command.Payload(), cancel))
                sent.Add(command);
        }
        foreach (OpenCommand[] chunk in sent.Chunk(CommandLimits.Chunk))
        {
            long[] ids = [.. chunk.Select(c => (long)c.Id)];
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            IQueryable<RunRow> rows = db.Set<RunRow>().Where(r => ids.Contains(r.Id));
            // An answer may be quicker than this note.
            await rows.Where(r => r.State == CommandState.Waiting).ExecuteUpdateAsync(set => set
                .SetProperty(r => r.State, CommandState.Sent).SetProperty(r => r.ChangedAt, now), cancel);
            await rows.ExecuteUpdateAsync(set => set.SetProperty(r => r.SentAt, now), cancel);
            foreach (OpenCommand command in chunk)
                _open.Sent(command, now);
        }
        Tell(sent.Select(c => c.Device));
    }

    private void Tell(IEnumerable<string> devices)
    {
        foreach (string device in devices.Distinct())
            _live.Publish(LiveKind.Command, device);
    }
}
