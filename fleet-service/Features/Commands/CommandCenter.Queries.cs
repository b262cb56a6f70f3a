using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Commands;

// What was ordered and what became of it.
public sealed partial class CommandCenter
{
    /// <summary>One order; null: there is none.</summary>
    public async Task<CommandOrder?> FindAsync(long id, CancellationToken cancel = default)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        return (await WithCountsAsync(
            db, await db.Set<OrderRow>().AsNoTracking().Where(r => r.Id == id).ToListAsync(cancel), cancel)).SingleOrDefault();
    }

    /// <summary>Orders, the newest first.</summary>
    public async Task<CommandPage> ListAsync(int skip, int top, CancellationToken cancel = default)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        int total = await db.Set<OrderRow>().CountAsync(cancel);
        List<OrderRow> rows = await db.Set<OrderRow>().AsNoTracking().OrderByDescending(r => r.Id).Skip(skip).Take(top)
            .ToListAsync(cancel);
        return new CommandPage(total, await WithCountsAsync(db, rows, cancel));
    }

    /// <summary>Commands to devices: of an order, or of a device; by id, those of a device the newest first.</summary>
    public async Task<DeviceCommandPage> DevicesAsync(
        long? order, string? device, CommandState? state, int skip, int top, CancellationToken cancel = default)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        IQueryable<RunRow> rows = db.Set<RunRow>().AsNoTracking();
        if (order != null)
            rows = rows.Where(r => r.OrderId == order);
        if (device != null)
            rows = rows.Where(r => r.DeviceId == device);
        if (state != null)
            rows = rows.Where(r => r.State == state);
        int total = await rows.CountAsync(cancel);
        rows = order != null ? rows.OrderBy(r => r.Id) : rows.OrderByDescending(r => r.Id);
        List<DeviceCommand> items = await (
            from run in rows.Skip(skip).Take(top)
            join of in db.Set<OrderRow>() on run.OrderId equals of.Id
            select new DeviceCommand(
                run.Id, run.OrderId, run.DeviceId, of.Type, run.State, run.SentAt, run.ChangedAt, run.Text,
                run.Data == null ? 0 : run.Data.Length, of.ExpiresAt, of.CreatedAt, of.CreatedBy)).ToListAsync(cancel);
        items.Sort((a, b) => order != null ? a.Id.CompareTo(b.Id) : b.Id.CompareTo(a.Id));
        return new DeviceCommandPage(total, items);
    }

    /// <summary>The bytes that came with an answer; null: none.</summary>
    public async Task<byte[]?> DataAsync(long command, string device, CancellationToken cancel = default)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        return await db.Set<RunRow>().Where(r => r.Id == command && r.DeviceId == device).Select(r => r.Data)
            .SingleOrDefaultAsync(cancel);
    }

    /// <summary>Of every device whose last self-test failed, that self-test.</summary>
    public async Task<IReadOnlyList<DeviceCommand>> FailedSelfTestsAsync(CancellationToken cancel = default)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        IQueryable<RunRow> tests =
            from run in db.Set<RunRow>().AsNoTracking()
            join of in db.Set<OrderRow>() on run.OrderId equals of.Id
            where of.Type == CommandType.SelfTest && (run.State == CommandState.Done || run.State == CommandState.Failed)
            select run;
        List<long> last = await tests.GroupBy(run => run.DeviceId).Select(group => group.Max(run => run.Id)).ToListAsync(cancel);
        return await (
            from run in tests.Where(run => run.State == CommandState.Failed && last.Contains(run.Id))
            join of in db.Set<OrderRow>() on run.OrderId equals of.Id
            select new DeviceCommand(
                run.Id, run.OrderId, run.DeviceId, of.Type, run.State, run.SentAt, run.ChangedAt, run.Text,
                run.Data == null ? 0 : run.Data.Length, of.ExpiresAt, of.CreatedAt, of.CreatedBy)).ToListAsync(cancel);
    }

    private static CommandOrder OrderOf(OrderRow row, IReadOnlyDictionary<CommandState, int> counts) => new(
        row.Id, row.Type, row.Argument.Length == 0 ? null : row.Argument, row.Filter, row.CreatedAt, row.CreatedBy,
        row.ExpiresAt, row.Devices, counts);

    private static async Task<List<CommandOrder>> WithCountsAsync(FleetDb db, List<OrderRow> rows, CancellationToken cancel)
    {
        long[] ids = [.. rows.Select(r => r.Id)];
        var counts = await db.Set<RunRow>().Where(r => ids.Contains(r.OrderId)).GroupBy(r => new { r.OrderId, r.State })
            .Select(g => new { g.Key.OrderId, g.Key.State, Count = g.Count() }).ToListAsync(cancel);
        return [.. rows.Select(row => OrderOf(
            row, counts.Where(c => c.OrderId == row.Id).OrderBy(c => c.State).ToDictionary(c => c.State, c => c.Count)))];
    }
}
