using System.Text;
using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Bundles
{
    /// <summary>
    /// Writes manifests and envelopes: keys ascending, shortest forms, so that one content has one encoding. For the
    /// tools; a node writes none.
    /// </summary>
    public static class BundleWriter
    {
        /// <summary>The head of a manifest; its targets follow, <paramref name="targets"/> of them.</summary>
        /// <param name="expiryMs">Unix milliseconds, or 0 for a bundle without end.</param>
        public static void WriteManifestStart(
            CborWriter writer, uint sequence, string version, NodeKind kind, uint securityCounter, long expiryMs,
            int targets)
        {
            writer.WriteMapStart(7);
            writer.WriteInt(0);
            writer.WriteInt(BundleLimits.Format);
            writer.WriteInt(1);
            writer.WriteInt(sequence);
            writer.WriteInt(2);
            writer.WriteText(version);
            writer.WriteInt(3);
            writer.WriteInt((int)kind);
            writer.WriteInt(4);
            writer.WriteInt(securityCounter);
            writer.WriteInt(5);
            writer.WriteInt(expiryMs);
            writer.WriteInt(6);
            writer.WriteArrayStart(targets);
        }

        /// <summary>
        /// The head of a target, with the native assemblies that it requires, name by name with its checksum; its
        /// components follow, <paramref name="components"/> of them.
        /// </summary>
        public static void WriteTargetStart(
            CborWriter writer, string[] classes, string[] natives, uint[] checksums, int leastFreeHeap, int components)
        {
            writer.WriteMapStart(4);
            writer.WriteInt(1);
            writer.WriteArrayStart(classes.Length);
            for (int i = 0; i < classes.Length; i++)
                writer.WriteText(classes[i]);
            writer.WriteInt(2);
            writer.WriteArrayStart(natives.Length);
            for (int i = 0; i < natives.Length; i++)
            {
                writer.WriteArrayStart(2);
                writer.WriteText(natives[i]);
                writer.WriteInt(checksums[i]);
            }
            writer.WriteInt(3);
            writer.WriteInt(leastFreeHeap);
            writer.WriteInt(4);
            writer.WriteArrayStart(components);
        }

        /// <summary>A component with the tags of its blocks.</summary>
        public static void WriteComponent(CborWriter writer, string name, byte[] content, BlockTag tagger)
        {
            int blocks = BundleLimits.BlocksOf(content.Length);
            byte[] tags = new byte[blocks * BundleLimits.TagBytes];
            for (int i = 0; i < blocks; i++)
            {
                int at = i * BundleLimits.BlockBytes;
                int left = content.Length - at;
                int length = left < BundleLimits.BlockBytes ? left : BundleLimits.BlockBytes;
                tagger.Compute(content, at, length, i).CopyTo(tags, i * BundleLimits.TagBytes);
            }
            writer.WriteMapStart(3);
            writer.WriteInt(1);
            writer.WriteText(name);
            writer.WriteInt(2);
            writer.WriteInt(content.Length);
            writer.WriteInt(3);
            writer.WriteBytes(tags);
        }

        /// <summary>
        /// The envelope over a manifest. Without a key id and a signature, both of no bytes, it is one that nobody has
        /// signed.
        /// </summary>
        public static void WriteEnvelope(
            CborWriter writer, byte[] buffer, int manifestAt, int manifestLength, byte[] keyId, byte[] signature)
        {
            writer.WriteTag(18);
            writer.WriteArrayStart(4);
            byte[] header = ProtectedHeader(keyId);
            writer.WriteBytes(header);
            writer.WriteMapStart(0);
            writer.WriteBytes(buffer, manifestAt, manifestLength);
            writer.WriteBytes(signature);
        }

        /// <summary>
        /// What a signature under the key signs (Sig_structure of RFC 9052 section 4.4): its SHA-256 is the bundle's
        /// digest.
        /// </summary>
        public static void WriteToBeSigned(
            CborWriter writer, byte[] buffer, int manifestAt, int manifestLength, byte[] keyId)
        {
            writer.WriteArrayStart(4);
            writer.WriteText("Signature1");
            writer.WriteBytes(ProtectedHeader(keyId));
            writer.WriteBytes(new byte[0]);
            writer.WriteBytes(buffer, manifestAt, manifestLength);
        }

        private static byte[] ProtectedHeader(byte[] keyId)
        {
            byte[] content = Encoding.UTF8.GetBytes(BundleReader.ContentType);
            byte[] header = new byte[content.Length + keyId.Length + 16];
            CborWriter writer = new CborWriter(header);
            writer.WriteMapStart(keyId.Length == 0 ? 2 : 3);
            writer.WriteInt(1);
            writer.WriteInt(BundleReader.Ps256);
            writer.WriteInt(3);
            writer.WriteText(BundleReader.ContentType);
            if (keyId.Length != 0)
            {
                writer.WriteInt(4);
                writer.WriteBytes(keyId);
            }
            byte[] exact = new byte[writer.Length];
            System.Array.Copy(header, 0, exact, 0, exact.Length);
            return exact;
        }
    }
}
