namespace EdgeFleet.Boards.Sim;

/// <summary>
/// The one source of chance of a simulation: xoshiro256** seeded through SplitMix64. Children that are forked by name
/// draw independently, so that adding a draw in one place does not shift the draws of another.
/// </summary>
public sealed class SimRandom
{
    private readonly ulong _seed;
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public SimRandom(ulong seed)
    {
        _seed = seed;
        _a = Mix(seed + 1);
        _b = Mix(seed + 2);
        _c = Mix(seed + 3);
        _d = Mix(seed + 4);
    }

    /// <summary>A number that depends on its argument alone, every bit of it.</summary>
    public static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>As <see cref="Mix(ulong)"/>, of two numbers.</summary>
    public static ulong Mix(ulong x, ulong y) => Mix(Mix(x) ^ y);

    /// <summary>The seed of a named child of a seed.</summary>
    public static ulong Derive(ulong seed, string name)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in name)
            hash = (hash ^ c) * 1099511628211;
        return Mix(seed, hash);
    }

    /// <summary>From 0 up to but without 1, from a number such as <see cref="Mix(ulong)"/> gives.</summary>
    public static double Unit(ulong bits) => (bits >> 11) * (1.0 / (1UL << 53));

    /// <summary>
    /// Standard normal, from 64 uniform bits: the sum of four uniforms of 16 bits. Its tails end at 3.46 standard
    /// deviations, which no sensor of ours can tell from the real ones, and it costs a few nanoseconds.
    /// </summary>
    public static double Normal(ulong bits)
    {
        long sum = (long)((bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48));
        // Four uniforms on 0..65535: mean 2 x 65535, variance 4 x 65536^2 / 12.
        return (sum - 131070) * (1.0 / 37837.22);
    }

    /// <summary>A child that depends on this generator's seed and the name, not on what was drawn before.</summary>
    public SimRandom Fork(string name) => new(Derive(_seed, name));

    public ulong Next()
    {
        ulong result = ulong.RotateLeft(_b * 5, 7) * 9;
        ulong t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = ulong.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>From 0 up to but without 1.</summary>
    public double NextUnit() => Unit(Next());

    /// <summary>From 0 up to but without <paramref name="bound"/>, which is positive.</summary>
    public int NextInt(int bound) => (int)(((UInt128)Next() * (ulong)bound) >> 64);

    public bool NextBool(double probability) => probability > 0 && NextUnit() < probability;

    /// <summary>Standard normal; see <see cref="Normal(ulong)"/>.</summary>
    public double NextNormal() => Normal(Next());

    /// <summary>Exponentially distributed with the given mean.</summary>
    public double NextExponential(double mean) => -Math.Log(1 - NextUnit()) * mean;

    public void Fill(Span<byte> target)
    {
        foreach (ref byte b in target)
            b = (byte)Next();
    }
}
