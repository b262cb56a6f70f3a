using System;
using System.Device.Gpio;
using System.Threading;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Ports;
using nanoFramework.Hardware.Esp32;
using nanoFramework.Runtime.Native;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Where the runtime begins.</summary>
    public static class Program
    {
        // Boards with external memory have two megabytes of it at least.
        private const uint ExternalMemoryBytes = 1024 * 1024;

        /// <summary>Runs the node; never returns.</summary>
        public static void Main()
        {
            try
            {
                Start();
                Thread.Sleep(Timeout.Infinite);
            }
            catch (Exception)
            {
                Guard.Restart(BootReason.Crash);
            }
        }

        private static void Start()
        {
            UptimeClock clock = new UptimeClock();
            BoardSettings given = SettingsFiles.Load();
            BoardMap map = BoardMaps.Of(given.Board, SystemInfo.TargetName);
            GpioController gpio = new GpioController();
            Guard guard = new Guard(clock, gpio, map.Led);

            TimeSource time = new TimeSource(given.TimeServer);
            BootReason reason = BootNote.Take(time.RanOnAtStart);
            NetworkWatch network = new NetworkWatch(clock, time);
            bool small = !HasExternalMemory();
            MqttLink link = new MqttLink(
                new LinkSecurity(given), clock, small ? BoardLimits.LinkBytesSmall : BoardLimits.LinkBytes);
            int flashMegabytes = given.FlashMegabytes != 0 ? given.FlashMegabytes : map.FlashMegabytes;
            NodePorts ports = new NodePorts(
                link, new FlashFiles(flashMegabytes), time, new HardwareEntropy(), new Esp32Board(clock, network, reason));

            AutoResetEvent wake = new AutoResetEvent(false);
            Instruments instruments = new Instruments(map, given, gpio, wake);
            NodeRuntime node = instruments.Create(Fit(given, flashMegabytes, small), ports);
            NodeThreads threads = new NodeThreads(node, instruments, clock, wake);
            guard.Watch(threads, link, network, given.HasEnrolment);
            threads.Start();
        }

        private static bool HasExternalMemory()
        {
            NativeMemory.GetMemoryInfo(NativeMemory.MemoryType.SpiRam, out uint external, out uint _, out uint _);
            return external >= ExternalMemoryBytes;
        }

        /// <summary>Settings that fit the board; the tables of <c>hardware/boards.md</c> are what they are held to.</summary>
        private static NodeSettings Fit(BoardSettings given, int flashMegabytes, bool small)
        {
            NodeSettings settings = new NodeSettings();
            settings.FirmwareVersion = FirmwareVersion.Text;
            settings.EnrolmentId = given.Enrolment;
            settings.EnrolmentSecret = given.Secret;
            settings.GatewayHost = given.Host;
            settings.GatewayPort = given.GatewayPort;
            if (flashMegabytes < 8)
            {
                settings.WindowSegments = 20;
                settings.EventSegments = 4;
            }
            if (small)
            {
                settings.HistoryTriples = 2048;
                settings.SpectrumSamples = 1024;
            }
            return settings;
        }
    }
}
