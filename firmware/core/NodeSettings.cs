using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware
{
    /// <summary>What a board is given when it is flashed.</summary>
    public sealed class NodeSettings
    {
        /// <summary>What the node is.</summary>
        public NodeKind Kind;

        /// <summary>Class that bundles name, such as <c>esp32-s3</c> or <c>sim</c>; empty: no bundle fits.</summary>
        public string HardwareClass = "";

        /// <summary>Keys whose bundles are taken.</summary>
        public RsaPublicKey[] TrustedKeys = new RsaPublicKey[0];

        /// <summary>Version of the runtime under the application; empty: not known.</summary>
        public string RuntimeVersion = "";

        /// <summary>Version of the firmware.</summary>
        public string FirmwareVersion = "";

        /// <summary>The enrolment that the board claims under.</summary>
        public string EnrolmentId = "";

        /// <summary>The enrolment's secret.</summary>
        public byte[] EnrolmentSecret = new byte[0];

        /// <summary>Host of the gateway.</summary>
        public string GatewayHost = "";

        /// <summary>TCP port of the gateway.</summary>
        public int GatewayPort;

        /// <summary>
        /// Flash for windows, in segments of <see cref="NodeLimits.SegmentBytes"/>. Forty hold six hours of an Air Box's
        /// windows (10 of 376 bytes in each) on the 256 KiB of the smallest board; the firmware's README has the figures.
        /// </summary>
        public int WindowSegments = 40;

        /// <summary>Flash for events, in segments. Six hold some 200 events.</summary>
        public int EventSegments = 6;

        /// <summary>
        /// Flash for captures, in segments. Twelve hold four of 12 s at 125 Hz on a quiet bridge: 9 chunks each, of at most
        /// 625 samples at two bytes, and three chunks to a segment.
        /// </summary>
        public int WaveformSegments = 12;

        /// <summary>
        /// Samples of each axis that are kept in memory for captures, at 12 bytes: 4,096 take 48 KiB, and a capture may
        /// be 24.5 s of them at 125 Hz. Boards without external memory take 2,048.
        /// </summary>
        public int HistoryTriples = 4096;

        /// <summary>
        /// Longest segment of a spectrum that the node has memory for, in samples at 13 bytes: a power of two. 2,048 take
        /// 26 KiB; boards without external memory take 1,024.
        /// </summary>
        public int SpectrumSamples = 2048;
    }

    /// <summary>Everything outside the node's behaviour.</summary>
    public sealed class NodePorts
    {
        /// <summary>The connection to the gateway.</summary>
        public readonly ILink Link;

        /// <summary>Files on flash.</summary>
        public readonly IStorage Storage;

        /// <summary>A clock that knows the date.</summary>
        public readonly IReferenceClock Clock;

        /// <summary>Random numbers.</summary>
        public readonly IEntropy Entropy;

        /// <summary>The board itself.</summary>
        public readonly IBoard Board;

        /// <summary>Where updates go; null: this node cannot be updated over the air, and says so to whoever tries.</summary>
        public ISlotStore? Slots;

        /// <summary>The native assemblies of the board's firmware; null: they are not asked for.</summary>
        public INativeAssemblies? Natives;

        /// <summary>All ports of a board.</summary>
        public NodePorts(ILink link, IStorage storage, IReferenceClock clock, IEntropy entropy, IBoard board)
        {
            Link = link;
            Storage = storage;
            Clock = clock;
            Entropy = entropy;
            Board = board;
        }
    }
}
