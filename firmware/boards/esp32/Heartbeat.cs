namespace EdgeFleet.Boards.Esp32
{
    /// <summary>A thread's sign of life; looked at by the guard.</summary>
    public sealed class Heartbeat
    {
        private readonly int _silenceMs;
        private int _beats;
        private int _seen;
        private long _seenMs;

        /// <summary>A thread that may be silent for so long.</summary>
        public Heartbeat(int silenceMs)
        {
            _silenceMs = silenceMs;
        }

        /// <summary>The thread has come around.</summary>
        public void Beat()
        {
            _beats++;
        }

        /// <summary>The guard begins to look.</summary>
        public void Watch(long nowMs)
        {
            _seen = _beats;
            _seenMs = nowMs;
        }

        /// <summary>Whether the thread has been silent for too long.</summary>
        public bool IsLost(long nowMs)
        {
            if (_beats != _seen)
                Watch(nowMs);
            return nowMs - _seenMs > _silenceMs;
        }
    }
}
