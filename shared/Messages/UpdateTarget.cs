using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>
    /// The bundle that the service wants a node to run. Part of <see cref="DesiredState"/>; where it is absent the node
    /// stays as it is, and gives up what it has not yet swapped in.
    /// </summary>
    public sealed class UpdateTarget
    {
        /// <summary>The bundle's digest, see <see cref="Bundles.BundleVerifier"/>.</summary>
        public readonly byte[] Digest = new byte[Limits.DigestBytes];

        /// <summary>Length of the whole bundle, envelope and components, in bytes.</summary>
        public uint TotalBytes;

        /// <summary>Length of the envelope, with which the bundle begins, in bytes.</summary>
        public uint EnvelopeBytes;

        /// <summary>
        /// Which attempt this is. A bundle that a node remembers as bad is tried again only for a higher number than the
        /// one that it remembers.
        /// </summary>
        public uint Attempt;

        /// <summary>Earliest moment of the swap, Unix milliseconds; 0: at once. Blocks are fetched before, too.</summary>
        public long ApplyFromMs;

        /// <summary>Latest moment of the swap, Unix milliseconds; 0: without end.</summary>
        public long ApplyUntilMs;

        /// <summary>Copies all fields.</summary>
        public void CopyFrom(UpdateTarget other)
        {
            System.Array.Copy(other.Digest, Digest, Digest.Length);
            TotalBytes = other.TotalBytes;
            EnvelopeBytes = other.EnvelopeBytes;
            Attempt = other.Attempt;
            ApplyFromMs = other.ApplyFromMs;
            ApplyUntilMs = other.ApplyUntilMs;
        }

        internal void Write(CborWriter writer)
        {
            writer.WriteMapStart(6);
            writer.WriteInt(1);
            writer.WriteBytes(Digest);
            writer.WriteInt(2);
            writer.WriteUInt(TotalBytes);
            writer.WriteInt(3);
            writer.WriteUInt(EnvelopeBytes);
            writer.WriteInt(4);
            writer.WriteUInt(Attempt);
            writer.WriteInt(5);
            writer.WriteInt(ApplyFromMs);
            writer.WriteInt(6);
            writer.WriteInt(ApplyUntilMs);
        }

        internal bool TryRead(CborReader reader)
        {
            Attempt = 0;
            ApplyFromMs = 0;
            ApplyUntilMs = 0;
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return false;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return false;
            }
            const uint mandatory = (1u << 1) | (1u << 2) | (1u << 3);
            return (seen & mandatory) == mandatory || reader.Fail(ContractError.MissingField);
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 1:
                    return reader.TryReadBytes(Digest);
                case 2:
                    return reader.TryReadUInt32(out TotalBytes);
                case 3:
                    return reader.TryReadUInt32(out EnvelopeBytes);
                case 4:
                    return reader.TryReadUInt32(out Attempt);
                case 5:
                    return MapReader.TryReadTime(reader, out ApplyFromMs);
                case 6:
                    return MapReader.TryReadTime(reader, out ApplyUntilMs);
                default:
                    return reader.TrySkip();
            }
        }
    }
}
