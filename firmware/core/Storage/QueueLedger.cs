namespace EdgeFleet.Firmware.Storage
{
    /// <summary>What a queue has done so far in its epoch.</summary>
    public struct QueueLedger
    {
        /// <summary>Made when the flash was formatted; numbers count anew from there.</summary>
        public uint Epoch;

        /// <summary>All entries up to this number are done with: acknowledged or dropped.</summary>
        public uint Done;

        /// <summary>Entries dropped.</summary>
        public uint Dropped;

        /// <summary>Number of the first entry dropped.</summary>
        public uint DroppedFirst;

        /// <summary>Number of the last entry dropped.</summary>
        public uint DroppedLast;

        /// <summary>Time of the first entry dropped, in the caller's terms; 0: not known.</summary>
        public long DroppedFromMs;

        /// <summary>Time of the last entry dropped, in the caller's terms; 0: not known.</summary>
        public long DroppedToMs;
    }
}
