using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>An accelerometer whose samples a test makes; its queue fills at its rate and never overflows.</summary>
    public abstract class ScriptedAccelerometer : IAccelerometer
    {
        private long _taken;

        protected ScriptedAccelerometer(int rateMilliHz)
        {
            RateMilliHz = rateMilliHz;
        }

        public int RateMilliHz { get; }

        /// <summary>An ADXL355 at 2 g makes 38,246; a round number makes the expectations plain.</summary>
        public int NanoMetresPerCount => 40_000;

        public int AxisMask => 7;

        /// <summary>Samples lost before the next drain, to be told once.</summary>
        public int Lose { get; set; }

        public SensorResult Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed)
        {
            missed = Lose;
            _taken += Lose;
            Lose = 0;
            long due = nowMs * RateMilliHz / 1_000_000 - _taken;
            triples = due < 0 ? 0 : due > maxTriples ? maxTriples : (int)due;
            for (int i = 0; i < triples; i++)
            {
                for (int axis = 0; axis < 3; axis++)
                    xyz[i * 3 + axis] = Value(_taken + i, axis);
            }
            _taken += triples;
            return triples == 0 ? SensorResult.NotReady : SensorResult.Ok;
        }

        public SensorResult ReadTemperature(out int centiCelsius)
        {
            centiCelsius = 2150;
            return SensorResult.Ok;
        }

        /// <summary>Counts of a sample.</summary>
        protected abstract int Value(long sample, int axis);
    }
}
