using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>Windows of a slow sensor: two decimals finer than the sensor's own step.</summary>
    [TestClass]
    public class ScalarWindowTests
    {
        private const int Minute = 60_000;

        [TestMethod]
        public static void A_ramp_has_its_mean_extremes_and_deviation()
        {
            int[] values = new int[60];
            for (int i = 0; i < values.Length; i++)
                values[i] = i + 1;
            ClosedWindow window = First(values, new SensorResult[0]);
            Assert.AreEqual(60, window.Count[0], "count");
            Assert.AreEqual(3050L, window.Mean[0], "mean");
            Assert.AreEqual(100L, window.Min[0], "smallest");
            Assert.AreEqual(6000L, window.Max[0], "largest");
            // Of 1 to n: the root of (n^2 - 1) / 12, 17.318.
            Assert.AreEqual(1732L, window.StdDev[0], "deviation");
            Assert.AreEqual(QualityFlags.None, window.Quality[0], "quality");
            Assert.AreEqual(0L, window.StartMs, "start");
            Assert.AreEqual(Minute, window.DurationMs, "duration");
        }

        [TestMethod]
        public static void Negative_values_round_as_positive_ones_do()
        {
            int[] values = new int[60];
            for (int i = 0; i < values.Length; i++)
                values[i] = i % 3 == 0 ? -7 : -6;
            ClosedWindow window = First(values, new SensorResult[0]);
            // A third of -7 and two of -6: -6.333.
            Assert.AreEqual(-633L, window.Mean[0], "mean");
            Assert.AreEqual(-700L, window.Min[0], "smallest");
            Assert.AreEqual(-600L, window.Max[0], "largest");
            Assert.AreEqual(47L, window.StdDev[0], "deviation");
        }

        [TestMethod]
        public static void What_no_sensor_can_measure_is_left_out()
        {
            int[] values = new int[60];
            for (int i = 0; i < values.Length; i++)
                values[i] = i % 5 == 0 ? int.MaxValue : i % 5 == 1 ? int.MinValue : 100;
            ClosedWindow window = First(values, new SensorResult[0]);
            Assert.AreEqual(36, window.Count[0], "count");
            Assert.AreEqual(10_000L, window.Mean[0], "mean");
            Assert.AreEqual(0L, window.StdDev[0], "deviation");
            Assert.AreEqual(QualityFlags.OutOfRange, window.Quality[0], "quality");
        }

        [TestMethod]
        public static void A_silent_sensor_leaves_an_empty_window()
        {
            SensorResult[] results = new SensorResult[60];
            for (int i = 0; i < results.Length; i++)
                results[i] = SensorResult.NotReady;
            ClosedWindow window = First(new[] { 5 }, results);
            Assert.AreEqual(0, window.Count[0], "count");
            Assert.AreEqual(QualityFlags.Missing, window.Quality[0], "quality");
        }

        [TestMethod]
        public static void A_failing_sensor_is_told_from_one_that_warms_up()
        {
            SensorResult[] failing = new SensorResult[60];
            SensorResult[] warming = new SensorResult[60];
            for (int i = 0; i < 60; i++)
            {
                failing[i] = SensorResult.Failed;
                warming[i] = SensorResult.WarmingUp;
            }
            int failed = First(new[] { 5 }, failing).Quality[0];
            int warm = First(new[] { 5 }, warming).Quality[0];
            Assert.AreEqual(QualityFlags.Missing, failed, "failed");
            Assert.AreEqual(QualityFlags.Missing | QualityFlags.WarmingUp, warm, "warming up");
        }

        [TestMethod]
        public static void Windows_follow_each_other()
        {
            ScalarSampler sampler = Sampler(new[] { 1, 2 }, new SensorResult[0]);
            int windows = 0;
            for (long now = 0; now <= 5 * Minute; now += 1000)
            {
                sampler.Sample(now);
                ClosedWindow? window = sampler.Ring.Readable();
                if (window == null)
                    continue;
                Assert.AreEqual((long)windows * Minute, window.StartMs, "start");
                Assert.AreEqual(60, window.Count[0], "count");
                sampler.Ring.Release();
                windows++;
            }
            Assert.AreEqual(5, windows, "windows");
        }

        private static ClosedWindow First(int[] values, SensorResult[] results)
        {
            ScalarSampler sampler = Sampler(values, results);
            for (long now = 0; now <= Minute; now += 1000)
                sampler.Sample(now);
            ClosedWindow? window = sampler.Ring.Readable();
            Assert.IsNotNull(window, "a window is closed");
            return window!;
        }

        private static ScalarSampler Sampler(int[] values, SensorResult[] results)
        {
            return new ScalarSampler(new IScalarSensor[] { new ScriptedSensor(values, results) }, Minute);
        }
    }
}
