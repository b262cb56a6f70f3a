using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Updates
{
    // After the swap: the proof.
    public sealed partial class UpdateAgent
    {
        private void StepTrial(long nowMs)
        {
            _dueMs = nowMs + NodeLimits.UpdateRetryMs;
            if (nowMs < _retryMs)
                return;
            if (_trial.IsPassed)
            {
                if (Record.Confirm())
                {
                    Move(UpdateEvent.Confirm, UpdateReason.None);
                    _isConsidered = false;
                    _journal.Tell(_status, _version, nowMs);
                    _dueMs = nowMs;
                    return;
                }
                _retryMs = nowMs + NodeLimits.UpdateRetryMs;
            }
            if (nowMs >= NodeLimits.TestDeadlineMs)
            {
                // Where even that cannot be written, the launcher's own deadline and its count of boots end the trial.
                WantsReboot = Record.RequestRevert(_trial.IsPassed ? UpdateReason.FlashFault : _trial.Missing);
                _retryMs = nowMs + NodeLimits.UpdateRetryMs;
                return;
            }
            if (!_trial.HasFetched && !_slots!.Fetcher.IsWanted)
                _slots.WantOwn(Record.RunningDigest, nowMs);
        }

        private void TakeOwn(FetchResult result, long nowMs)
        {
            if (result == FetchResult.Block)
                _trial.Fetched(_slots!.Fetcher.Answer, _slots.Envelope, _slots.SignedBytes);
            else
                _slots!.Fetcher.Reset();
        }
    }
}
