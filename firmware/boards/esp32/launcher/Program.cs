using System;
using System.Device.Gpio;
using System.Reflection;
using System.Threading;
using EdgeFleet.Boards.Esp32;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Updates;
using nanoFramework.Runtime.Native;

namespace EdgeFleet.Launcher
{
    /// <summary>
    /// Where the runtime begins: chooses the image that may run, loads it, and calls its start, which comes back when the
    /// node runs. Nothing passes between the two but that call; the rest is in the boot record.
    /// </summary>
    public static class Program
    {
        private const string GoldenAssembly = "EdgeFleet.Golden";
        private const string EntryType = "EdgeFleet.Boards.Esp32.Program";
        private const string EntryMethod = "Start";

        // A clock that shows less has not been set since the power came on.
        private const int FirstYear = 2015;

        /// <summary>Never returns.</summary>
        public static void Main()
        {
            try
            {
                Launch();
                Thread.Sleep(Timeout.Infinite);
            }
            catch (Exception)
            {
                StartWatch.Restart(BootReason.Crash);
            }
        }

        private static void Launch()
        {
            UptimeClock clock = new UptimeClock();
            StartWatch watch = new StartWatch(clock);
            BoardSettings given = SettingsFiles.Load();
            BoardMap map = BoardMaps.Of(given.Board, SystemInfo.TargetName);
            GpioController gpio = new GpioController();
            Light(gpio, map.Led);
            BootRecord? onTrial = null;
            Assembly? application = null;
            // An application on the heap needs external memory; without it the board runs what it was deployed with.
            if (ExternalMemory.IsThere())
            {
                FlashFiles files = new FlashFiles(given.FlashMegabytes != 0 ? given.FlashMegabytes : map.FlashMegabytes);
                BootRecord record = new BootRecord(files, new Crc32());
                application = Load(new SlotFiles(files), record, out bool isTest);
                if (isTest)
                    onTrial = record;
            }
            if (application == null)
                application = Assembly.Load(GoldenAssembly);
            // The application opens the pin itself.
            gpio.Dispose();
            application.GetType(EntryType).GetMethod(EntryMethod).Invoke(null, null);
            watch.Started(onTrial);
        }

        /// <summary>The application from the slot that may run; null: the golden one is to run.</summary>
        private static Assembly? Load(SlotFiles slots, BootRecord record, out bool isTest)
        {
            BootSettings settings = new BootSettings();
            settings.Kind = Kind.Own;
            settings.HardwareClass = HardwareClasses.Of(SystemInfo.TargetName);
            settings.Keys = TrustedKeys.All();
            settings.FreeHeapBytes = (int)nanoFramework.Runtime.Native.GC.Run(false);
            Bootloader loader = new Bootloader(settings, slots, record);
            BootChoice choice = loader.Choose(BootNote.Read(DateTime.UtcNow.Year >= FirstYear));
            isTest = choice.IsTest;
            Assembly? last = null;
            for (int i = 0; i < choice.ComponentCount; i++)
            {
                byte[]? component = loader.LoadComponent(i);
                if (component == null)
                    StartWatch.Restart(BootReason.Crash);
                else
                    last = LoadTwice(component);
            }
            return last;
        }


        // The runtime sometimes fails to load what has just been read from a file, and not the second time.
        private static Assembly LoadTwice(byte[] component)
        {
            try
            {
                return Assembly.Load(component);
            }
            catch (Exception)
            {
                Thread.Sleep(BoardLimits.LaunchStepMs);
                return Assembly.Load(component);
            }
        }

        private static void Light(GpioController gpio, int pin)
        {
            if (pin < 0)
                return;
            try
            {
                gpio.OpenPin(pin, PinMode.Output).Write(PinValue.High);
            }
            catch (Exception)
            {
                // A board starts without its LED, too.
            }
        }
    }
}
