using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>First contact: a board without an identity asks for one.</summary>
    public sealed class ClaimRequest
    {
        /// <summary>The sender's protocol version.</summary>
        public int Version = Protocol.Version;

        /// <summary>See <see cref="Names.IsHardwareId"/>.</summary>
        public string HardwareId = "";

        /// <summary>What the board is.</summary>
        public NodeKind Kind;

        /// <summary>The board's type, such as <c>ESP32_S3</c>.</summary>
        public string Board = "";

        /// <summary>The running firmware's version.</summary>
        public string FirmwareVersion = "";

        /// <summary>
        /// Chosen at random once and kept until the claim is granted: who repeats it asks for the same identity again.
        /// </summary>
        public readonly byte[] Nonce = new byte[Limits.ClaimNonceBytes];

        /// <summary>Writes the message.</summary>
        public void Write(CborWriter writer)
        {
            writer.WriteMapStart(6);
            writer.WriteInt(0);
            writer.WriteInt(Version);
            writer.WriteInt(1);
            writer.WriteText(HardwareId);
            writer.WriteInt(2);
            writer.WriteInt((int)Kind);
            writer.WriteInt(3);
            writer.WriteText(Board);
            writer.WriteInt(4);
            writer.WriteText(FirmwareVersion);
            writer.WriteInt(5);
            writer.WriteBytes(Nonce);
        }

        /// <summary>Reads the message; on an error the fields are unspecified.</summary>
        public ContractError Read(CborReader reader)
        {
            Version = Protocol.OldestVersion;
            HardwareId = "";
            Board = "";
            FirmwareVersion = "";
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return reader.Error;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return reader.Error;
            }
            return MapReader.Finish(reader, seen, (1u << 1) | (1u << 2) | (1u << 5));
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 0:
                    return MapReader.TryReadVersion(reader, out Version);
                case 1:
                    return MapReader.TryReadHardwareId(reader, out HardwareId);
                case 2:
                    if (!reader.TryReadInt32(0, (int)NodeKind.Bridge, out int kind))
                        return false;
                    Kind = (NodeKind)kind;
                    return true;
                case 3:
                    return reader.TryReadText(Limits.MaxText, out Board);
                case 4:
                    return reader.TryReadText(Limits.MaxVersionText, out FirmwareVersion);
                case 5:
                    return reader.TryReadBytes(Nonce);
                default:
                    return reader.TrySkip();
            }
        }
    }

    /// <summary>How a claim ended.</summary>
    public enum ClaimStatus : byte
    {
        /// <summary>The identity is in the answer.</summary>
        Granted = 0,

        /// <summary>An operator must approve it; ask again after <see cref="ClaimAnswer.RetryAfterS"/>.</summary>
        Pending = 1,

        /// <summary>See <see cref="ClaimAnswer.Refusal"/>; ask again only after a long while.</summary>
        Refused = 2,
    }

    /// <summary>Why a claim was refused.</summary>
    public enum ClaimRefusal : byte
    {
        /// <summary>It was not.</summary>
        None = 0,

        /// <summary>No such enrolment, or it was closed.</summary>
        UnknownEnrolment = 1,

        /// <summary>The enrolment's time is over.</summary>
        EnrolmentExpired = 2,

        /// <summary>The enrolment's boards are all taken.</summary>
        EnrolmentFull = 3,

        /// <summary>The enrolment is for the other kind of node.</summary>
        WrongKind = 4,

        /// <summary>
        /// This hardware id has an identity that has been used. The operator can release it for a board that was erased.
        /// </summary>
        AlreadyClaimed = 5,

        /// <summary>Another claim of this hardware id came first.</summary>
        DifferentClaim = 6,

        /// <summary>An operator rejected this board.</summary>
        Rejected = 7,

        /// <summary>The payload was not a claim, or of another board than the topic says.</summary>
        Malformed = 8,
    }

    /// <summary>The answer to a claim.</summary>
    public sealed class ClaimAnswer
    {
        /// <summary>The sender's protocol version.</summary>
        public int Version = Protocol.Version;

        /// <summary>How the claim ended.</summary>
        public ClaimStatus Status;

        /// <summary>Why, where it was refused.</summary>
        public ClaimRefusal Refusal;

        /// <summary>The identity, where it was granted.</summary>
        public string DeviceId = "";

        /// <summary>The identity's secret, where it was granted.</summary>
        public readonly byte[] DeviceKey = new byte[Limits.KeyBytes];

        /// <summary>Where to connect from now on; empty: where the claim was made.</summary>
        public string GatewayHost = "";

        /// <summary>TCP port of <see cref="GatewayHost"/>; 0: as before.</summary>
        public int GatewayPort;

        /// <summary>The service's clock, Unix milliseconds; 0: not told.</summary>
        public long TimeMs;

        /// <summary>When to ask again, in seconds, where the claim is pending or refused.</summary>
        public int RetryAfterS;

        /// <summary>The claim's nonce, so that an answer to another claim is not taken for this one.</summary>
        public readonly byte[] Nonce = new byte[Limits.ClaimNonceBytes];

        /// <summary>Writes the message.</summary>
        public void Write(CborWriter writer)
        {
            bool granted = Status == ClaimStatus.Granted;
            writer.WriteMapStart(granted ? 9 : 6);
            writer.WriteInt(0);
            writer.WriteInt(Version);
            writer.WriteInt(1);
            writer.WriteInt((int)Status);
            writer.WriteInt(2);
            writer.WriteInt((int)Refusal);
            if (granted)
            {
                writer.WriteInt(3);
                writer.WriteText(DeviceId);
                writer.WriteInt(4);
                writer.WriteBytes(DeviceKey);
                writer.WriteInt(5);
                writer.WriteText(GatewayHost);
                writer.WriteInt(6);
                writer.WriteInt(GatewayPort);
            }
            writer.WriteInt(7);
            writer.WriteInt(TimeMs);
            if (!granted)
            {
                writer.WriteInt(8);
                writer.WriteInt(RetryAfterS);
            }
            writer.WriteInt(9);
            writer.WriteBytes(Nonce);
        }

        /// <summary>Reads the message; on an error the fields are unspecified.</summary>
        public ContractError Read(CborReader reader)
        {
            Version = Protocol.OldestVersion;
            Refusal = ClaimRefusal.None;
            DeviceId = "";
            GatewayHost = "";
            GatewayPort = 0;
            TimeMs = 0;
            RetryAfterS = 0;
            // A key of an earlier answer must not outlive it.
            System.Array.Clear(DeviceKey, 0, DeviceKey.Length);
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return reader.Error;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return reader.Error;
            }
            uint mandatory = (1u << 1) | (1u << 9);
            if (Status == ClaimStatus.Granted)
                mandatory |= (1u << 3) | (1u << 4);
            return MapReader.Finish(reader, seen, mandatory);
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 0:
                    return MapReader.TryReadVersion(reader, out Version);
                case 1:
                    if (!reader.TryReadInt32(0, (int)ClaimStatus.Refused, out int status))
                        return false;
                    Status = (ClaimStatus)status;
                    return true;
                case 2:
                    // A newer service may have more reasons; the board only shows the number.
                    if (!reader.TryReadInt32(0, 255, out int refusal))
                        return false;
                    Refusal = (ClaimRefusal)refusal;
                    return true;
                case 3:
                    return MapReader.TryReadId(reader, out DeviceId);
                case 4:
                    return reader.TryReadBytes(DeviceKey);
                case 5:
                    return reader.TryReadText(Limits.MaxText, out GatewayHost);
                case 6:
                    return reader.TryReadInt32(0, 65535, out GatewayPort);
                case 7:
                    return MapReader.TryReadTime(reader, out TimeMs);
                case 8:
                    return reader.TryReadInt32(0, 7 * 24 * 3600, out RetryAfterS);
                case 9:
                    return reader.TryReadBytes(Nonce);
                default:
                    return reader.TrySkip();
            }
        }
    }
}
