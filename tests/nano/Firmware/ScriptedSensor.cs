using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>A slow sensor of one channel that says what a script holds for each second, and then its last word.</summary>
    public sealed class ScriptedSensor : IScalarSensor
    {
        private readonly int[] _values;
        private readonly SensorResult[] _results;

        /// <summary>Values by the second; results likewise, Ok beyond their end.</summary>
        public ScriptedSensor(int[] values, SensorResult[] results)
        {
            _values = values;
            _results = results;
        }

        public int ChannelCount => 1;

        public string ChannelName(int channel) => "pm25";

        public string ChannelUnit(int channel) => "ug/m3";

        public int ChannelExponent(int channel) => 0;

        public int ChannelMin(int channel) => -1000;

        public int ChannelMax(int channel) => 1000;

        public SensorResult Read(long nowMs, int[] values)
        {
            int second = (int)(nowMs / 1000);
            values[0] = _values[second < _values.Length ? second : _values.Length - 1];
            return second < _results.Length ? _results[second] : SensorResult.Ok;
        }
    }
}
