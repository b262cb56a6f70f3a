using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Senml;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>SenML: the RFC's own example in CBOR, and our windows there and back.</summary>
    [TestClass]
    public class SenmlTests
    {
        /// <summary>RFC 8428 section 6: a voltage, then currents of the last seconds.</summary>
        [TestMethod]
        public static void The_example_of_the_rfc()
        {
            SenmlReader reader = Reader(Expect.FromHex(
                "87a721781b75726e3a6465763a6f773a3130653230373361303130383030363a"
                + "22fb41d303a15b00106223614120050067766f6c7461676501615602fb405e066666666666"
                + "a3006763757272656e74062402fb3ff3333333333333"
                + "a3006763757272656e74062302fb3ff4cccccccccccd"
                + "a3006763757272656e74062202fb3ff6666666666666"
                + "a3006763757272656e74062102f93e00"
                + "a3006763757272656e74062002fb3ff999999999999a"
                + "a3006763757272656e74060002fb3ffb333333333333"));
            SenmlRecord record = Next(reader);
            Assert.AreEqual("urn:dev:ow:10e2073a0108006:voltage", record.Name);
            Assert.AreEqual("V", record.Unit);
            Assert.AreEqual(120.1, record.Value);
            for (int i = 0; i < 6; i++)
            {
                record = Next(reader);
                Assert.AreEqual("urn:dev:ow:10e2073a0108006:current", record.Name);
                Assert.AreEqual("A", record.Unit);
                Expect.Near(1.2 + i * 0.1, record.Value, 1e-12, "current " + i.ToString());
                Expect.Near(1_276_020_076.001 - 5 + i, record.Time, 1e-6, "time " + i.ToString());
            }
            Assert.AreEqual(0, reader.Left, "left");
        }

        [TestMethod]
        public static void Windows_come_back_as_they_were()
        {
            byte[] buffer = new byte[Limits.MaxPayload];
            CborWriter writer = new CborWriter(buffer);
            SenmlWriter.WritePackStart(writer, 4);
            Head(writer, "airbox-7k3m9q2x", 1, 1_763_900_000_000);
            SenmlWriter.WriteChannel(writer, "temp", "Cel", -3, -1500, -2250, 125, 375, 60, QualityFlags.Gap);
            Head(writer, null, 2, 1_763_900_060_000);
            SenmlWriter.WriteMissing(writer, "rh", "%RH", QualityFlags.Missing);
            Expect.None(writer.Error, "written");

            CborReader cbor = new CborReader(buffer);
            cbor.Reset(buffer, 0, writer.Length);
            SenmlReader reader = new SenmlReader(cbor);
            Assert.IsTrue(reader.TryBegin(), "begins");
            IsHead(Next(reader), 1, 1_763_900_000);
            SenmlRecord channel = Next(reader);
            Assert.AreEqual("ef:airbox-7k3m9q2x/temp", channel.Name);
            Assert.AreEqual("Cel", channel.Unit);
            Assert.AreEqual(-1.5, channel.Value);
            Assert.AreEqual(-2.25, channel.Min);
            Assert.AreEqual(0.125, channel.Max);
            Assert.AreEqual(0.375, channel.StdDev);
            Assert.AreEqual(60, channel.Count);
            Assert.AreEqual(QualityFlags.Gap, channel.Quality);
            IsHead(Next(reader), 2, 1_763_900_060);
            SenmlRecord missing = Next(reader);
            Assert.AreEqual("ef:airbox-7k3m9q2x/rh", missing.Name);
            Assert.IsFalse(missing.HasValue, "no value");
            Assert.AreEqual(QualityFlags.Missing, missing.Quality);
            Assert.AreEqual(0, reader.Left, "left");
        }

        /// <summary>The worst bridge window there can be fits a message.</summary>
        [TestMethod]
        public static void The_largest_window_fits()
        {
            CborWriter writer = new CborWriter(new byte[Limits.MaxPayload]);
            SenmlWriter.WritePackStart(writer, Limits.MaxChannels + 1);
            Head(writer, "bridge-7k3m9q2x-0123456789abcdef", uint.MaxValue, long.MaxValue);
            for (int i = 0; i < Limits.MaxChannels; i++)
            {
                SenmlWriter.WriteChannel(
                    writer, "vx.f", "m/s2", -6, int.MinValue, int.MinValue, int.MaxValue, int.MaxValue, int.MaxValue,
                    int.MinValue, int.MaxValue, 1023);
            }
            Expect.None(writer.Error, "written");
        }

        [TestMethod]
        public static void A_name_with_other_characters_is_refused()
        {
            // [{0: "a b", 2: 1}]
            SenmlReader reader = new SenmlReader(new CborReader(Expect.FromHex("81a200636120620201")));
            Assert.IsTrue(reader.TryBegin(), "begins");
            Assert.IsFalse(reader.TryReadRecord(new SenmlRecord()), "a record");
            Expect.Error(ContractError.InvalidName, reader.Error, "error");
        }

        private static SenmlReader Reader(byte[] pack)
        {
            SenmlReader reader = new SenmlReader(new CborReader(pack));
            Assert.IsTrue(reader.TryBegin(), "begins");
            return reader;
        }

        private static SenmlRecord Next(SenmlReader reader)
        {
            SenmlRecord record = new SenmlRecord();
            Assert.IsTrue(reader.TryReadRecord(record), "a record");
            return record;
        }

        private static void Head(CborWriter writer, string? device, uint sequence, long startMs)
        {
            WindowHead head = new WindowHead
            {
                StartMs = startMs,
                Sequence = sequence,
                Epoch = 7,
                DurationMs = 60_000,
                TimeQuality = TimeQuality.Synchronised,
            };
            SenmlWriter.WriteHead(writer, device, head);
        }

        private static void IsHead(SenmlRecord record, uint sequence, double time)
        {
            Assert.AreEqual("ef:airbox-7k3m9q2x/window", record.Name);
            Assert.IsTrue(record.HasWindow, "window");
            Assert.AreEqual(7U, record.Epoch);
            Assert.AreEqual((double)sequence, record.Value);
            Assert.AreEqual(time, record.Time);
            Assert.AreEqual(60_000, record.DurationMs);
        }
    }
}
