using System.Security.Cryptography;

namespace EdgeFleet.FleetSim.Updates;

/// <summary>Bundles that a simulated fleet is updated to.</summary>
/// <param name="Bundles">Signed bundles for the hardware class <c>sim</c>, at most one for each kind of node.</param>
/// <param name="PublicKeyPem">The key that signed them: boards and service trust it.</param>
/// <param name="At">When the service is told, after the start.</param>
public sealed record UpdatePlan(IReadOnlyList<byte[]> Bundles, string PublicKeyPem, TimeSpan At)
{
    /// <summary>The key's modulus, as boards are given it.</summary>
    public byte[] Modulus
    {
        get
        {
            using RSA rsa = RSA.Create();
            rsa.ImportFromPem(PublicKeyPem);
            return rsa.ExportParameters(false).Modulus!;
        }
    }

    /// <summary>Reads what the command line names; what is wrong, or null.</summary>
    public static string? TryLoad(IReadOnlyList<string> bundles, string? key, TimeSpan at, out UpdatePlan? plan)
    {
        plan = null;
        if (bundles.Count == 0 && key == null)
            return null;
        if (bundles.Count == 0)
            return "--trust is the key of what --update names: give a bundle too.";
        if (key == null)
            return "--update needs --trust: the public key of whoever signed the bundle, as `edgefleet key show` writes it.";
        try
        {
            string pem = File.ReadAllText(key);
            plan = new UpdatePlan([.. bundles.Select(File.ReadAllBytes)], pem, at);
            _ = plan.Modulus;
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            plan = null;
            return $"{key} is no public RSA key in PEM.";
        }
    }
}
