using System.Buffers.Text;
using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Nanoff;

namespace EdgeFleet.Flash.Profiles;

/// <summary>What goes into a board's <c>I:\edgefleet.cfg</c> (firmware/boards/esp32, Settings): the enrolment and the gateway.</summary>
internal sealed class BoardSettings
{
    private static readonly string[] Known = ["enrolment", "secret", "host", "port", "tls", "ntp", "rate", "board", "flash"];

    private readonly Dictionary<string, string> _values;

    private BoardSettings(Dictionary<string, string> values) => _values = values;

    /// <summary>The enrolment's id.</summary>
    public string Enrolment => _values["enrolment"];

    /// <summary>The key of whatever has to be compared without being readable.</summary>
    public byte[] SecretBytes => Base64Url.DecodeFromChars(_values["secret"]);

    /// <summary>The gateway, for people.</summary>
    public string Gateway => $"{_values["host"]}:{_values.GetValueOrDefault("port") ?? (Tls ? "8883" : "1883")}";

    private bool Tls => _values.GetValueOrDefault("tls") != "no";

    /// <summary>Reads a settings file as <c>enrol</c> writes it; what a board would pass over in silence is refused here.</summary>
    public static BoardSettings Parse(string path, string text)
    {
        Dictionary<string, string> values = Input.Values(path, text);
        if (values.Keys.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            throw Bad(path, $"a board knows no '{unknown}'.");
        if (!Names.IsId(values.GetValueOrDefault("enrolment") ?? ""))
            throw Bad(path, "enrolment: the id of an enrolment is missing.");
        if (!IsKey(values.GetValueOrDefault("secret") ?? ""))
            throw Bad(path, "secret: 43 characters of base64url, as the service shows it once.");
        if ((values.GetValueOrDefault("host") ?? "").Length is 0 or > Limits.MaxText)
            throw Bad(path, $"host: the gateway's name or address, at most {Limits.MaxText} characters.");
        if (values.TryGetValue("port", out string? port) && (!ushort.TryParse(port, out ushort number) || number == 0))
            throw Bad(path, "port: 1 to 65535.");
        if (values.TryGetValue("tls", out string? tls) && tls is not ("yes" or "no"))
            throw Bad(path, "tls: yes or no.");
        if (values.TryGetValue("rate", out string? rate) && rate is not ("125" or "250"))
            throw Bad(path, "rate: 125 or 250.");
        return new BoardSettings(values);
    }

    /// <summary>Settings of a new enrolment.</summary>
    public static BoardSettings Of(string enrolment, string secret, string host, int? port, bool tls)
    {
        Dictionary<string, string> values = new() { ["enrolment"] = enrolment, ["secret"] = secret, ["host"] = host };
        if (port != null)
            values["port"] = port.Value.ToString();
        if (!tls)
            values["tls"] = "no";
        return new BoardSettings(values);
    }

    /// <summary>The file, without what depends on the board.</summary>
    public string Text() => string.Concat(_values.Where(v => v.Key is not ("board" or "flash")).Select(v => $"{v.Key}={v.Value}\n"));

    /// <summary>The file for one board; the board's name and its flash are what was found.</summary>
    public byte[] For(Board board, ChipDetails chip)
    {
        StringBuilder text = new(Text());
        text.Append("board=").Append(board.SettingsId).Append('\n');
        if (chip.FlashMb is 4 or 8 or 16)
            text.Append("flash=").Append(chip.FlashMb).Append('\n');
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        return bytes.Length <= FlashLimits.MaxSettings ? bytes : throw new FlashException(
            Failure.BadInput, $"The board's settings have {bytes.Length} bytes, of at most {FlashLimits.MaxSettings}.");
    }

    private static bool IsKey(string text)
    {
        const int Characters = 43;
        return text.Length == Characters && Base64Url.IsValid(text, out int bytes) && bytes == Limits.KeyBytes;
    }

    private static FlashException Bad(string path, string why) => new(Failure.BadInput, $"{path}: {why}");
}
