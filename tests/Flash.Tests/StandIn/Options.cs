namespace EdgeFleet.Flash.StandIn;

/// <summary>
/// The options of nanoff that EdgeFleet's tool uses, and its defaults (nanoFirmwareFlasher.Tool/Options.cs). Any other is an
/// error here, so that the tool cannot come to use one that nanoff does not have.
/// </summary>
internal sealed class Options
{
    private static readonly string[] Switches =
    [
        "update", "deploy", "masserase", "devicedetails", "listports", "nanodevice", "fromarchive", "updatearchive",
        "suppressnanoffversioncheck", "checkpsram", "identifyfirmware", "version",
    ];

    private static readonly string[] Values =
    [
        "target", "platform", "serialport", "image", "address", "fwversion", "archivepath", "backuppath", "backupfile",
        "filedeployment", "networkdeployment", "verbosity", "baud",
    ];

    private readonly Dictionary<string, string> _given = [];

    public bool Is(string name) => _given.ContainsKey(name);

    public string? Get(string name) => _given.GetValueOrDefault(name);

    /// <summary>quiet 0, minimal 1, normal 2, detailed 3, diagnostic 4.</summary>
    public int Verbosity => Get("verbosity") switch
    {
        "q" or "quiet" => 0,
        "m" or "minimal" => 1,
        null or "n" or "normal" => 2,
        "d" or "detailed" => 3,
        _ => 4,
    };

    /// <summary>Reads arguments as CommandLineParser does; null and a line on standard error where it does not know one.</summary>
    public static Options? Parse(string[] args)
    {
        Options options = new();
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : args[i] == "-v" ? "verbosity" : "";
            if (Switches.Contains(name))
            {
                options._given[name] = "";
            }
            else if (Values.Contains(name) && i + 1 < args.Length)
            {
                options._given[name] = args[++i];
            }
            else
            {
                Console.Error.WriteLine($"ERROR(S):\n  Option '{args[i].TrimStart('-')}' is unknown.");
                return null;
            }
        }
        return options;
    }
}
