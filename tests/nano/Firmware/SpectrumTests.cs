using System;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Dsp;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>The transform against its definition and Parseval's theorem, and the averaged spectrum against a known tone.</summary>
    [TestClass]
    public class SpectrumTests
    {
        [TestMethod]
        public static void Powers_are_those_of_the_definition()
        {
            const int Length = 32;
            int[] samples = Samples(Length, 3);
            float[] powers = Powers(new RealFft(64), samples, 5);
            double scale = 0;
            foreach (int sample in samples)
                scale += (double)sample * sample;
            for (int k = 0; k <= Length / 2; k++)
            {
                double re = 0;
                double im = 0;
                for (int i = 0; i < Length; i++)
                {
                    double angle = k * i % Length * (2 * Math.PI * (1.0 / Length));
                    re += samples[i] * Math.Cos(angle);
                    im -= samples[i] * Math.Sin(angle);
                }
                Expect.Near(re * re + im * im, powers[k], 4e-6 * scale, "bin " + k.ToString());
            }
        }

        [TestMethod]
        public static void Energy_is_the_same_in_time_and_frequency()
        {
            const int Length = 256;
            int[] samples = Samples(Length, 5);
            float[] powers = Powers(new RealFft(Length), samples, 33);
            double inTime = 0;
            foreach (int sample in samples)
                inTime += (double)sample * sample;
            double inFrequency = powers[0] + powers[Length / 2];
            for (int k = 1; k < Length / 2; k++)
                inFrequency += 2.0 * powers[k];
            Expect.Near(inTime, inFrequency * (1.0 / Length), 1e-5 * inTime, "energy");
        }

        [TestMethod]
        public static void The_size_of_the_pieces_changes_nothing()
        {
            int[] samples = Samples(128, 7);
            float[] small = Powers(new RealFft(128), samples, 1);
            float[] large = Powers(new RealFft(128), samples, 100_000);
            for (int k = 0; k < small.Length; k++)
                Assert.AreEqual((double)small[k], (double)large[k], "bin " + k.ToString());
        }

        /// <summary>
        /// A sine of amplitude a has the power a^2 / 2, wherever between two bins it lies; upon a steady value a hundred
        /// times as large, which must not show.
        /// </summary>
        [TestMethod]
        public static void A_tone_has_its_power_at_its_frequency()
        {
            const int Length = 256;
            const int Rate = 128;
            const double Hertz = 10.2;
            const double Amplitude = 2000;
            SegmentBuffer buffer = new SegmentBuffer(Length);
            WelchSpectrum spectrum = new WelchSpectrum(Length);
            int[] xyz = new int[32 * 3];
            long sample = 0;
            for (int block = 0; block < 80; block++)
            {
                for (int i = 0; i < 32; i++, sample++)
                    xyz[i * 3 + 1] = 200_000 + (int)(Amplitude * Math.Sin(2 * Math.PI * Hertz * sample * (1.0 / Rate)));
                buffer.Add(xyz, 1, 32);
                // As a node does between the blocks: pieces, until there is nothing to do.
                for (int piece = 0; piece < 40; piece++)
                    spectrum.Step(buffer);
            }
            // 2,560 samples are 20 halves: 19 segments overlap by half.
            Assert.AreEqual(19, spectrum.Averages, "segments");
            Assert.AreEqual(0, buffer.Skipped, "skipped");
            double power = 0;
            int strongest = 0;
            for (int k = 0; k <= Length / 2; k++)
            {
                power += spectrum.Density(k, Rate) * Rate * (1.0 / Length);
                if (spectrum.Sums[k] > spectrum.Sums[strongest])
                    strongest = k;
            }
            // Half a hertz a bin: 10.2 Hz is nearest to bin 20.
            Assert.AreEqual(20, strongest, "strongest bin");
            Expect.Near(Amplitude * Amplitude * 0.5, power, 0.01 * Amplitude * Amplitude, "power");
        }

        [TestMethod]
        public static void A_gap_leaves_no_segment_with_a_hole()
        {
            SegmentBuffer buffer = new SegmentBuffer(64);
            int[] xyz = new int[32 * 3];
            buffer.Add(xyz, 0, 32);
            buffer.Add(xyz, 0, 16);
            buffer.Interrupt();
            buffer.Add(xyz, 0, 32);
            Assert.IsFalse(buffer.TryBegin(), "two halves with a hole between them");
            buffer.Add(xyz, 0, 32);
            Assert.IsTrue(buffer.TryBegin(), "two halves that follow each other");
        }

        private static int[] Samples(int length, uint seed)
        {
            Noise noise = new Noise(seed);
            int[] samples = new int[length];
            for (int i = 0; i < length; i++)
                samples[i] = noise.Within(500_000);
            return samples;
        }

        private static float[] Powers(RealFft fft, int[] samples, int butterflies)
        {
            fft.Begin(samples.Length);
            for (int at = 0; at < samples.Length; at += 16)
                fft.Load(samples, at, 16);
            while (!fft.IsDone)
                fft.Step(butterflies);
            float[] powers = new float[samples.Length / 2 + 1];
            fft.AddPowers(powers, 0, samples.Length / 4);
            return powers;
        }
    }
}
