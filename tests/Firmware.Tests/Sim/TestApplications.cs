using System.Security.Cryptography;
using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Flash;
using EdgeFleet.Boards.Sim.Host;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Updates;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>Applications for the simulated board, and bundles of them laid straight into a slot.</summary>
internal static class TestApplications
{
    private static readonly RSA Key = RSA.Create(2048);

    /// <summary>What a board trusts.</summary>
    public static readonly byte[] Modulus = Key.ExportParameters(false).Modulus!;

    /// <summary>The one that the build has made of the tree.</summary>
    public static byte[] Of(NodeKind kind) => File.ReadAllBytes(Path.Combine(
        AppContext.BaseDirectory, "applications", $"EdgeFleet.{(kind == NodeKind.Bridge ? "Bridge" : "AirBox")}.Sim.dll"));

    /// <summary>One that is no node: these statements are its start and its step, over <c>hardware</c>.</summary>
    public static byte[] Compile(string start, string tick)
    {
        string source =
            "using EdgeFleet.Boards.Sim.Host; public sealed class App : ISimApplication { ISimHardware hardware = null!; long due; "
            + $"public void Start(ISimHardware given) {{ hardware = given; {start} }} "
            + $"public void Tick(long nowMs) {{ due = nowMs + 1000; {tick} }} "
            + "public long NextDueMs(long nowMs) => due; public SimApplicationStatus Status => default; }";
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        CSharpCompilation compilation = CSharpCompilation.Create(
            "EdgeFleet.Test.Sim", [CSharpSyntaxTree.ParseText(source)],
            [
                MetadataReference.CreateFromFile(typeof(object).Assembly.Location),
                MetadataReference.CreateFromFile(Path.Combine(runtime, "System.Runtime.dll")),
                MetadataReference.CreateFromFile(typeof(ISimApplication).Assembly.Location),
                MetadataReference.CreateFromFile(typeof(Topics).Assembly.Location),
            ],
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable,
                optimizationLevel: OptimizationLevel.Release));
        using MemoryStream assembly = new();
        Microsoft.CodeAnalysis.Emit.EmitResult emitted = compilation.Emit(assembly);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics));
        return assembly.ToArray();
    }

    /// <summary>Lays a signed bundle into a slot of a board without power, and asks for its trial.</summary>
    public static void Stage(SimNode node, byte[] application)
    {
        byte[] manifest;
        using (BlockTag tagger = new())
        {
            manifest = Written(writer =>
            {
                BundleWriter.WriteManifestStart(writer, 1, "9.0.0", node.Kind, 1, 0, 1);
                BundleWriter.WriteTargetStart(writer, [SimNodeOptions.HardwareClass], [], [], 0, 1);
                BundleWriter.WriteComponent(writer, "Application.dll", application, tagger);
            });
        }
        byte[] keyId = new RsaPublicKey(Modulus, 0, Modulus.Length).KeyId;
        byte[] signed = Written(writer => BundleWriter.WriteToBeSigned(writer, manifest, 0, manifest.Length, keyId));
        byte[] signature = Key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        byte[] envelope = Written(
            writer => BundleWriter.WriteEnvelope(writer, manifest, 0, manifest.Length, keyId, signature));
        BundleReader reader = new();
        byte[] digest = new byte[BundleLimits.DigestBytes];
        Assert.Equal(BundleError.None, reader.Read(envelope, 0, envelope.Length));
        new BundleVerifier().Digest(reader, digest);

        node.Flash.PowerOn();
        SimFileStore files = new(node.Flash);
        SlotFiles slots = new(files);
        Assert.Equal(StorageResult.Ok, slots.WriteEnvelope(UpdateSlot.A, envelope, 0, envelope.Length));
        for (int at = 0; at < application.Length; at += BundleLimits.BlockBytes)
        {
            int count = Math.Min(BundleLimits.BlockBytes, application.Length - at);
            Assert.Equal(StorageResult.Ok, slots.WriteBlock(UpdateSlot.A, at / BundleLimits.BlockBytes, application, at, count));
        }
        Assert.True(new BootRecord(files, new Crc32()).RequestTest(UpdateSlot.A, digest, 0));
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
