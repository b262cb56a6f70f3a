using System.Net;
using EdgeFleet.Flash.Files;

namespace EdgeFleet.Flash.Profiles;

/// <summary>
/// How a board gets onto the network: Wi-Fi, or a cable. A file of <c>name=value</c>: <c>ssid</c> and <c>password</c>, or
/// <c>ethernet=yes</c>; with <c>address</c>, <c>mask</c>, <c>gateway</c> and <c>dns</c> where no DHCP answers.
/// </summary>
internal sealed record NetworkProfile(
    string? Ssid, string Password, string Authentication, string Encryption, string? Address, string? Mask, string? Gateway,
    string? Dns)
{
    // 802.11: 32 bytes of name; WPA2: 8 to 63 characters, or 64 hexadecimal digits.
    private const int MaxSsid = 32, MaxPassword = 64, MinPassword = 8;

    private static readonly string[] Known =
        ["ssid", "password", "authentication", "encryption", "ethernet", "address", "mask", "gateway", "dns"];

    /// <summary>Whether it is a cable.</summary>
    public bool Wired => Ssid == null;

    /// <summary>Reads a profile out of a text.</summary>
    public static NetworkProfile Parse(string path, string text)
    {
        Dictionary<string, string> values = Input.Values(path, text);
        if (values.Keys.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            throw Bad(path, $"there is no '{unknown}' in a network profile.");
        bool wired = values.GetValueOrDefault("ethernet") == "yes";
        string? ssid = values.GetValueOrDefault("ssid");
        string password = values.GetValueOrDefault("password") ?? "";
        if (wired == (ssid != null))
            throw Bad(path, "give ssid and password, or ethernet=yes.");
        if (ssid != null && (ssid.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(ssid) > MaxSsid))
            throw Bad(path, $"ssid: 1 to {MaxSsid} bytes.");
        if (password.Length > MaxPassword || password.Length is > 0 and < MinPassword)
            throw Bad(path, $"password: {MinPassword} to {MaxPassword} characters, or none for an open network.");
        foreach (string name in new[] { "address", "mask", "gateway", "dns" })
        {
            if (values.TryGetValue(name, out string? address) && !IPAddress.TryParse(address, out _))
                throw Bad(path, $"{name}: no IPv4 address.");
        }
        bool open = password.Length == 0;
        return new NetworkProfile(
            ssid, password, values.GetValueOrDefault("authentication") ?? (open ? "Open" : "WPA2"),
            values.GetValueOrDefault("encryption") ?? (open ? "None" : "WPA2_PSK2"), values.GetValueOrDefault("address"),
            values.GetValueOrDefault("mask"), values.GetValueOrDefault("gateway"), values.GetValueOrDefault("dns"));
    }

    /// <summary>nanoff's description of it (its NetworkDeploymentConfiguration.cs, WirelessConfiguration.cs, Ethernet.cs).</summary>
    public object Describe(string port)
    {
        bool dhcp = Address == null;
        return Wired
            ? new { SerialPort = port, Ethernet = new { DhcpEnabled = dhcp, AutomaticDNS = Dns == null, IPv4Address = Address, IPv4NetMask = Mask, IPv4Gateway = Gateway, IPv4DNSAddress1 = Dns } }
            : new
            {
                SerialPort = port,
                WirelessClient = new
                {
                    Ssid, Password, Authentication, Encryption, ConfigurationOption = "AutoConnect", RadioType = "802.11n",
                    DhcpEnabled = dhcp, AutomaticDNS = Dns == null, IPv4Address = Address, IPv4NetMask = Mask, IPv4Gateway = Gateway,
                    IPv4DNSAddress1 = Dns,
                },
            };
    }

    private static FlashException Bad(string path, string why) => new(Failure.BadInput, $"{path}: {why}");
}
