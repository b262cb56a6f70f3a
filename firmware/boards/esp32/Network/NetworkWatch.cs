using System;
using System.Device.Wifi;
using System.Net.NetworkInformation;
using System.Threading;
using EdgeFleet.Contracts.Messages;
using nanoFramework.Runtime.Native;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// Wi-Fi or Ethernet. The runtime connects by itself with the network that the flashing tool has set, and again when
    /// the connection breaks; this watches whether it does, tells the radio to begin anew where it does not, and in the
    /// end starts the board again. On a thread of its own, since connecting blocks.
    /// </summary>
    public sealed class NetworkWatch
    {
        private const string NoAddress = "0.0.0.0";

        private readonly UptimeClock _clock;
        private readonly TimeSource _time;
        private long _lostMs;
        private long _kickedMs;
        private bool _hasAddress;

        /// <summary>Watches from now on.</summary>
        public NetworkWatch(UptimeClock clock, TimeSource time)
        {
            _clock = clock;
            _time = time;
            _lostMs = clock.NowMs;
            _kickedMs = _lostMs;
            Signal = new WifiSignal();
            Thread thread = new Thread(Run);
            thread.Priority = ThreadPriority.BelowNormal;
            thread.Start();
        }

        /// <summary>Whether the board has an address.</summary>
        public bool HasAddress => _hasAddress;

        /// <summary>How well the access point is heard.</summary>
        public WifiSignal Signal { get; }

        private void Run()
        {
            while (true)
            {
                try
                {
                    Step(_clock.NowMs);
                }
                catch (Exception)
                {
                    _hasAddress = false;
                }
                Thread.Sleep(BoardLimits.NetworkStepMs);
            }
        }

        private void Step(long nowMs)
        {
            NetworkInterface? there = null;
            NetworkInterface[] all = NetworkInterface.GetAllNetworkInterfaces();
            for (int i = 0; i < all.Length && there == null; i++)
            {
                string address = all[i].IPv4Address;
                if (address != null && address.Length != 0 && address != NoAddress && IsOutward(all[i]))
                    there = all[i];
            }
            _hasAddress = there != null;
            if (there != null)
            {
                _lostMs = nowMs;
                _kickedMs = nowMs;
                _time.Begin();
                if (there.NetworkInterfaceType == NetworkInterfaceType.Wireless80211)
                    Signal.Step(nowMs, there.SpecificConfigId);
                return;
            }
            if (nowMs - _lostMs >= BoardLimits.NetworkRebootMs)
            {
                BootNote.Leave(BootReason.Watchdog);
                Power.RebootDevice();
            }
            if (nowMs - _kickedMs < BoardLimits.NetworkKickMs)
                return;
            _kickedMs = nowMs;
            Kick(all);
        }

        // The access point of the board itself is none that leads out.
        private static bool IsOutward(NetworkInterface one)
        {
            return one.NetworkInterfaceType == NetworkInterfaceType.Wireless80211
                || one.NetworkInterfaceType == NetworkInterfaceType.Ethernet;
        }

        private static void Kick(NetworkInterface[] all)
        {
            for (int i = 0; i < all.Length; i++)
            {
                if (all[i].NetworkInterfaceType == NetworkInterfaceType.Ethernet)
                {
                    all[i].RenewDhcpLease();
                    continue;
                }
                if (all[i].NetworkInterfaceType != NetworkInterfaceType.Wireless80211)
                    continue;
                Wireless80211Configuration[] known = Wireless80211Configuration.GetAllWireless80211Configurations();
                WifiAdapter[] radios = WifiAdapter.FindAllAdapters();
                if (known.Length == 0 || radios.Length == 0 || known[0].Ssid.Length == 0)
                    continue;
                radios[0].Disconnect();
                radios[0].Connect(known[0].Ssid, WifiReconnectionKind.Automatic, known[0].Password);
            }
        }
    }
}
