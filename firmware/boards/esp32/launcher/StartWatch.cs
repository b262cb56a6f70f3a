using System;
using System.Threading;
using EdgeFleet.Boards.Esp32;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Updates;
using nanoFramework.Runtime.Native;

namespace EdgeFleet.Launcher
{
    /// <summary>
    /// Starts the board again where the application does not come up, or where one on trial has not confirmed itself in
    /// time. What runs then has a guard of its own. As that one, it cannot where the runtime itself hangs.
    /// </summary>
    public sealed class StartWatch
    {
        private readonly UptimeClock _clock;
        private bool _hasStarted;
        private BootRecord? _onTrial;

        /// <summary>Watches from now on.</summary>
        public StartWatch(UptimeClock clock)
        {
            _clock = clock;
            Thread thread = new Thread(Run);
            thread.Priority = ThreadPriority.Highest;
            thread.Start();
        }

        /// <summary>The application has come up; <paramref name="onTrial"/> is the record it is to confirm itself in, or null.</summary>
        public void Started(BootRecord? onTrial)
        {
            _onTrial = onTrial;
            _hasStarted = true;
        }

        /// <summary>Starts the board again, and leaves word why.</summary>
        public static void Restart(BootReason reason)
        {
            BootNote.Leave(reason);
            Power.RebootDevice();
        }

        private void Run()
        {
            while (!_hasStarted)
            {
                if (_clock.NowMs >= BoardLimits.LaunchMs)
                    Restart(BootReason.Watchdog);
                Thread.Sleep(BoardLimits.LaunchStepMs);
            }
            while (_onTrial != null)
            {
                if (IsOverdue(_onTrial))
                    Restart(BootReason.Requested);
                Thread.Sleep(BoardLimits.TrialStepMs);
            }
        }

        private bool IsOverdue(BootRecord record)
        {
            try
            {
                return Bootloader.IsOverdue(record, _clock.NowMs);
            }
            catch (Exception)
            {
                // Out of memory for a moment; the next look is as good.
                return false;
            }
        }
    }
}
