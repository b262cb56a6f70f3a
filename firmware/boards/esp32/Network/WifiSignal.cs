using System;
using System.Device.Wifi;
using System.Net.NetworkInformation;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// How well the access point is heard. The runtime tells that of a scan only, which silences the radio for seconds:
    /// once after the start, and then every hour.
    /// </summary>
    public sealed class WifiSignal
    {
        private WifiAdapter? _radio;
        private string _ssid = "";
        private bool _scanned;
        private long _scannedMs;

        /// <summary>Strength of the signal at the last scan, in dBm; 0: not known.</summary>
        public int Dbm { get; private set; }

        /// <summary>Scans when it is time to; only while connected.</summary>
        public void Step(long nowMs, uint configuration)
        {
            if (_scanned && nowMs - _scannedMs < BoardLimits.ScanMs)
                return;
            _scanned = true;
            _scannedMs = nowMs;
            if (_radio == null)
            {
                WifiAdapter[] radios = WifiAdapter.FindAllAdapters();
                if (radios.Length == 0)
                    return;
                _radio = radios[0];
                _radio.AvailableNetworksChanged += OnScanned;
            }
            _ssid = new Wireless80211Configuration(configuration).Ssid;
            _radio.ScanAsync();
        }

        private void OnScanned(WifiAdapter sender, object e)
        {
            try
            {
                WifiAvailableNetwork[] heard = sender.NetworkReport.AvailableNetworks;
                int best = 0;
                for (int i = 0; i < heard.Length; i++)
                {
                    int dbm = (int)heard[i].NetworkRssiInDecibelMilliwatts;
                    if (heard[i].Ssid == _ssid && (best == 0 || dbm > best))
                        best = dbm;
                }
                if (best != 0)
                    Dbm = best;
            }
            catch (Exception)
            {
                // What was known of the signal holds on.
            }
        }
    }
}
