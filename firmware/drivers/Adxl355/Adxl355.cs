using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Drivers.Adxl355
{
    /// <summary>
    /// Analog Devices ADXL355, three-axis low-noise accelerometer over SPI. Samples wait in the chip's FIFO;
    /// <see cref="Drain"/> takes them out whenever the watermark's interrupt said so, and at the latest every
    /// <see cref="FallbackPollMs"/>. No sample is delivered before the chip has passed its self-test.
    /// </summary>
    public sealed class Adxl355 : IAccelerometer, ISelfTest
    {
        /// <summary>
        /// Longest time between two looks at the FIFO without an interrupt, in milliseconds. At 250 Hz the FIFO holds
        /// 128 ms: two looks may fail before a sample is lost.
        /// </summary>
        public const int FallbackPollMs = 40;

        /// <summary>
        /// Shortest time between them, in milliseconds: whoever steps every 40 ms, and now and then a little early, still
        /// looks every time.
        /// </summary>
        public const int LeastPollMs = 30;

        /// <summary>Samples that the FIFO holds: 96 entries.</summary>
        public const int FifoSamples = 32;

        /// <summary>
        /// Silence that is a fault, in milliseconds: 25 samples at 125 Hz, and well beyond the time to turn on.
        /// </summary>
        public const int StallMs = 200;

        /// <summary>How soon a chip is tried again that has failed more than twice in a row, in milliseconds.</summary>
        public const int RetryMs = 1000;

        /// <summary>How soon the self-test is tried again that has failed three times in a row, in milliseconds.</summary>
        public const int SelfTestRetryMs = 60 * 1000;

        internal const int BytesPerSample = 9;

        // The FIFO has three entries more while it passes samples from one clock to the other (data sheet, STATUS).
        internal const int MostEntries = 99;
        private const int SelfTestAttempts = 3;

        private readonly ChipBus _bus;
        private readonly IInterruptLine? _watermark;
        private readonly Adxl355Range _range;
        private readonly byte _filter;
        private readonly int _watermarkEntries;
        private readonly SelfTest _selfTest = new SelfTest();
        private readonly FifoDecoder _fifo;
        private readonly SampleBook _book;

        private Phase _phase = Phase.Off;
        private bool _testWanted = true;
        private int _failures;
        private int _testsFailed;
        private long _nextLookMs;
        private long _heardMs;

        private enum Phase : byte
        {
            Off,
            Testing,
            Measuring,
        }

        /// <summary>
        /// A chip on <paramref name="spi"/>; <paramref name="watermark"/> is the line of INT1, active low, or null where
        /// it is not wired. <paramref name="rateHz"/> is 125 or 250; any other becomes 125.
        /// </summary>
        public Adxl355(ISpi spi, IInterruptLine? watermark, int rateHz, Adxl355Range range)
        {
            _bus = new ChipBus(spi);
            _watermark = watermark;
            _range = range;
            // ODR_LPF 4 is 250 Hz with a corner of 62.5 Hz, 5 is 125 Hz with 31.25 Hz; no high-pass (data sheet, FILTER).
            _filter = rateHz == 250 ? (byte)4 : (byte)5;
            RateMilliHz = rateHz == 250 ? 250000 : 125000;
            _fifo = new FifoDecoder(_bus);
            _book = new SampleBook(RateMilliHz);
            // Half full: half of the FIFO is left for the time until the sampler comes.
            _watermarkEntries = FifoSamples / 2 * 3;
        }

        /// <inheritdoc/>
        public int RateMilliHz { get; }

        /// <summary>At 2 g a count is 1/256,000 g; each range doubles it (data sheet, specifications).</summary>
        public int NanoMetresPerCount
        {
            get
            {
                // 9.80665 m/s2 / 256,000 = 38,307.2 nm/s2; the sensitivity itself is good to 8 %.
                return _range == Adxl355Range.G2 ? 38307 : _range == Adxl355Range.G4 ? 76614 : 153229;
            }
        }

        /// <inheritdoc/>
        public int AxisMask => 7;

        /// <inheritdoc/>
        public SelfTestResult SelfTest { get; private set; } = SelfTestResult.Running;

        /// <summary>What is wrong now.</summary>
        public Adxl355Fault Fault { get; private set; }

        /// <summary>Times that the FIFO was found overrun, since the boot.</summary>
        public uint Overruns { get; private set; }

        /// <summary>Entries thrown away to find the X axis again, since the boot.</summary>
        public uint MisalignedEntries => _fifo.Misaligned;

        /// <summary>Looks without an interrupt that found the watermark passed, since the boot.</summary>
        public uint MissedInterrupts { get; private set; }

        /// <summary>Times that the chip had to be configured again, since the boot.</summary>
        public uint Restarts { get; private set; }

        /// <inheritdoc/>
        public void BeginSelfTest()
        {
            _testWanted = true;
            SelfTest = SelfTestResult.Running;
        }

        /// <inheritdoc/>
        public SensorResult Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed)
        {
            triples = 0;
            missed = 0;
            if (maxTriples < 1)
                return SensorResult.NotReady;
            if (maxTriples > FifoSamples)
                maxTriples = FifoSamples;
            bool signalled = _watermark != null && _watermark.TakeSignal();
            if (nowMs < _nextLookMs && !(signalled && _phase != Phase.Off))
                return SensorResult.NotReady;
            _nextLookMs = nowMs + LeastPollMs;
            if (_testWanted && _phase != Phase.Testing)
                return BeginTest(nowMs);
            if (_phase == Phase.Off && !Measure(nowMs))
                return SensorResult.Failed;
            SensorResult result = Take(nowMs, signalled, xyz, maxTriples, out triples, out int found, out bool overrun);
            if (_phase == Phase.Testing)
            {
                int tested = triples;
                triples = 0;
                return result == SensorResult.Failed ? result : Test(nowMs, xyz, tested);
            }
            if (triples == 0)
                return result;
            int taken = found < maxTriples ? found : maxTriples;
            missed = _book.Enter(nowMs, triples, found, taken, _fifo.Skipped, _fifo.Torn, overrun);
            _fifo.Torn = 0;
            _failures = 0;
            Fault = Adxl355Fault.None;
            return SensorResult.Ok;
        }

        /// <summary>
        /// The chip's temperature: 1,885 counts at 25 degrees Celsius, -9.05 counts a degree (data sheet, specifications). Its
        /// two registers may change between them, so they are read until the upper one stands still.
        /// </summary>
        public SensorResult ReadTemperature(out int centiCelsius)
        {
            centiCelsius = 0;
            if (_phase != Phase.Measuring)
                return SensorResult.Failed;
            for (int attempt = 0; attempt < 3; attempt++)
            {
                if (!_bus.Read(Registers.Temp2, 2))
                    return SensorResult.Failed;
                int upper = _bus.Bytes[1] & 0x0F;
                int counts = (upper << 8) | _bus.Bytes[2];
                if (!_bus.Read(Registers.Temp2, 1))
                    return SensorResult.Failed;
                if ((_bus.Bytes[1] & 0x0F) != upper)
                    continue;
                int value = 2500 - (counts - 1885) * 10000 / 905;
                // The chip works from -40 to 125 degrees; a bus of zeros reads 233, one of ones -219.
                if (value < -5500 || value > 15000)
                    return SensorResult.Failed;
                centiCelsius = value;
                return SensorResult.Ok;
            }
            return SensorResult.Failed;
        }

        /// <summary>Reads whole samples out of the FIFO. <paramref name="found"/>: how many there were.</summary>
        private SensorResult Take(
            long nowMs, bool signalled, int[] xyz, int maxTriples, out int triples, out int found, out bool overrun)
        {
            triples = 0;
            found = 0;
            overrun = false;
            // Status and number of entries in one transaction; reading the status takes its overrun bit back.
            if (!_bus.Read(Registers.Status, 2))
                return Stop(nowMs, Adxl355Fault.BusFailed);
            int entries = _bus.Bytes[2];
            if (entries > MostEntries)
                return Stop(nowMs, Adxl355Fault.Nonsense);
            overrun = (_bus.Bytes[1] & Registers.StatusFifoOverrun) != 0;
            if (overrun)
                Overruns++;
            if (!signalled && _watermark != null && entries >= _watermarkEntries)
                MissedInterrupts++;
            found = entries / 3;
            if (found == 0)
                return nowMs - _heardMs > StallMs ? Stop(nowMs, Adxl355Fault.Stalled) : SensorResult.NotReady;
            int samples = found < maxTriples ? found : maxTriples;
            if (samples < found)
                _nextLookMs = nowMs;
            if (!_bus.Read(Registers.FifoData, samples * BytesPerSample))
                return Stop(nowMs, Adxl355Fault.BusFailed);
            triples = _fifo.Decode(samples, xyz);
            if (triples < 0)
            {
                triples = 0;
                return Stop(nowMs, Adxl355Fault.BusFailed);
            }
            if (triples == 0)
                return Stop(nowMs, Adxl355Fault.Nonsense);
            _heardMs = nowMs;
            return SensorResult.Ok;
        }

        private bool Measure(long nowMs)
        {
            if (_book.Began)
                Restarts++;
            if (!_bus.Identify() || !_bus.Configure((byte)_range, _filter, _watermarkEntries, 0))
            {
                Stop(nowMs, _bus.Fault);
                return false;
            }
            _phase = Phase.Measuring;
            _heardMs = nowMs;
            // Standby emptied the FIFO.
            _fifo.Torn = 0;
            _book.Break();
            return true;
        }

        private SensorResult BeginTest(long nowMs)
        {
            _selfTest.Begin();
            if (!_bus.Identify()
                || !_bus.Configure((byte)Adxl355Range.G8, _filter, _watermarkEntries, Registers.SelfTestMode))
                return Stop(nowMs, _bus.Fault);
            _phase = Phase.Testing;
            _testWanted = false;
            _heardMs = nowMs;
            return SensorResult.WarmingUp;
        }

        private SensorResult Test(long nowMs, int[] xyz, int triples)
        {
            if (!_selfTest.Accept(xyz, triples))
                return SensorResult.WarmingUp;
            if (!_selfTest.Forced)
            {
                _selfTest.Force();
                _heardMs = nowMs;
                return _bus.Configure((byte)Adxl355Range.G8, _filter, _watermarkEntries, Registers.SelfTestForce)
                    ? SensorResult.WarmingUp
                    : Stop(nowMs, _bus.Fault);
            }
            SelfTestResult judged = _selfTest.Judge();
            // The force goes off and measurement on again, however it ended.
            bool measures = Measure(nowMs);
            if (judged == SelfTestResult.Passed)
            {
                _testsFailed = 0;
                SelfTest = judged;
                return measures ? SensorResult.WarmingUp : SensorResult.Failed;
            }
            _testsFailed++;
            _testWanted = true;
            SensorResult result = Stop(nowMs, Adxl355Fault.SelfTestFailed);
            if (_testsFailed >= SelfTestAttempts)
            {
                SelfTest = SelfTestResult.Failed;
                _nextLookMs = nowMs + SelfTestRetryMs;
            }
            return result;
        }

        /// <summary>Nothing is read any more until the chip has been configured again, which is tried soon.</summary>
        private SensorResult Stop(long nowMs, Adxl355Fault fault)
        {
            // A test that was cut short is begun again.
            if (_phase == Phase.Testing)
                _testWanted = true;
            _phase = Phase.Off;
            _failures++;
            _nextLookMs = nowMs + (_failures > 2 ? RetryMs : FallbackPollMs);
            Fault = fault;
            return SensorResult.Failed;
        }
    }
}
