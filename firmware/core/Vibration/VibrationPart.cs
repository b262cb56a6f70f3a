using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Dsp;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Screening;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Thresholds;
using EdgeFleet.Firmware.Triggering;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Vibration
{
    /// <summary>All that a node with an accelerometer does beside its windows.</summary>
    public sealed class VibrationPart : IVibration
    {
        private readonly VibrationTrigger _trigger;
        private readonly ModalTracker _modes;
        private readonly VelocityScreen _screen;
        private readonly ISelfTest? _selfTest;
        private readonly TriggerConfig _builtInTrigger = new TriggerConfig();
        private readonly ModesConfig _builtInModes = new ModesConfig();
        private CaptureOutbox? _captures;
        private bool _testing;
        private uint _testedFor;

        /// <summary>Over the sampler whose taps <paramref name="trigger"/> and <paramref name="modes"/> are.</summary>
        public VibrationPart(ISampler sampler, VibrationTrigger trigger, ModalTracker modes, ISelfTest? selfTest)
        {
            _trigger = trigger;
            _modes = modes;
            _selfTest = selfTest;
            _screen = new VelocityScreen(sampler);
        }

        /// <summary>Captured vibrations; once mounted.</summary>
        public CaptureOutbox Captures => _captures!;

        /// <summary>Natural frequencies.</summary>
        public ModalTracker Modes => _modes;

        /// <inheritdoc/>
        public bool InEvent => _trigger.InEvent;

        /// <inheritdoc/>
        public int CapturesUnderWay => _trigger.Slots.UnderWay;

        /// <inheritdoc/>
        public bool HasStorageFault => _modes.HasStorageFault;

        /// <inheritdoc/>
        public FlashQueue Chunks => Captures.Chunks;

        /// <inheritdoc/>
        public NodeConfig NewConfig()
        {
            return new NodeConfig(new TriggerConfig(), new ModesConfig(), new ScreeningConfig(), null);
        }

        /// <inheritdoc/>
        public void Mount(
            NodeSettings settings, NodePorts ports, Crc32 crc, UpdateSlot running, Outbox outbox, TimeKeeper time, uint boots)
        {
            FlashQueue chunks = new FlashQueue(ports.Storage, crc, ports.Entropy, "wav.", settings.WaveformSegments);
            chunks.Mount();
            _captures = new CaptureOutbox(_trigger, chunks, CaptureOutbox.NewRecord(ports.Storage, crc), outbox, time, boots);
            _modes.Remember(new ModeMemory(ModeMemory.NewRecord(ports.Storage, crc, running)));
        }

        /// <inheritdoc/>
        public ConfigFault Check(NodeConfig config)
        {
            ConfigFault fault = config.HasTrigger ? _trigger.Check(config.Trigger) : ConfigFault.None;
            if (fault == ConfigFault.None && config.HasScreening)
                fault = _screen.Check(config.Screening);
            return fault == ConfigFault.None && config.HasModes ? _modes.Check(config.Modes) : fault;
        }

        /// <inheritdoc/>
        public void Apply(NodeConfig config, long nowMs, IEventSink sink)
        {
            _trigger.Apply(config.HasTrigger ? config.Trigger : _builtInTrigger);
            _screen.Apply(config);
            _modes.Apply(config.HasModes ? config.Modes : _builtInModes, config.Version, nowMs, sink);
        }

        /// <inheritdoc/>
        public void Judge(ClosedWindow window, IEventSink sink)
        {
            _screen.Judge(window, sink);
        }

        /// <inheritdoc/>
        public void Keep(long nowMs, CommandDesk desk)
        {
            CaptureOutbox captures = Captures;
            captures.Keep(nowMs);
            if (captures.HasAnswer)
            {
                desk.Finish(
                    captures.AnsweredCommand, captures.AnsweredWell ? ReplyStatus.Done : ReplyStatus.Failed, captures.Answer);
            }
        }

        /// <inheritdoc/>
        public void Step(long nowMs, IEventSink sink, CommandDesk desk)
        {
            _modes.Step(nowMs, sink);
            if (!_testing || _selfTest == null || _selfTest.SelfTest <= SelfTestResult.Running)
                return;
            _testing = false;
            bool passed = _selfTest.SelfTest == SelfTestResult.Passed;
            desk.Finish(_testedFor, passed ? ReplyStatus.Done : ReplyStatus.Failed, passed ? "" : "the sensor failed its test");
        }

        /// <inheritdoc/>
        public int WriteChunk(uint chunk, long nowMs, byte[] message, out uint through)
        {
            return Captures.WriteChunk(chunk, nowMs, message, out through);
        }

        /// <inheritdoc/>
        public ReplyStatus CarryOut(Command command, out string text)
        {
            text = "";
            if (command.Type == CommandType.CaptureNow)
            {
                if (_trigger.CaptureNow(command.Id))
                    return ReplyStatus.Accepted;
                text = "another one is about to begin";
                return ReplyStatus.Failed;
            }
            if (command.Type != CommandType.SelfTest || _selfTest == null)
                return ReplyStatus.Unsupported;
            if (_testing)
            {
                text = "a test is running";
                return ReplyStatus.Failed;
            }
            _testing = true;
            _testedFor = command.Id;
            _selfTest.BeginSelfTest();
            return ReplyStatus.Accepted;
        }
    }
}
