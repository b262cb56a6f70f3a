using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>What the service wants of a node; sent again on every subscribe.</summary>
    public sealed class DesiredState
    {
        /// <summary>The configuration, where <see cref="HasConfig"/>.</summary>
        public readonly NodeConfig Config;

        /// <summary>The bundle to run, where <see cref="HasTarget"/>.</summary>
        public readonly UpdateTarget Target = new UpdateTarget();

        /// <summary>The sender's protocol version.</summary>
        public int Version = Protocol.Version;

        /// <summary>The service's clock when it sent this, Unix milliseconds; 0: not told.</summary>
        public long TimeMs;

        /// <summary>Whether a configuration came along.</summary>
        public bool HasConfig;

        /// <summary>Whether there is a bundle to run; else the node stays with what it has.</summary>
        public bool HasTarget;

        /// <summary>A message with a configuration of any kind of node.</summary>
        public DesiredState()
            : this(new NodeConfig())
        {
        }

        /// <summary>A message whose configuration has the parts that <paramref name="config"/> has.</summary>
        public DesiredState(NodeConfig config)
        {
            Config = config;
        }

        /// <summary>Writes the message.</summary>
        public void Write(CborWriter writer)
        {
            writer.WriteMapStart(2 + (HasConfig ? 1 : 0) + (HasTarget ? 1 : 0));
            writer.WriteInt(0);
            writer.WriteInt(Version);
            writer.WriteInt(1);
            writer.WriteInt(TimeMs);
            if (HasConfig)
            {
                writer.WriteInt(2);
                Config.Write(writer);
            }
            if (HasTarget)
            {
                writer.WriteInt(3);
                Target.Write(writer);
            }
        }

        /// <summary>Reads the message; on an error the fields are unspecified.</summary>
        public ContractError Read(CborReader reader)
        {
            Version = Protocol.OldestVersion;
            TimeMs = 0;
            HasConfig = false;
            HasTarget = false;
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return reader.Error;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return reader.Error;
            }
            return MapReader.Finish(reader, seen, 0);
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 0:
                    return MapReader.TryReadVersion(reader, out Version);
                case 1:
                    return MapReader.TryReadTime(reader, out TimeMs);
                case 2:
                    HasConfig = true;
                    return Config.TryRead(reader);
                case 3:
                    HasTarget = true;
                    return Target.TryRead(reader);
                default:
                    return reader.TrySkip();
            }
        }
    }
}
