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

        /// <summary>The FIFO names more entries than it has, or none of those read is a sample.</summary>
        Nonsense = 5,

        /// <summary>No sample for <see cref="Adxl355.StallMs"/>: the chip lost its supply, or the bus reads zeros.</summary>
        Stalled = 6,
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
}
