namespace EdgeFleet.Firmware.Uplink
{
    /// <summary>What a message in flight carries.</summary>
    internal enum Cargo : byte
    {
        None,
        Windows,
        Event,
        State,
        Chunk,
        Reply,
        Block,
    }

    /// <summary>
    /// Messages that wait for their acknowledgement, oldest first. A queue's cursor may only move over what is
    /// acknowledged without a hole, so an acknowledgement that overtook an older one waits for it here.
    /// </summary>
    internal sealed class InFlight
    {
        private readonly int[] _messageId = new int[NodeLimits.MaxInFlight];
        private readonly Cargo[] _cargo = new Cargo[NodeLimits.MaxInFlight];
        private readonly uint[] _last = new uint[NodeLimits.MaxInFlight];
        private readonly bool[] _stored = new bool[NodeLimits.MaxInFlight];
        private readonly long[] _sentMs = new long[NodeLimits.MaxInFlight];
        private int _count;

        public bool IsFull => _count == _messageId.Length;

        public bool IsEmpty => _count == 0;

        /// <summary>When the oldest was sent.</summary>
        public long OldestMs => _count == 0 ? long.MaxValue : _sentMs[0];

        public void Clear()
        {
            _count = 0;
        }

        public void Add(int messageId, Cargo cargo, uint last, long nowMs)
        {
            _messageId[_count] = messageId;
            _cargo[_count] = cargo;
            _last[_count] = last;
            _stored[_count] = false;
            _sentMs[_count] = nowMs;
            _count++;
        }

        public bool Has(Cargo cargo)
        {
            for (int i = 0; i < _count; i++)
            {
                if (_cargo[i] == cargo)
                    return true;
            }
            return false;
        }

        /// <summary>Notes an acknowledgement; one that nothing waits for changes nothing.</summary>
        public void Stored(int messageId)
        {
            for (int i = 0; i < _count; i++)
            {
                if (_messageId[i] == messageId)
                    _stored[i] = true;
            }
        }

        /// <summary>Takes out the oldest message of its cargo, where it has been acknowledged.</summary>
        public bool TryTake(out Cargo cargo, out uint last)
        {
            for (int i = 0; i < _count; i++)
            {
                if (!_stored[i] || HasOlder(i))
                    continue;
                cargo = _cargo[i];
                last = _last[i];
                Remove(i);
                return true;
            }
            cargo = Cargo.None;
            last = 0;
            return false;
        }

        private bool HasOlder(int index)
        {
            for (int i = 0; i < index; i++)
            {
                if (_cargo[i] == _cargo[index])
                    return true;
            }
            return false;
        }

        private void Remove(int index)
        {
            _count--;
            for (int i = index; i < _count; i++)
            {
                _messageId[i] = _messageId[i + 1];
                _cargo[i] = _cargo[i + 1];
                _last[i] = _last[i + 1];
                _stored[i] = _stored[i + 1];
                _sentMs[i] = _sentMs[i + 1];
            }
        }
    }
}
