using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware
{
    // What a node says of itself.
    public sealed partial class NodeRuntime
    {
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
            _updates.Describe(state);
            state.HasBoardStatus = true;
            state.BoardStatus.HardwareClass = _settings.HardwareClass;
            state.BoardStatus.RuntimeVersion = _settings.RuntimeVersion;
            state.BoardStatus.Interlocks = Interlocks.Bits;
            state.BoardStatus.ChunksProduced = _vibration == null ? 0 : _vibration.Chunks.Added;
            state.BoardStatus.ChunksDropped = _vibration == null ? 0 : _vibration.Chunks.Ledger.Dropped;
        }

        private int WindowMs
        {
            get
            {
                int windowMs = _config.WindowMs != 0 ? _config.WindowMs : _sampler.DefaultWindowMs;
                return _updates.IsTesting && windowMs > NodeLimits.TrialWindowMs ? NodeLimits.TrialWindowMs : windowMs;
            }
        }
    }
}
