using System;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Triggering;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>The trigger's ratio against the published recursion, written down plainly, and what it makes of a knock.</summary>
    [TestClass]
    public class StaLtaTests
    {
        private const int Rate = 125;
        private const int Sta = 25;
        private const int Lta = 500;
        private const int Block = 32;

        [TestMethod]
        public static void The_ratio_is_the_published_recursions()
        {
            StaLta trigger = New();
            Plain plain = new Plain();
            Noise noise = new Noise(7);
            int[] xyz = new int[Block * 3];
            byte[] active = new byte[Block];
            double largest = 0;
            for (int block = 0; block < 40; block++)
            {
                for (int i = 0; i < Block; i++)
                {
                    // A burst in block 30, all upon gravity.
                    int value = 256_000 + noise.Within(block == 30 ? 50_000 : 300);
                    xyz[i * 3 + 1] = value;
                    plain.Accept(value);
                }
                trigger.Accept(xyz, 1, Block, active, 2);
                if (block * Block > Lta)
                    Expect.Near(plain.Ratio, trigger.Ratio, 1e-6 * (1 + plain.Ratio), "ratio in block " + block.ToString());
                if (trigger.Ratio > largest)
                    largest = trigger.Ratio;
            }
            Assert.IsTrue(largest > 5, "what is compared is not the noise alone");
        }

        [TestMethod]
        public static void It_is_silent_until_the_long_mean_is_full()
        {
            StaLta trigger = New();
            int[] xyz = new int[Block * 3];
            byte[] active = new byte[Block];
            Noise noise = new Noise(9);
            for (int block = 0; block < Lta / Block; block++)
            {
                for (int i = 0; i < Block; i++)
                    xyz[i * 3] = noise.Within(block == 10 ? 100_000 : 10);
                Assert.IsFalse(trigger.Accept(xyz, 0, Block, active, 1), "active in block " + block.ToString());
                Assert.AreEqual(0.0, trigger.Ratio, "ratio");
            }
        }

        [TestMethod]
        public static void A_knock_switches_on_and_ends()
        {
            StaLta trigger = New();
            int[] xyz = new int[Block * 3];
            byte[] active = new byte[Block];
            Noise noise = new Noise(11);
            int on = -1;
            int off = -1;
            for (int block = 0; block < 60; block++)
            {
                for (int i = 0; i < Block; i++)
                    xyz[i * 3 + 2] = noise.Within(block == 40 || block == 41 ? 20_000 : 100);
                bool any = trigger.Accept(xyz, 2, Block, active, 4);
                Assert.AreEqual(any, Holds(active, 4), "bits of block " + block.ToString());
                if (any && on < 0)
                    on = block;
                if (on >= 0 && off < 0 && !trigger.Active)
                    off = block;
                Array.Clear(active, 0, active.Length);
            }
            Assert.AreEqual(40, on, "on");
            Assert.IsTrue(off > 41 && off < 55, "off in block " + off.ToString());
            Assert.IsTrue(trigger.Peak > 4, "largest ratio");
        }

        [TestMethod]
        public static void After_a_gap_the_filter_begins_anew()
        {
            StaLta trigger = New();
            int[] xyz = new int[Block * 3];
            byte[] active = new byte[Block];
            Noise noise = new Noise(13);
            for (int block = 0; block < 60; block++)
            {
                // Another rest behind the gap: a step of 200,000 counts without it would be an event.
                int rest = block < 30 ? 0 : 200_000;
                if (block == 30)
                    trigger.Restart();
                for (int i = 0; i < Block; i++)
                    xyz[i * 3] = rest + noise.Within(100);
                Assert.IsFalse(trigger.Accept(xyz, 0, Block, active, 1), "active in block " + block.ToString());
            }
        }

        private static StaLta New()
        {
            StaLta trigger = new StaLta();
            trigger.Apply(Sta, Lta, 4, 1.5, 1, 25, Rate);
            return trigger;
        }

        private static bool Holds(byte[] active, int bit)
        {
            foreach (byte bits in active)
            {
                if ((bits & bit) != 0)
                    return true;
            }
            return false;
        }

        /// <summary>Withers et al. 1998, in the form of ObsPy's recursive_sta_lta, behind a band-pass of first order.</summary>
        private sealed class Plain
        {
            private readonly double[] _b = new double[3];
            private readonly double[] _a = new double[3];
            private double _first;
            private bool _started;
            private double _x1;
            private double _x2;
            private double _y1;
            private double _y2;
            private double _sta;
            private double _lta = 1e-99;

            public Plain()
            {
                double low = Math.Tan(SafeMath.Divide(Math.PI, Rate, 0));
                double high = Math.Tan(SafeMath.Divide(Math.PI * 25, Rate, 0));
                double norm = 1 + (high - low) + low * high;
                _b[0] = SafeMath.Divide(high - low, norm, 0);
                _b[2] = -_b[0];
                _a[1] = SafeMath.Divide(2 * low * high - 2, norm, 0);
                _a[2] = SafeMath.Divide(1 - (high - low) + low * high, norm, 0);
            }

            public double Ratio => SafeMath.Divide(_sta, _lta, 0);

            public void Accept(int sample)
            {
                if (!_started)
                    _first = sample;
                _started = true;
                double x = sample - _first;
                double y = _b[0] * x + _b[2] * _x2 - _a[1] * _y1 - _a[2] * _y2;
                _x2 = _x1;
                _x1 = x;
                _y2 = _y1;
                _y1 = y;
                double perSta = SafeMath.Divide(1, Sta, 0);
                double perLta = SafeMath.Divide(1, Lta, 0);
                _sta = perSta * y * y + (1 - perSta) * _sta;
                _lta = perLta * y * y + (1 - perLta) * _lta;
            }
        }
    }
}
