namespace EdgeFleet.Flash.Boards;

/// <summary>A chip family and where its images go; the addresses are those of hardware/boards.md.</summary>
/// <param name="Type">As nanoff names it.</param>
/// <param name="HardwareClass">As manifests and states name it.</param>
/// <param name="DeployAddress">Where the deployment partition begins.</param>
internal sealed record Chip(string Type, string HardwareClass, uint DeployAddress)
{
    /// <summary>All that there are images for.</summary>
    public static IReadOnlyList<Chip> All { get; } =
    [
        new("ESP32", "esp32", 0x1E_0000),
        new("ESP32-S3", "esp32-s3", 0x1B_0000),
        new("ESP32-C3", "esp32-c3", 0x1B_0000),
        new("ESP32-C6", "esp32-c6", 0x25_0000),
    ];

    /// <summary>By nanoff's name; null: there are no images for it.</summary>
    public static Chip? Find(string type) => All.FirstOrDefault(chip => chip.Type == type);
}

/// <summary>A board of hardware/boards.md.</summary>
/// <param name="Id">Its name there.</param>
/// <param name="Title">As ordered.</param>
/// <param name="Chip">Its chip.</param>
/// <param name="Target">nanoFramework's image for it.</param>
/// <param name="Bridge">Whether a bridge node fits into its memory.</param>
/// <param name="Wired">Whether it has Ethernet.</param>
internal sealed record Board(string Id, string Title, Chip Chip, string Target, bool Bridge, bool Wired)
{
    /// <summary>All of hardware/boards.md.</summary>
    public static IReadOnlyList<Board> All { get; } =
    [
        new("esp32-devkitc", "ESP32-DevKitC-32E", Chip.All[0], "ESP32_REV3", false, false),
        new("esp32-devkitc-ve", "ESP32-DevKitC-VE", Chip.All[0], "ESP32_PSRAM_REV3", true, false),
        new("esp32-s3-devkitc-1", "ESP32-S3-DevKitC-1-N8R2", Chip.All[1], "ESP32_S3_QUAD", true, false),
        new("esp32-s3-devkitc-1-r8", "ESP32-S3-DevKitC-1-N8R8", Chip.All[1], "ESP32_S3_OCTAL", true, false),
        new("esp32-c3-devkitm-1", "ESP32-C3-DevKitM-1", Chip.All[2], "ESP32_C3", false, false),
        new("esp32-c6-devkitc-1", "ESP32-C6-DevKitC-1-N8", Chip.All[3], "ESP32_C6_THREAD", false, false),
        new("wt32-eth01", "WT32-ETH01", Chip.All[0], "ESP32_WT32_ETH01", false, true),
        new("olimex-poe-iso", "ESP32-POE-ISO", Chip.All[0], "ESP32_OLIMEX", false, true),
        new("olimex-poe-iso-wrover", "ESP32-POE-ISO-WROVER", Chip.All[0], "ESP32_OLIMEX_WROVER", true, true),
    ];

    /// <summary>By its name; null: there is none.</summary>
    public static Board? Find(string id) => All.FirstOrDefault(board => board.Id == id);

    /// <summary>Boards with this chip.</summary>
    public static IEnumerable<Board> With(Chip chip) => All.Where(board => board.Chip == chip);

    /// <summary>
    /// Its name as the board's own settings know it: the two sorts of ESP32-S3 differ in the runtime's image alone.
    /// </summary>
    public string SettingsId => Id == "esp32-s3-devkitc-1-r8" ? "esp32-s3-devkitc-1" : Id;

    /// <summary>
    /// Why the board at hand cannot be this one; null: it can. Images named REV3 need a chip of revision 3 or later.
    /// </summary>
    public string? Unlike(Nanoff.ChipDetails chip)
    {
        if (chip.Type != Chip.Type)
            return $"{Title} has a chip of type {Chip.Type}; at the port is {chip.Name}, an {chip.Type}.";
        bool old = new[] { "revision v0", "revision v1", "revision v2" }.Any(r => chip.Name.Contains(r, StringComparison.Ordinal));
        if (Target.EndsWith("_REV3", StringComparison.Ordinal) && old)
            return $"{Target} needs a chip of revision 3 or later; at the port is {chip.Name}.";
        return null;
    }
}
