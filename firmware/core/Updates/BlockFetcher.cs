using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>What came of waiting for a block.</summary>
    internal enum FetchResult : byte
    {
        /// <summary>Nothing that is waited for.</summary>
        None,

        /// <summary>The block is in <see cref="BlockFetcher.Answer"/>.</summary>
        Block,

        /// <summary>The service said, as often as it may, that it does not serve this.</summary>
        NotServed,
    }

    /// <summary>
    /// Asks the service for one piece of a bundle at a time: one request in flight, a second between two, later each time
    /// that no answer comes. An answer to anything but the last request is passed over.
    /// </summary>
    internal sealed class BlockFetcher
    {
        private readonly BlockRequest _request = new BlockRequest();
        private readonly CborReader _reader = new CborReader(new byte[0]);
        private readonly Backoff _backoff;
        private bool _wanted;
        private bool _online;
        private bool _inFlight;
        private long _dueMs;
        private long _lastMs = -NodeLimits.BlockGapMs;
        private int _silent;
        private int _busy;
        private int _refused;

        public BlockFetcher(IEntropy entropy)
        {
            _backoff = new Backoff(entropy);
        }

        /// <summary>The last answer that was read.</summary>
        public BlockAnswer Answer { get; } = new BlockAnswer();

        /// <summary>Requests sent since the boot.</summary>
        public uint Requests { get; private set; }

        /// <summary>Why no block comes for a while, or none.</summary>
        public UpdateReason Trouble => _silent >= NodeLimits.BlockPatience ? UpdateReason.NoAnswer
            : _busy >= NodeLimits.BlockPatience ? UpdateReason.Busy : UpdateReason.None;

        /// <summary>Whether something is asked for.</summary>
        public bool IsWanted => _wanted;

        /// <summary>
        /// Uptime at which something is due: a request, or the end of waiting for its answer. A request that is due and was
        /// not sent waits for its turn among the messages, and not for the time.
        /// </summary>
        public long NextDueMs(long nowMs)
        {
            return _wanted && _online && (_inFlight || nowMs < _dueMs) ? _dueMs : long.MaxValue;
        }

        /// <summary>Asks for a piece; what was asked for before is forgotten.</summary>
        public void Want(byte[] digest, uint offset, int length, long nowMs)
        {
            System.Array.Copy(digest, _request.Digest, digest.Length);
            _request.Offset = offset;
            _request.Length = length;
            _wanted = true;
            _inFlight = false;
            _dueMs = _lastMs + NodeLimits.BlockGapMs;
            if (_dueMs < nowMs)
                _dueMs = nowMs;
        }

        /// <summary>Nothing is asked for any more.</summary>
        public void Stop()
        {
            _wanted = false;
            _inFlight = false;
        }

        /// <summary>A new bundle: what went wrong with the one before does not count.</summary>
        public void Reset()
        {
            Stop();
            _silent = 0;
            _busy = 0;
            _refused = 0;
            _backoff.Reset();
        }

        /// <summary>There is a connection; what was in flight on the last one is lost.</summary>
        public void Connected(long nowMs)
        {
            _online = true;
            if (_inFlight)
            {
                _inFlight = false;
                _dueMs = nowMs;
            }
        }

        /// <summary>There is none.</summary>
        public void Disconnected()
        {
            _online = false;
        }

        /// <summary>Gives up waiting for an answer whose time is over.</summary>
        public void Step(long nowMs)
        {
            if (!_wanted || !_online || !_inFlight || nowMs < _dueMs)
                return;
            _inFlight = false;
            _silent++;
            _dueMs = nowMs + _backoff.Next();
        }

        /// <summary>Whether a request is to be sent now.</summary>
        public bool IsDue(long nowMs)
        {
            return _wanted && _online && !_inFlight && nowMs >= _dueMs;
        }

        /// <summary>Writes the request.</summary>
        public void Write(CborWriter writer)
        {
            _request.Write(writer);
        }

        /// <summary>The request is on its way.</summary>
        public void Sent(long nowMs)
        {
            Requests++;
            _inFlight = true;
            _lastMs = nowMs;
            _dueMs = nowMs + NodeLimits.AnswerTimeoutMs;
        }

        /// <summary>Reads a message from the service; false where it is none that can be read.</summary>
        public bool TryTake(byte[] payload, int length, long nowMs, out FetchResult result)
        {
            result = FetchResult.None;
            _reader.Reset(payload, 0, length);
            if (Answer.Read(_reader) != ContractError.None)
                return false;
            if (!_wanted || Answer.Offset != _request.Offset || !SlotImage.AreEqual(Answer.Digest, _request.Digest))
                return true;
            // The answer to a request that was given up is as good as that to the next, which need not be sent then.
            _inFlight = false;
            _silent = 0;
            if (Answer.Status == BlockStatus.Ok && Answer.DataLength == _request.Length)
            {
                _busy = 0;
                _refused = 0;
                _backoff.Reset();
                _wanted = false;
                result = FetchResult.Block;
                return true;
            }
            _dueMs = nowMs + NodeLimits.BlockBusyMs + _backoff.Next();
            if (Answer.Status != BlockStatus.UnknownDigest && Answer.Status != BlockStatus.OutOfRange
                && Answer.Status != BlockStatus.Ok)
            {
                // Busy, or what a newer service calls its trouble.
                _busy++;
                return true;
            }
            _refused++;
            if (_refused < NodeLimits.BlockPatience)
                return true;
            _wanted = false;
            result = FetchResult.NotServed;
            return true;
        }
    }
}
