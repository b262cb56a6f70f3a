using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Provisioning;

/// <summary>
/// The enrolments: permission for a number of boards of one kind to claim identities for one site. Held in memory,
/// written to the database first.
/// </summary>
public sealed class Enrolments
{
    // Crockford's base 32 in lower case, without i, l, o and u: it is read aloud and typed.
    private const string Letters = "0123456789abcdefghjkmnpqrstvwxyz";

    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly AuditLog _audit;
    private readonly KeyVault _vault;
    private readonly LiveFeed _live;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, EnrolmentRow> _rows;
    private readonly ConcurrentDictionary<string, byte[]> _secrets = new();

    /// <summary>Reads the enrolments.</summary>
    public Enrolments(
        IDbContextFactory<FleetDb> contexts, AuditLog audit, KeyVault vault, LiveFeed live, TimeProvider time)
    {
        (_contexts, _audit, _vault, _live, _time) = (contexts, audit, vault, live, time);
        using FleetDb db = contexts.CreateDbContext();
        _rows = new(db.Set<EnrolmentRow>().AsNoTracking().ToDictionary(r => r.Id));
    }

    /// <summary>All, the newest first.</summary>
    public IReadOnlyList<Enrolment> All() =>
        [.. _rows.Values.OrderByDescending(r => r.CreatedAt).ThenBy(r => r.Id).Select(Public)];

    /// <summary>One; null where there is none.</summary>
    public Enrolment? Find(string id) => _rows.TryGetValue(id, out EnrolmentRow? row) ? Public(row) : null;

    /// <summary>Makes an enrolment; its secret is in the answer and nowhere else readable.</summary>
    public async Task<Result<EnrolmentWithSecret>> CreateAsync(
        EnrolmentRequest request, Actor actor, CancellationToken cancel = default)
    {
        if (Check(request) is { } fault)
            return fault;
        byte[] secret = KeyVault.NewKey();
        EnrolmentRow row = new()
        {
            Id = request.Id ?? "en-" + RandomNumberGenerator.GetString(Letters, 10),
            Kind = request.Kind,
            Site = request.Site.Trim(),
            Note = request.Note?.Trim() ?? "",
            Count = request.Count,
            AutoAccept = request.AutoAccept,
            Secret = _vault.ProtectEnrolment(secret),
            CreatedAt = _time.GetUtcNow(),
            CreatedBy = actor.Name,
            ExpiresAt = request.ExpiresAt,
        };
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            if (_rows.ContainsKey(row.Id))
                return Fault.Conflict("enrolment-exists", $"There is an enrolment '{row.Id}' already.");
            if (_rows.Count >= ServiceLimits.MaxEnrolments)
                return Fault.Conflict("too-many-enrolments", $"At most {ServiceLimits.MaxEnrolments} are kept.");
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            db.Add(row);
            foreach (PreauthorisedBoard board in request.Preauthorised ?? [])
                db.Add(RowOf(row.Id, board));
            _audit.Add(db, actor, "enrolment.create", row.Id, after: Public(row));
            await db.SaveChangesAsync(cancel);
            _secrets[row.Id] = secret;
            _rows[row.Id] = row;
        }
        _live.Publish(LiveKind.Enrolment, row.Id);
        return new EnrolmentWithSecret(Public(row), Base64Url.EncodeToString(secret));
    }

    /// <summary>Ends an enrolment before its time; devices that claimed under it stay.</summary>
    public async Task<Result<Enrolment>> CloseAsync(string id, Actor actor, CancellationToken cancel = default)
    {
        EnrolmentRow row;
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            if (!_rows.TryGetValue(id, out EnrolmentRow? old))
                return Fault.NotFound("enrolment", id);
            if (old.ClosedAt != null)
                return Public(old);
            row = old with { ClosedAt = _time.GetUtcNow() };
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            // The column alone: a claim may be counting this enrolment's boards at the same moment.
            await db.Set<EnrolmentRow>().Where(r => r.Id == id)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.ClosedAt, row.ClosedAt), cancel);
            _audit.Add(db, actor, "enrolment.close", id, Public(old), Public(row));
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            _rows.AddOrUpdate(id, row, (_, now) => now with { ClosedAt = row.ClosedAt });
        }
        _live.Publish(LiveKind.Enrolment, id);
        return Public(row);
    }

    /// <summary>Boards that need not wait for an operator.</summary>
    public async Task<IReadOnlyList<PreauthorisedBoard>> PreauthorisedAsync(
        string id, CancellationToken cancel = default)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        return await db.Set<PreauthorisedRow>().AsNoTracking().Where(r => r.EnrolmentId == id)
            .OrderBy(r => r.HardwareId)
            .Select(r => new PreauthorisedBoard(r.HardwareId, r.Name, r.Latitude, r.Longitude))
            .ToListAsync(cancel);
    }

    /// <summary>Adds boards that need not wait; one that is there already gets the new name and place.</summary>
    public async Task<Result<Enrolment>> PreauthoriseAsync(
        string id, IReadOnlyList<PreauthorisedBoard> boards, Actor actor, CancellationToken cancel = default)
    {
        if (!_rows.TryGetValue(id, out EnrolmentRow? row))
            return Fault.NotFound("enrolment", id);
        FieldErrors errors = new();
        CheckBoards(errors, boards);
        if (errors.Fault is { } fault)
            return fault;
        using Hold _ = await Hold.Async(_gate, cancel);
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        HashSet<string> there = [.. await db.Set<PreauthorisedRow>().Where(r => r.EnrolmentId == id)
            .Select(r => r.HardwareId).ToListAsync(cancel)];
        if (there.Union(boards.Select(b => b.HardwareId)).Count() > ServiceLimits.MaxEnrolmentCount)
            return Fault.Conflict("too-many-boards", $"At most {ServiceLimits.MaxEnrolmentCount} boards.");
        foreach (PreauthorisedBoard board in boards)
        {
            db.Entry(RowOf(id, board)).State =
                there.Contains(board.HardwareId) ? EntityState.Modified : EntityState.Added;
        }
        _audit.Add(db, actor, "enrolment.preauthorise", id, after: boards);
        await db.SaveChangesAsync(cancel);
        return Public(row);
    }

    /// <summary>The row with its live count; null where there is none.</summary>
    internal EnrolmentRow? Row(string id) => _rows.GetValueOrDefault(id);

    /// <summary>One more of the enrolment's boards is taken; the database knows already.</summary>
    internal void Counted(string id)
    {
        if (_rows.TryGetValue(id, out EnrolmentRow? row))
            _rows.AddOrUpdate(id, row, (_, now) => now with { Used = now.Used + 1 });
        _live.Publish(LiveKind.Enrolment, id);
    }

    internal byte[]? SecretOf(string id) => _rows.TryGetValue(id, out EnrolmentRow? row)
        ? _secrets.GetOrAdd(id, _ => _vault.OpenEnrolment(row.Secret))
        : null;

    internal Enrolment Public(EnrolmentRow row) => new(
        row.Id, row.Kind, row.Site, row.Note, row.Count, row.Used, row.AutoAccept, row.CreatedAt, row.CreatedBy,
        row.ExpiresAt, row.ClosedAt, StateOf(row));

    private EnrolmentState StateOf(EnrolmentRow row) => row.ClosedAt != null ? EnrolmentState.Closed
        : row.ExpiresAt <= _time.GetUtcNow() ? EnrolmentState.Expired
        : row.Used >= row.Count ? EnrolmentState.Full
        : EnrolmentState.Open;

    private Fault? Check(EnrolmentRequest request)
    {
        DateTimeOffset now = _time.GetUtcNow();
        FieldErrors errors = new FieldErrors()
            .Text(request.Site, "site", ServiceLimits.MaxName, mandatory: true)
            .Text(request.Note, "note", ServiceLimits.MaxNote)
            .Require(request.Count is >= 1 and <= ServiceLimits.MaxEnrolmentCount, "count",
                $"1 to {ServiceLimits.MaxEnrolmentCount}.")
            .Require(request.ExpiresAt > now && request.ExpiresAt <= now.AddDays(ServiceLimits.MaxEnrolmentDays),
                "expiresAt", $"In the future, and at most {ServiceLimits.MaxEnrolmentDays} days ahead.")
            .Require(request.Id == null || Names.IsId(request.Id), "id",
                "1 to 32 lower-case letters, digits and hyphens.");
        CheckBoards(errors, request.Preauthorised ?? []);
        return errors.Fault;
    }

    private static void CheckBoards(FieldErrors errors, IReadOnlyList<PreauthorisedBoard> boards)
    {
        errors.Require(boards.Count <= ServiceLimits.MaxPreauthorisedAtOnce, "preauthorised",
            $"At most {ServiceLimits.MaxPreauthorisedAtOnce} at once.");
        HashSet<string> seen = [];
        for (int i = 0; i < boards.Count; i++)
        {
            PreauthorisedBoard board = boards[i];
            string at = $"preauthorised[{i}].";
            if (board is null)
            {
                errors.Require(false, at + "hardwareId", "A board, not null.");
                continue;
            }
            errors.Require(Names.IsHardwareId(board.HardwareId) && seen.Add(board.HardwareId), at + "hardwareId",
                    "12 to 32 lower-case hexadecimal digits, each board once.")
                .Text(board.Name, at + "name", ServiceLimits.MaxName)
                .Require(board.Latitude is null or (>= -90 and <= 90), at + "latitude", "-90 to 90 degrees.")
                .Require(board.Longitude is null or (>= -180 and <= 180), at + "longitude", "-180 to 180 degrees.")
                .Require(board.Latitude is null == board.Longitude is null, at + "longitude",
                    "Only together with latitude.");
        }
    }

    private static PreauthorisedRow RowOf(string id, PreauthorisedBoard board) => new()
    {
        EnrolmentId = id,
        HardwareId = board.HardwareId,
        Name = string.IsNullOrWhiteSpace(board.Name) ? null : board.Name.Trim(),
        Latitude = board.Latitude,
        Longitude = board.Longitude,
    };
}
