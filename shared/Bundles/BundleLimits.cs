using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Contracts.Bundles
{
    /// <summary>Every bound of the bundle format, with its arithmetic.</summary>
    public static class BundleLimits
    {
        /// <summary>The format that this source reads and writes.</summary>
        public const int Format = 1;

        /// <summary>
        /// Bytes of an envelope: what stands before the components. Two blocks of a download, and what a reader must be
        /// able to hold; a bundle for one class of board takes about 1 KB.
        /// </summary>
        public const int MaxEnvelope = 2 * Limits.MaxBlock;

        /// <summary>
        /// Bytes of a manifest: an envelope less its framing. Tag and array 2; protected header 2 + 1 + 3 of algorithm,
        /// 3 + 33 of content type and 3 + 32 of key id; unprotected header 1; heads of manifest and signature 3 each;
        /// signature 384: 470 of them.
        /// </summary>
        public const int MaxManifest = MaxEnvelope - 470;

        /// <summary>Targets of one bundle: boards with and without PSRAM, the simulator, and one more.</summary>
        public const int MaxTargets = 4;

        /// <summary>Hardware classes of one target.</summary>
        public const int MaxClasses = 8;

        /// <summary>Hardware class names, in characters.</summary>
        public const int MaxClassName = Limits.MaxId;

        /// <summary>Native assemblies that one target requires; a board's firmware has about 25.</summary>
        public const int MaxNatives = 32;

        /// <summary>Components of one bundle, of all its targets together.</summary>
        public const int MaxComponents = 8;

        /// <summary>Names of components and of native assemblies, in characters; the longest of nanoFramework has 43.</summary>
        public const int MaxName = 64;

        /// <summary>Bytes of one component: as many as the tags of a manifest that has nothing else can vouch for.</summary>
        public const int MaxComponent = MaxManifest / TagBytes * BlockBytes;

        /// <summary>
        /// Bytes of a whole bundle. The tags of all components share one manifest, so the bound of one component holds
        /// for all of them together: 241 blocks, 987,136 bytes.
        /// </summary>
        public const int MaxBundle = MaxEnvelope + MaxComponent;

        /// <summary>
        /// Bytes of the components of one target for a board: the application sits on its managed heap, which only boards with
        /// external memory have room on, 792 KiB at least, of which a bridge node takes 216 KB beside its application. What
        /// binds is flash: two slots of 32 blocks are 256 KiB of the 2 MiB that boards with 8 MB have for files.
        /// </summary>
        public const int MaxBoardComponents = 128 * 1024;

        /// <summary>Bytes of a block that one tag vouches for; the last of a component may be shorter.</summary>
        public const int BlockBytes = Limits.MaxBlock;

        /// <summary>Bytes of a block's tag.</summary>
        public const int TagBytes = 32;

        /// <summary>Bytes of a bundle's digest and of a key id.</summary>
        public const int DigestBytes = Sha256.DigestBytes;

        /// <summary>Blocks of a component.</summary>
        public static int BlocksOf(int size)
        {
            return (size + BlockBytes - 1) / BlockBytes;
        }
    }
}
