using System.Buffers.Text;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Receipts;

/// <summary>What a receipt is about.</summary>
public enum ReceiptType
{
    /// <summary>A board was made into a node.</summary>
    Flash,

    /// <summary>A node was mounted.</summary>
    Install,
}

/// <summary>A receipt as it is sent: a JSON Web Signature in flattened form (RFC 7515, 7.2.2), ES256.</summary>
/// <param name="Protected">Base64url of the header: <c>alg</c> ES256, <c>kid</c> the key's id.</param>
/// <param name="Payload">Base64url of the receipt as JSON.</param>
/// <param name="Signature">Base64url of 64 bytes, over protected, a dot and payload.</param>
public sealed record SignedReceipt(string Protected, string Payload, string Signature);

/// <summary>What was read back from a board.</summary>
public sealed record ReadBack(
    uint DeployAddress, string ImageDigest, string Target, string RuntimeVersion, string Assembly, string AssemblyVersion);

/// <summary>What was flashed. <c>Seen</c>: the node had been seen reporting, with every sensor.</summary>
public sealed record FlashDetails(
    NodeKind Kind, string Enrolment, string Board, string Chip, int FlashMb, string Target, string Image, int ImageBytes,
    string ImageDigest, ReadBack ReadBack, bool Seen, DateTimeOffset StartedAt, string? Name = null, string? Site = null,
    string? Gateway = null, string? Network = null, string? Authority = null);

/// <summary>Where a node was mounted, and how.</summary>
/// <param name="Asset">What it is mounted on, such as a span or a lamp post.</param>
/// <param name="Photo">SHA-256 of the photo; null: none.</param>
/// <param name="Checks">What was looked at live, and what was found.</param>
public sealed record InstallDetails(
    string? Site = null, string? Asset = null, string? Position = null, string? Orientation = null, double? Latitude = null,
    double? Longitude = null, string? Photo = null, string? PhotoType = null, string? Notes = null,
    IReadOnlyList<string>? Checks = null);

/// <summary>What a receipt says, as the technician's computer signed it.</summary>
/// <param name="Id">Its name, <c>r-</c> and 20 characters.</param>
/// <param name="At">When it was made, by that computer's clock.</param>
/// <param name="Technician">Who, as that computer knows them; who owns the key is certain.</param>
/// <param name="Tool">What made it.</param>
/// <param name="DeviceId">The device; null: not known then.</param>
public sealed record ReceiptContent(
    string Id, ReceiptType Type, DateTimeOffset At, string Technician, string Tool, string HardwareId, string? DeviceId = null,
    FlashDetails? Flash = null, InstallDetails? Install = null)
{
    /// <summary>Reads header and payload; the signature is not looked at.</summary>
    internal static Result<(string KeyId, ReceiptContent Content)> Read(SignedReceipt receipt, JsonSerializerOptions json)
    {
        if (receipt.Protected is null || receipt.Payload is null || receipt.Signature is null)
            return Fault.Invalid("receipt", "protected, payload and signature.");
        if (receipt.Protected.Length + receipt.Payload.Length + receipt.Signature.Length > ReceiptLimits.MaxReceipt)
            return Fault.Invalid("receipt", $"At most {ReceiptLimits.MaxReceipt} characters.");
        try
        {
            using JsonDocument head = JsonDocument.Parse(Base64Url.DecodeFromChars(receipt.Protected));
            // Another algorithm in the header is how signatures are got around; there is but one here.
            if (head.RootElement.GetProperty("alg").GetString() != "ES256")
                return Fault.Invalid("protected", "alg: ES256.");
            string keyId = head.RootElement.GetProperty("kid").GetString()!;
            ReceiptContent content = JsonSerializer.Deserialize<ReceiptContent>(Base64Url.DecodeFromChars(receipt.Payload), json)!;
            return content.Check() is { } fault ? fault : (keyId, content);
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            return Fault.Invalid("receipt", "This is no receipt: " + e.Message);
        }
    }

    private Fault? Check()
    {
        FieldErrors errors = new FieldErrors()
            .Require(Names.IsId(Id), "id", "1 to 32 lower-case letters, digits and hyphens.")
            .Require(Names.IsHardwareId(HardwareId), "hardwareId", "12 to 32 lower-case hexadecimal digits.")
            .Text(DeviceId, "deviceId", ReceiptLimits.MaxText)
            .Text(Technician, "technician", ReceiptLimits.MaxText, mandatory: true)
            .Text(Tool, "tool", ReceiptLimits.MaxText, mandatory: true)
            .Require((Type == ReceiptType.Flash) == (Flash != null) && (Type == ReceiptType.Install) == (Install != null), "type",
                "Flash with its details, or install with its own.")
            .Require(Flash?.ReadBack is not null || Flash is null, "flash.readBack", "What was read back.");
        if (Install is { } install)
        {
            errors.Text(install.Site, "install.site", ReceiptLimits.MaxText).Text(install.Asset, "install.asset", ReceiptLimits.MaxText)
                .Text(install.Position, "install.position", ReceiptLimits.MaxText)
                .Text(install.Orientation, "install.orientation", ReceiptLimits.MaxText)
                .Require((install.Notes?.Length ?? 0) <= ReceiptLimits.MaxNotes, "install.notes", $"At most {ReceiptLimits.MaxNotes} characters.")
                .Require(install.Photo is null || (install.Photo.Length == 64 && install.Photo.All(char.IsAsciiHexDigitLower)), "install.photo",
                    "SHA-256 in lower-case hexadecimal digits.")
                .Require(install.Latitude is null or >= -90 and <= 90, "install.latitude", "-90 to 90 degrees.")
                .Require(install.Longitude is null or >= -180 and <= 180, "install.longitude", "-180 to 180 degrees.");
        }
        return errors.Fault;
    }
}
