using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Safety;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Thresholds;
using EdgeFleet.Firmware.Updates;
using EdgeFleet.Firmware.Uplink;
using EdgeFleet.Firmware.Vibration;

namespace EdgeFleet.Firmware
{
    /// <summary>
    /// A node: samples, judges, keeps and reports. It owns no thread and reads no clock: on a board the sampler's thread
    /// calls <see cref="SampleTick"/> and the uplink's thread <see cref="UplinkTick"/>; in the simulator one loop calls
    /// <see cref="Tick"/>. All times are uptime in milliseconds.
    /// </summary>
    public sealed partial class NodeRuntime : IDesiredSink, IEventSink, ICommandSink
    {
        private readonly NodeSettings _settings;
        private readonly NodePorts _ports;
        private readonly ISampler _sampler;
        private readonly NodeStore _store;
        private readonly TimeKeeper _time;
        private readonly Outbox _outbox;
        private readonly UplinkAgent _uplink;
        private readonly UpdateAgent _updates;
        private readonly ThresholdJudge _judge = new ThresholdJudge();
        private readonly NodeConfig _config;
        private readonly NodeConfig _raised;
        private readonly NodeEvent _event = new NodeEvent();
        private readonly IVibration? _vibration;
        private readonly CommandDesk _desk;
        private long _rebootDueMs = -1;
        private uint _refusedVersion;
        private ConfigFault _refusedFault;
        private uint _reportedDrops;
        private bool _flashFaulty;
        private bool _wasTesting;
        private bool _isLeaving;

        /// <summary>Mounts the flash and starts.</summary>
        public NodeRuntime(NodeSettings settings, NodePorts ports, ISampler sampler, IVibration? vibration = null)
        {
            _vibration = vibration;
            _config = NewConfig();
            _raised = NewConfig();
            _settings = settings;
            _ports = ports;
            _sampler = sampler;
            // Before this node takes any of it: as near as an application comes to what its launcher finds.
            int heapBytes = ports.Board.FreeHeapBytes > int.MaxValue ? int.MaxValue : (int)ports.Board.FreeHeapBytes;
            Crc32 crc = new Crc32();
            BootRecord boot = new BootRecord(ports.Storage, crc);
            if (ports.Slots != null)
                boot.Load();
            SlotConfig.Adopt(ports.Storage, crc, boot);
            _store = new NodeStore(ports.Storage, crc, boot.Running);
            _store.Mount(ports.Entropy);
            FlashQueue windows = new FlashQueue(ports.Storage, crc, ports.Entropy, "win.", settings.WindowSegments);
            FlashQueue events = new FlashQueue(ports.Storage, crc, ports.Entropy, "evt.", settings.EventSegments);
            windows.Mount();
            events.Mount();
            _time = new TimeKeeper(ports.Clock);
            _outbox = new Outbox(windows, events, _time, sampler, _store.Boots);
            _desk = new CommandDesk(CommandDesk.NewRecord(ports.Storage, crc), _time, this);
            if (vibration != null)
                vibration.Mount(settings, ports, crc, boot.Running, _outbox, _time, _store.Boots);
            Interlocks = new Interlocks(vibration, _judge, sampler);
            _updates = new UpdateAgent(
                settings, ports, boot, _time, Interlocks, _outbox, vibration, sampler, crc, heapBytes);
            _uplink = new UplinkAgent(
                settings, ports, _store, _time, _outbox, vibration, _desk, _updates, NewConfig(), this);
            // What was kept was valid for the firmware that kept it; this one may know better.
            if (!_store.LoadConfig(_config) || CheckParts(_config) != ConfigFault.None)
                _config.Reset();
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

        /// <summary>The update's state.</summary>
        public UpdateAgent Updates => _updates;

        /// <summary>Windows and events that are kept.</summary>
        public Outbox Outbox => _outbox;

        /// <summary>What is done with vibrations; null where the node measures none.</summary>
        public IVibration? Vibration => _vibration;

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
            if (_vibration != null)
                _vibration.Keep(nowMs, _desk);
            StepUpdate(nowMs);
            _uplink.Step(nowMs);
            FollowVibrations(nowMs);
            RebootWhenAnswered(nowMs);
            uint drops = _outbox.Windows.Ledger.Dropped + _outbox.Events.Ledger.Dropped;
            if (_vibration != null)
                drops += _vibration.Chunks.Ledger.Dropped;
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
            long updateMs = _updates.NextDueMs(nowMs);
            if (updateMs < due)
                due = updateMs;
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
                case CommandType.SelfTest:
                    ReplyStatus status = _vibration == null ? ReplyStatus.Unsupported : _vibration.CarryOut(command, out text);
                    if (status != ReplyStatus.Unsupported)
                        return status;
                    break;
            }
            text = "this node cannot do that";
            return ReplyStatus.Unsupported;
        }

        /// <inheritdoc/>
        public void Apply(DesiredState desired, long nowMs)
        {
            _updates.Want(desired, nowMs);
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

        private void StepUpdate(long nowMs)
        {
            _updates.Step(nowMs);
            if (_updates.TakeChanged())
                _uplink.ReportSoon();
            if (_wasTesting != _updates.IsTesting)
            {
                _wasTesting = _updates.IsTesting;
                _sampler.SetWindow(WindowMs);
            }
            if (_updates.WantsReboot && !_isLeaving)
            {
                _isLeaving = true;
                _ports.Board.Reboot();
            }
        }

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
                _updates.Saw(window);
                _judge.Judge(window, this);
                if (_vibration != null)
                    _vibration.Judge(window, this);
                KeepAlarms(nowMs);
                _sampler.Ring.Release();
                window = _sampler.Ring.Readable();
            }
        }

        private void FollowVibrations(long nowMs)
        {
            if (_vibration == null)
                return;
            _vibration.Step(nowMs, this, _desk);
            if (_vibration.HasStorageFault)
                FlashFault(nowMs);
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

        private NodeConfig NewConfig()
        {
            return _vibration == null ? new NodeConfig(null, null, null, new AirConfig()) : _vibration.NewConfig();
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
            if (fault == ConfigFault.None && _vibration != null)
                fault = _vibration.Check(config);
            if (fault != ConfigFault.None || !config.HasAir || config.Air == null || config.Air.AsleepS == 0)
                return fault;
            return _sampler is IDutyCycle cycle && cycle.CanSleep ? ConfigFault.None : ConfigFault.AirNoSensor;
        }

        private void PutInForce(long nowMs)
        {
            _sampler.SetWindow(WindowMs);
            if (_config.Air != null && _sampler is IDutyCycle cycle)
                cycle.SetDutyCycle(_config.HasAir ? _config.Air.AsleepS : 0, _config.Air.AwakeS);
            _uplink.StateIntervalMs = _config.StateIntervalMs;
            if (_vibration != null)
                _vibration.Apply(_config, nowMs, this);
            _judge.Apply(_config, _sampler, nowMs, this);
            KeepAlarms(nowMs);
        }
    }
}
