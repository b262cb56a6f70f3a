namespace EdgeFleet.Nano.Tests
{
    /// <summary>
    /// Numbers without a pattern that are the same in every run and on every board (G. Marsaglia, Xorshift RNGs, 2003).
    /// </summary>
    public sealed class Noise
    {
        private uint _state;

        public Noise(uint seed)
        {
            _state = seed;
        }

        /// <summary>32 bits.</summary>
        public uint Next()
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return _state;
        }

        /// <summary>From -<paramref name="size"/> to <paramref name="size"/>, which is below 2^30.</summary>
        public int Within(int size)
        {
            return (int)(Next() % (uint)(size * 2 + 1)) - size;
        }
    }
}
