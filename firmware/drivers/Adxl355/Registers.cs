namespace EdgeFleet.Firmware.Drivers.Adxl355
{
    /// <summary>Register addresses (ADXL354/ADXL355 data sheet Rev. D, register map).</summary>
    public static class Registers
    {
        /// <summary>Analog Devices' id: <see cref="DeviceIdAd"/>.</summary>
        public const byte DevIdAd = 0x00;

        /// <summary>Status; the bits are <see cref="StatusFifoFull"/> and its neighbours.</summary>
        public const byte Status = 0x04;

        /// <summary>Entries in the FIFO, 0 to 96; three make a sample.</summary>
        public const byte FifoEntries = 0x05;

        /// <summary>Temperature, two bytes, high nibble first.</summary>
        public const byte Temp2 = 0x06;

        /// <summary>The FIFO; three bytes an entry.</summary>
        public const byte FifoData = 0x11;

        /// <summary>Output data rate and filters.</summary>
        public const byte Filter = 0x28;

        /// <summary>FIFO watermark, in entries.</summary>
        public const byte FifoSamples = 0x29;

        /// <summary>What the interrupt pins show.</summary>
        public const byte IntMap = 0x2A;

        /// <summary>External synchronisation; 0: the chip's own clock.</summary>
        public const byte Sync = 0x2B;

        /// <summary>Range in bits 0 and 1; with bit 6 clear, the interrupt pins are active low.</summary>
        public const byte Range = 0x2C;

        /// <summary>Standby and measurement.</summary>
        public const byte PowerCtl = 0x2D;

        /// <summary>Self-test.</summary>
        public const byte SelfTest = 0x2E;

        /// <summary>Value of <see cref="DevIdAd"/>.</summary>
        public const byte DeviceIdAd = 0xAD;

        /// <summary>Value of the register after it, the MEMS id.</summary>
        public const byte DeviceIdMst = 0x1D;

        /// <summary>Value of the register after that, the part id (355 octal).</summary>
        public const byte PartId = 0xED;

        /// <summary>Status bit: as many entries as the watermark says.</summary>
        public const byte StatusFifoFull = 0x02;

        /// <summary>Status bit: the FIFO lost its oldest samples since the status was last read.</summary>
        public const byte StatusFifoOverrun = 0x04;

        /// <summary><see cref="SelfTest"/>: ST1, self-test mode.</summary>
        public const byte SelfTestMode = 0x01;

        /// <summary><see cref="SelfTest"/>: ST1 and ST2, self-test mode with the force on.</summary>
        public const byte SelfTestForce = 0x03;

        /// <summary><see cref="PowerCtl"/>: standby.</summary>
        public const byte Standby = 0x01;

        /// <summary><see cref="PowerCtl"/>: measurement, temperature on, no data-ready pin.</summary>
        public const byte Measure = 0x04;

        /// <summary><see cref="IntMap"/>: watermark on INT1.</summary>
        public const byte WatermarkOnInt1 = 0x02;
    }
}
