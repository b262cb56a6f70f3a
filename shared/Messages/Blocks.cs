using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>A node asks for a piece of a bundle.</summary>
    public sealed class BlockRequest
    {
        /// <summary>The bundle's digest.</summary>
        public readonly byte[] Digest = new byte[Limits.DigestBytes];

        /// <summary>The sender's protocol version.</summary>
        public int Version = Protocol.Version;

        /// <summary>First byte wanted.</summary>
        public uint Offset;

        /// <summary>Bytes wanted, 1 to <see cref="Limits.MaxBlock"/>.</summary>
        public int Length;

        /// <summary>Writes the message.</summary>
        public void Write(CborWriter writer)
        {
            writer.WriteMapStart(4);
            writer.WriteInt(0);
            writer.WriteInt(Version);
            writer.WriteInt(1);
            writer.WriteBytes(Digest);
            writer.WriteInt(2);
            writer.WriteUInt(Offset);
            writer.WriteInt(3);
            writer.WriteInt(Length);
        }

        /// <summary>Reads the message; on an error the fields are unspecified.</summary>
        public ContractError Read(CborReader reader)
        {
            Version = Protocol.OldestVersion;
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return reader.Error;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return reader.Error;
            }
            return MapReader.Finish(reader, seen, (1u << 1) | (1u << 2) | (1u << 3));
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 0:
                    return MapReader.TryReadVersion(reader, out Version);
                case 1:
                    return reader.TryReadBytes(Digest);
                case 2:
                    return reader.TryReadUInt32(out Offset);
                case 3:
                    return reader.TryReadInt32(1, Limits.MaxBlock, out Length);
                default:
                    return reader.TrySkip();
            }
        }
    }

    /// <summary>Why a block is not there.</summary>
    public enum BlockStatus : byte
    {
        /// <summary>It is.</summary>
        Ok = 0,

        /// <summary>No bundle of that digest is offered to this node.</summary>
        UnknownDigest = 1,

        /// <summary>The bundle ends before the offset.</summary>
        OutOfRange = 2,

        /// <summary>Ask again later.</summary>
        Busy = 3,
    }

    /// <summary>A piece of a bundle.</summary>
    public sealed class BlockAnswer
    {
        /// <summary>The bundle's digest.</summary>
        public readonly byte[] Digest = new byte[Limits.DigestBytes];

        /// <summary>The bytes; only the first <see cref="DataLength"/> count.</summary>
        public readonly byte[] Data = new byte[Limits.MaxBlock];

        /// <summary>The sender's protocol version.</summary>
        public int Version = Protocol.Version;

        /// <summary>Place of the first byte.</summary>
        public uint Offset;

        /// <summary>Whether the data is there.</summary>
        public BlockStatus Status;

        /// <summary>Length of the whole bundle, in bytes.</summary>
        public uint Total;

        /// <summary>Bytes of <see cref="Data"/>.</summary>
        public int DataLength;

        /// <summary>Writes the message.</summary>
        public void Write(CborWriter writer)
        {
            writer.WriteMapStart(6);
            writer.WriteInt(0);
            writer.WriteInt(Version);
            writer.WriteInt(1);
            writer.WriteBytes(Digest);
            writer.WriteInt(2);
            writer.WriteUInt(Offset);
            writer.WriteInt(3);
            writer.WriteInt((int)Status);
            writer.WriteInt(4);
            writer.WriteUInt(Total);
            writer.WriteInt(5);
            writer.WriteBytes(Data, 0, DataLength);
        }

        /// <summary>Reads the message; on an error the fields are unspecified.</summary>
        public ContractError Read(CborReader reader)
        {
            Version = Protocol.OldestVersion;
            Total = 0;
            DataLength = 0;
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return reader.Error;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return reader.Error;
            }
            uint mandatory = (1u << 1) | (1u << 2) | (1u << 3);
            if (Status == BlockStatus.Ok)
                mandatory |= (1u << 4) | (1u << 5);
            if (MapReader.Finish(reader, seen, mandatory) == ContractError.None
                && Status == BlockStatus.Ok && (ulong)Offset + (ulong)DataLength > Total)
                reader.Fail(ContractError.OutOfRange);
            return reader.Error;
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 0:
                    return MapReader.TryReadVersion(reader, out Version);
                case 1:
                    return reader.TryReadBytes(Digest);
                case 2:
                    return reader.TryReadUInt32(out Offset);
                case 3:
                    if (!reader.TryReadInt32(0, 255, out int status))
                        return false;
                    Status = (BlockStatus)status;
                    return true;
                case 4:
                    return reader.TryReadUInt32(out Total);
                case 5:
                    if (!reader.TryReadBytes(Limits.MaxBlock, out int offset, out DataLength))
                        return false;
                    System.Array.Copy(reader.Buffer, offset, Data, 0, DataLength);
                    return true;
                default:
                    return reader.TrySkip();
            }
        }
    }
}
