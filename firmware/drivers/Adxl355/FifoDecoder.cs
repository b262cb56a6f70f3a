namespace EdgeFleet.Firmware.Drivers.Adxl355
{
    /// <summary>Samples out of the FIFO's bytes, and the way back to the X axis after a misaligned read.</summary>
    internal sealed class FifoDecoder
    {
        private readonly ChipBus _bus;
        private readonly byte[] _torn = new byte[Adxl355.BytesPerSample];

        public FifoDecoder(ChipBus bus)
        {
            _bus = bus;
        }

        /// <summary>Entries that the last block passed over before its first sample.</summary>
        public int Skipped { get; private set; }

        /// <summary>Samples that were torn behind the last one of the blocks so far; taken back by the reader.</summary>
        public int Torn { get; set; }

        /// <summary>Entries thrown away, since the boot.</summary>
        public uint Misaligned { get; private set; }

        /// <summary>
        /// Turns 20-bit counts out of the bytes read; one loop, because a call costs more than all of it on a board.
        /// Begins at the first entry with the X marker; what it passes over is in <see cref="Skipped"/>, in entries. A
        /// sample that is torn inside ends the block, and the next one is told how many are missing. -1: the bus failed.
        /// </summary>
        public int Decode(int samples, int[] xyz)
        {
            byte[] bytes = _bus.Bytes;
            int end = 1 + samples * Adxl355.BytesPerSample;
            int at = 1;
            // Bit 0 of an entry's last byte marks the X axis, bit 1 that the FIFO was empty (data sheet, FIFO_DATA).
            while (at < end && (bytes[at + 2] & 0x03) != 0x01)
                at += 3;
            Skipped = (at - 1) / 3;
            Misaligned += (uint)Skipped;
            int to = 0;
            while (at + Adxl355.BytesPerSample <= end)
            {
                if ((bytes[at + 2] & 0x03) != 0x01 || ((bytes[at + 5] | bytes[at + 8]) & 0x03) != 0)
                {
                    int lost = (end - at) / 3;
                    Misaligned += (uint)lost;
                    Torn += (lost + 2) / 3;
                    return to / 3;
                }
                // The shift to the top and back extends the sign.
                xyz[to] = ((bytes[at] << 24) | (bytes[at + 1] << 16) | ((bytes[at + 2] & 0xF0) << 8)) >> 12;
                xyz[to + 1] = ((bytes[at + 3] << 24) | (bytes[at + 4] << 16) | ((bytes[at + 5] & 0xF0) << 8)) >> 12;
                xyz[to + 2] = ((bytes[at + 6] << 24) | (bytes[at + 7] << 16) | ((bytes[at + 8] & 0xF0) << 8)) >> 12;
                to += 3;
                at += Adxl355.BytesPerSample;
            }
            return at < end ? Complete(at, end, xyz, to) : to / 3;
        }

        /// <summary>
        /// Fetches the rest of a sample that a misaligned read cut: the FIFO is whole again after it.
        /// </summary>
        private int Complete(int at, int end, int[] xyz, int to)
        {
            int have = end - at;
            for (int i = 0; i < have; i++)
                _torn[i] = _bus.Bytes[at + i];
            if (!_bus.Read(Registers.FifoData, Adxl355.BytesPerSample - have))
                return -1;
            for (int i = have; i < Adxl355.BytesPerSample; i++)
                _torn[i] = _bus.Bytes[1 + i - have];
            if ((_torn[2] & 0x03) != 0x01 || ((_torn[5] | _torn[8]) & 0x03) != 0)
            {
                Torn++;
                return to / 3;
            }
            for (int axis = 0; axis < 3; axis++)
            {
                int from = 3 * axis;
                xyz[to + axis] =
                    ((_torn[from] << 24) | (_torn[from + 1] << 16) | ((_torn[from + 2] & 0xF0) << 8)) >> 12;
            }
            return to / 3 + 1;
        }
    }
}
