namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// What a board is wired to, and how much flash it has. The tables are those of <c>hardware/pins.md</c>, with the same
    /// names; pins are GPIO numbers, -1 is one that is not there.
    /// </summary>
    public sealed class BoardMap
    {
        /// <summary>Name of the board in <c>hardware/boards.md</c>.</summary>
        public string Id = "";

        /// <summary>Size of the flash, in megabytes.</summary>
        public int FlashMegabytes = 4;

        /// <summary>Anode of the status LED; on is high.</summary>
        public int Led = -1;

        /// <summary>The BOOT button, low when pressed.</summary>
        public int Button = -1;

        /// <summary>Receives from the dust sensor.</summary>
        public int PmsRx = -1;

        /// <summary>Sends to the dust sensor.</summary>
        public int PmsTx = -1;

        /// <summary>Data of the I2C bus.</summary>
        public int I2cSda = -1;

        /// <summary>Clock of the I2C bus.</summary>
        public int I2cScl = -1;

        /// <summary>Clock of the SPI bus.</summary>
        public int SpiClk = -1;

        /// <summary>To the accelerometer.</summary>
        public int SpiMosi = -1;

        /// <summary>From the accelerometer.</summary>
        public int SpiMiso = -1;

        /// <summary>Selects the accelerometer, low.</summary>
        public int AccelCs = -1;

        /// <summary>Interrupt of the accelerometer, active low.</summary>
        public int AccelInt = -1;
    }
}
