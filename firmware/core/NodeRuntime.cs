using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Dsp;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Safety;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Screening;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Thresholds;
using EdgeFleet.Firmware.Triggering;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware
{
    /// <summary>
    /// A node: samples, judges, keeps and reports. It owns no thread and reads no clock: on a board the sampler's thread
    /// calls <see cref="SampleTick"/> and the uplink's thread <see cref="UplinkTick"/>; in the simulator one loop calls
    /// <see cref="Tick"/>. All times are uptime in milliseconds.
    /// </summary>
    public sealed class NodeRuntime : IDesiredSink, IEventSink, ICommandSink
    {
        private readonly NodeSettings _settings;
        private readonly NodePorts _ports;
        private readonly ISampler _sampler;
        private readonly NodeStore _store;
        private readonly TimeKeeper _time;
        private readonly Outbox _outbox;
        private readonly UplinkAgent _uplink;
        private readonly ThresholdJudge _judge = new ThresholdJudge();
        private readonly VelocityScreen _screen;
        private readonly NodeConfig _config = new NodeConfig();
        private readonly NodeConfig _raised = new NodeConfig();
        private readonly NodeEvent _event = new NodeEvent();
        private readonly VibrationTrigger? _trigger;
        private readonly CaptureOutbox? _captures;
        private readonly ISelfTest? _selfTest;
        private readonly ModalTracker? _modes;
        private readonly CommandDesk _desk;
        private readonly TriggerConfig _builtInTrigger = new TriggerConfig();
        private readonly ModesConfig _builtInModes = new ModesConfig();
        private long _rebootDueMs = -1;
        private bool _testing;
        private uint _testedFor;
        private uint _refusedVersion;
        private ConfigFault _refusedFault;
        private uint _reportedDrops;
        private bool _flashFaulty;

        /// <summary>Mounts the flash and starts.</summary>
        public NodeRuntime(
            NodeSettings settings, NodePorts ports, ISampler sampler, VibrationTrigger? trigger = null,
            ISelfTest? selfTest = null, ModalTracker? modes = null)
        {
            _modes = modes;
            _trigger = trigger;
            _selfTest = selfTest;
            _settings = settings;
            _ports = ports;
            _sampler = sampler;
            _screen = new VelocityScreen(sampler);
            Crc32 crc = new Crc32();
            _store = new NodeStore(ports.Storage, crc);
            _store.Mount(ports.Entropy);
            FlashQueue windows = new FlashQueue(ports.Storage, crc, ports.Entropy, "win.", settings.WindowSegments);
            FlashQueue events = new FlashQueue(ports.Storage, crc, ports.Entropy, "evt.", settings.EventSegments);
            windows.Mount();
            events.Mount();
            _time = new TimeKeeper(ports.Clock);
            _outbox = new Outbox(windows, events, _time, sampler, _store.Boots);
            _desk = new CommandDesk(CommandDesk.NewRecord(ports.Storage, crc), _time, this);
            if (trigger != null)
            {
                FlashQueue chunks = new FlashQueue(ports.Storage, crc, ports.Entropy, "wav.", settings.WaveformSegments);
                chunks.Mount();
                _captures = new CaptureOutbox(
                    trigger, chunks, CaptureOutbox.NewRecord(ports.Storage, crc), _outbox, _time, _store.Boots);
            }
            Interlocks = new Interlocks(trigger, _judge, sampler);
            _uplink = new UplinkAgent(settings, ports, _store, _time, _outbox, _captures, _desk, this);
            // What was kept was valid for the firmware that kept it; this one may know better.
            if (!_store.LoadConfig(_config) || CheckParts(_config) != ConfigFault.None)
                _config.Reset();
            if (modes != null)
                modes.Remember(new ModeMemory(ModeMemory.NewRecord(ports.Storage, crc)));
            if (_store.LoadAlarms(_raised))
                _judge.Restore(_raised);
            PutInForce(0);
            _event.Type = EventType.Boot;
            _event.Severity = Severity.Info;
            _event.Text = BootReasons.Text(ports.Board.BootReason);
            _outbox.Emit(_event, 0);
        }

        /// <summary>The device id; empty: not claimed yet.</summary>
        public string DeviceId => _store.DeviceId;

        /// <summary>The uplink's state.</summary>
        public UplinkAgent Uplink => _uplink;

        /// <summary>Windows and events that are kept.</summary>
        public Outbox Outbox => _outbox;

        /// <summary>Captured vibrations; null where the node captures none.</summary>
        public CaptureOutbox? Captures => _captures;

        /// <summary>Natural frequencies; null where the node follows none.</summary>
        public ModalTracker? Modes => _modes;

        /// <summary>The clock.</summary>
        public TimeKeeper Time => _time;

        /// <summary>The configuration in force.</summary>
        public NodeConfig Config => _config;

        /// <summary>What an update has to wait for.</summary>
        public Interlocks Interlocks { get; }

        /// <summary>Whether the flash refused the last thing that was to be kept.</summary>
        public bool StorageFault => _flashFaulty;

        /// <summary>Uptime at which the sampler's half is due.</summary>
        public long NextSampleMs => _sampler.NextSampleMs;

        /// <summary>Alarms that are raised now.</summary>
        public int AlarmsRaised => _judge.Raised;

        /// <summary>Both halves, one after the other.</summary>
        public void Tick(long nowMs)
        {
            if (nowMs >= _sampler.NextSampleMs)
                SampleTick(nowMs);
            UplinkTick(nowMs);
        }

        /// <summary>The sampler's half: never blocks, never allocates.</summary>
        public void SampleTick(long nowMs)
        {
            _sampler.Sample(nowMs);
        }

        /// <summary>The uplink's half: flash and network.</summary>
        public void UplinkTick(long nowMs)
        {
            _time.Step(nowMs);
            _sampler.SetUtcOffset(_time.OffsetMs);
            KeepWindows(nowMs);
            KeepCaptures(nowMs);
            _uplink.Step(nowMs);
            FollowModes(nowMs);
            AnswerSelfTest();
            RebootWhenAnswered(nowMs);
            uint drops = _outbox.Windows.Ledger.Dropped + _outbox.Events.Ledger.Dropped;
            if (_captures != null)
                drops += _captures.Chunks.Ledger.Dropped;
            if (drops != _reportedDrops)
            {
                _reportedDrops = drops;
                _uplink.ReportSoon();
            }
        }

        /// <summary>Uptime at which the next step is due when nothing comes in before.</summary>
        public long NextDueMs(long nowMs)
        {
            long due = _sampler.NextSampleMs < _uplink.NextDueMs ? _sampler.NextSampleMs : _uplink.NextDueMs;
            if (_rebootDueMs >= 0 && _rebootDueMs < due)
                due = _rebootDueMs;
            return due < nowMs ? nowMs : due;
        }

        /// <inheritdoc/>
        public ReplyStatus CarryOut(Command command, long nowMs, out string text)
        {
            text = "";
            switch (command.Type)
            {
                case CommandType.Reboot:
                    _rebootDueMs = nowMs + NodeLimits.RebootDelayMs;
                    return ReplyStatus.Accepted;
                case CommandType.CaptureNow:
                    if (_trigger == null)
                        break;
                    if (_trigger.CaptureNow(command.Id))
                        return ReplyStatus.Accepted;
                    text = "another one is about to begin";
                    return ReplyStatus.Failed;
                case CommandType.SelfTest:
                    if (_selfTest == null)
                        break;
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
            text = "this node cannot do that";
            return ReplyStatus.Unsupported;
        }

        /// <inheritdoc/>
        public void Apply(DesiredState desired, long nowMs)
        {
            if (!desired.HasConfig || desired.Config.Version == _config.Version)
                return;
            ConfigFault fault = Check(desired.Config);
            if (fault != ConfigFault.None)
            {
                _refusedVersion = desired.Config.Version;
                _refusedFault = fault;
                return;
            }
            _refusedVersion = 0;
            _refusedFault = ConfigFault.None;
            _config.CopyFrom(desired.Config);
            // A failed write is reported as a fault; the configuration holds until the next boot all the same.
            if (!_store.SaveConfig(_config))
                FlashFault(nowMs);
            PutInForce(nowMs);
        }

        /// <inheritdoc/>
        public void Describe(ReportedState state, long nowMs)
        {
            QueueLedger windows = _outbox.Windows.Ledger;
            state.Boots = _store.Boots;
            state.Kind = _settings.Kind;
            state.HardwareId = _ports.Board.HardwareId;
            state.Board = _ports.Board.Model;
            state.FirmwareVersion = _settings.FirmwareVersion;
            state.BootReason = _ports.Board.BootReason;
            state.UptimeS = (uint)(nowMs / 1000);
            state.FreeHeapBytes = _ports.Board.FreeHeapBytes;
            state.RssiDbm = _ports.Board.RssiDbm;
            state.ClockAgeS = _time.AgeS(nowMs);
            state.ClockQuality = _time.Quality;
            state.ConfigVersion = _config.Version;
            state.RefusedConfigVersion = _refusedVersion;
            state.RefusedConfigFault = _refusedFault;
            state.WindowMs = WindowMs;
            state.StateIntervalMs = _config.StateIntervalMs;
            state.Epoch = windows.Epoch;
            state.WindowsProduced = _outbox.Windows.Added;
            state.WindowsBuffered = _outbox.Windows.Waiting;
            state.WindowsDropped = windows.Dropped;
            state.DroppedFirst = windows.DroppedFirst;
            state.DroppedLast = windows.DroppedLast;
            state.DroppedFromMs = windows.DroppedFromMs;
            state.DroppedToMs = windows.DroppedToMs;
            state.EventsProduced = _outbox.Events.Added;
            state.EventsDropped = _outbox.Events.Ledger.Dropped + _outbox.EventsLost;
            state.SamplesMissed = _sampler.SamplesMissed;
        }

        private int WindowMs => _config.WindowMs != 0 ? _config.WindowMs : _sampler.DefaultWindowMs;

        /// <summary>A window leaves the ring only when it is on flash; a flash that refuses makes the ring fill up.</summary>
        private void KeepWindows(long nowMs)
        {
            ClosedWindow? window = _sampler.Ring.Readable();
            while (window != null)
            {
                if (_outbox.Keep(window) != StorageResult.Ok)
                {
                    FlashFault(nowMs);
                    return;
                }
                _flashFaulty = false;
                _judge.Judge(window, this);
                _screen.Judge(window, this);
                KeepAlarms(nowMs);
                _sampler.Ring.Release();
                window = _sampler.Ring.Readable();
            }
        }

        private void KeepCaptures(long nowMs)
        {
            if (_captures == null)
                return;
            _captures.Keep(nowMs);
            if (_captures.HasAnswer)
            {
                _desk.Finish(
                    _captures.AnsweredCommand, _captures.AnsweredWell ? ReplyStatus.Done : ReplyStatus.Failed,
                    _captures.Answer);
            }
        }

        private void FollowModes(long nowMs)
        {
            if (_modes == null)
                return;
            _modes.Step(nowMs, this);
            if (_modes.HasStorageFault)
                FlashFault(nowMs);
        }

        private void AnswerSelfTest()
        {
            if (!_testing || _selfTest == null || _selfTest.SelfTest <= SelfTestResult.Running)
                return;
            _testing = false;
            bool passed = _selfTest.SelfTest == SelfTestResult.Passed;
            _desk.Finish(_testedFor, passed ? ReplyStatus.Done : ReplyStatus.Failed, passed ? "" : "the sensor failed its test");
        }

        private void RebootWhenAnswered(long nowMs)
        {
            if (_rebootDueMs < 0 || (!_desk.IsDone && nowMs < _rebootDueMs))
                return;
            _rebootDueMs = -1;
            _ports.Board.Reboot();
        }

        /// <summary>
        /// An alarm that is raised is known to the flash before its event is, and one that is cleared is forgotten after:
        /// a cut in between makes one event more, and never leaves an alarm that nothing clears.
        /// </summary>
        void IEventSink.Emit(NodeEvent happened, long uptimeMs)
        {
            if (happened.Type == EventType.ThresholdRaised)
                KeepAlarms(uptimeMs);
            _outbox.Emit(happened, uptimeMs);
        }

        private void KeepAlarms(long nowMs)
        {
            if (!_judge.Changed)
                return;
            _judge.CopyRaised(_raised);
            if (!_store.SaveAlarms(_raised))
                FlashFault(nowMs);
        }

        private void FlashFault(long nowMs)
        {
            if (_flashFaulty)
                return;
            _flashFaulty = true;
            _event.Type = EventType.Fault;
            _event.Severity = Severity.Critical;
            _event.Text = "flash write failed";
            _outbox.Emit(_event, nowMs);
        }

        private ConfigFault Check(NodeConfig config)
        {
            if (config.Version < _config.Version)
                return ConfigFault.StaleVersion;
            ConfigFault fault = config.Validate();
            return fault != ConfigFault.None ? fault : CheckParts(config);
        }

        /// <summary>What this very node cannot do.</summary>
        private ConfigFault CheckParts(NodeConfig config)
        {
            ConfigFault fault = ThresholdJudge.Check(config, _sampler);
            if (fault == ConfigFault.None && config.HasTrigger)
                fault = _trigger == null ? ConfigFault.TriggerAxes : _trigger.Check(config.Trigger);
            if (fault == ConfigFault.None && config.HasScreening)
                fault = _screen.Check(config.Screening);
            if (fault == ConfigFault.None && config.HasModes)
                fault = _modes == null ? ConfigFault.ModesAxis : _modes.Check(config.Modes);
            if (fault != ConfigFault.None || !config.HasAir || config.Air.AsleepS == 0)
                return fault;
            return _sampler is IDutyCycle cycle && cycle.CanSleep ? ConfigFault.None : ConfigFault.AirNoSensor;
        }

        private void PutInForce(long nowMs)
        {
            _sampler.SetWindow(WindowMs);
            if (_sampler is IDutyCycle cycle)
                cycle.SetDutyCycle(_config.HasAir ? _config.Air.AsleepS : 0, _config.Air.AwakeS);
            _uplink.StateIntervalMs = _config.StateIntervalMs;
            if (_trigger != null)
                _trigger.Apply(_config.HasTrigger ? _config.Trigger : _builtInTrigger);
            _screen.Apply(_config);
            if (_modes != null)
                _modes.Apply(_config.HasModes ? _config.Modes : _builtInModes, _config.Version, nowMs, this);
            _judge.Apply(_config, _sampler, nowMs, this);
            KeepAlarms(nowMs);
        }
    }
}
