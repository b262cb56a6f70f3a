using System;
using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Updates;

namespace EdgeFleet.Firmware.Storage
{
    /// <summary>What a node keeps across boots besides its queues: identity, claim, configuration, alarms, boot count.</summary>
    public sealed class NodeStore
    {
        // Key, two strings with their lengths, and a port.
        private const int IdentityCapacity = Limits.KeyBytes + 1 + Limits.MaxId + 1 + Limits.MaxText + 2;
        private const int ConfigCapacity = SlotConfig.Capacity;

        private readonly RecordStore _identity;
        private readonly RecordStore _claim;
        private readonly RecordStore _boot;
        private readonly RecordStore _config;
        private readonly RecordStore _alarms;
        private readonly CborWriter _writer = new CborWriter(new byte[0]);
        private readonly CborReader _reader = new CborReader(new byte[0]);

        /// <summary>A store whose files begin with <c>node.</c>; the configuration is that of the slot that runs.</summary>
        public NodeStore(IStorage storage, Crc32 crc, UpdateSlot running = UpdateSlot.Golden)
        {
            _identity = new RecordStore(storage, crc, "node.id", IdentityCapacity);
            _claim = new RecordStore(storage, crc, "node.claim", Limits.ClaimNonceBytes);
            _boot = new RecordStore(storage, crc, "node.boot", 4);
            _config = new RecordStore(storage, crc, SlotConfig.NameOf(SlotConfig.Config, running), ConfigCapacity);
            _alarms = new RecordStore(storage, crc, "node.alarms", ConfigCapacity);
        }

        /// <summary>The device id; empty: not claimed yet.</summary>
        public string DeviceId { get; private set; } = "";

        /// <summary>The device key.</summary>
        public byte[] DeviceKey { get; } = new byte[Limits.KeyBytes];

        /// <summary>Host of the gateway that the grant named; empty: the one of the settings.</summary>
        public string GatewayHost { get; private set; } = "";

        /// <summary>Port of the gateway that the grant named; 0: the one of the settings.</summary>
        public int GatewayPort { get; private set; }

        /// <summary>Boots since the flash was new, this one included.</summary>
        public uint Boots { get; private set; }

        /// <summary>Nonce of the claim; see <see cref="ClaimRequest.Nonce"/>.</summary>
        public byte[] ClaimNonce { get; } = new byte[Limits.ClaimNonceBytes];

        /// <summary>Loads all, counts the boot, and makes the claim's nonce where there is none.</summary>
        public void Mount(IEntropy entropy)
        {
            LoadIdentity();
            Boots = _boot.Load() == 4 ? Bytes.Get32(_boot.Buffer, _boot.Offset) : 0;
            Boots++;
            Bytes.Put32(_boot.Buffer, _boot.Offset, Boots);
            _boot.Save(4);
            if (_claim.Load() == Limits.ClaimNonceBytes)
            {
                Array.Copy(_claim.Buffer, _claim.Offset, ClaimNonce, 0, Limits.ClaimNonceBytes);
                return;
            }
            for (int i = 0; i < Limits.ClaimNonceBytes; i += 4)
                Bytes.Put32(ClaimNonce, i, entropy.Next());
            Array.Copy(ClaimNonce, 0, _claim.Buffer, _claim.Offset, Limits.ClaimNonceBytes);
            _claim.Save(Limits.ClaimNonceBytes);
        }

        /// <summary>Keeps the identity that a claim was granted; false where the flash failed.</summary>
        public bool SaveIdentity(ClaimAnswer grant)
        {
            byte[] buffer = _identity.Buffer;
            int at = _identity.Offset;
            Array.Copy(grant.DeviceKey, 0, buffer, at, Limits.KeyBytes);
            at += Limits.KeyBytes;
            at = PutText(buffer, at, grant.DeviceId);
            at = PutText(buffer, at, grant.GatewayHost);
            Bytes.Put16(buffer, at, grant.GatewayPort);
            at += 2;
            if (_identity.Save(at - _identity.Offset) != StorageResult.Ok)
                return false;
            LoadIdentity();
            return DeviceId == grant.DeviceId;
        }

        /// <summary>Loads the configuration into <paramref name="config"/>; false where there is none.</summary>
        public bool LoadConfig(NodeConfig config)
        {
            return Load(_config, config);
        }

        /// <summary>Keeps a configuration; false where it does not fit or the flash failed.</summary>
        public bool SaveConfig(NodeConfig config)
        {
            return Save(_config, config);
        }

        /// <summary>Loads the rules whose alarms were raised last; false where nothing is known of any.</summary>
        public bool LoadAlarms(NodeConfig raised)
        {
            return Load(_alarms, raised);
        }

        /// <summary>Keeps the rules whose alarms are raised; false where the flash failed.</summary>
        public bool SaveAlarms(NodeConfig raised)
        {
            return Save(_alarms, raised);
        }

        private bool Load(RecordStore record, NodeConfig config)
        {
            int length = record.Load();
            if (length < 0)
                return false;
            _reader.Reset(record.Buffer, record.Offset, length);
            return config.TryRead(_reader) && config.Validate() == ConfigFault.None;
        }

        private bool Save(RecordStore record, NodeConfig config)
        {
            _writer.Reset(record.Buffer, record.Offset, ConfigCapacity);
            config.Write(_writer);
            return _writer.Error == ContractError.None && record.Save(_writer.Length) == StorageResult.Ok;
        }

        private void LoadIdentity()
        {
            int length = _identity.Load();
            if (length < Limits.KeyBytes + 4)
                return;
            byte[] buffer = _identity.Buffer;
            int at = _identity.Offset;
            Array.Copy(buffer, at, DeviceKey, 0, Limits.KeyBytes);
            at += Limits.KeyBytes;
            DeviceId = GetText(buffer, ref at);
            GatewayHost = GetText(buffer, ref at);
            GatewayPort = Bytes.Get16(buffer, at);
        }

        private static int PutText(byte[] buffer, int at, string text)
        {
            int count = Encoding.UTF8.GetBytes(text, 0, text.Length, buffer, at + 1);
            buffer[at] = (byte)count;
            return at + 1 + count;
        }

        private static string GetText(byte[] buffer, ref int at)
        {
            int count = buffer[at];
            string text = count == 0 ? "" : Encoding.UTF8.GetString(buffer, at + 1, count);
            at += 1 + count;
            return text;
        }
    }
}
