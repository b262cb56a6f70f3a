using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Drivers.Adxl355
{
    /// <summary>What is wrong with the accelerometer.</summary>
    public enum Adxl355Fault : byte
    {
        /// <summary>Nothing.</summary>
        None = 0,

        /// <summary>The SPI transfer failed.</summary>
        BusFailed = 1,

        /// <summary>The id registers do not read AD 1D ED: nothing there (FF), shorted (00), or another chip.</summary>
        WrongDevice = 2,

        /// <summary>A register did not take what was written to it.</summary>
        NotConfigured = 3,

        /// <summary>An axis did not move by what the self-test must move it.</summary>
        SelfTestFailed = 4,
    }

    /// <summary>Measurement range.</summary>
    public enum Adxl355Range : byte
    {
        /// <summary>2.048 g; 3.9 ug a count.</summary>
        G2 = 1,

        /// <summary>4.096 g; 7.8 ug a count.</summary>
        G4 = 2,

        /// <summary>8.192 g; 15.6 ug a count.</summary>
        G8 = 3,
    }

    /// <summary>
    /// Analog Devices ADXL355, three-axis low-noise accelerometer over SPI (mode 0, at most 10 MHz; data sheet Rev. D).
    /// Samples wait in the chip's FIFO of 32; <see cref="Drain"/> takes them out whenever its interrupt said so, and at
    /// the latest every <see cref="FallbackPollMs"/>.
    /// </summary>
    public sealed class Adxl355 : IAccelerometer
    {
        /// <summary>
        /// Longest time between two looks at the FIFO without an interrupt, in milliseconds. At 250 Hz the FIFO holds
        /// 128 ms: three looks may fail before a sample is lost.
        /// </summary>
        public const int FallbackPollMs = 40;

        /// <summary>Samples that the FIFO holds.</summary>
        public const int FifoSamples = 32;

        private const int BytesPerSample = 9;

        // Self-test moves X and Y by 0.1 g to 0.6 g, Z by 0.5 g to 3 g (data sheet Rev. D, table 1: 0.3 g and 1.5 g
        // typical); half and double the typical values tell a dead axis from a living one.
        private const int SelfTestMinXyMilliG = 100;
        private const int SelfTestMaxXyMilliG = 600;
        private const int SelfTestMinZMilliG = 500;
        private const int SelfTestMaxZMilliG = 3000;

        private readonly ISpi _spi;
        private readonly IInterruptLine? _watermark;
        private readonly Adxl355Range _range;
        private readonly byte _odr;
        private readonly int _watermarkEntries;
        private readonly byte[] _write = new byte[1 + FifoSamples * BytesPerSample];
        private readonly byte[] _read = new byte[1 + FifoSamples * BytesPerSample];

        private bool _running;
        private long _lastDrainMs;
        private long _nextPollMs;

        /// <summary>
        /// A chip on <paramref name="spi"/>; <paramref name="watermark"/> is the line of INT1, or null where it is not
        /// wired. <paramref name="rateHz"/> is 125 or 250; any other becomes 125.
        /// </summary>
        public Adxl355(ISpi spi, IInterruptLine? watermark, int rateHz, Adxl355Range range)
        {
            _spi = spi;
            _watermark = watermark;
            _range = range;
            // Table 44: ODR_LPF 4 is 250 Hz with a corner of 62.5 Hz, 5 is 125 Hz with 31.25 Hz.
            _odr = rateHz == 250 ? (byte)4 : (byte)5;
            RateMilliHz = rateHz == 250 ? 250000 : 125000;
            // Half full: half of the FIFO is left for the time until the sampler comes.
            _watermarkEntries = FifoSamples / 2 * 3;
        }

        /// <inheritdoc/>
        public int RateMilliHz { get; }

        /// <summary>3.9 ug is 1/256,000 g; each range doubles it (table 1).</summary>
        public int NanoMetresPerCount
        {
            get
            {
                // 9.80665 m/s2 / 256,000 = 38,307.2 nm/s2.
                int single = 38307;
                return _range == Adxl355Range.G2 ? single : _range == Adxl355Range.G4 ? single * 2 : single * 4;
            }
        }

        /// <inheritdoc/>
        public int AxisMask => 7;

        /// <summary>What went wrong last.</summary>
        public Adxl355Fault Fault { get; private set; }

        /// <summary>Times that the FIFO was found overrun.</summary>
        public uint Overruns { get; private set; }

        /// <summary>Entries thrown away to find the X axis again.</summary>
        public uint MisalignedEntries { get; private set; }

        /// <summary>
        /// Checks the chip's ids, configures it in standby and starts measuring. On an error the chip is left in
        /// standby where it can be reached at all, and <see cref="Drain"/> tries again.
        /// </summary>
        public Adxl355Fault Start(long nowMs)
        {
            _running = false;
            if (!ReadRegisters(Registers.DevIdAd, 3))
                return Fail(Adxl355Fault.BusFailed);
            if (_read[1] != Registers.DeviceIdAd || _read[2] != Registers.DeviceIdMst || _read[3] != Registers.PartId)
                return Fail(Adxl355Fault.WrongDevice);
            // Settings other than standby may only change in standby (data sheet, "Power control register").
            if (!WriteChecked(Registers.PowerCtl, Registers.Standby)
                || !WriteChecked(Registers.Filter, _odr)
                || !WriteChecked(Registers.FifoSamples, (byte)_watermarkEntries)
                || !WriteChecked(Registers.IntMap, Registers.WatermarkOnInt1)
                || !WriteChecked(Registers.Range, (byte)_range)
                || !WriteChecked(Registers.SelfTest, 0)
                || !WriteChecked(Registers.PowerCtl, Registers.Measure))
                return Fault;
            _running = true;
            _lastDrainMs = nowMs;
            _nextPollMs = nowMs + FallbackPollMs;
            Fault = Adxl355Fault.None;
            return Fault;
        }

        /// <inheritdoc/>
        public SensorResult Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed)
        {
            triples = 0;
            missed = 0;
            bool signalled = _watermark != null && _watermark.TakeSignal();
            if (!signalled && nowMs < _nextPollMs)
                return SensorResult.NotReady;
            _nextPollMs = nowMs + FallbackPollMs;
            if (!_running && Start(nowMs) != Adxl355Fault.None)
                return SensorResult.Failed;
            if (!ReadRegisters(Registers.Status, 2))
                return Stop(Adxl355Fault.BusFailed);
            int status = _read[1];
            int entries = _read[2];
            // A bus that reads all ones or a chip that lost its supply shows more entries than the FIFO has.
            if (entries > FifoSamples * 3)
                return Stop(Adxl355Fault.WrongDevice);
            int samples = entries / 3;
            if (samples > maxTriples)
                samples = maxTriples;
            bool overrun = (status & Registers.StatusFifoOverrun) != 0;
            if (samples == 0)
                return SensorResult.NotReady;
            if (!ReadRegisters(Registers.FifoData, samples * BytesPerSample))
                return Stop(Adxl355Fault.BusFailed);
            triples = Decode(samples, xyz);
            if (overrun)
            {
                Overruns++;
                missed = MissedSince(nowMs, entries / 3);
            }
            _lastDrainMs = nowMs;
            return triples == 0 ? SensorResult.NotReady : SensorResult.Ok;
        }

        /// <summary>
        /// The chip's temperature: 1,885 counts at 25 degrees Celsius, -9.05 counts a degree (data sheet, table 1).
        /// </summary>
        public SensorResult ReadTemperature(out int centiCelsius)
        {
            centiCelsius = 0;
            if (!_running)
                return SensorResult.Failed;
            if (!ReadRegisters(Registers.Temp2, 2))
                return Stop(Adxl355Fault.BusFailed);
            int counts = ((_read[1] & 0x0F) << 8) | _read[2];
            centiCelsius = 2500 - (counts - 1885) * 10000 / 905;
            return SensorResult.Ok;
        }

        /// <summary>
        /// Turns 20-bit counts out of the bytes read; one loop, because a call costs more than all of it on a board.
        /// Begins at the first entry with the X marker, and stops at the first that is empty or out of order.
        /// </summary>
        private int Decode(int samples, int[] xyz)
        {
            byte[] bytes = _read;
            int end = 1 + samples * BytesPerSample;
            int at = 1;
            while (at + BytesPerSample <= end && (bytes[at + 2] & 0x03) != 0x01)
            {
                MisalignedEntries++;
                at += 3;
            }
            int to = 0;
            while (at + BytesPerSample <= end)
            {
                // Bit 0 marks X, bit 1 an empty FIFO.
                if ((bytes[at + 2] & 0x03) != 0x01 || ((bytes[at + 5] | bytes[at + 8]) & 0x03) != 0)
                {
                    MisalignedEntries += 3;
                    break;
                }
                // The shift to the top and back extends the sign.
                xyz[to] = ((bytes[at] << 24) | (bytes[at + 1] << 16) | ((bytes[at + 2] & 0xF0) << 8)) >> 12;
                xyz[to + 1] = ((bytes[at + 3] << 24) | (bytes[at + 4] << 16) | ((bytes[at + 5] & 0xF0) << 8)) >> 12;
                xyz[to + 2] = ((bytes[at + 6] << 24) | (bytes[at + 7] << 16) | ((bytes[at + 8] & 0xF0) << 8)) >> 12;
                to += 3;
                at += BytesPerSample;
            }
            return to / 3;
        }

        /// <summary>
        /// Samples that an overrun cost: what the rate makes of the time since the last look, less what was found. Good
        /// to one sample; the chip itself counts none.
        /// </summary>
        private int MissedSince(long nowMs, int found)
        {
            long made = (nowMs - _lastDrainMs) * RateMilliHz / 1000000;
            long lost = made - found;
            if (lost < 1)
                return 1;
            return lost > int.MaxValue ? int.MaxValue : (int)lost;
        }

        private bool ReadRegisters(byte first, int count)
        {
            // The address byte: seven bits and a read flag (data sheet, figure 64).
            _write[0] = (byte)((first << 1) | 1);
            for (int i = 1; i <= count && i < 4; i++)
                _write[i] = 0;
            return _spi.Transfer(_write, _read, count + 1);
        }

        private bool WriteChecked(byte register, byte value)
        {
            _write[0] = (byte)(register << 1);
            _write[1] = value;
            bool sent = _spi.Transfer(_write, _read, 2);
            _write[1] = 0;
            if (!sent || !ReadRegisters(register, 1))
            {
                Fail(Adxl355Fault.BusFailed);
                return false;
            }
            if (_read[1] == value)
                return true;
            Fail(Adxl355Fault.NotConfigured);
            return false;
        }

        private Adxl355Fault Fail(Adxl355Fault fault)
        {
            Fault = fault;
            return fault;
        }

        private SensorResult Stop(Adxl355Fault fault)
        {
            _running = false;
            Fault = fault;
            return SensorResult.Failed;
        }
    }
}
