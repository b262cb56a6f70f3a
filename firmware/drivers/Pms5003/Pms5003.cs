using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Drivers.Pms5003
{
    /// <summary>
    /// Plantower PMS5003 family over UART, 9600 8N1: laser scattering, mass of fine dust. Keeps the sensor in the mode
    /// it was asked for, discards the warm-up of the fan, and sleeps between measurements where that is wanted.
    /// </summary>
    /// <remarks>
    /// The sensor forgets its mode whenever it sleeps, so the mode is sent at the start and after every wake. After a
    /// wake the fan needs 30 s until its numbers are stable (data manual V2.3, circuit attention 5).
    /// </remarks>
    public sealed class Pms5003 : IScalarSensor
    {
        /// <summary>Time from wake to stable numbers, in milliseconds.</summary>
        public const int WarmUpMs = 30 * 1000;

        /// <summary>
        /// Longest silence of a sensor that is well, in milliseconds: frames come every 200 ms to 2.3 s; five seconds
        /// leave room for two bad ones.
        /// </summary>
        public const int SilenceMs = 5 * 1000;

        private const byte CommandRead = 0xE2;
        private const byte CommandMode = 0xE1;
        private const byte CommandSleep = 0xE4;

        private const int ChannelTotal = 4;

        private readonly IUart _uart;
        private readonly bool _passive;
        private readonly int _sleepMs;
        private readonly int _measureMs;
        private readonly byte[] _received = new byte[64];
        private readonly byte[] _command = new byte[7];
        private readonly PmsFrameReader _frames = new PmsFrameReader();

        private State _state = State.Off;
        private long _sinceMs;
        private long _lastFrameMs;
        private long _modeSentMs;
        private bool _modePending;

        private enum State : byte
        {
            Off,
            WarmingUp,
            Measuring,
            Sleeping,
        }

        /// <summary>A sensor that measures all the time, in active mode.</summary>
        public Pms5003(IUart uart)
            : this(uart, false, 0, 0)
        {
        }

        /// <summary>
        /// A sensor that, where <paramref name="sleepMs"/> is not zero, sleeps so long after it has measured for
        /// <paramref name="measureMs"/> (which its warm-up comes before). The laser lives some 30,000 hours.
        /// </summary>
        public Pms5003(IUart uart, bool passive, int sleepMs, int measureMs)
        {
            _uart = uart;
            _passive = passive;
            _sleepMs = sleepMs;
            _measureMs = measureMs;
        }

        /// <summary>Error code of the last frame: 0 none; the data manual names no others.</summary>
        public int ErrorCode { get; private set; }

        /// <summary>Firmware version byte of the last frame.</summary>
        public int FirmwareVersion { get; private set; }

        /// <summary>Frames and errors so far.</summary>
        public PmsFrameReader Frames => _frames;

        /// <inheritdoc/>
        public int ChannelCount => ChannelTotal;

        /// <inheritdoc/>
        public string ChannelName(int channel)
        {
            switch (channel)
            {
                case 0:
                    return Channels.Pm1;
                case 1:
                    return Channels.Pm25;
                case 2:
                    return Channels.Pm10;
                default:
                    return Channels.Pm25Factory;
            }
        }

        /// <inheritdoc/>
        public string ChannelUnit(int channel)
        {
            return Units.MicrogramsPerCubicMetre;
        }

        /// <inheritdoc/>
        public int ChannelExponent(int channel)
        {
            return 0;
        }

        /// <inheritdoc/>
        public int ChannelMin(int channel)
        {
            return 0;
        }

        /// <summary>The maximum range of the data manual, table 1: at least 1,000 ug/m3.</summary>
        public int ChannelMax(int channel)
        {
            return 1000;
        }

        /// <inheritdoc/>
        public SensorResult Read(long nowMs, int[] values)
        {
            if (_state == State.Off)
                Wake(nowMs);
            if (_state == State.Sleeping)
            {
                if (nowMs - _sinceMs < _sleepMs)
                    return SensorResult.NotReady;
                Wake(nowMs);
            }
            // The sensor takes commands only some time after it woke, so the mode goes out one step later.
            if (_modePending && nowMs - _sinceMs >= 1000)
                SendMode(nowMs);
            bool fresh = Receive(nowMs, values);
            if (_state == State.WarmingUp && nowMs - _sinceMs >= WarmUpMs)
            {
                _state = State.Measuring;
                _sinceMs = nowMs;
                fresh = false;
            }
            if (nowMs - _lastFrameMs > SilenceMs)
            {
                // Perhaps it lost its supply, and with it its mode.
                if (nowMs - _modeSentMs > SilenceMs)
                    Wake(nowMs);
                return SensorResult.Failed;
            }
            if (_passive && !_modePending)
                Send(CommandRead, 0);
            if (_state == State.WarmingUp)
                return SensorResult.WarmingUp;
            if (_sleepMs > 0 && nowMs - _sinceMs >= _measureMs)
            {
                Send(CommandSleep, 0);
                _state = State.Sleeping;
                _sinceMs = nowMs;
            }
            return fresh ? SensorResult.Ok : SensorResult.NotReady;
        }

        private bool Receive(long nowMs, int[] values)
        {
            bool fresh = false;
            int count = _uart.Read(_received, 0, _received.Length);
            while (count > 0)
            {
                for (int i = 0; i < count; i++)
                {
                    if (!_frames.Accept(_received[i]))
                        continue;
                    // Words 4 to 6 hold for air, 1 to 3 for the factory's calibration dust ("CF=1").
                    values[0] = _frames.Word(4);
                    values[1] = _frames.Word(5);
                    values[2] = _frames.Word(6);
                    values[3] = _frames.Word(2);
                    FirmwareVersion = _frames.Word(13) >> 8;
                    ErrorCode = _frames.Word(13) & 0xFF;
                    _lastFrameMs = nowMs;
                    fresh = true;
                }
                // A buffer that was not filled is the last one; a full one may be followed by more, but at 9600 baud
                // a second holds fewer than 16 of them.
                count = count == _received.Length ? _uart.Read(_received, 0, _received.Length) : 0;
            }
            return fresh;
        }

        private void Wake(long nowMs)
        {
            Send(CommandSleep, 1);
            _state = State.WarmingUp;
            _sinceMs = nowMs;
            _lastFrameMs = nowMs;
            _modePending = true;
            _modeSentMs = nowMs;
        }

        private void SendMode(long nowMs)
        {
            Send(CommandMode, _passive ? (byte)0 : (byte)1);
            _modePending = false;
            _modeSentMs = nowMs;
        }

        private void Send(byte command, byte data)
        {
            _command[0] = 0x42;
            _command[1] = 0x4D;
            _command[2] = command;
            _command[3] = 0;
            _command[4] = data;
            int sum = 0x42 + 0x4D + command + data;
            _command[5] = (byte)(sum >> 8);
            _command[6] = (byte)sum;
            _uart.Write(_command, 0, _command.Length);
        }
    }
}
