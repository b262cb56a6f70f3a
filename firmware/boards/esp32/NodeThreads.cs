using System;
using System.Threading;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// The two threads that step the node: the sampler's, of the highest priority, which never waits for anything but its
    /// time or its interrupt, and the uplink's. An exception in either is a bug, and starts the board again.
    /// </summary>
    public sealed class NodeThreads
    {
        private readonly UptimeClock _clock;
        private readonly Instruments _instruments;
        private readonly AutoResetEvent _wake;

        /// <summary>Threads of a node; not started.</summary>
        public NodeThreads(NodeRuntime node, Instruments instruments, UptimeClock clock, AutoResetEvent wake)
        {
            Node = node;
            _instruments = instruments;
            _clock = clock;
            _wake = wake;
        }

        /// <summary>The node.</summary>
        public NodeRuntime Node { get; }

        /// <summary>The sampler's sign of life.</summary>
        public Heartbeat Sampler { get; } = new Heartbeat(BoardLimits.SamplerSilenceMs);

        /// <summary>The uplink's sign of life.</summary>
        public Heartbeat Uplink { get; } = new Heartbeat(BoardLimits.UplinkSilenceMs);

        /// <summary>Whether a sensor does not answer, or failed its test of itself.</summary>
        public bool SensorFault => _instruments.Fault;

        /// <summary>Starts both.</summary>
        public void Start()
        {
            Thread sampler = new Thread(Sample);
            sampler.Priority = ThreadPriority.Highest;
            sampler.Start();
            new Thread(Report).Start();
        }

        private void Sample()
        {
            try
            {
                while (true)
                {
                    long nowMs = _clock.NowMs;
                    Node.SampleTick(nowMs);
                    Sampler.Beat();
                    long waitMs = Node.NextSampleMs - _clock.NowMs;
                    // Zero or less would be late already; the event's own zero would only look.
                    _wake.WaitOne(waitMs < 1 ? 1 : waitMs > NodeLimits.SlowPollMs ? NodeLimits.SlowPollMs : (int)waitMs, false);
                }
            }
            catch (Exception)
            {
                Guard.Restart(BootReason.Crash);
            }
        }

        private void Report()
        {
            try
            {
                while (true)
                {
                    Node.UplinkTick(_clock.NowMs);
                    Uplink.Beat();
                    Thread.Sleep(BoardLimits.UplinkStepMs);
                }
            }
            catch (Exception)
            {
                Guard.Restart(BootReason.Crash);
            }
        }
    }
}
