using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>What all message maps share: the version key, mandatory keys, and the end of the payload.</summary>
    internal static class MapReader
    {
        /// <summary>Pairs of one message map, known and unknown keys together.</summary>
        public const int MaxPairs = 48;

        /// <summary>Reads the version's value.</summary>
        public static bool TryReadVersion(CborReader reader, out int version)
        {
            if (!reader.TryReadInt32(int.MinValue, int.MaxValue, out version))
                return false;
            return version >= Protocol.OldestVersion || reader.Fail(ContractError.UnsupportedVersion);
        }

        /// <summary>Whether every key of the mask was seen and nothing follows the map.</summary>
        public static ContractError Finish(CborReader reader, uint seen, uint mandatory)
        {
            if (reader.Error == ContractError.None && (seen & mandatory) != mandatory)
                reader.Fail(ContractError.MissingField);
            reader.TryReadEnd();
            return reader.Error;
        }

        /// <summary>Reads an id, channel or other name and holds it to its grammar.</summary>
        public static bool TryReadId(CborReader reader, out string id)
        {
            if (!reader.TryReadText(Limits.MaxId, out id))
                return false;
            return Names.IsId(id) || reader.Fail(ContractError.InvalidName);
        }

        /// <summary>Reads a hardware id.</summary>
        public static bool TryReadHardwareId(CborReader reader, out string id)
        {
            if (!reader.TryReadText(Limits.MaxHardwareId, out id))
                return false;
            return Names.IsHardwareId(id) || reader.Fail(ContractError.InvalidName);
        }

        /// <summary>Reads a channel name.</summary>
        public static bool TryReadChannel(CborReader reader, out string channel)
        {
            if (!reader.TryReadText(Limits.MaxChannelName, out channel))
                return false;
            return Names.IsChannel(channel) || reader.Fail(ContractError.InvalidName);
        }

        /// <summary>Reads a time in Unix milliseconds, or for relative qualities a negative one.</summary>
        public static bool TryReadTime(CborReader reader, out long timeMs)
        {
            if (!reader.TryReadInt64(out timeMs))
                return false;
            return (timeMs >= -Limits.MaxUtcMs && timeMs <= Limits.MaxUtcMs) || reader.Fail(ContractError.OutOfRange);
        }
    }
}
