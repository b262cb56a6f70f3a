using System;

namespace EdgeFleet.Firmware.Triggering
{
    /// <summary>
    /// The youngest samples of all three axes, written by the sampler and read by the uplink. Samples are numbered from
    /// the boot, modulo 2^32; the writer never waits, so a reader that is too slow finds its samples gone.
    /// </summary>
    public sealed class SampleHistory
    {
        private readonly int[] _xyz;
        private readonly uint _mask;

        /// <summary>A history of at least so many triples: the next power of two, so that numbers may wrap around.</summary>
        public SampleHistory(int triples)
        {
            int size = 64;
            while (size < triples && size < 1 << 20)
                size <<= 1;
            _xyz = new int[size * 3];
            _mask = (uint)size - 1;
            Capacity = size;
        }

        /// <summary>Triples that it holds.</summary>
        public int Capacity { get; }

        /// <summary>Samples written since the boot; also the number of the next one.</summary>
        public uint Written { get; private set; }

        /// <summary>Adds a block: one or two copies, whatever its length.</summary>
        public void Add(int[] xyz, int triples)
        {
            int at = (int)(Written & _mask);
            int head = Capacity - at;
            if (head > triples)
                head = triples;
            Array.Copy(xyz, 0, _xyz, at * 3, head * 3);
            if (head < triples)
                Array.Copy(xyz, head * 3, _xyz, 0, (triples - head) * 3);
            Written += (uint)triples;
        }

        /// <summary>
        /// Copies samples of one axis; false where some of them have been overwritten, or were while they were copied.
        /// A block that is written at this moment takes the place of the oldest.
        /// </summary>
        public bool Read(uint first, int count, int axis, int[] samples)
        {
            for (int i = 0; i < count; i++)
                samples[i] = _xyz[(int)((first + (uint)i) & _mask) * 3 + axis];
            return Written - first <= (uint)(Capacity - NodeLimits.DrainTriples);
        }
    }
}
