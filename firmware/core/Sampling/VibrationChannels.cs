using EdgeFleet.Contracts;

namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>
    /// Which numbers stand where in a window of vibration: the accelerations of the axes that there are, the temperature,
    /// the velocities, the frequencies at their peaks, the sample rate, and what others add.
    /// </summary>
    internal sealed class VibrationChannels
    {
        private readonly int[] _axes = new int[3];
        private IWindowChannels? _more;

        /// <summary>The channels of these axes: bit 0 x, bit 1 y, bit 2 z.</summary>
        public VibrationChannels(int axisMask)
        {
            for (int axis = 0; axis < 3; axis++)
            {
                if ((axisMask & (1 << axis)) != 0)
                    _axes[AxisCount++] = axis;
            }
        }

        /// <summary>Axes that there are; their accelerations are the first channels.</summary>
        public int AxisCount { get; }

        /// <summary>Channel of the temperature.</summary>
        public int Temperature => AxisCount;

        /// <summary>Channel of the first velocity.</summary>
        public int Velocity => AxisCount + 1;

        /// <summary>Channel of the first frequency.</summary>
        public int Frequency => AxisCount * 2 + 1;

        /// <summary>Channel of the sample rate.</summary>
        public int Rate => AxisCount * 3 + 1;

        /// <summary>First channel of what others add.</summary>
        public int More => AxisCount * 3 + 2;

        /// <summary>Channels of a window.</summary>
        public int Count => More + (_more == null ? 0 : _more.ChannelCount);

        /// <summary>Adds channels behind the others; false where there are some already, or too many with these.</summary>
        public bool Add(IWindowChannels more)
        {
            if (_more != null || More + more.ChannelCount > Limits.MaxChannels)
                return false;
            _more = more;
            return true;
        }

        /// <summary>Which axis the <paramref name="index"/>th one is: 0 x, 1 y, 2 z.</summary>
        public int Axis(int index)
        {
            return _axes[index];
        }

        /// <summary>Name of a channel.</summary>
        public string Name(int channel)
        {
            if (channel >= More && _more != null)
                return _more.ChannelName(channel - More);
            if (channel == Temperature)
                return Channels.Temperature;
            if (channel >= Rate)
                return Channels.SampleRate;
            if (channel < AxisCount)
                return Of(_axes[channel], Channels.AccelX, Channels.AccelY, Channels.AccelZ);
            if (channel < Frequency)
                return Of(_axes[channel - Velocity], Channels.VelocityX, Channels.VelocityY, Channels.VelocityZ);
            return Of(_axes[channel - Frequency], Channels.FrequencyX, Channels.FrequencyY, Channels.FrequencyZ);
        }

        /// <summary>Unit of a channel.</summary>
        public string Unit(int channel)
        {
            if (channel >= More && _more != null)
                return _more.ChannelUnit(channel - More);
            if (channel == Temperature)
                return Units.Celsius;
            if (channel >= Frequency)
                return Units.Hertz;
            return channel < AxisCount ? Units.MetresPerSecondSquared : Units.MetresPerSecond;
        }

        /// <summary>Power of ten of a channel's numbers.</summary>
        public int Exponent(int channel)
        {
            if (channel >= More && _more != null)
                return _more.ChannelExponent(channel - More);
            if (channel == Temperature)
                return -2;
            if (channel >= Rate)
                return -3;
            return channel >= Frequency ? -2 : -6;
        }

        /// <summary>Lets the others fill their channels of a window.</summary>
        public void FillMore(ClosedWindow window)
        {
            if (_more != null)
                _more.Fill(window, More);
        }

        private static string Of(int axis, string x, string y, string z)
        {
            return axis == 0 ? x : axis == 1 ? y : z;
        }
    }
}
