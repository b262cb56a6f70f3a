using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Uplink
{
    /// <summary>
    /// What time it is: uptime plus an offset that the reference clock or, where there is none, the gateway gave.
    /// Implausible times are ignored.
    /// </summary>
    public sealed class TimeKeeper
    {
        private readonly IReferenceClock _reference;
        private long _offsetMs;
        private long _setAtMs;
        private bool _known;

        /// <summary>A clock that has not been set.</summary>
        public TimeKeeper(IReferenceClock reference)
        {
            _reference = reference;
        }

        /// <summary>Whether the date is known in this boot.</summary>
        public bool IsKnown => _known;

        /// <summary>Where the date came from.</summary>
        public TimeQuality Quality { get; private set; } = TimeQuality.Relative;

        /// <summary>Unix time minus uptime, in milliseconds; 0 while the date is not known.</summary>
        public long OffsetMs => _offsetMs;

        /// <summary>Seconds since the clock was set, or -1.</summary>
        public int AgeS(long nowMs)
        {
            return _known ? (int)((nowMs - _setAtMs) / 1000) : -1;
        }

        /// <summary>Unix time of an uptime of this boot, in milliseconds.</summary>
        public long ToUtcMs(long uptimeMs)
        {
            return uptimeMs + _offsetMs;
        }

        /// <summary>Looks at the reference clock.</summary>
        public void Step(long nowMs)
        {
            if (!_reference.TryGetUtcMs(out long utcMs) || !IsPlausible(utcMs))
                return;
            Set(nowMs, utcMs, TimeQuality.Synchronised);
        }

        /// <summary>Takes the gateway's time, unless a reference clock is there to trust more.</summary>
        public void OfferGatewayTime(long nowMs, long utcMs)
        {
            if (Quality == TimeQuality.Synchronised || !IsPlausible(utcMs))
                return;
            Set(nowMs, utcMs, TimeQuality.Gateway);
        }

        private void Set(long nowMs, long utcMs, TimeQuality quality)
        {
            _offsetMs = utcMs - nowMs;
            _setAtMs = nowMs;
            _known = true;
            Quality = quality;
        }

        private static bool IsPlausible(long utcMs)
        {
            return utcMs >= Limits.MinUtcMs && utcMs <= Limits.MaxUtcMs;
        }
    }
}
