using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Alerts;

/// <summary>What changes alerts: signals, people, and the end of what held them back.</summary>
public sealed partial class AlertBook
{
    /// <summary>Somebody takes care of an alert: it stays, and is no news any more.</summary>
    public Task<Result<Alert>> AcknowledgeAsync(
        long id, AcknowledgeRequest request, Actor actor, CancellationToken cancel = default) =>
        ChangeAsync(id, "alert.acknowledge", actor, request.Note, (step, row) =>
        {
            if (row.State != AlertState.Open)
                return Fault.Conflict("alert-cleared", "The alert is over.");
            if (row.AcknowledgedAt != null)
                return Fault.Conflict("alert-acknowledged", $"{row.AcknowledgedBy} has acknowledged it already.");
            step.Put(row with { AcknowledgedAt = step.Now, AcknowledgedBy = actor.Name, Note = request.Note?.Trim() },
                AlertChange.Acknowledged, actor.Name, request.Note);
            return null;
        }, cancel);

    /// <summary>Nobody is told of this subject and key until a time, also where the alert ends and comes again.</summary>
    public Task<Result<Alert>> SilenceAsync(
        long id, SilenceRequest request, Actor actor, CancellationToken cancel = default) =>
        ChangeAsync(id, "alert.silence", actor, request.Reason, (step, row) =>
        {
            if (request.Until > step.Now.AddDays(AlertLimits.MaxSilenceDays))
                return Fault.Invalid("until", $"At most {AlertLimits.MaxSilenceDays} days from now.");
            bool ends = request.Until <= step.Now;
            step.Silence(new AlertSilenceRow
            {
                Subject = row.Subject, Key = row.Key, Until = request.Until, By = actor.Name, Reason = request.Reason?.Trim(),
            });
            step.Put(row with { Held = false }, ends ? AlertChange.Unsilenced : AlertChange.Silenced, actor.Name, request.Reason);
            return null;
        }, cancel);

    /// <summary>Ends an alert whose cause went without a word, such as a fault of a board that was replaced.</summary>
    public Task<Result<Alert>> ClearAsync(
        long id, AcknowledgeRequest request, Actor actor, CancellationToken cancel = default) =>
        ChangeAsync(id, "alert.clear", actor, request.Note, (step, row) =>
        {
            if (row.State != AlertState.Open)
                return Fault.Conflict("alert-cleared", "The alert is over.");
            step.Put(row with { State = AlertState.Cleared, Active = false, Flapping = false, ActiveSince = step.Now, ClearedAt = step.Now },
                AlertChange.ClearedByHand, actor.Name, request.Note);
            return null;
        }, cancel);

    /// <summary>Takes signals, and the place in the nodes' events that they end at, in one transaction.</summary>
    /// <param name="signals">In order.</param>
    /// <param name="cursor">Number of the last event that they come from; null: they come from none.</param>
    /// <param name="more">What else is to be done in the same transaction; null: nothing.</param>
    /// <param name="cancel">Gives up.</param>
    internal async Task ApplyAsync(
        IReadOnlyList<AlertSignal> signals, long? cursor, Action<Step>? more, CancellationToken cancel)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        Step step = new(this);
        foreach (AlertSignal signal in signals)
            step.Take(signal);
        more?.Invoke(step);
        step.SettleAndRoute();
        await CommitAsync(step, cursor, null, cancel);
    }

    private async Task<Result<Alert>> ChangeAsync(
        long id, string action, Actor actor, string? note, Func<Step, AlertRow, Fault?> change, CancellationToken cancel)
    {
        if (new FieldErrors().Text(note, "note", ServiceLimits.MaxNote).Fault is { } wrong)
            return wrong;
        using Hold _ = await Hold.Async(_gate, cancel);
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        AlertRow? row = _recent.Values.FirstOrDefault(r => r.Id == id)
            ?? await db.Set<AlertRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, cancel);
        if (row == null)
            return Fault.NotFound("alert", id.ToString());
        Step step = new(this);
        if (change(step, row) is { } fault)
            return fault;
        step.SettleAndRoute();
        AlertRow after = step.Find(id) ?? row;
        Alert before = Public(row);
        await CommitAsync(step, null, saved => _audit.Add(
            saved, actor, action, id.ToString(),
            new { before.Device, before.Site, before.Key, before.State, before.SilencedUntil },
            new { after.State, after.AcknowledgedBy, SilencedUntil = step.SilencedUntil(after), Note = note }), cancel);
        return Public(after);
    }

    private async Task CommitAsync(Step step, long? cursor, Action<FleetDb>? more, CancellationToken cancel)
    {
        if (step.IsEmpty && (cursor == null || cursor == _cursor) && more == null)
            return;
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        step.Write(db);
        if (cursor is { } number)
        {
            AlertCursorRow row = new() { Name = EventCursor, Number = number };
            if (await db.Set<AlertCursorRow>().AnyAsync(r => r.Name == EventCursor, cancel))
                db.Update(row);
            else
                db.Add(row);
        }
        more?.Invoke(db);
        await db.SaveChangesAsync(cancel);
        if (cursor is { } reached)
            Interlocked.Exchange(ref _cursor, reached);
        step.Publish();
    }

    /// <summary>Changes that are being gathered; nothing of them is seen until they are written.</summary>
    internal sealed class Step(AlertBook book)
    {
        private readonly Dictionary<(string, string), AlertRow> _rows = [];
        private readonly Dictionary<(string, string), AlertSilenceRow> _newSilences = [];
        private readonly Dictionary<long, AlertRow> _writes = [];
        private readonly HashSet<long> _new = [];
        private readonly List<AlertRow> _ended = [];
        private readonly List<AlertHistoryRow> _history = [];
        private readonly List<DeliveryRow> _deliveries = [];
        private long _lastId = book._lastId;

        public DateTimeOffset Now { get; } = book._time.GetUtcNow();

        public bool IsEmpty => _rows.Count == 0 && _history.Count == 0 && _newSilences.Count == 0;

        /// <summary>Open alerts as they stand after what was gathered.</summary>
        public IEnumerable<AlertRow> Open => book._recent.Keys.Union(_rows.Keys).Select(key => Current(key)!)
            .Where(row => row.State == AlertState.Open);

        public AlertRow? Current((string Subject, string Key) place) =>
            _rows.GetValueOrDefault(place) ?? book._recent.GetValueOrDefault(place);

        public AlertRow? Find(long id) => _writes.GetValueOrDefault(id);

        public void Take(AlertSignal signal)
        {
            AlertRow? current = Current((signal.Subject, signal.Key));
            (AlertRow? row, AlertChange? change) = AlertRules.Apply(current, signal, _lastId + 1);
            if (row == null || ReferenceEquals(row, current))
                return;
            if (row.Id == _lastId + 1)
                _new.Add(++_lastId);
            Put(row, change, null, signal.Text, signal.At);
        }

        /// <summary>Keeps a changed alert, with a line of history where there is something to say.</summary>
        public void Put(
            AlertRow row, AlertChange? change, string? by = null, string? note = null, DateTimeOffset? at = null)
        {
            _rows[(row.Subject, row.Key)] = row;
            _writes[row.Id] = row;
            if (change is AlertChange.Cleared or AlertChange.Settled or AlertChange.ClearedByHand)
                _ended.Add(row);
            if (change is { } what)
            {
                _history.Add(new AlertHistoryRow
                {
                    AlertId = row.Id, At = at ?? Now, Change = what, By = by, Note = string.IsNullOrWhiteSpace(note) ? null : note.Trim(),
                });
            }
        }

        public void Silence(AlertSilenceRow silence) => _newSilences[(silence.Subject, silence.Key)] = silence;

        public DateTimeOffset? SilencedUntil(AlertRow row)
        {
            (string, string) key = (row.Subject, row.Key);
            AlertSilenceRow? silence = _newSilences.GetValueOrDefault(key) ?? book._silences.GetValueOrDefault(key);
            return silence?.Until > Now ? silence.Until : null;
        }

        /// <summary>Ends what has settled, and hands to the routes what nothing holds back any more.</summary>
        public void SettleAndRoute()
        {
            foreach (AlertRow row in Open.ToList())
            {
                if (AlertRules.IsSettled(row, Now))
                    Put(AlertRules.Settle(row, Now), AlertChange.Settled);
                else if (!row.Routed && row.AcknowledgedAt == null && row.Parent == null && row.RouteAfter <= Now)
                    RouteRaised(row);
            }
            foreach (AlertRow ended in _ended.Where(row => Current((row.Subject, row.Key)) is { State: AlertState.Cleared } now
                && now.Id == row.Id && row.Routed && SilencedUntil(row) == null && !book._maintenance.IsOn(row.Site)))
                _deliveries.AddRange(book._routes.DeliveriesOf(book.Public(ended), "cleared", Now));
        }

        private void RouteRaised(AlertRow row)
        {
            string? held = SilencedUntil(row) != null ? "silenced" : book._maintenance.IsOn(row.Site) ? "maintenance" : null;
            if (held != null)
            {
                if (!row.Held)
                    Put(row with { Held = true }, AlertChange.Held, null, held);
                return;
            }
            AlertRow routed = row with { Routed = true, Held = false };
            IReadOnlyList<DeliveryRow> deliveries = book._routes.DeliveriesOf(book.Public(routed), "raised", Now);
            _deliveries.AddRange(deliveries);
            Put(routed, deliveries.Count == 0 ? null : AlertChange.Routed, null,
                deliveries.Count == 0 ? null : string.Join(", ", deliveries.Select(d => book._routes.NameOf(d.RouteId))));
        }

        public void Write(FleetDb db)
        {
            foreach (AlertRow row in _writes.Values)
            {
                if (_new.Contains(row.Id))
                    db.Add(row);
                else
                    db.Update(row);
            }
            foreach (((string, string) key, AlertSilenceRow silence) in _newSilences)
            {
                if (book._silences.ContainsKey(key))
                    db.Update(silence);
                else
                    db.Add(silence);
            }
            db.AddRange(_history);
            db.AddRange(_deliveries);
        }

        public void Publish()
        {
            DateTimeOffset forget = Now.AddMilliseconds(-AlertLimits.FlapWindowMs);
            foreach (((string, string) key, AlertRow row) in _rows)
                book._recent[key] = row;
            foreach (((string, string) key, AlertRow row) in book._recent)
            {
                if (row.State == AlertState.Cleared && row.ClearedAt < forget && row.LastAt < forget)
                    book._recent.TryRemove(key, out _);
            }
            foreach (((string, string) key, AlertSilenceRow silence) in _newSilences)
                book._silences[key] = silence;
            book._lastId = _lastId;
            foreach (AlertRow row in _rows.Values)
                book._live.Publish(LiveKind.Alert, row.Device ?? row.Subject);
            if (_deliveries.Count != 0)
                book._routes.Wake();
        }
    }
}
