namespace EdgeFleet.Flash;

/// <summary>The bounds of this tool, with their arithmetic.</summary>
internal static class FlashLimits
{
    /// <summary>Oldest flasher that is driven: the first with its own loader code, whose output this tool reads.</summary>
    public static readonly Version NanoffAtLeast = new(2, 5, 0);

    /// <summary>
    /// Silence after which the flasher hangs. The longest silence of a healthy one is an erased flash: a chip takes up to
    /// 200 s for 16 MB (data sheet of W25Q128JV, t_CE max). Then comes the runtime without a word, 1.5 MB at 1.5 Mbaud.
    /// </summary>
    public static readonly TimeSpan FlasherQuiet = TimeSpan.FromSeconds(260);

    /// <summary>Longest run: 16 MB read back at 115,200 baud, 11.5 KB/s, for a board that knows no faster.</summary>
    public static readonly TimeSpan FlasherTotal = TimeSpan.FromMinutes(26);

    /// <summary>The flasher's version: a start of .NET on a slow computer.</summary>
    public static readonly TimeSpan FlasherVersion = TimeSpan.FromSeconds(60);

    /// <summary>Lines of the flasher that are kept for a failure's report.</summary>
    public const int FlasherLines = 400;

    /// <summary>Longest line of the flasher that is read; the rest of it is dropped.</summary>
    public const int FlasherLine = 4096;

    /// <summary>Tries of one step with the flasher; a board that needs more has a bad cable.</summary>
    public const int Tries = 2;

    /// <summary>How long the service is waited for in one request.</summary>
    public static readonly TimeSpan Request = TimeSpan.FromSeconds(20);

    /// <summary>Between two looks at the service while a board is waited for.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a claim is waited for: start 15 s, network 30 s, the first minutes' backoff of the node 60 s, and as much
    /// again.
    /// </summary>
    public static readonly TimeSpan Claim = TimeSpan.FromMinutes(4);

    /// <summary>How long an operator is waited for who has to accept a claim.</summary>
    public static readonly TimeSpan Approval = TimeSpan.FromMinutes(15);

    /// <summary>How long a first window is waited for: an Air Box's takes 60 s, its fan 30 s, a backoff 60 s.</summary>
    public static readonly TimeSpan Telemetry = TimeSpan.FromMinutes(4);

    /// <summary>How long every sensor is waited for after the first window: two more of an Air Box.</summary>
    public static readonly TimeSpan Sensors = TimeSpan.FromMinutes(3);

    /// <summary>Largest deployable image: the largest deploy partition of hardware/boards.md.</summary>
    public const int MaxImage = 2944 * 1024;

    /// <summary>Largest settings file of a board (firmware/boards/esp32, BoardLimits).</summary>
    public const int MaxSettings = 2048;

    /// <summary>Largest certificate file.</summary>
    public const int MaxCertificate = 16 * 1024;

    /// <summary>Largest photo of a place: what the service takes.</summary>
    public const int MaxPhoto = 8 * 1024 * 1024;

    /// <summary>Rows of a manifest.</summary>
    public const int MaxRows = 10_000;

    /// <summary>Ports at once: a bench has one USB hub of 16.</summary>
    public const int MaxPorts = 16;

    /// <summary>Rounds of PBKDF2 with HMAC-SHA256 over a pack's passphrase: OWASP's figure of 2023.</summary>
    public const int PackRounds = 600_000;

    /// <summary>Largest pack: two images, two runtimes of 4 MB each, and certificates, threefold.</summary>
    public const int MaxPack = 64 * 1024 * 1024;
}
