namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Messages on their way and their bytes, which the MQTT library holds; the uplink's thread alone asks.</summary>
    public sealed class InFlightBytes
    {
        private readonly int _most;
        private readonly int[] _ids = new int[BoardLimits.LinkRequests];
        private readonly int[] _sizes = new int[BoardLimits.LinkRequests];
        private int _bytes;

        /// <summary>At most so many bytes at a time; a message that is alone always goes.</summary>
        public InFlightBytes(int most)
        {
            _most = most;
        }

        /// <summary>Whether a message of so many bytes may go.</summary>
        public bool HasRoom(int bytes)
        {
            return Find(0) >= 0 && (_bytes == 0 || _bytes + bytes <= _most);
        }

        /// <summary>A message has gone.</summary>
        public void Add(int id, int bytes)
        {
            int at = Find(0);
            _ids[at] = id;
            _sizes[at] = bytes;
            _bytes += bytes;
        }

        /// <summary>A message has been acknowledged.</summary>
        public void Remove(int id)
        {
            int at = Find(id);
            if (at < 0)
                return;
            _ids[at] = 0;
            _bytes -= _sizes[at];
        }

        /// <summary>The connection has ended, and all with it.</summary>
        public void Clear()
        {
            _bytes = 0;
            for (int i = 0; i < _ids.Length; i++)
                _ids[i] = 0;
        }

        private int Find(int id)
        {
            for (int i = 0; i < _ids.Length; i++)
            {
                if (_ids[i] == id)
                    return i;
            }
            return -1;
        }
    }
}
