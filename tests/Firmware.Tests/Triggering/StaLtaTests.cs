using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.Firmware.Tests.Sim;
using EdgeFleet.Firmware.Triggering;

namespace EdgeFleet.Firmware.Tests.Triggering;

/// <summary>The node's ratio against the published recursion, written down here once more and as plainly as it can be.</summary>
public sealed class StaLtaTests
{
    private const double Tolerance = 1e-6;

    [Fact]
    public void It_equals_the_published_recursion_on_the_recorded_bridge()
    {
        string file = SharedData.File("bridge/munich-unibw-2022-04-11-100hz.csv.gz");
        int[] counts = [.. BridgeRecording.Load(file).Counts];
        Assert.Equal(72_000, counts.Length);
        double most = Compare(counts, 100, 50, 3000, 1, 20);
        // A moving support makes the ratio rise: what is compared is not the noise alone.
        Assert.True(most > 5, $"the largest ratio was {most}");
    }

    [Theory]
    [InlineData(1, 125.0, 62, 3750, 1.0, 25.0)]
    [InlineData(2, 250.0, 25, 2500, 0.5, 40.0)]
    [InlineData(3, 4000.0, 400, 40_000, 5.0, 500.0)]
    [InlineData(4, 100.0, 1, 2, 0.1, 49.0)]
    public void It_equals_the_published_recursion_on_random_input(
        int seed, double rate, int sta, int lta, double low, double high)
    {
        Random random = new(seed);
        int[] counts = new int[60_000];
        for (int i = 0; i < counts.Length; i++)
        {
            // Bursts of the full 20 bits over noise of a few counts, all upon gravity.
            int size = i / 5000 % 3 == 1 ? 200_000 : 30;
            counts[i] = 256_000 + random.Next(-size, size);
        }
        Compare(counts, rate, sta, lta, low, high);
    }

    /// <summary>Block borders are the FIFO's and must not show.</summary>
    [Fact]
    public void The_cut_into_blocks_changes_nothing()
    {
        Random random = new(7);
        StaLta whole = New(125, 62, 3750, 1, 25);
        StaLta cut = New(125, 62, 3750, 1, 25);
        int[] xyz = new int[3 * 32];
        byte[] active = new byte[32];
        int[] one = new int[3];
        for (int block = 0; block < 500; block++)
        {
            for (int i = 0; i < xyz.Length; i++)
                xyz[i] = random.Next(-1000, 1000) * (block % 100 == 99 ? 50 : 1);
            Array.Clear(active);
            whole.Accept(xyz, 1, 32, active, 2);
            for (int i = 0; i < 32; i++)
            {
                Array.Copy(xyz, 3 * i, one, 0, 3);
                byte[] mine = new byte[1];
                cut.Accept(one, 1, 1, mine, 2);
                Assert.Equal(active[i], mine[0]);
            }
            Assert.Equal(whole.Ratio, cut.Ratio, Tolerance * Math.Max(1, whole.Ratio));
        }
        Assert.True(whole.Peak > 4);
        Assert.Equal(whole.Peak, cut.Peak, Tolerance * whole.Peak);
    }

    /// <summary>
    /// After a loss the level may be anywhere. A filter that went on would see a step of 5 m/s2 in the noise and fire.
    /// </summary>
    [Fact]
    public void A_gap_is_not_taken_for_a_shock()
    {
        StaLta detector = New(125, 62, 3750, 1, 25);
        Random random = new(3);
        int[] xyz = new int[3 * 32];
        byte[] active = new byte[32];
        bool any = false;
        for (int block = 0; block < 400; block++)
        {
            if (block == 300)
                detector.Restart();
            for (int i = 0; i < 32; i++)
                xyz[3 * i] = (block < 300 ? 0 : 130_000) + random.Next(-100, 100);
            any |= detector.Accept(xyz, 0, 32, active, 1);
        }
        Assert.False(any);
        Assert.InRange(detector.Ratio, 0.2, 2);
    }

    /// <summary>3 dB down at both corners, nothing at zero and at half the rate, all of it between.</summary>
    [Theory]
    [InlineData(1.0, 0.7071)]
    [InlineData(25.0, 0.7071)]
    [InlineData(5.4, 1.0)]
    [InlineData(0.1, 0.0961)]
    public void The_band_pass_has_its_corners_where_they_are_said_to_be(double hertz, double gain)
    {
        const double Rate = 125;
        double squares = 0;
        BandPass filter = new(1, 25, Rate);
        for (int i = 0; i < 200_000; i++)
        {
            double y = filter.Next(Math.Sin(2 * Math.PI * hertz * i / Rate));
            if (i >= 100_000)
                squares += y * y;
        }
        Assert.Equal(gain, Math.Sqrt(2 * squares / 100_000), 0.01);
    }

    private static double Compare(int[] counts, double rate, int sta, int lta, double low, double high)
    {
        StaLta detector = New(rate, sta, lta, low, high);
        double[] expected = Published(counts, rate, sta, lta, low, high);
        int[] xyz = new int[3];
        byte[] active = new byte[1];
        double most = 0;
        bool isActive = false;
        double peak = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            xyz[2] = counts[i];
            active[0] = 0;
            detector.Accept(xyz, 2, 1, active, 4);
            double ratio = detector.Ratio;
            Assert.True(
                Math.Abs(ratio - expected[i]) <= Tolerance * Math.Max(1, expected[i]),
                $"sample {i}: {ratio} instead of {expected[i]}");
            // On above 4, off below 1.5, as ObsPy's trigger_onset.
            isActive = isActive ? expected[i] > 1.5 : expected[i] > 4;
            if (isActive)
                peak = Math.Max(peak, expected[i]);
            Assert.Equal(isActive ? 4 : 0, active[0]);
            most = Math.Max(most, expected[i]);
        }
        Assert.Equal(peak, detector.Peak, Tolerance * Math.Max(1, peak));
        return most;
    }

    private static StaLta New(double rate, int sta, int lta, double low, double high)
    {
        StaLta detector = new();
        detector.Apply(sta, lta, 4, 1.5, low, high, rate);
        return detector;
    }

    /// <summary>
    /// The recursion as in obspy.signal.trigger (recstalta.c and its Python form): the first sample is passed over, and
    /// nothing counts before the long mean is full. Withers et al. 1998, equations for the recursive STA/LTA.
    /// </summary>
    private static double[] Published(int[] counts, double rate, int nsta, int nlta, double low, double high)
    {
        BandPass filter = new(low, high, rate);
        double csta = 1.0 / nsta;
        double clta = 1.0 / nlta;
        double sta = 0;
        double lta = 1e-99;
        double[] ratio = new double[counts.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            double filtered = filter.Next(counts[i] - (double)counts[0]);
            if (i == 0)
                continue;
            double square = filtered * filtered;
            sta = (csta * square) + ((1 - csta) * sta);
            lta = (clta * square) + ((1 - clta) * lta);
            ratio[i] = i < nlta ? 0 : sta / lta;
        }
        return ratio;
    }

    /// <summary>
    /// The analogue band-pass H(s) = B s / (s^2 + B s + W^2) under s = (1 - z^-1) / (1 + z^-1), B and W^2 from the
    /// corners' tangents (Oppenheim and Schafer, bilinear transformation with pre-warping), in direct form I.
    /// </summary>
    private sealed class BandPass
    {
        private readonly double[] _b;
        private readonly double[] _a;
        private readonly double[] _x = new double[3];
        private readonly double[] _y = new double[3];

        public BandPass(double low, double high, double rate)
        {
            double l = Math.Tan(Math.PI * low / rate);
            double h = Math.Tan(Math.PI * high / rate);
            double bandwidth = h - l;
            double square = l * h;
            double a0 = 1 + bandwidth + square;
            _b = [bandwidth / a0, 0, -bandwidth / a0];
            _a = [1, ((2 * square) - 2) / a0, (1 - bandwidth + square) / a0];
        }

        public double Next(double x)
        {
            (_x[2], _x[1], _x[0]) = (_x[1], _x[0], x);
            double y = (_b[0] * _x[0]) + (_b[1] * _x[1]) + (_b[2] * _x[2]) - (_a[1] * _y[0]) - (_a[2] * _y[1]);
            (_y[1], _y[0]) = (_y[0], y);
            return y;
        }
    }
}
