using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Drivers.Pms5003
{
    /// <summary>
    /// Plantower PMS5003 family over UART, 9600 8N1: laser scattering, mass of fine dust and numbers of particles. Keeps
    /// the sensor in the mode it was asked for, discards the warm-up of the fan, and lets it sleep between measurements
    /// where that is wanted.
    /// </summary>
    /// <remarks>
    /// The sensor forgets its mode whenever it sleeps, so the mode is sent at the start and after every wake. After a
    /// wake the fan needs 30 s until its numbers are stable (data manual V2.3, circuit attentions).
    /// </remarks>
    public sealed class Pms5003 : IScalarSensor, ISensorQuality, IDutyCycle
    {
        /// <summary>Time from wake to stable numbers, in milliseconds.</summary>
        public const int WarmUpMs = 30 * 1000;

        /// <summary>
        /// Longest silence of a sensor that is well, in milliseconds: frames come every 200 ms to 2.3 s; five seconds
        /// leave room for two bad ones.
        /// </summary>
        public const int SilenceMs = 5 * 1000;

        /// <summary>How long after a wake the sensor takes a command, in milliseconds.</summary>
        public const int CommandDelayMs = 1000;

        /// <summary>
        /// More than one frame in so many with a bad checksum is too many: the checksum is a plain sum, which errors in
        /// two places pass that undo each other. A line that is well has none.
        /// </summary>
        public const int BadFrameOneIn = 20;

        /// <summary>Numbers of particles that a frame holds: above 0.3, 0.5, 1, 2.5, 5 and 10 um.</summary>
        public const int ParticleChannels = 6;

        private const byte CommandMode = 0xE1;
        private const byte CommandRead = 0xE2;
        private const byte CommandSleep = 0xE4;

        private const int MassChannels = 4;

        // At 9600 baud a second brings 960 bytes; a line that brings more is not this sensor's, and must not hold up the
        // sampler.
        private const int MostReads = 32;

        private readonly IUart _uart;
        private readonly bool _passive;
        private readonly int _particleChannels;
        private readonly byte[] _received = new byte[64];
        private readonly byte[] _command = new byte[7];
        private readonly PmsFrameReader _frames = new PmsFrameReader();

        private State _state = State.Off;
        private int _asleepMs;
        private int _awakeMs;
        private long _sinceMs;
        private long _wokenMs;
        private long _lastFrameMs;
        private bool _modePending;
        private bool _silent;
        private bool _errorSeen;
        private uint _goodTaken;
        private uint _badTaken;

        private enum State : byte
        {
            Off,
            WarmingUp,
            Measuring,
            Sleeping,
        }

        /// <summary>A sensor in active mode that measures all the time and gives masses, and particles above 0.3 um.</summary>
        public Pms5003(IUart uart)
            : this(uart, false, 1)
        {
        }

        /// <summary>
        /// A sensor in passive mode, where it answers one request a second, or in active mode, where it sends on its
        /// own. <paramref name="particleChannels"/>: how many of the numbers of particles become channels, 0 to
        /// <see cref="ParticleChannels"/>, from the smallest size on.
        /// </summary>
        public Pms5003(IUart uart, bool passive, int particleChannels)
        {
            _uart = uart;
            _passive = passive;
            _particleChannels =
                particleChannels < 0 ? 0 : particleChannels > ParticleChannels ? ParticleChannels : particleChannels;
        }

        /// <summary>Error code of the last frame; 0: none. The data manual names no others.</summary>
        public int ErrorCode { get; private set; }

        /// <summary>Version byte of the last frame.</summary>
        public int FirmwareVersion { get; private set; }

        /// <summary>Frames and errors so far.</summary>
        public PmsFrameReader Frames => _frames;

        /// <summary>Times that the sensor fell silent and was woken again, since the boot.</summary>
        public uint Restarts { get; private set; }

        /// <inheritdoc/>
        public int ChannelCount => MassChannels + _particleChannels;

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
                case 3:
                    return Channels.Pm25Factory;
                case 4:
                    return Channels.Particles03;
                case 5:
                    return Channels.Particles05;
                case 6:
                    return Channels.Particles1;
                case 7:
                    return Channels.Particles25;
                case 8:
                    return Channels.Particles5;
                default:
                    return Channels.Particles10;
            }
        }

        /// <inheritdoc/>
        public string ChannelUnit(int channel)
        {
            return channel < MassChannels ? Units.MicrogramsPerCubicMetre : Units.Count;
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

        /// <summary>
        /// Masses: the maximum range of the data manual, technical index, 1,000 ug/m3. Particles: all that a word of the frame
        /// holds.
        /// </summary>
        public int ChannelMax(int channel)
        {
            return channel < MassChannels ? 1000 : 65535;
        }

        /// <inheritdoc/>
        public int MinCentiHumidity => 0;

        /// <summary>Data manual V2.3, technical index: working humidity 0 to 99 %. Above, droplets count as dust.</summary>
        public int MaxCentiHumidity => 9900;

        /// <inheritdoc/>
        public bool CanSleep => true;

        /// <inheritdoc/>
        public void SetDutyCycle(int asleepS, int awakeS)
        {
            _asleepMs = asleepS * 1000;
            _awakeMs = awakeS * 1000;
        }

        /// <inheritdoc/>
        public int TakeQuality()
        {
            uint good = _frames.Frames - _goodTaken;
            uint bad = _frames.ChecksumErrors - _badTaken;
            _goodTaken = _frames.Frames;
            _badTaken = _frames.ChecksumErrors;
            int quality = bad * BadFrameOneIn > good + bad ? QualityFlags.ChecksumErrors : QualityFlags.None;
            if (_errorSeen)
                quality |= QualityFlags.SensorError;
            _errorSeen = false;
            return quality;
        }

        /// <summary>Whether nothing has been heard of the sensor for too long.</summary>
        public bool IsSilent => _silent;

        /// <inheritdoc/>
        public SensorResult Read(long nowMs, int[] values)
        {
            if (_state == State.Off || (_state == State.Sleeping && nowMs - _sinceMs >= _asleepMs))
                Wake(nowMs);
            if (_state == State.Sleeping)
            {
                // What it still sent before it slept is none of the next measurement.
                Receive(nowMs, values);
                return SensorResult.Asleep;
            }
            // The sensor takes commands only some time after it woke, so the mode goes out one step later.
            if (_modePending && nowMs - _wokenMs >= CommandDelayMs)
            {
                _modePending = false;
                Send(CommandMode, _passive ? (byte)0 : (byte)1);
            }
            bool fresh = Receive(nowMs, values);
            if (_passive && !_modePending)
                Send(CommandRead, 0);
            if (nowMs - _lastFrameMs > SilenceMs && nowMs - _wokenMs > SilenceMs)
            {
                // Perhaps it lost its supply, and with it its mode; it warms up again in any case.
                _silent = true;
                Restarts++;
                Wake(nowMs);
            }
            if (_silent)
                return SensorResult.Failed;
            if (_state == State.WarmingUp)
            {
                if (nowMs - _sinceMs < WarmUpMs)
                    return SensorResult.WarmingUp;
                _state = State.Measuring;
                _sinceMs = nowMs;
                // This frame was measured while it warmed up.
                return SensorResult.NotReady;
            }
            if (_asleepMs > 0 && nowMs - _sinceMs >= _awakeMs)
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
            for (int turn = 0; turn < MostReads; turn++)
            {
                int count = _uart.Read(_received, 0, _received.Length);
                for (int i = 0; i < count; i++)
                {
                    if (!_frames.Accept(_received[i]))
                        continue;
                    Take(values);
                    _lastFrameMs = nowMs;
                    _silent = false;
                    fresh = true;
                }
                if (count < _received.Length)
                    return fresh;
            }
            return fresh;
        }

        private void Take(int[] values)
        {
            // Words 4 to 6 hold for air, 1 to 3 for the factory's calibration dust ("CF=1"); from 7 on they count
            // particles in 0.1 L of air.
            values[0] = _frames.Word(4);
            values[1] = _frames.Word(5);
            values[2] = _frames.Word(6);
            values[3] = _frames.Word(2);
            for (int i = 0; i < _particleChannels; i++)
                values[MassChannels + i] = _frames.Word(7 + i);
            FirmwareVersion = _frames.Word(13) >> 8;
            ErrorCode = _frames.Word(13) & 0xFF;
            if (ErrorCode != 0)
                _errorSeen = true;
        }

        private void Wake(long nowMs)
        {
            Send(CommandSleep, 1);
            _state = State.WarmingUp;
            _sinceMs = nowMs;
            _wokenMs = nowMs;
            _modePending = true;
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
            // A command that is lost shows: the sensor falls silent, and is woken and told again.
            _uart.Write(_command, 0, _command.Length);
        }
    }
}
