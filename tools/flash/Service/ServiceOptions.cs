using System.CommandLine;
using EdgeFleet.Flash.Files;

namespace EdgeFleet.Flash.Service;

/// <summary>Where the service is, and the token for it: from a file or the environment, never an argument's value.</summary>
internal sealed class ServiceOptions
{
    private const string AddressVariable = "EDGEFLEET_URL";
    private const string TokenVariable = "EDGEFLEET_TOKEN";
    private const int MaxToken = 512;

    private readonly Option<string?> _address = new("--service")
    {
        Description = $"Address of the service; without it, that of {AddressVariable}.", HelpName = "URL",
    };

    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = $"File with an API token, readable by its owner alone; without it, that of {TokenVariable}.", HelpName = "FILE",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_address);
        command.Options.Add(_tokenFile);
    }

    /// <summary>The service, or null where none was named.</summary>
    public FleetClient? Find(ParseResult result, FlashHost host)
    {
        string? address = result.GetValue(_address) ?? Value(host, AddressVariable);
        if (address == null)
            return null;
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            throw new FlashException(Failure.BadInput, $"{address}: this is no address of a service.", "Such as https://fleet.example.org");
        string? file = result.GetValue(_tokenFile);
        string? token = file == null ? Value(host, TokenVariable) : SecretFile.Text(file, MaxToken).Trim();
        return new FleetClient(uri, token);
    }

    /// <summary>The service; fails where none was named.</summary>
    public FleetClient Need(ParseResult result, FlashHost host) => Find(result, host) ?? throw new FlashException(
        Failure.BadInput, "No service was named.", $"Give --service URL, or set {AddressVariable}.");

    private static string? Value(FlashHost host, string name) => host.Environment(name) is { Length: > 0 } value ? value : null;
}
