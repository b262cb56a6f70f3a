using System;
using System.Device.Gpio;
using System.Threading;
using EdgeFleet.Contracts.Messages;
using nanoFramework.Runtime.Native;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// The watchdog, and the LED, on one thread of the highest priority. The firmware of nanoFramework starts no watchdog of
    /// the chip for tasks, and offers none, so this one starts the board again: where the sampler or the uplink make no
    /// progress, or the MQTT library does not come back. It cannot where the runtime itself hangs.
    /// </summary>
    public sealed class Guard
    {
        private readonly UptimeClock _clock;
        private readonly GpioPin? _led;
        private readonly LedBlinker _blinker = new LedBlinker();
        private readonly NodeStatus _status = new NodeStatus();
        private bool _lit;
        private NodeThreads? _threads;
        private MqttLink? _link;
        private NetworkWatch? _network;
        private bool _hasEnrolment;

        /// <summary>Lights the LED and watches the start.</summary>
        public Guard(UptimeClock clock, GpioController gpio, int ledPin)
        {
            _clock = clock;
            _led = Open(gpio, ledPin);
            Light(true);
            Thread thread = new Thread(Run);
            thread.Priority = ThreadPriority.Highest;
            thread.Start();
        }

        /// <summary>The node has started; from now on its threads are watched.</summary>
        public void Watch(NodeThreads threads, MqttLink link, NetworkWatch network, bool hasEnrolment)
        {
            long nowMs = _clock.NowMs;
            threads.Sampler.Watch(nowMs);
            threads.Uplink.Watch(nowMs);
            _link = link;
            _network = network;
            _hasEnrolment = hasEnrolment;
            _threads = threads;
        }

        /// <summary>Starts the board again because something cannot go on.</summary>
        public static void Restart(BootReason reason)
        {
            BootNote.Leave(reason);
            Power.RebootDevice();
        }

        private void Run()
        {
            while (true)
            {
                bool sound = false;
                try
                {
                    sound = Step(_clock.NowMs);
                }
                catch (Exception)
                {
                    sound = false;
                }
                if (!sound)
                    Restart(BootReason.Watchdog);
                Thread.Sleep(BoardLimits.GuardStepMs);
            }
        }

        private bool Step(long nowMs)
        {
            NodeThreads? threads = _threads;
            if (threads == null || _link == null || _network == null)
            {
                Light(_blinker.Step(nowMs, LedCode.Booting, false, false));
                return nowMs < BoardLimits.StartMs;
            }
            LedCode main = _status.At(nowMs, threads.Node, _network.HasAddress, _hasEnrolment);
            Light(_blinker.Step(nowMs, main, threads.SensorFault, threads.Node.StorageFault));
            long callMs = _link.CallBeganMs;
            bool hangs = callMs != 0 && nowMs - callMs > BoardLimits.LinkCallMs;
            return !hangs && !threads.Sampler.IsLost(nowMs) && !threads.Uplink.IsLost(nowMs);
        }

        private void Light(bool on)
        {
            if (_led == null || on == _lit)
                return;
            _lit = on;
            _led.Write(on ? PinValue.High : PinValue.Low);
        }

        private static GpioPin? Open(GpioController gpio, int pin)
        {
            if (pin < 0)
                return null;
            try
            {
                return gpio.OpenPin(pin, PinMode.Output);
            }
            catch (Exception)
            {
                return null;
            }
        }
    }
}
