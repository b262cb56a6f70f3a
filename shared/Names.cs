namespace EdgeFleet.Contracts
{
    /// <summary>The grammar of everything that is called by name on the wire.</summary>
    public static class Names
    {
        /// <summary>Device and enrolment ids: 1 to 32 of [a-z0-9-], neither first nor last a hyphen.</summary>
        public static bool IsId(string? text)
        {
            if (text == null || text.Length == 0 || text.Length > Limits.MaxId)
                return false;
            for (int i = 0; i < text.Length; i++)
            {
                char c = text[i];
                if (!IsLowerOrDigit(c) && (c != '-' || i == 0 || i == text.Length - 1))
                    return false;
            }
            return true;
        }

        /// <summary>Hardware ids: 12 to 32 lower-case hexadecimal digits, such as the MAC address.</summary>
        public static bool IsHardwareId(string? text)
        {
            if (text == null || text.Length < Limits.MinHardwareId || text.Length > Limits.MaxHardwareId)
                return false;
            for (int i = 0; i < text.Length; i++)
            {
                char c = text[i];
                if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
                    return false;
            }
            return true;
        }

        /// <summary>
        /// Channel names: 1 to 24 of [a-z0-9./-], first a letter. Dots and slashes part a channel from what was derived
        /// of it.
        /// </summary>
        public static bool IsChannel(string? text)
        {
            if (text == null || text.Length == 0 || text.Length > Limits.MaxChannelName)
                return false;
            if (text[0] < 'a' || text[0] > 'z')
                return false;
            for (int i = 1; i < text.Length; i++)
            {
                char c = text[i];
                if (!IsLowerOrDigit(c) && c != '.' && c != '/' && c != '-')
                    return false;
            }
            return true;
        }

        private static bool IsLowerOrDigit(char c)
        {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        }
    }

    /// <summary>Channels that nodes of ours report, by the name they have on the wire.</summary>
    public static class Channels
    {
        /// <summary>Particulate matter up to 1 um.</summary>
        public const string Pm1 = "pm1";

        /// <summary>Particulate matter up to 2.5 um.</summary>
        public const string Pm25 = "pm25";

        /// <summary>Particulate matter up to 10 um.</summary>
        public const string Pm10 = "pm10";

        /// <summary>
        /// Particulate matter up to 2.5 um as the factory calibrated it ("CF=1"), before the sensor's own correction
        /// for outdoor air; what published corrections start from.
        /// </summary>
        public const string Pm25Factory = "pm25.cf1";

        /// <summary>Particles larger than 0.3 um in 0.1 L of air.</summary>
        public const string Particles03 = "n0.3";

        /// <summary>Particles larger than 0.5 um in 0.1 L of air.</summary>
        public const string Particles05 = "n0.5";

        /// <summary>Particles larger than 1 um in 0.1 L of air.</summary>
        public const string Particles1 = "n1";

        /// <summary>Particles larger than 2.5 um in 0.1 L of air.</summary>
        public const string Particles25 = "n2.5";

        /// <summary>Particles larger than 5 um in 0.1 L of air.</summary>
        public const string Particles5 = "n5";

        /// <summary>Particles larger than 10 um in 0.1 L of air.</summary>
        public const string Particles10 = "n10";

        /// <summary>Temperature: of the air in an Air Box, of the accelerometer in a bridge node.</summary>
        public const string Temperature = "temp";

        /// <summary>Relative humidity.</summary>
        public const string Humidity = "rh";

        /// <summary>Barometric pressure at the place of the node.</summary>
        public const string Pressure = "pressure";

        /// <summary>Acceleration along the bridge.</summary>
        public const string AccelX = "ax";

        /// <summary>Acceleration across the bridge.</summary>
        public const string AccelY = "ay";

        /// <summary>Vertical acceleration.</summary>
        public const string AccelZ = "az";

        /// <summary>Velocity along the bridge, 1 to 80 Hz; the larger of |min| and |max| is the peak particle velocity.</summary>
        public const string VelocityX = "vx";

        /// <summary>Velocity across the bridge.</summary>
        public const string VelocityY = "vy";

        /// <summary>Vertical velocity.</summary>
        public const string VelocityZ = "vz";

        /// <summary>Frequency about the peak of <see cref="VelocityX"/>.</summary>
        public const string FrequencyX = "vx.f";

        /// <summary>Frequency about the peak of <see cref="VelocityY"/>.</summary>
        public const string FrequencyY = "vy.f";

        /// <summary>Frequency about the peak of <see cref="VelocityZ"/>.</summary>
        public const string FrequencyZ = "vz.f";

        /// <summary>
        /// Samples a second that the accelerometer truly makes. Its count is what the sensor made in the window; less the
        /// count of an axis, that is how many were lost.
        /// </summary>
        public const string SampleRate = "rate";

        /// <summary>First of the natural frequencies that a bridge node follows; in the window in which a spectrum ended.</summary>
        public const string Mode1 = "f1";

        /// <summary>Second of the natural frequencies.</summary>
        public const string Mode2 = "f2";

        /// <summary>Third of the natural frequencies.</summary>
        public const string Mode3 = "f3";

        /// <summary>Fourth of the natural frequencies.</summary>
        public const string Mode4 = "f4";
    }

    /// <summary>Units, from the SenML units registry (RFC 8428) and the secondary units registry (RFC 8798).</summary>
    public static class Units
    {
        /// <summary>Degrees Celsius.</summary>
        public const string Celsius = "Cel";

        /// <summary>Percent of relative humidity.</summary>
        public const string RelativeHumidity = "%RH";

        /// <summary>Pascal.</summary>
        public const string Pascal = "Pa";

        /// <summary>Micrograms per cubic metre (secondary unit).</summary>
        public const string MicrogramsPerCubicMetre = "ug/m3";

        /// <summary>Metres per second squared.</summary>
        public const string MetresPerSecondSquared = "m/s2";

        /// <summary>Metres per second.</summary>
        public const string MetresPerSecond = "m/s";

        /// <summary>Hertz.</summary>
        public const string Hertz = "Hz";

        /// <summary>One, as of a count.</summary>
        public const string Count = "count";
    }
}
