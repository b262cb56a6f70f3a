using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware
{
    /// <summary>Why a board started, in words.</summary>
    internal static class BootReasons
    {
        /// <summary>For the text of an event.</summary>
        public static string Text(BootReason reason)
        {
            switch (reason)
            {
                case BootReason.PowerOn:
                    return "power on";
                case BootReason.Requested:
                    return "requested";
                case BootReason.Watchdog:
                    return "watchdog";
                case BootReason.Brownout:
                    return "brownout";
                case BootReason.Crash:
                    return "crash";
                default:
                    return "unknown";
            }
        }
    }
}
