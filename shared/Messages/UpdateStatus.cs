using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>How a node's update stands. Part of <see cref="ReportedState"/>.</summary>
    public sealed class UpdateStatus
    {
        /// <summary>Digest of the bundle that <see cref="State"/> is about, where <see cref="HasTarget"/>.</summary>
        public readonly byte[] Target = new byte[Limits.DigestBytes];

        /// <summary>How far it is.</summary>
        public UpdateState State;

        /// <summary>Why.</summary>
        public UpdateReason Reason;

        /// <summary>Whether there is a bundle that <see cref="State"/> is about.</summary>
        public bool HasTarget;

        /// <summary>Bytes of the bundle that are verified on flash.</summary>
        public uint FetchedBytes;

        /// <summary>Bytes of the bundle that this node fetches, its envelope and own components; 0: not known.</summary>
        public uint TotalBytes;

        /// <summary>Where the running application was loaded from.</summary>
        public UpdateSlot Running;

        /// <summary>Whether the running application has proved itself; the golden one has.</summary>
        public bool Confirmed;

        /// <summary>Boots that were begun into the running slot since it was swapped in.</summary>
        public uint BootAttempts;

        /// <summary>The target's attempt, see <see cref="UpdateTarget.Attempt"/>.</summary>
        public uint Attempt;

        /// <summary>Bundles with a lower security counter are refused.</summary>
        public uint SecurityCounter;

        /// <summary>Back to idle.</summary>
        public void Clear()
        {
            State = UpdateState.Idle;
            Reason = UpdateReason.None;
            HasTarget = false;
            FetchedBytes = 0;
            TotalBytes = 0;
            Running = UpdateSlot.Golden;
            Confirmed = false;
            BootAttempts = 0;
            Attempt = 0;
            SecurityCounter = 0;
        }

        /// <summary>Copies all fields.</summary>
        public void CopyFrom(UpdateStatus other)
        {
            System.Array.Copy(other.Target, Target, Target.Length);
            State = other.State;
            Reason = other.Reason;
            HasTarget = other.HasTarget;
            FetchedBytes = other.FetchedBytes;
            TotalBytes = other.TotalBytes;
            Running = other.Running;
            Confirmed = other.Confirmed;
            BootAttempts = other.BootAttempts;
            Attempt = other.Attempt;
            SecurityCounter = other.SecurityCounter;
        }

        internal void Write(CborWriter writer)
        {
            writer.WriteMapStart(HasTarget ? 10 : 9);
            writer.WriteInt(1);
            writer.WriteInt((int)State);
            writer.WriteInt(2);
            writer.WriteInt((int)Reason);
            if (HasTarget)
            {
                writer.WriteInt(3);
                writer.WriteBytes(Target);
            }
            writer.WriteInt(4);
            writer.WriteUInt(FetchedBytes);
            writer.WriteInt(5);
            writer.WriteUInt(TotalBytes);
            writer.WriteInt(6);
            writer.WriteInt((int)Running);
            writer.WriteInt(7);
            writer.WriteBool(Confirmed);
            writer.WriteInt(8);
            writer.WriteUInt(BootAttempts);
            writer.WriteInt(9);
            writer.WriteUInt(Attempt);
            writer.WriteInt(10);
            writer.WriteUInt(SecurityCounter);
        }

        internal bool TryRead(CborReader reader)
        {
            Clear();
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return false;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return false;
            }
            const uint mandatory = (1u << 1) | (1u << 2);
            return (seen & mandatory) == mandatory || reader.Fail(ContractError.MissingField);
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            int number;
            switch (key)
            {
                case 1:
                    // A newer node may have more states, reasons and slots than we have names.
                    if (!reader.TryReadInt32(0, 255, out number))
                        return false;
                    State = (UpdateState)number;
                    return true;
                case 2:
                    if (!reader.TryReadInt32(0, 255, out number))
                        return false;
                    Reason = (UpdateReason)number;
                    return true;
                case 3:
                    HasTarget = true;
                    return reader.TryReadBytes(Target);
                case 4:
                    return reader.TryReadUInt32(out FetchedBytes);
                case 5:
                    return reader.TryReadUInt32(out TotalBytes);
                case 6:
                    if (!reader.TryReadInt32(0, 255, out number))
                        return false;
                    Running = (UpdateSlot)number;
                    return true;
                case 7:
                    return reader.TryReadBool(out Confirmed);
                case 8:
                    return reader.TryReadUInt32(out BootAttempts);
                case 9:
                    return reader.TryReadUInt32(out Attempt);
                case 10:
                    return reader.TryReadUInt32(out SecurityCounter);
                default:
                    return reader.TrySkip();
            }
        }
    }
}
