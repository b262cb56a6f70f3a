using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>Why the node started.</summary>
    public enum BootReason : byte
    {
        /// <summary>Not known.</summary>
        Unknown = 0,

        /// <summary>Power came on.</summary>
        PowerOn = 1,

        /// <summary>Asked to by a command or by the node itself.</summary>
        Requested = 2,

        /// <summary>The watchdog found the node hanging.</summary>
        Watchdog = 3,

        /// <summary>The supply fell too low.</summary>
        Brownout = 4,

        /// <summary>The firmware failed.</summary>
        Crash = 5,
    }

    /// <summary>What a node says of itself. The latest wins: by <see cref="Boots"/>, then by <see cref="Sequence"/>.</summary>
    public sealed class ReportedState
    {
        /// <summary>Digest of the bundle that runs, where <see cref="HasFirmwareDigest"/>.</summary>
        public readonly byte[] FirmwareDigest = new byte[Limits.DigestBytes];

        /// <summary>How the node's update stands, where <see cref="HasUpdate"/>.</summary>
        public readonly UpdateStatus Update = new UpdateStatus();

        /// <summary>More of the board, where <see cref="HasBoardStatus"/>.</summary>
        public readonly BoardStatus BoardStatus = new BoardStatus();

        /// <summary>The sender's protocol version.</summary>
        public int Version = Protocol.Version;

        /// <summary>Boots since the flash was new.</summary>
        public uint Boots;

        /// <summary>State reports since the boot.</summary>
        public uint Sequence;

        /// <summary>What the node is.</summary>
        public NodeKind Kind;

        /// <summary>See <see cref="Names.IsHardwareId"/>; or empty.</summary>
        public string HardwareId = "";

        /// <summary>The board's type, such as <c>ESP32_S3</c>.</summary>
        public string Board = "";

        /// <summary>The running firmware's version.</summary>
        public string FirmwareVersion = "";

        /// <summary>Whether the firmware's digest is known.</summary>
        public bool HasFirmwareDigest;

        /// <summary>Why the node started.</summary>
        public BootReason BootReason;

        /// <summary>Time since the boot, in seconds.</summary>
        public uint UptimeS;

        /// <summary>Free managed heap, in bytes.</summary>
        public uint FreeHeapBytes;

        /// <summary>Received signal strength, in dBm; 0: no radio.</summary>
        public int RssiDbm;

        /// <summary>Seconds since the clock was last set; -1: never in this boot.</summary>
        public int ClockAgeS = -1;

        /// <summary>Where the clock comes from.</summary>
        public TimeQuality ClockQuality = TimeQuality.Relative;

        /// <summary>The configuration in force; 0: the built-in one.</summary>
        public uint ConfigVersion;

        /// <summary>The last configuration that was refused; 0: none.</summary>
        public uint RefusedConfigVersion;

        /// <summary>Why it was refused.</summary>
        public ConfigFault RefusedConfigFault;

        /// <summary>Length of a window in force, in milliseconds; the node's own reporting interval.</summary>
        public int WindowMs;

        /// <summary>Interval of state reports in force, in milliseconds.</summary>
        public int StateIntervalMs;

        /// <summary>The flash queue's generation: sequence numbers start anew with it.</summary>
        public uint Epoch;

        /// <summary>Windows committed to flash in this epoch.</summary>
        public uint WindowsProduced;

        /// <summary>Windows waiting for their acknowledgement.</summary>
        public uint WindowsBuffered;

        /// <summary>Windows dropped because the queue was full, in this epoch.</summary>
        public uint WindowsDropped;

        /// <summary>Sequence number of the first window that was dropped.</summary>
        public uint DroppedFirst;

        /// <summary>Sequence number of the last window that was dropped.</summary>
        public uint DroppedLast;

        /// <summary>Start of the oldest window that was dropped, Unix milliseconds; 0: not known.</summary>
        public long DroppedFromMs;

        /// <summary>Start of the newest window that was dropped, Unix milliseconds; 0: not known.</summary>
        public long DroppedToMs;

        /// <summary>Events committed to flash in this epoch.</summary>
        public uint EventsProduced;

        /// <summary>Events dropped because their queue was full, in this epoch.</summary>
        public uint EventsDropped;

        /// <summary>Samples that the sensors lost since the boot.</summary>
        public uint SamplesMissed;

        /// <summary>Whether the node told of its update.</summary>
        public bool HasUpdate;

        /// <summary>Whether the node told more of its board.</summary>
        public bool HasBoardStatus;

        /// <summary>Writes the message.</summary>
        public void Write(CborWriter writer)
        {
            bool hardwareId = HardwareId.Length != 0;
            writer.WriteMapStart(28 + (hardwareId ? 1 : 0) + (HasFirmwareDigest ? 1 : 0)
                + (HasUpdate ? 1 : 0) + (HasBoardStatus ? 1 : 0));
            writer.WriteInt(0);
            writer.WriteInt(Version);
            writer.WriteInt(1);
            writer.WriteUInt(Boots);
            writer.WriteInt(2);
            writer.WriteUInt(Sequence);
            writer.WriteInt(3);
            writer.WriteInt((int)Kind);
            if (hardwareId)
            {
                writer.WriteInt(4);
                writer.WriteText(HardwareId);
            }
            writer.WriteInt(5);
            writer.WriteText(Board);
            writer.WriteInt(6);
            writer.WriteText(FirmwareVersion);
            if (HasFirmwareDigest)
            {
                writer.WriteInt(7);
                writer.WriteBytes(FirmwareDigest);
            }
            writer.WriteInt(8);
            writer.WriteInt((int)BootReason);
            writer.WriteInt(9);
            writer.WriteUInt(UptimeS);
            writer.WriteInt(10);
            writer.WriteUInt(FreeHeapBytes);
            writer.WriteInt(11);
            writer.WriteInt(RssiDbm);
            writer.WriteInt(12);
            writer.WriteInt(ClockAgeS);
            writer.WriteInt(13);
            writer.WriteInt((int)ClockQuality);
            writer.WriteInt(14);
            writer.WriteUInt(ConfigVersion);
            writer.WriteInt(15);
            writer.WriteUInt(RefusedConfigVersion);
            writer.WriteInt(16);
            writer.WriteInt((int)RefusedConfigFault);
            writer.WriteInt(17);
            writer.WriteInt(WindowMs);
            writer.WriteInt(18);
            writer.WriteInt(StateIntervalMs);
            writer.WriteInt(19);
            writer.WriteUInt(Epoch);
            writer.WriteInt(20);
            writer.WriteUInt(WindowsProduced);
            writer.WriteInt(21);
            writer.WriteUInt(WindowsBuffered);
            writer.WriteInt(22);
            writer.WriteUInt(WindowsDropped);
            writer.WriteInt(23);
            writer.WriteUInt(DroppedFirst);
            writer.WriteInt(24);
            writer.WriteUInt(DroppedLast);
            writer.WriteInt(25);
            writer.WriteInt(DroppedFromMs);
            writer.WriteInt(26);
            writer.WriteInt(DroppedToMs);
            writer.WriteInt(27);
            writer.WriteUInt(EventsProduced);
            writer.WriteInt(28);
            writer.WriteUInt(EventsDropped);
            writer.WriteInt(29);
            writer.WriteUInt(SamplesMissed);
            if (HasUpdate)
            {
                writer.WriteInt(30);
                Update.Write(writer);
            }
            if (HasBoardStatus)
            {
                writer.WriteInt(31);
                BoardStatus.Write(writer);
            }
        }

        /// <summary>Reads the message; on an error the fields are unspecified.</summary>
        public ContractError Read(CborReader reader)
        {
            Clear();
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return reader.Error;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key))
                    return reader.Error;
                if (!(key < 14 ? TryReadNode(reader, key) : TryReadReporting(reader, key)))
                    return reader.Error;
            }
            return MapReader.Finish(reader, seen, (1u << 1) | (1u << 2) | (1u << 3) | (1u << 6));
        }

        private void Clear()
        {
            Version = Protocol.OldestVersion;
            HardwareId = "";
            Board = "";
            HasFirmwareDigest = false;
            BootReason = BootReason.Unknown;
            UptimeS = 0;
            FreeHeapBytes = 0;
            RssiDbm = 0;
            ClockAgeS = -1;
            ClockQuality = TimeQuality.Relative;
            ConfigVersion = 0;
            RefusedConfigVersion = 0;
            RefusedConfigFault = ConfigFault.None;
            WindowMs = 0;
            StateIntervalMs = 0;
            Epoch = 0;
            WindowsProduced = 0;
            WindowsBuffered = 0;
            WindowsDropped = 0;
            DroppedFirst = 0;
            DroppedLast = 0;
            DroppedFromMs = 0;
            DroppedToMs = 0;
            EventsProduced = 0;
            EventsDropped = 0;
            SamplesMissed = 0;
            HasUpdate = false;
            HasBoardStatus = false;
        }

        private bool TryReadNode(CborReader reader, int key)
        {
            int number;
            switch (key)
            {
                case 0:
                    return MapReader.TryReadVersion(reader, out Version);
                case 1:
                    return reader.TryReadUInt32(out Boots);
                case 2:
                    return reader.TryReadUInt32(out Sequence);
                case 3:
                    if (!reader.TryReadInt32(0, (int)NodeKind.Bridge, out number))
                        return false;
                    Kind = (NodeKind)number;
                    return true;
                case 4:
                    return MapReader.TryReadHardwareId(reader, out HardwareId);
                case 5:
                    return reader.TryReadText(Limits.MaxText, out Board);
                case 6:
                    return reader.TryReadText(Limits.MaxVersionText, out FirmwareVersion);
                case 7:
                    HasFirmwareDigest = true;
                    return reader.TryReadBytes(FirmwareDigest);
                case 8:
                    // A newer node may have more reasons than we have names.
                    if (!reader.TryReadInt32(0, 255, out number))
                        return false;
                    BootReason = (BootReason)number;
                    return true;
                case 9:
                    return reader.TryReadUInt32(out UptimeS);
                case 10:
                    return reader.TryReadUInt32(out FreeHeapBytes);
                case 11:
                    return reader.TryReadInt32(-200, 100, out RssiDbm);
                case 12:
                    return reader.TryReadInt32(-1, int.MaxValue, out ClockAgeS);
                default:
                    if (!reader.TryReadInt32(0, (int)TimeQuality.AtLeast, out number))
                        return false;
                    ClockQuality = (TimeQuality)number;
                    return true;
            }
        }

        private bool TryReadReporting(CborReader reader, int key)
        {
            switch (key)
            {
                case 14:
                    return reader.TryReadUInt32(out ConfigVersion);
                case 15:
                    return reader.TryReadUInt32(out RefusedConfigVersion);
                case 16:
                    if (!reader.TryReadInt32(0, 255, out int fault))
                        return false;
                    RefusedConfigFault = (ConfigFault)fault;
                    return true;
                case 17:
                    return reader.TryReadInt32(0, Limits.MaxWindowMs, out WindowMs);
                case 18:
                    return reader.TryReadInt32(0, Limits.MaxStateIntervalMs, out StateIntervalMs);
                case 19:
                    return reader.TryReadUInt32(out Epoch);
                case 20:
                    return reader.TryReadUInt32(out WindowsProduced);
                case 21:
                    return reader.TryReadUInt32(out WindowsBuffered);
                case 22:
                    return reader.TryReadUInt32(out WindowsDropped);
                case 23:
                    return reader.TryReadUInt32(out DroppedFirst);
                case 24:
                    return reader.TryReadUInt32(out DroppedLast);
                case 25:
                    return MapReader.TryReadTime(reader, out DroppedFromMs);
                case 26:
                    return MapReader.TryReadTime(reader, out DroppedToMs);
                case 27:
                    return reader.TryReadUInt32(out EventsProduced);
                case 28:
                    return reader.TryReadUInt32(out EventsDropped);
                case 29:
                    return reader.TryReadUInt32(out SamplesMissed);
                case 30:
                    HasUpdate = true;
                    return Update.TryRead(reader);
                case 31:
                    HasBoardStatus = true;
                    return BoardStatus.TryRead(reader);
                default:
                    return reader.TrySkip();
            }
        }
    }
}
