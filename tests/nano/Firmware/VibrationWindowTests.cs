using System;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Sampling;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>Windows of an accelerometer of 125 Hz: moments, velocity, its frequency, and what a gap does.</summary>
    [TestClass]
    public class VibrationWindowTests
    {
        private const int Rate = 125;
        private const int WindowMs = 10_000;
        private const int InWindow = Rate * WindowMs / 1000;

        // Channels of a bridge's window: three axes, temperature, three velocities, their frequencies.
        private const int Temperature = 3;
        private const int Vx = 4;
        private const int Fx = 7;

        /// <summary>Two values in turn: mean between them, deviation half of their distance, the least kurtosis there is.</summary>
        [TestMethod]
        public static void Two_values_in_turn()
        {
            ClosedWindow window = Window(new TwoValues(), 1);
            Assert.AreEqual(InWindow, window.Count[0], "count");
            // 40,000 nm/s2 a count, told in um/s2: 100 and 300 counts are 4,000 and 12,000.
            Assert.AreEqual(8000L, window.Mean[0], "mean");
            Assert.AreEqual(4000L, window.Min[0], "smallest");
            Assert.AreEqual(12_000L, window.Max[0], "largest");
            Assert.AreEqual(4000L, window.StdDev[0], "deviation");
            Assert.AreEqual(0, window.Skewness[0], "skewness");
            Assert.AreEqual(1000, window.Kurtosis[0], "kurtosis");
            Assert.AreEqual(2150L, window.Mean[Temperature], "temperature");
        }

        /// <summary>
        /// One sample in ten is away: of two values of which the rare one has p, the skewness is (1 - 2p) / sqrt(pq), here
        /// 2.6667, and the kurtosis 1 / (pq) - 3, here 8.1111.
        /// </summary>
        [TestMethod]
        public static void A_rare_value_makes_skewness_and_kurtosis()
        {
            ClosedWindow window = Window(new TwoValues(), 1);
            Assert.AreEqual(2667, window.Skewness[1], "skewness");
            Assert.AreEqual(8111, window.Kurtosis[1], "kurtosis");
            Assert.AreEqual(-2667, window.Skewness[2], "skewness of the mirror");
            Assert.AreEqual(8111, window.Kurtosis[2], "kurtosis of the mirror");
        }

        /// <summary>The farthest that 20 bits go: the powers of a section would not fit, and are summed elsewhere.</summary>
        [TestMethod]
        public static void The_ends_of_the_scale_do_not_overflow()
        {
            ClosedWindow window = Window(new Ends(), 1);
            Assert.AreEqual(-20L, window.Mean[0], "mean");
            // Half of 2^20 - 1 counts.
            Assert.AreEqual(20_971_500L, window.StdDev[0], "deviation");
            Assert.AreEqual(1000, window.Kurtosis[0], "kurtosis");
            Assert.AreEqual(QualityFlags.OutOfRange, window.Quality[0], "quality");
        }

        /// <summary>A steady value has no shape, and 0 says that there is none.</summary>
        [TestMethod]
        public static void What_does_not_move_has_no_shape()
        {
            ClosedWindow window = Window(new Steady(), 1);
            Assert.AreEqual(250_000L * 40, window.Mean[2], "mean");
            Assert.AreEqual(0L, window.StdDev[2], "deviation");
            Assert.AreEqual(0, window.Skewness[2], "skewness");
            Assert.AreEqual(0, window.Kurtosis[2], "kurtosis");
            Assert.AreEqual(0L, window.Max[Vx], "velocity");
        }

        /// <summary>A sine of 0.5 m/s2 and 5 Hz moves with 0.5 / (2 pi 5) m/s at most: 15,915 um/s.</summary>
        [TestMethod]
        public static void A_sine_has_its_velocity_and_its_frequency()
        {
            // The third window: the filter has settled in the first.
            ClosedWindow window = Window(new Sine(5), 3);
            const double Peak = 15_915;
            Expect.Near(Peak, window.Max[Vx], 0.02 * Peak, "largest velocity");
            Expect.Near(-Peak, window.Min[Vx], 0.02 * Peak, "smallest velocity");
            Expect.Near(Peak * 0.70711, window.StdDev[Vx], 0.02 * Peak, "deviation");
            Assert.AreEqual(QualityFlags.None, window.Quality[Vx], "quality");
            Assert.AreEqual(1, window.Count[Fx], "frequency count");
            Expect.Near(500, window.Mean[Fx], 10, "frequency");
        }

        [TestMethod]
        public static void Lost_samples_are_counted_and_flagged()
        {
            Steady sensor = new Steady();
            VibrationSampler sampler = new VibrationSampler(sensor, WindowMs);
            ClosedWindow? window = null;
            for (long now = 0; now <= 2 * WindowMs && window == null; now += 40)
            {
                if (now == 4000)
                    sensor.Lose = 25;
                sampler.Sample(now);
                window = sampler.Ring.Readable();
            }
            Assert.IsNotNull(window, "a window is closed");
            Assert.AreEqual(25U, sampler.SamplesMissed, "missed");
            Assert.IsTrue((window!.Quality[0] & QualityFlags.Gap) != 0, "gap");
        }

        /// <summary>The window of a number, counted from 1.</summary>
        private static ClosedWindow Window(ScriptedAccelerometer sensor, int number)
        {
            VibrationSampler sampler = new VibrationSampler(sensor, WindowMs);
            int closed = 0;
            for (long now = 0; now <= (number + 1) * WindowMs; now += 40)
            {
                sampler.Sample(now);
                ClosedWindow? window = sampler.Ring.Readable();
                if (window == null)
                    continue;
                closed++;
                if (closed == number)
                    return window;
                sampler.Ring.Release();
            }
            Assert.AreEqual(number, closed, "windows");
            return new ClosedWindow();
        }

        /// <summary>x: 100 and 300 in turn; y: every tenth away; z: the mirror of y.</summary>
        private sealed class TwoValues : ScriptedAccelerometer
        {
            public TwoValues()
                : base(Rate * 1000)
            {
            }

            protected override int Value(long sample, int axis)
            {
                if (axis == 0)
                    return sample % 2 == 0 ? 100 : 300;
                bool rare = sample % 10 == 3;
                return rare == (axis == 1) ? 500 : -500;
            }
        }

        private sealed class Ends : ScriptedAccelerometer
        {
            public Ends()
                : base(Rate * 1000)
            {
            }

            protected override int Value(long sample, int axis)
            {
                return sample % 2 == 0 ? -(1 << 19) : (1 << 19) - 1;
            }
        }

        private sealed class Steady : ScriptedAccelerometer
        {
            public Steady()
                : base(Rate * 1000)
            {
            }

            protected override int Value(long sample, int axis)
            {
                return axis == 2 ? 250_000 : axis;
            }
        }

        private sealed class Sine : ScriptedAccelerometer
        {
            private readonly double _turn;

            public Sine(double hertz)
                : base(Rate * 1000)
            {
                _turn = SafeMath.Divide(2 * Math.PI * hertz, Rate, 0);
            }

            protected override int Value(long sample, int axis)
            {
                // 12,500 counts are 0.5 m/s2.
                return 245_250 + (int)(12_500 * Math.Sin(_turn * (sample % Rate)));
            }
        }
    }
}
