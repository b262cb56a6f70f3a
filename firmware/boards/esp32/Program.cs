using System;
using System.Device.Gpio;
using System.Threading;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Updates;
using nanoFramework.Runtime.Native;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Where the launcher begins the application.</summary>
    public static class Program
    {
        /// <summary>Puts the node together, starts its threads, and comes back; what cannot be started starts the board again.</summary>
        public static void Start()
        {
            try
            {
                Run();
            }
            catch (Exception)
            {
                Guard.Restart(BootReason.Crash);
            }
        }

        private static void Run()
        {
            UptimeClock clock = new UptimeClock();
            BoardSettings given = SettingsFiles.Load();
            BoardMap map = BoardMaps.Of(given.Board, SystemInfo.TargetName);
            GpioController gpio = new GpioController();
            Guard guard = new Guard(clock, gpio, map.Led);

            TimeSource time = new TimeSource(given.TimeServer);
            BootReason reason = BootNote.Take(time.RanOnAtStart);
            NetworkWatch network = new NetworkWatch(clock, time);
            bool small = !ExternalMemory.IsThere();
            MqttLink link = new MqttLink(
                new LinkSecurity(given), clock, small ? BoardLimits.LinkBytesSmall : BoardLimits.LinkBytes);
            int flashMegabytes = given.FlashMegabytes != 0 ? given.FlashMegabytes : map.FlashMegabytes;
            FlashFiles files = new FlashFiles(flashMegabytes);
            NodePorts ports = new NodePorts(
                link, files, time, new HardwareEntropy(), new Esp32Board(clock, network, reason));
            // An application on the heap, and what brings it there, needs external memory.
            if (!small)
                ports.Slots = new SlotFiles(files);

            AutoResetEvent wake = new AutoResetEvent(false);
            Instruments instruments = new Instruments(map, given, gpio, wake);
            NodeRuntime node = instruments.Create(Fit(given, flashMegabytes, small), ports);
            NodeThreads threads = new NodeThreads(node, instruments, clock, wake);
            guard.Watch(threads, link, network, given.HasEnrolment);
            threads.Start();
        }

        /// <summary>Settings that fit the board; the tables of <c>hardware/boards.md</c> are what they are held to.</summary>
        private static NodeSettings Fit(BoardSettings given, int flashMegabytes, bool small)
        {
            NodeSettings settings = new NodeSettings();
            settings.FirmwareVersion = FirmwareVersion.Text;
            settings.HardwareClass = HardwareClasses.Of(SystemInfo.TargetName);
            settings.TrustedKeys = TrustedKeys.All();
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
