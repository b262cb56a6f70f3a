using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Commands;

// What devices answer, and what time does.
public sealed partial class CommandCenter : IDeviceReplies
{
    /// <inheritdoc/>
    public async Task TakeAsync(IReadOnlyList<DeviceReply> replies, CancellationToken cancel)
    {
        List<RunRow> changed = [];
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            foreach (DeviceReply[] chunk in replies.Chunk(CommandLimits.Chunk))
            {
                await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
                long[] ids = [.. chunk.Select(r => (long)r.Command).Distinct()];
                Dictionary<long, RunRow> rows = await db.Set<RunRow>().Where(r => ids.Contains(r.Id))
                    .ToDictionaryAsync(r => r.Id, cancel);
                foreach (DeviceReply reply in chunk)
                {
                    // What it is about is another's, or long forgotten.
                    if (rows.TryGetValue(reply.Command, out RunRow? row) && row.DeviceId == reply.Device && Apply(row, reply))
                        changed.Add(row);
                }
                await db.SaveChangesAsync(cancel);
            }
            foreach (RunRow row in changed)
            {
                if (CommandTransitions.IsFinal(row.State))
                    _open.Remove(row.DeviceId, (uint)row.Id);
                else
                    _open.Accepted(row.DeviceId, (uint)row.Id);
            }
        }
        Tell(changed.Select(r => r.DeviceId));
    }

    /// <inheritdoc/>
    public async Task TidyAsync(CancellationToken cancel)
    {
        DateTimeOffset now = _time.GetUtcNow();
        await ExpireAsync(now, cancel);
        // What was not answered in time, and what a busy connection did not take.
        await SendAsync(_open.Where(c => c.State switch
        {
            CommandState.Waiting => _link.Value.IsConnected(c.Device),
            CommandState.Sent => now - (c.SentAt ?? now) >= TimeSpan.FromSeconds(CommandLimits.ResendS)
                && _link.Value.IsConnected(c.Device),
            _ => false,
        }), cancel);
        await ForgetAsync(now.AddDays(-CommandLimits.KeepDays), cancel);
    }

    private static bool Apply(RunRow row, DeviceReply reply)
    {
        CommandState after = CommandTransitions.After(row.State, reply.Status);
        if (after == row.State)
            return false;
        row.State = after;
        row.ChangedAt = DateTimeOffset.FromUnixTimeMilliseconds(reply.ReceivedMs);
        row.Text = reply.Text.Length == 0 ? null : reply.Text;
        row.Data = reply.Data.Length == 0 ? null : reply.Data;
        return true;
    }

    private async Task ExpireAsync(DateTimeOffset now, CancellationToken cancel)
    {
        List<OpenCommand> over = [];
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            over.AddRange(_open.Where(c => CommandTransitions.After(c.State, now - c.ExpiresAt) == CommandState.Expired));
            foreach (OpenCommand[] chunk in over.Chunk(CommandLimits.Chunk))
            {
                long[] ids = [.. chunk.Select(c => (long)c.Id)];
                await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
                List<RunRow> rows = await db.Set<RunRow>().Where(r => ids.Contains(r.Id)).ToListAsync(cancel);
                foreach (RunRow row in rows.Where(r => !CommandTransitions.IsFinal(r.State)))
                {
                    row.Text = row.State == CommandState.Waiting ? "the device did not connect in time" : "no last answer came in time";
                    (row.State, row.ChangedAt) = (CommandState.Expired, now);
                }
                await db.SaveChangesAsync(cancel);
                foreach (OpenCommand command in chunk)
                    _open.Remove(command.Device, command.Id);
            }
        }
        Tell(over.Select(c => c.Device));
    }

    private async Task ForgetAsync(DateTimeOffset before, CancellationToken cancel)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        long[] old = await db.Set<OrderRow>().Where(r => r.CreatedAt < before).OrderBy(r => r.CreatedAt)
            .Select(r => r.Id).Take(10).ToArrayAsync(cancel);
        if (old.Length == 0)
            return;
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.Set<RunRow>().Where(r => old.Contains(r.OrderId)).ExecuteDeleteAsync(cancel);
        await db.Set<OrderRow>().Where(r => old.Contains(r.Id)).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
    }
}
