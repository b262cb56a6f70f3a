using System.CommandLine;
using EdgeFleet.Flash.Files;

namespace EdgeFleet.Flash.Service;

/// <summary>Where the service is, and the token for it: from a file or the environment, never an argument's value.</summary>
internal sealed class ServiceOptions
{
    private const string AddressVariable = "EDGEFLEET_SERVER";
    private const string TokenVariable = "EDGEFLEET_TOKEN";
    private const string TokenFileVariable = "EDGEFLEET_TOKEN_FILE";
    private const int MaxToken = 512;

    private readonly Option<string?> _address = new("--server")
    {
        Description = $"Address of the service; without it, that of {AddressVariable}.", HelpName = "URL",
    };

    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = $"File with an API token, readable by its owner alone; without it, that of {TokenVariable}, {TokenFileVariable}, "
            + "or ~/.config/edgefleet/token.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _allowHttp = new("--allow-http")
    {
        Description = "Send the token over http to another machine, where anybody on the way can read it.",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_address);
        command.Options.Add(_tokenFile);
        command.Options.Add(_allowHttp);
    }

    /// <summary>The service, or null where none was named.</summary>
    public FleetClient? Find(ParseResult result, FlashHost host)
    {
        string? address = result.GetValue(_address) ?? Value(host, AddressVariable);
        if (address == null)
            return null;
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            throw new FlashException(Failure.BadInput, $"{address}: this is no address of a service.", "Such as https://fleet.example.org");
        if (uri.Scheme == "http" && !uri.IsLoopback && !result.GetValue(_allowHttp))
            throw new FlashException(Failure.BadInput, $"{address}: over http anybody on the way reads the token.", "Give an https address; or --allow-http.");
        return new FleetClient(uri, Token(result, host));
    }

    /// <summary>The service; fails where none was named.</summary>
    public FleetClient Need(ParseResult result, FlashHost host) => Find(result, host) ?? throw new FlashException(
        Failure.BadInput, "No service was named.", $"Give --server URL, or set {AddressVariable}.");

    private string? Token(ParseResult result, FlashHost host)
    {
        string? file = result.GetValue(_tokenFile);
        if (file == null && Value(host, TokenVariable) is { } token)
            return token;
        file ??= Value(host, TokenFileVariable);
        string common = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "edgefleet", "token");
        file ??= File.Exists(common) ? common : null;
        return file == null ? null : SecretFile.Text(file, MaxToken).Trim();
    }

    private static string? Value(FlashHost host, string name) => host.Environment(name) is { Length: > 0 } value ? value : null;
}
