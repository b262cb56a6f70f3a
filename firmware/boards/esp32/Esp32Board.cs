using System.Net.NetworkInformation;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using nanoFramework.Runtime.Native;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>The board itself.</summary>
    public sealed class Esp32Board : IBoard
    {
        private readonly UptimeClock _clock;
        private readonly NetworkWatch _network;
        private uint _freeHeapBytes;
        private long _heapMs = -1;

        /// <summary>The board of this start.</summary>
        public Esp32Board(UptimeClock clock, NetworkWatch network, BootReason reason)
        {
            _clock = clock;
            _network = network;
            BootReason = reason;
            HardwareId = AddressOf(NetworkInterface.GetAllNetworkInterfaces());
            Model = SystemInfo.TargetName;
        }

        /// <inheritdoc/>
        public string HardwareId { get; }

        /// <inheritdoc/>
        public string Model { get; }

        /// <inheritdoc/>
        public BootReason BootReason { get; }

        /// <summary>
        /// As of the last measurement: the runtime knows it after a collection only, and that holds all threads up.
        /// </summary>
        public uint FreeHeapBytes
        {
            get
            {
                long nowMs = _clock.NowMs;
                if (_heapMs < 0 || nowMs - _heapMs >= BoardLimits.HeapMs)
                {
                    _heapMs = nowMs;
                    _freeHeapBytes = GC.Run(false);
                }
                return _freeHeapBytes;
            }
        }

        /// <inheritdoc/>
        public int RssiDbm => _network.Signal.Dbm;

        /// <inheritdoc/>
        public void Reboot()
        {
            BootNote.Leave(BootReason.Requested);
            Power.RebootDevice();
        }

        // The MAC address of the first interface that has one: the radio's on every chip that has a radio.
        private static string AddressOf(NetworkInterface[] interfaces)
        {
            for (int i = 0; i < interfaces.Length; i++)
            {
                byte[] address = interfaces[i].PhysicalAddress;
                if (address != null && address.Length == 6 && !IsZero(address))
                    return Hexadecimal(address);
            }
            return "000000000000";
        }

        private static bool IsZero(byte[] bytes)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                if (bytes[i] != 0)
                    return false;
            }
            return true;
        }

        private static string Hexadecimal(byte[] bytes)
        {
            char[] digits = new char[bytes.Length * 2];
            for (int i = 0; i < digits.Length; i++)
            {
                int digit = (i & 1) == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15;
                digits[i] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
            }
            return new string(digits);
        }
    }
}
