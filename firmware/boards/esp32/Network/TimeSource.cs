using System;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;
using nanoFramework.Networking;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// The date, from the time servers that the runtime asks in the background. It says neither whether nor when one has
    /// answered, but until then the clock shows a date before any board was made. After a reset without a loss of power
    /// the chip's clock has run on, and is right to within the reset.
    /// </summary>
    public sealed class TimeSource : IReferenceClock
    {
        private readonly string _server;
        private bool _begun;

        /// <summary>Asks a server of one's own, or where that is empty, the runtime's.</summary>
        public TimeSource(string server)
        {
            _server = server;
            RanOnAtStart = TryGetUtcMs(out long _);
        }

        /// <summary>Whether the clock was right when the board started: its power had not gone.</summary>
        public bool RanOnAtStart { get; }

        /// <summary>There is a network.</summary>
        public void Begin()
        {
            if (_begun)
                return;
            _begun = true;
            if (_server.Length != 0)
            {
                Sntp.Stop();
                Sntp.Server1 = _server;
            }
            if (!Sntp.IsStarted)
                Sntp.Start();
            Sntp.UpdateNow();
        }

        /// <inheritdoc/>
        public bool TryGetUtcMs(out long utcMs)
        {
            // Ticks are of 100 ns, and count from the year 1.
            utcMs = (DateTime.UtcNow.Ticks - 621355968000000000L) / 10000;
            return utcMs >= Limits.MinUtcMs;
        }
    }
}
