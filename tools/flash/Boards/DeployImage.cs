using System.Security.Cryptography;
using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Files;

namespace EdgeFleet.Flash.Boards;

/// <summary>A deployable image of one kind: assemblies one after another, as nanoFramework's build makes it.</summary>
internal sealed class DeployImage
{
    // What every assembly begins with (nf-interpreter, CLR_RECORD_ASSEMBLY: "NFMRK1" and "NFMRK2").
    private static readonly byte[] Mark = "NFMRK"u8.ToArray();

    private DeployImage(string path, byte[] bytes) => (Path, Bytes) = (path, bytes);

    public string Path { get; }

    public byte[] Bytes { get; }

    /// <summary>SHA-256, lower-case hexadecimal.</summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Bytes));

    /// <summary>The application's assembly of a kind.</summary>
    public static string AssemblyOf(NodeKind kind) => kind == NodeKind.Bridge ? "EdgeFleet.Bridge" : "EdgeFleet.AirBox";

    /// <summary>Opens an image file, or that of the kind in a folder.</summary>
    public static DeployImage Open(string path, NodeKind kind)
    {
        string file = Directory.Exists(path) ? System.IO.Path.Combine(path, AssemblyOf(kind) + ".bin") : path;
        byte[] bytes = Input.Read(file, FlashLimits.MaxImage);
        if (!bytes.AsSpan().StartsWith(Mark))
        {
            throw new FlashException(Failure.BadInput, $"{file}: this is no deployable image of nanoFramework.",
                $"Make one with `dotnet build firmware/boards/esp32 -c Release -p:NodeKind={kind}`.");
        }
        NodeKind other = kind == NodeKind.Bridge ? NodeKind.AirBox : NodeKind.Bridge;
        if (!Names(bytes, kind) && Names(bytes, other))
            throw new FlashException(Failure.BadInput, $"{file}: this image is for the kind {other}, not {kind}.");
        return new DeployImage(System.IO.Path.GetFullPath(file), bytes);
    }

    private static bool Names(byte[] bytes, NodeKind kind) =>
        bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(AssemblyOf(kind))) >= 0;
}
