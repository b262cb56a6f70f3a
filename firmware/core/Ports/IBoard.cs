using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Ports
{
    /// <summary>A clock that knows the date, such as SNTP.</summary>
    public interface IReferenceClock
    {
        /// <summary>Unix milliseconds, or false while the clock has not been set in this boot.</summary>
        bool TryGetUtcMs(out long utcMs);
    }

    /// <summary>Unpredictable numbers: the hardware generator on a board, a seeded one in the simulator.</summary>
    public interface IEntropy
    {
        /// <summary>32 random bits.</summary>
        uint Next();
    }

    /// <summary>The board itself.</summary>
    public interface IBoard
    {
        /// <summary>See <see cref="Contracts.Names.IsHardwareId"/>.</summary>
        string HardwareId { get; }

        /// <summary>The board's type, such as <c>ESP32_S3</c>.</summary>
        string Model { get; }

        /// <summary>Why the board started.</summary>
        BootReason BootReason { get; }

        /// <summary>Free managed heap, in bytes.</summary>
        uint FreeHeapBytes { get; }

        /// <summary>Received signal strength, in dBm; 0: no radio.</summary>
        int RssiDbm { get; }

        /// <summary>Starts the board again; on a board the call does not return.</summary>
        void Reboot();
    }
}
