using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Updates
{
    // From the offer to the swap.
    public sealed partial class UpdateAgent
    {
        private void Offer(long nowMs)
        {
            _journal.Tell(_status, _version, nowMs);
            _slots!.Begin(_target, _time.IsKnown ? _time.ToUtcMs(nowMs) : 0, nowMs);
        }

        private void StepDownload(long nowMs)
        {
            SlotDownload download = _slots!.Download;
            if (!_interlocks.Stand && download.Fault == UpdateReason.None)
                download.Step(nowMs);
            _status.FetchedBytes = download.FetchedBytes;
            if (download.Fault != UpdateReason.None)
            {
                _version = download.Version;
                End(UpdateEvent.Refuse, download.Fault, nowMs);
                return;
            }
            if (download.IsAccepted)
            {
                _status.TotalBytes = download.OwnBytes;
                if (_version.Length == 0)
                    _version = download.Version;
            }
            UpdateReason trouble = _interlocks.Stand ? UpdateReason.Interlock : _slots.Fetcher.Trouble;
            if (trouble != UpdateReason.None)
                Move(UpdateEvent.Hold, trouble);
            else
                Move(UpdateEvent.Release, UpdateReason.None);
            if (download.IsAccepted && trouble == UpdateReason.None)
                Move(UpdateEvent.Begin, UpdateReason.None);
            if (download.IsWhole && trouble == UpdateReason.None)
            {
                _slots.Fetcher.Stop();
                _stagedMs = nowMs;
                _tries = 0;
                Move(UpdateEvent.Complete, UpdateReason.None);
            }
            _journal.Tell(_status, _version, nowMs);
        }

        private long NextOfDownload(long nowMs)
        {
            if (_interlocks.Stand)
                return nowMs + NodeLimits.BlockGapMs;
            return _slots!.Fetcher.IsWanted ? long.MaxValue : nowMs;
        }

        private void StepStaged(long nowMs)
        {
            UpdateReason wait = WaitsFor(nowMs);
            Move(wait == UpdateReason.None ? UpdateEvent.Release : UpdateEvent.Hold, wait);
            if (wait != UpdateReason.None)
            {
                _dueMs = nowMs + NodeLimits.BlockGapMs;
                return;
            }
            // The service hears of it first, so that a silence that follows has a reason.
            bool told = _isOnline && _outbox.Events.Waiting == 0;
            long dueMs = _stagedMs + NodeLimits.SwapDelayMs;
            if (dueMs < _retryMs)
                dueMs = _retryMs;
            _dueMs = nowMs < dueMs ? dueMs : nowMs + NodeLimits.UpdateRetryMs;
            if (nowMs < _retryMs || (!told && nowMs < dueMs))
                return;
            if (_trial.Remember() && _slots!.TryRequestTest(_target))
            {
                WantsReboot = true;
                return;
            }
            _retryMs = nowMs + NodeLimits.UpdateRetryMs;
            _dueMs = _retryMs;
            if (++_tries >= NodeLimits.UpdateTries)
                End(UpdateEvent.Refuse, UpdateReason.FlashFault, nowMs);
        }

        private UpdateReason WaitsFor(long nowMs)
        {
            if (_interlocks.Stand)
                return UpdateReason.Interlock;
            if (_target.ApplyFromMs == 0 && _target.ApplyUntilMs == 0)
                return UpdateReason.None;
            if (!_time.IsKnown)
                return UpdateReason.Window;
            long utcMs = _time.ToUtcMs(nowMs);
            if (_target.ApplyUntilMs != 0 && utcMs >= _target.ApplyUntilMs)
                return UpdateReason.WindowPassed;
            return utcMs < _target.ApplyFromMs ? UpdateReason.Window : UpdateReason.None;
        }
    }
}
