namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// Codes as light. All times are in milliseconds and multiples of 50. The main code is shown, then each fault that
    /// there is, in turn, each with its pause; a code that has begun is shown to its end.
    /// </summary>
    public sealed class LedBlinker
    {
        private const int FlashMs = 50;
        private const int FlashEveryMs = 5000;
        private const int BlinkMs = 200;

        // The gap behind each third blink, so that codes are read as groups of three.
        private const int GroupMs = 600;
        private const int PauseMs = 2000;

        private LedCode _shown = LedCode.Booting;
        private long _beganMs;

        /// <summary>Whether the LED is lit now.</summary>
        public bool Step(long nowMs, LedCode main, bool sensorFault, bool storageFault)
        {
            if (main == LedCode.Booting)
            {
                _shown = main;
                return true;
            }
            if (_shown == LedCode.Booting || nowMs - _beganMs >= LengthMs(_shown))
            {
                _shown = Next(main, sensorFault, storageFault);
                _beganMs = nowMs;
            }
            return IsLit(_shown, (int)(nowMs - _beganMs));
        }

        /// <summary>Length of a code with its pause.</summary>
        public static int LengthMs(LedCode code)
        {
            if (code == LedCode.Reporting)
                return FlashEveryMs;
            int blinks = (int)code;
            int groups = (blinks - 1) / 3;
            return blinks * BlinkMs + (blinks - 1 - groups) * BlinkMs + groups * GroupMs + PauseMs;
        }

        /// <summary>Whether a code is light so long after it began.</summary>
        public static bool IsLit(LedCode code, int sinceMs)
        {
            if (code == LedCode.Booting)
                return true;
            if (code == LedCode.Reporting)
                return sinceMs % FlashEveryMs < FlashMs;
            for (int blink = 1; blink <= (int)code && sinceMs >= 0; blink++)
            {
                if (sinceMs < BlinkMs)
                    return true;
                sinceMs -= BlinkMs + (blink % 3 == 0 ? GroupMs : BlinkMs);
            }
            return false;
        }

        private LedCode Next(LedCode main, bool sensorFault, bool storageFault)
        {
            bool behindMain = _shown != LedCode.SensorFault && _shown != LedCode.StorageFault && _shown != LedCode.Booting;
            if (behindMain && sensorFault)
                return LedCode.SensorFault;
            if ((behindMain || _shown == LedCode.SensorFault) && storageFault)
                return LedCode.StorageFault;
            return main;
        }
    }
}
