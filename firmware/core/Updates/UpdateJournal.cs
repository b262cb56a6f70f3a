using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Thresholds;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>
    /// Tells each change of an update's state as an event, and remembers on flash what was told last: a node that starts
    /// again does not tell it twice, and one that finds itself where it did not leave tells what became of it.
    /// </summary>
    internal sealed class UpdateJournal
    {
        // State, reason, attempt, digest.
        private const int RecordBytes = 2 + 4 + Limits.DigestBytes;

        private readonly RecordStore _told;
        private readonly IEventSink _events;
        private readonly NodeEvent _event = new NodeEvent();
        private bool _isLoaded;

        public UpdateJournal(IStorage storage, Crc32 crc, IEventSink events)
        {
            _told = new RecordStore(storage, crc, "node.update", RecordBytes);
            _events = events;
        }

        /// <summary>Tells where the update stands, unless that is what was told last.</summary>
        public void Tell(UpdateStatus status, string version, long nowMs)
        {
            if (!_isLoaded)
                _isLoaded = _told.Load() == RecordBytes;
            byte[] buffer = _told.Buffer;
            int at = _told.Offset;
            bool sameState = _isLoaded && IsTold(status) && buffer[at] == (byte)status.State;
            // What runs runs, under whatever attempt it is asked for again.
            if (sameState && status.State == UpdateState.Confirmed)
                return;
            if (_isLoaded && IsTold(status) && Bytes.Get32(buffer, at + 2) == status.Attempt)
            {
                // One that is taken up again is no new one; and what an update waits for may change often.
                bool waits = status.State == UpdateState.Paused || status.State == UpdateState.Staged;
                if (status.State == UpdateState.Offered
                    || (sameState && (waits || buffer[at + 1] == (byte)status.Reason)))
                    return;
            }
            _event.Type = EventType.Update;
            bool bad = status.State == UpdateState.Reverted || status.State == UpdateState.Rejected;
            _event.Severity = bad ? Severity.Warning : Severity.Info;
            _event.Text = UpdateNames.Of(status.State) + " " + UpdateNames.Of(status.Reason)
                + (version.Length == 0 ? "" : " " + version);
            _events.Emit(_event, nowMs);
            buffer[at] = (byte)status.State;
            buffer[at + 1] = (byte)status.Reason;
            Bytes.Put32(buffer, at + 2, status.Attempt);
            for (int i = 0; i < Limits.DigestBytes; i++)
                buffer[at + 6 + i] = status.HasTarget ? status.Target[i] : (byte)0;
            // Where the flash fails, the worst that comes of it is an event twice.
            _told.Save(RecordBytes);
            _isLoaded = true;
        }

        private bool IsTold(UpdateStatus status)
        {
            for (int i = 0; i < Limits.DigestBytes; i++)
            {
                if (_told.Buffer[_told.Offset + 6 + i] != (status.HasTarget ? status.Target[i] : (byte)0))
                    return false;
            }
            return true;
        }
    }
}
