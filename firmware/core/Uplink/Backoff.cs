using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Uplink
{
    /// <summary>
    /// Capped exponential backoff with full jitter: a delay drawn evenly from zero to a bound that doubles with every
    /// failure, so that a fleet that lost its gateway at one moment does not come back at one moment.
    /// </summary>
    public sealed class Backoff
    {
        private readonly IEntropy _entropy;
        private int _failures;

        /// <summary>No failures yet.</summary>
        public Backoff(IEntropy entropy)
        {
            _entropy = entropy;
        }

        /// <summary>The delay after one more failure, in milliseconds; at least a tenth of a second.</summary>
        public int Next()
        {
            int bound = NodeLimits.BackoffMostMs;
            if (_failures < 16 && NodeLimits.BackoffFirstMs << _failures < bound)
                bound = NodeLimits.BackoffFirstMs << _failures;
            if (_failures < 16)
                _failures++;
            return 100 + (int)(_entropy.Next() % (uint)bound);
        }

        /// <summary>
        /// Something was stored: the gateway works, so the next delay need not be the longest. Not the shortest either:
        /// a gateway that falls over whatever it stores must not be met by the whole fleet at once.
        /// </summary>
        public void Ease()
        {
            if (_failures > NodeLimits.BackoffEasedFailures)
                _failures = NodeLimits.BackoffEasedFailures;
        }

        /// <summary>Things work again.</summary>
        public void Reset()
        {
            _failures = 0;
        }
    }
}
