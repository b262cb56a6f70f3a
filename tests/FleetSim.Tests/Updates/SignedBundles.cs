using System.Security.Cryptography;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.FleetSim.Updates;

namespace EdgeFleet.FleetSim.Tests.Updates;

/// <summary>Bundles of the test's own applications, signed with a key that lives as long as the test.</summary>
internal static class SignedBundles
{
    /// <summary>What the fleet is to be updated to, five minutes after its start.</summary>
    public static UpdatePlan Plan(params (NodeKind Kind, string Application)[] updates)
    {
        using RSA key = RSA.Create(2048);
        return new UpdatePlan(
            [.. updates.Select(update => Make(update.Kind, update.Application, key))], key.ExportSubjectPublicKeyInfoPem(),
            TimeSpan.FromMinutes(5));
    }

    /// <summary>An application that the build has put beside the tests.</summary>
    public static byte[] Application(string name) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "applications", name + ".Sim.dll"));

    private static byte[] Make(NodeKind kind, string application, RSA signer)
    {
        byte[] component = Application(application);
        using BlockTag tagger = new();
        byte[] manifest = Written(writer =>
        {
            BundleWriter.WriteManifestStart(writer, 2, "0.2.0", kind, 1, 0, 1);
            BundleWriter.WriteTargetStart(writer, ["sim"], [], [], 0, 1);
            BundleWriter.WriteComponent(writer, application + ".Sim.dll", component, tagger);
        });
        byte[] modulus = signer.ExportParameters(false).Modulus!;
        byte[] keyId = new RsaPublicKey(modulus, 0, modulus.Length).KeyId;
        byte[] signed = Written(writer => BundleWriter.WriteToBeSigned(writer, manifest, 0, manifest.Length, keyId));
        byte[] signature = signer.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        byte[] envelope = Written(
            writer => BundleWriter.WriteEnvelope(writer, manifest, 0, manifest.Length, keyId, signature));
        return [.. envelope, .. component];
    }

    private static byte[] Written(Action<CborWriter> write)
    {
        byte[] buffer = new byte[2 * BundleLimits.MaxEnvelope];
        CborWriter writer = new(buffer);
        write(writer);
        Assert.Equal(ContractError.None, writer.Error);
        return buffer[..writer.Length];
    }
}
