namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>
    /// What looks at an accelerometer's samples besides the windows: a trigger, a spectrum. Called on the sampler's
    /// thread, once for each block that was drained; never blocks, never allocates.
    /// </summary>
    public interface IVibrationTap
    {
        /// <summary>
        /// Takes a block. <paramref name="xyz"/> holds <paramref name="triples"/> samples of three axes each, in the
        /// sensor's counts (<see cref="Ports.IAccelerometer.NanoMetresPerCount"/>); it is the sampler's own and must be
        /// neither kept nor changed. The last sample is of <paramref name="endMs"/>, the uptime of the drain.
        /// <paramref name="missedBefore"/> samples were lost before the first of the block, so that this block does not
        /// continue the last one; -1: lost, but nobody knows how many. A block without samples tells of a loss alone.
        /// </summary>
        void Accept(int[] xyz, int triples, long endMs, int missedBefore);
    }
}
