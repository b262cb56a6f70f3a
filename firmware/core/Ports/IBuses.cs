namespace EdgeFleet.Firmware.Ports
{
    /// <summary>A serial line with a receive buffer. Does not block, does not throw and does not allocate.</summary>
    public interface IUart
    {
        /// <summary>Takes up to <paramref name="count"/> received bytes; answers how many there were.</summary>
        int Read(byte[] buffer, int offset, int count);

        /// <summary>Sends bytes; false where the line failed.</summary>
        bool Write(byte[] buffer, int offset, int count);
    }

    /// <summary>A device on an SPI bus. Does not throw and does not allocate.</summary>
    public interface ISpi
    {
        /// <summary>
        /// Exchanges <paramref name="count"/> bytes in one transaction, chip select held; false where the bus failed.
        /// </summary>
        bool Transfer(byte[] write, byte[] read, int count);
    }

    /// <summary>A pin whose interrupt only leaves a signal.</summary>
    public interface IInterruptLine
    {
        /// <summary>Whether the pin has signalled since the last call; takes the signal back.</summary>
        bool TakeSignal();
    }
}
