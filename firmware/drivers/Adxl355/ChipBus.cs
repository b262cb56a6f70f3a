using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Drivers.Adxl355
{
    /// <summary>
    /// Registers over SPI: mode 0, at most 10 MHz, the address in seven bits with a read flag below (data sheet Rev. D,
    /// serial communications). What is written is read back.
    /// </summary>
    internal sealed class ChipBus
    {
        private readonly ISpi _spi;
        private readonly byte[] _write = new byte[1 + Adxl355.FifoSamples * Adxl355.BytesPerSample];

        public ChipBus(ISpi spi)
        {
            _spi = spi;
        }

        /// <summary>What was read, from the second byte on: the chip answers while it hears the address.</summary>
        public readonly byte[] Bytes = new byte[1 + Adxl355.FifoSamples * Adxl355.BytesPerSample];

        /// <summary>What went wrong last.</summary>
        public Adxl355Fault Fault { get; private set; }

        /// <summary>Reads registers one after another; of the FIFO's, the same one.</summary>
        public bool Read(byte first, int count)
        {
            _write[0] = (byte)((first << 1) | 1);
            // Only a register write leaves something behind its address, and it is one byte.
            _write[1] = 0;
            if (_spi.Transfer(_write, Bytes, count + 1))
                return true;
            Fault = Adxl355Fault.BusFailed;
            return false;
        }

        /// <summary>Whether an ADXL355 answers.</summary>
        public bool Identify()
        {
            if (!Read(Registers.DevIdAd, 3))
                return false;
            if (Bytes[1] == Registers.DeviceIdAd && Bytes[2] == Registers.DeviceIdMst && Bytes[3] == Registers.PartId)
                return true;
            Fault = Adxl355Fault.WrongDevice;
            return false;
        }

        /// <summary>
        /// Sets everything, in standby, where alone the settings may change, and begins to measure. Standby empties the
        /// FIFO (data sheet Rev. D, POWER_CTL). On an error the chip is asked to measure all the same: nobody reads it
        /// before it has been configured, and one that was merely disturbed does not stay asleep.
        /// </summary>
        public bool Configure(byte range, byte filter, int watermarkEntries, byte selfTest)
        {
            if (Write(Registers.PowerCtl, Registers.Standby)
                && Write(Registers.Filter, filter)
                && Write(Registers.FifoSamples, (byte)watermarkEntries)
                && Write(Registers.IntMap, Registers.WatermarkOnInt1)
                && Write(Registers.Sync, 0)
                && Write(Registers.Range, range)
                && Write(Registers.SelfTest, selfTest)
                && Write(Registers.PowerCtl, Registers.Measure))
                return true;
            Adxl355Fault first = Fault;
            Write(Registers.PowerCtl, Registers.Measure);
            Fault = first;
            return false;
        }

        private bool Write(byte register, byte value)
        {
            _write[0] = (byte)(register << 1);
            _write[1] = value;
            if (!_spi.Transfer(_write, Bytes, 2))
            {
                Fault = Adxl355Fault.BusFailed;
                return false;
            }
            if (!Read(register, 1))
                return false;
            if (Bytes[1] == value)
                return true;
            Fault = Adxl355Fault.NotConfigured;
            return false;
        }
    }
}
