using System.IO.Compression;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Profiles;
using EdgeFleet.Flash.Service;

namespace EdgeFleet.Flash.Packs;

/// <summary>All that is needed where there is no network, in one file: enrolment, network, authority, images, runtimes, manifest.</summary>
internal static class Pack
{
    private const string ProfileName = "profile.json", ImageFolder = "images", ArchiveFolder = "runtimes", ManifestName = "manifest.csv";

    /// <summary>What stands in a pack's profile.</summary>
    private sealed record Content(
        string Settings, NetworkProfile Network, byte[]? Authority, string? RuntimeVersion, NodeKind Kind, string Site, bool Archive);

    /// <summary>Writes a pack.</summary>
    /// <param name="manifest">A batch's manifest that goes with it; null: none.</param>
    public static void Save(string path, Profile profile, NodeKind kind, string site, byte[]? manifest, string passphrase)
    {
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Content content = new(
                profile.Settings.Text(), profile.Network, profile.Authority, profile.RuntimeVersion, kind, site, profile.Archive != null);
            Add(zip, ProfileName, JsonSerializer.SerializeToUtf8Bytes(content, FleetClient.Json));
            string[] images = Directory.Exists(profile.Images) ? Directory.GetFiles(profile.Images, "EdgeFleet.*.bin") : [profile.Images];
            foreach (string image in images)
                Add(zip, $"{ImageFolder}/{Path.GetFileName(image)}", Input.Read(image, FlashLimits.MaxImage));
            foreach (string runtime in profile.Archive == null ? [] : Directory.GetFiles(profile.Archive))
                Add(zip, $"{ArchiveFolder}/{Path.GetFileName(runtime)}", Input.Read(runtime, FlashLimits.MaxPack));
            if (manifest != null)
                Add(zip, ManifestName, manifest);
        }
        byte[] sealed_ = PackFile.Seal(bytes.ToArray(), passphrase);
        if (sealed_.Length > FlashLimits.MaxPack)
            throw new FlashException(Failure.BadInput, $"The pack would have {sealed_.Length:N0} bytes, of at most {FlashLimits.MaxPack:N0}.", "Pack fewer runtimes.");
        SecretFile.Write(path, sealed_);
    }

    /// <summary>Opens a pack into a private folder; gives its profile.</summary>
    public static Profile Open(string path, string passphrase, PrivateFolder scope)
    {
        byte[] bytes = PackFile.Open(path, Input.Read(path, FlashLimits.MaxPack), passphrase);
        using ZipArchive zip = new(new MemoryStream(bytes), ZipArchiveMode.Read);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            // Only names that Save gives: the pack is authentic, and its maker's computer may still be somebody else's.
            string name = Path.GetFileName(entry.FullName);
            string folder = Path.GetDirectoryName(entry.FullName) ?? "";
            if (name.Length == 0 || folder is not ("" or ImageFolder or ArchiveFolder))
                throw new FlashException(Failure.BadInput, $"{path}: there is something in it that does not belong there.");
            Directory.CreateDirectory(scope.File(folder));
            entry.ExtractToFile(Path.Combine(scope.File(folder), name));
        }
        Content content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(scope.File(ProfileName)), FleetClient.Json)!;
        return new Profile(
            BoardSettings.Parse(path, content.Settings), content.Network, content.Authority, scope.File(ImageFolder),
            content.Archive ? scope.File(ArchiveFolder) : null, content.RuntimeVersion, content.Kind, content.Site);
    }

    /// <summary>The manifest that came with a pack, in the folder where it was opened; null: none.</summary>
    public static string? ManifestOf(PrivateFolder scope) => File.Exists(scope.File(ManifestName)) ? scope.File(ManifestName) : null;

    private static void Add(ZipArchive zip, string name, byte[] bytes)
    {
        using Stream stream = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
        stream.Write(bytes);
    }
}
