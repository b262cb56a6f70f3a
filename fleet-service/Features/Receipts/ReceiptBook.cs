using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace EdgeFleet.Service.Features.Receipts;

/// <summary>A receipt, whose it is, and how it stands.</summary>
/// <param name="Content">What it says.</param>
/// <param name="Signed">The signed form, as it came, for whoever wants to check it.</param>
/// <param name="KeyId">The key that signed it.</param>
/// <param name="Owner">Whose key that is.</param>
/// <param name="KeyRevokedAt">When that key was revoked; null: it is not.</param>
/// <param name="DeviceId">The device that the board is.</param>
/// <param name="ReceivedAt">When the service got it.</param>
/// <param name="ReceivedFrom">Who sent it.</param>
/// <param name="HasPhoto">Whether its photo is here.</param>
public sealed record StoredReceipt(
    ReceiptContent Content, SignedReceipt Signed, string KeyId, string Owner, DateTimeOffset? KeyRevokedAt, string? DeviceId,
    DateTimeOffset ReceivedAt, string ReceivedFrom, bool HasPhoto);

/// <summary>A page of receipts, the newest first.</summary>
public sealed record ReceiptPage(int Total, IReadOnlyList<StoredReceipt> Items);

/// <summary>The receipts of technicians: what was flashed and where it was mounted, signed on their computers.</summary>
public sealed class ReceiptBook(
    IDbContextFactory<FleetDb> contexts, ReceiptKeys keys, DeviceDirectory directory, AuditLog audit, DataFolder data,
    IOptions<JsonOptions> json, TimeProvider time)
{
    // A technician's computer that is days ahead would put its receipts on top of everybody's for good.
    private static readonly TimeSpan MaxAhead = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Takes a receipt in; the same one again changes nothing.</summary>
    public async Task<Result<StoredReceipt>> AddAsync(SignedReceipt receipt, Actor actor, CancellationToken cancel = default)
    {
        Result<(string KeyId, ReceiptContent Content)> read = ReceiptContent.Read(receipt, json.Value.SerializerOptions);
        if (read.Fault is { } unreadable)
            return unreadable;
        (string keyId, ReceiptContent content) = read.Value;
        if (Distrust(receipt, keyId) is { } distrust)
            return distrust;
        if (content.At > time.GetUtcNow() + MaxAhead)
            return Fault.Invalid("at", "The computer that made the receipt is days ahead; set its clock.");
        Device? device = content.DeviceId == null
            ? directory.All.FirstOrDefault(d => d.HardwareId == content.HardwareId)
            : directory.Find(content.DeviceId);
        if (content.DeviceId != null && device == null)
            return Fault.Conflict("receipt-device-unknown", $"There is no device '{content.DeviceId}'.");
        if (device != null && device.HardwareId != content.HardwareId)
            return Fault.Conflict("receipt-device-mismatch", $"{device.Id} is the board {device.HardwareId}, not {content.HardwareId}.");
        using Hold _ = await Hold.Async(_gate, cancel);
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        if (await db.Set<ReceiptRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == content.Id, cancel) is { } known)
        {
            return known.Payload == receipt.Payload && known.KeyId == keyId ? Public(known)
                : Fault.Conflict("receipt-exists", $"There is another receipt '{content.Id}' already.");
        }
        if (await db.Set<ReceiptRow>().CountAsync(cancel) >= ReceiptLimits.MaxReceipts)
            return Fault.Conflict("too-many-receipts", $"There are {ReceiptLimits.MaxReceipts} receipts already.");
        ReceiptRow row = new()
        {
            Id = content.Id, Type = content.Type, HardwareId = content.HardwareId, DeviceId = device?.Id, KeyId = keyId, At = content.At,
            ReceivedAt = time.GetUtcNow(), ReceivedFrom = actor.Name, Protected = receipt.Protected, Payload = receipt.Payload,
            Signature = receipt.Signature, Photo = content.Install?.Photo,
        };
        db.Add(row);
        audit.Add(db, actor, "receipt.add", content.Id, after: new { row.Type, row.HardwareId, row.DeviceId, row.At });
        await db.SaveChangesAsync(cancel);
        return Public(row);
    }

    /// <summary>Receipts, the newest first.</summary>
    /// <param name="device">Only of this device: those that name it, and those of its board.</param>
    /// <param name="type">Only of this type.</param>
    /// <param name="skip">Receipts to pass over.</param>
    /// <param name="top">Receipts to give.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<ReceiptPage> ListAsync(
        string? device = null, ReceiptType? type = null, int skip = 0, int top = ServiceLimits.DefaultPage, CancellationToken cancel = default)
    {
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        IQueryable<ReceiptRow> rows = db.Set<ReceiptRow>().AsNoTracking();
        if (device != null)
        {
            string? board = directory.Find(device)?.HardwareId;
            rows = rows.Where(r => r.DeviceId == device || (board != null && r.HardwareId == board));
        }
        if (type != null)
            rows = rows.Where(r => r.Type == type);
        int total = await rows.CountAsync(cancel);
        List<ReceiptRow> page = await rows.OrderByDescending(r => r.At).ThenBy(r => r.Id).Skip(skip).Take(top).ToListAsync(cancel);
        return new ReceiptPage(total, [.. page.Select(Public)]);
    }

    /// <summary>One receipt; null where there is none.</summary>
    public async Task<StoredReceipt?> FindAsync(string id, CancellationToken cancel = default)
    {
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        return await db.Set<ReceiptRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, cancel) is { } row ? Public(row) : null;
    }

    /// <summary>Takes the photo of a receipt in, where it is the one that the receipt speaks of.</summary>
    public async Task<Result<StoredReceipt>> AddPhotoAsync(string id, byte[] photo, Actor actor, CancellationToken cancel = default)
    {
        string? type = photo.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
            : photo.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]) ? "image/png" : null;
        if (type == null || photo.Length > ReceiptLimits.MaxPhoto)
            return Fault.Invalid("photo", $"JPEG or PNG, at most {ReceiptLimits.MaxPhoto} bytes.");
        using Hold _ = await Hold.Async(_gate, cancel);
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        if (await db.Set<ReceiptRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, cancel) is not { } row)
            return Fault.NotFound("receipt", id);
        if (row.Photo != Convert.ToHexStringLower(SHA256.HashData(photo)))
            return Fault.Conflict("receipt-photo-other", "This is not the photo that the receipt speaks of.");
        if (row.PhotoType != null)
            return Public(row);
        if (await db.Set<ReceiptRow>().CountAsync(r => r.PhotoType != null, cancel) >= ReceiptLimits.MaxPhotos)
            return Fault.Conflict("too-many-photos", $"There are {ReceiptLimits.MaxPhotos} photos already.");
        Write(PathOf(row.Photo), photo);
        ReceiptRow with = row with { PhotoType = type };
        db.Update(with);
        audit.Add(db, actor, "receipt.photo", id, after: new { row.Photo, Bytes = photo.Length });
        await db.SaveChangesAsync(cancel);
        return Public(with);
    }

    /// <summary>The photo of a receipt and its media type; null where there is none.</summary>
    public async Task<(string Path, string Type)?> PhotoAsync(string id, CancellationToken cancel = default)
    {
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        ReceiptRow? row = await db.Set<ReceiptRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, cancel);
        return row is { Photo: { } photo, PhotoType: { } type } && File.Exists(PathOf(photo)) ? (PathOf(photo), type) : null;
    }

    private Fault? Distrust(SignedReceipt receipt, string keyId)
    {
        if (keys.Find(keyId) is not { } key)
            return Fault.Conflict("receipt-key-unknown", "Nobody has registered the key that signed this receipt.");
        if (key.RevokedAt != null)
            return Fault.Conflict("receipt-key-revoked", $"The key that signed this receipt was revoked: {key.RevokedBecause}");
        byte[] signature;
        try
        {
            signature = Base64Url.DecodeFromChars(receipt.Signature);
        }
        catch (FormatException)
        {
            signature = [];
        }
        bool holds = keys.Signed(keyId, Encoding.ASCII.GetBytes($"{receipt.Protected}.{receipt.Payload}"), signature);
        return holds ? null : Fault.Invalid("signature", "It is not this key's signature of this receipt.");
    }

    private StoredReceipt Public(ReceiptRow row)
    {
        ReceiptKey key = keys.Find(row.KeyId)!;
        ReceiptContent content = JsonSerializer.Deserialize<ReceiptContent>(Base64Url.DecodeFromChars(row.Payload), json.Value.SerializerOptions)!;
        return new StoredReceipt(
            content, new SignedReceipt(row.Protected, row.Payload, row.Signature), row.KeyId, key.Owner, key.RevokedAt,
            row.DeviceId ?? directory.All.FirstOrDefault(d => d.HardwareId == row.HardwareId)?.Id, row.ReceivedAt, row.ReceivedFrom,
            row.PhotoType != null);
    }

    private string PathOf(string digest) => Path.Combine(data.File("photos"), digest);

    private static void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string part = path + ".part";
        using (FileStream stream = new(part, FileMode.Create, FileAccess.Write))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }
        File.Move(part, path, overwrite: true);
    }
}
