using System.Collections.Concurrent;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Bundles;

/// <summary>
/// The bundles that the service holds: what other slices ask about bundles, they ask here. Rows are held in memory (a
/// bundle's is about 1 KB), written to the database first.
/// </summary>
public sealed class BundleShelf
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly BundleFiles _files;
    private readonly BundleKeys _keys;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, BundleRow> _bundles;
    private readonly ConcurrentDictionary<string, string[]> _holders;

    /// <summary>Reads the bundles.</summary>
    public BundleShelf(
        IDbContextFactory<FleetDb> contexts, BundleFiles files, BundleKeys keys, AuditLog audit, TimeProvider time)
    {
        (_contexts, _files, _keys, _audit, _time) = (contexts, files, keys, audit, time);
        using FleetDb db = contexts.CreateDbContext();
        _bundles = new(db.Set<BundleRow>().AsNoTracking().AsEnumerable().ToDictionary(r => r.Digest));
        _holders = new(db.Set<BundleReferenceRow>().AsNoTracking().AsEnumerable().GroupBy(r => r.Digest)
            .ToDictionary(g => g.Key, g => g.Select(r => r.Holder).Order().ToArray()));
    }

    /// <summary>All bundles, by kind, the newest first.</summary>
    public IReadOnlyList<Bundle> All(NodeKind? kind = null) =>
    [
        .. _bundles.Values.Where(r => kind == null || r.Kind == kind)
            .OrderBy(r => r.Kind).ThenByDescending(r => r.Sequence).Select(Public),
    ];

    /// <summary>One bundle; null where there is none.</summary>
    public Bundle? Find(string digest) => _bundles.TryGetValue(digest, out BundleRow? row) ? Public(row) : null;

    /// <summary>The bytes of a bundle that nodes may have; null where there is none.</summary>
    public byte[]? Served(string digest, NodeKind kind) =>
        Find(digest) is { IsServed: true } bundle && bundle.Kind == kind ? _files.Read(digest) : null;

    /// <summary>The bytes of a bundle, whoever signed it; null where there is none.</summary>
    public byte[]? Content(string digest) => _bundles.ContainsKey(digest) ? _files.Read(digest) : null;

    /// <summary>Takes a bundle in once everything about it is right.</summary>
    public async Task<Result<Bundle>> AddAsync(byte[] bytes, Actor actor, CancellationToken cancel = default)
    {
        BundleReader reader = new();
        byte[] hash = new byte[BundleLimits.DigestBytes];
        if (BundleInspection.Judge(reader, bytes, _keys, _time.GetUtcNow(), hash) is { } fault)
            return fault;
        BundleRow row = Row(reader, Convert.ToHexStringLower(hash), bytes.Length, actor);
        using Hold _ = await Hold.Async(_gate, cancel);
        if (Clash(row) is { } clash)
            return clash;
        // The file first: a row without its file would be a bundle that nobody can have, and a file without a row is
        // written over by the next try.
        _files.Write(row.Digest, bytes);
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Add(row);
        _audit.Add(db, actor, "bundle.upload", row.Digest, after: new { row.Kind, row.Version, row.Sequence, row.KeyId });
        await db.SaveChangesAsync(cancel);
        _bundles[row.Digest] = row;
        return Public(row);
    }

    /// <summary>Removes a bundle that nobody uses.</summary>
    public async Task<Result<Bundle>> DeleteAsync(string digest, Actor actor, CancellationToken cancel = default)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        if (!_bundles.TryGetValue(digest, out BundleRow? row))
            return Fault.NotFound("bundle", digest);
        Bundle bundle = Public(row);
        if (bundle.Holders.Count != 0)
            return Fault.Conflict("bundle-in-use", $"The bundle is used by {string.Join(", ", bundle.Holders)}.");
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Remove(row);
        _audit.Add(db, actor, "bundle.delete", digest, new { row.Kind, row.Version, row.Sequence, row.KeyId });
        await db.SaveChangesAsync(cancel);
        _bundles.TryRemove(digest, out BundleRow? gone);
        _files.Delete(digest);
        return bundle;
    }

    /// <summary>
    /// Holds on to a bundle, so that it cannot be deleted. A holder holds once, however often it asks.
    /// </summary>
    /// <param name="digest">The bundle.</param>
    /// <param name="holder">Who, such as <c>rollout:12</c>.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<Bundle>> HoldAsync(string digest, string holder, CancellationToken cancel = default)
    {
        if (new FieldErrors().Text(holder, "holder", BundleStoreLimits.MaxHolder, mandatory: true).Fault is { } fault)
            return fault;
        using Hold _ = await Hold.Async(_gate, cancel);
        if (!_bundles.TryGetValue(digest, out BundleRow? row))
            return Fault.NotFound("bundle", digest);
        string[] holders = _holders.GetValueOrDefault(digest) ?? [];
        if (!holders.Contains(holder))
        {
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            db.Add(new BundleReferenceRow { Digest = digest, Holder = holder });
            await db.SaveChangesAsync(cancel);
            _holders[digest] = [.. holders.Append(holder).Order()];
        }
        return Public(row);
    }

    /// <summary>Lets go of a bundle; nothing happens where the holder does not hold it.</summary>
    public async Task ReleaseAsync(string digest, string holder, CancellationToken cancel = default)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        string[] holders = _holders.GetValueOrDefault(digest) ?? [];
        if (!holders.Contains(holder))
            return;
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Remove(new BundleReferenceRow { Digest = digest, Holder = holder });
        await db.SaveChangesAsync(cancel);
        _holders[digest] = [.. holders.Where(h => h != holder)];
    }

    /// <summary>What keeps a good bundle out because of those that are here.</summary>
    private Fault? Clash(BundleRow row)
    {
        if (_bundles.ContainsKey(row.Digest))
            return Fault.Conflict("bundle-exists", "The bundle is here already, perhaps under another signature of the same key.");
        if (_bundles.Count >= BundleStoreLimits.MaxBundles)
            return Fault.Conflict("too-many-bundles", $"There are {BundleStoreLimits.MaxBundles} bundles; delete some.");
        List<BundleRow> others = [.. _bundles.Values.Where(r => r.Kind == row.Kind)];
        if (others.Find(r => r.Sequence == row.Sequence) is { } sequence)
            return Fault.Conflict("bundle-sequence-taken", $"Sequence number {row.Sequence} is that of {sequence.Version}.");
        if (others.Find(r => r.Version == row.Version) is { } version)
            return Fault.Conflict("bundle-version-taken", $"Version {row.Version} has the sequence number {version.Sequence}.");
        return others.Any(r => r.SecurityCounter > row.SecurityCounter)
            ? BundleInspection.Refused(BundleError.Downgraded)
            : null;
    }

    private BundleRow Row(BundleReader bundle, string digest, int size, Actor actor) => new()
    {
        Digest = digest,
        Kind = bundle.Kind,
        Sequence = bundle.Sequence,
        Version = bundle.Version,
        SecurityCounter = bundle.SecurityCounter,
        ExpiresAt = bundle.ExpiryMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(bundle.ExpiryMs),
        KeyId = BundleInspection.KeyIdOf(bundle),
        Size = size,
        EnvelopeSize = bundle.EnvelopeLength,
        Targets = JsonSerializer.Serialize(
            Enumerable.Range(0, bundle.TargetCount).Select(i => BundleTargetView.Of(bundle, bundle.Target(i))), StoredJson.Options),
        UploadedAt = _time.GetUtcNow(),
        UploadedBy = actor.Name,
    };

    private Bundle Public(BundleRow row) => new(
        row.Digest, row.Kind, row.Sequence, row.Version, row.SecurityCounter, row.ExpiresAt, row.KeyId,
        _keys.Find(row.KeyId)?.State ?? BundleKeyState.Revoked, row.Size, row.EnvelopeSize,
        JsonSerializer.Deserialize<BundleTargetView[]>(row.Targets, StoredJson.Options)!, row.UploadedAt, row.UploadedBy,
        _holders.GetValueOrDefault(row.Digest) ?? []);
}
