using nanoFramework.Hardware.Esp32;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Time since the chip was reset, from its own microsecond counter; runs on through changes of the date.</summary>
    public sealed class UptimeClock
    {
        /// <summary>Uptime, in milliseconds.</summary>
        public long NowMs => (long)(HighResTimer.GetCurrent() / 1000);
    }
}
