using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Thresholds;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Vibration
{
    /// <summary>
    /// What a node does with vibrations beside its windows: triggers and captures, screening, natural frequencies, the
    /// sensor's test of itself. The node knows it by this alone, so that the application of a node without vibrations
    /// carries nothing of it. Everything but <see cref="InEvent"/> is the uplink's side.
    /// </summary>
    public interface IVibration : IChunkSource
    {
        /// <summary>Whether a vibration event goes on.</summary>
        bool InEvent { get; }

        /// <summary>Captures of which not all is on flash yet.</summary>
        int CapturesUnderWay { get; }

        /// <summary>Whether what is kept between boots could not be written.</summary>
        bool HasStorageFault { get; }

        /// <summary>An empty configuration with the parts that this node has.</summary>
        NodeConfig NewConfig();

        /// <summary>Begins, with what was kept on flash; called once.</summary>
        void Mount(NodeSettings settings, NodePorts ports, Crc32 crc, UpdateSlot running, Outbox outbox, TimeKeeper time,
            uint boots);

        /// <summary>What this very node refuses of a configuration that is valid.</summary>
        ConfigFault Check(NodeConfig config);

        /// <summary>Puts a checked configuration in force.</summary>
        void Apply(NodeConfig config, long nowMs, IEventSink sink);

        /// <summary>Looks at a window that has just been kept.</summary>
        void Judge(ClosedWindow window, IEventSink sink);

        /// <summary>Keeps captures that are full, and answers the command that asked for one.</summary>
        void Keep(long nowMs, CommandDesk desk);

        /// <summary>Follows the natural frequencies a piece further, and answers a self-test that has ended.</summary>
        void Step(long nowMs, IEventSink sink, CommandDesk desk);

        /// <summary>Begins what a command asks for.</summary>
        ReplyStatus CarryOut(Command command, out string text);
    }
}
