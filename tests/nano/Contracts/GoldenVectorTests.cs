using System;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Nano.Tests.Vectors;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>
    /// The golden vectors: what is read of each writes as what is expected of it does, and is these very bytes where our
    /// writer is meant to make them.
    /// </summary>
    [TestClass]
    public class GoldenVectorTests
    {
        // Every third cut of a payload: all of them would take a board some minutes.
        private const int CutStep = 3;

        [TestMethod]
        public static void Every_kind_has_vectors()
        {
            string[] kinds = GoldenVectors.Kinds();
            Assert.AreEqual(GoldenVectors.Count, kinds.Length);
            Assert.AreEqual(GoldenVectors.Count, GoldenVectors.Names().Length);
            Assert.AreEqual(GoldenVectors.Count, GoldenVectors.Bytes().Length);
            foreach (string kind in MessageCodec.Kinds())
            {
                int count = 0;
                foreach (string one in kinds)
                    count += one == kind ? 1 : 0;
                Assert.IsTrue(count >= 2, kind + " has vectors");
            }
        }

        [TestMethod]
        public static void Block_answers() => Check("block-answer");

        [TestMethod]
        public static void Block_requests() => Check("block-request");

        [TestMethod]
        public static void Claim_answers() => Check("claim-answer");

        [TestMethod]
        public static void Claim_requests() => Check("claim-request");

        [TestMethod]
        public static void Commands() => Check("command");

        [TestMethod]
        public static void Command_replies() => Check("command-reply");

        [TestMethod]
        public static void Desired_states() => Check("desired-state");

        [TestMethod]
        public static void Node_events() => Check("node-event");

        [TestMethod]
        public static void Reported_states() => Check("reported-state");

        [TestMethod]
        public static void Waveform_chunks() => Check("waveform-chunk");

        [TestMethod]
        public static void Telemetry_packs()
        {
            string[] kinds = GoldenVectors.Kinds();
            string[] names = GoldenVectors.Names();
            byte[][] bytes = GoldenVectors.Bytes();
            for (int i = 0; i < kinds.Length; i++)
            {
                if (kinds[i] != "telemetry-pack")
                    continue;
                Expectation expected = Expected.Of(kinds[i], names[i]);
                Pack pack = new Pack();
                Expect.None(pack.Read(new CborReader(bytes[i])), names[i]);
                SameRecords((Pack)expected.Message, pack, names[i]);
                if (!expected.ReadOnly)
                    Expect.Bytes(bytes[i], MessageCodec.Write(expected.Message), names[i]);
                CutsAreRefused(kinds[i], names[i], bytes[i]);
            }
        }

        /// <summary>A configuration that every node takes.</summary>
        [TestMethod]
        public static void Configurations_are_valid()
        {
            string[] kinds = GoldenVectors.Kinds();
            byte[][] bytes = GoldenVectors.Bytes();
            DesiredState state = new DesiredState();
            for (int i = 0; i < kinds.Length; i++)
            {
                if (kinds[i] != "desired-state")
                    continue;
                Expect.None(state.Read(new CborReader(bytes[i])), GoldenVectors.Names()[i]);
                Assert.AreEqual((int)ConfigFault.None, (int)state.Config.Validate(), GoldenVectors.Names()[i]);
            }
        }

        [TestMethod]
        public static void Waveforms_give_their_samples()
        {
            string[] kinds = GoldenVectors.Kinds();
            byte[][] bytes = GoldenVectors.Bytes();
            for (int i = 0; i < kinds.Length; i++)
            {
                if (kinds[i] != "waveform-chunk")
                    continue;
                string name = GoldenVectors.Names()[i];
                WaveformChunk chunk = new WaveformChunk();
                Expect.None(chunk.Read(new CborReader(bytes[i])), name);
                int[] expected = Expected.Samples(name);
                int[] samples = new int[chunk.SampleCount];
                Assert.AreEqual(expected.Length, samples.Length, name);
                Expect.None(chunk.Decode(samples, 0), name);
                for (int s = 0; s < samples.Length; s++)
                    Assert.AreEqual(expected[s], samples[s], name + ": sample " + s.ToString());
            }
        }

        private static void Check(string kind)
        {
            string[] kinds = GoldenVectors.Kinds();
            string[] names = GoldenVectors.Names();
            byte[][] bytes = GoldenVectors.Bytes();
            // One object for all, as on a board: nothing of the message before may shine through.
            object message = MessageCodec.New(kind);
            int checks = 0;
            for (int i = 0; i < kinds.Length; i++)
            {
                if (kinds[i] != kind)
                    continue;
                Expectation expected = Expected.Of(kind, names[i]);
                Expect.None(MessageCodec.Read(message, new CborReader(bytes[i])), names[i] + " is read");
                byte[] written = MessageCodec.Write(expected.Message);
                Expect.Bytes(written, MessageCodec.Write(message), names[i] + " as read");
                if (!expected.ReadOnly)
                    Expect.Bytes(bytes[i], written, names[i] + " as written");
                ReadsWithinABuffer(message, names[i], bytes[i]);
                Expect.Bytes(written, MessageCodec.Write(message), names[i] + " within a buffer");
                CutsAreRefused(kind, names[i], bytes[i]);
                checks++;
            }
            Assert.IsTrue(checks > 0, kind + " has vectors");
        }

        /// <summary>What lies around a payload in a receive buffer changes nothing.</summary>
        private static void ReadsWithinABuffer(object message, string name, byte[] bytes)
        {
            const int Before = 5;
            byte[] buffer = new byte[Before + bytes.Length + 3];
            for (int i = 0; i < buffer.Length; i++)
                buffer[i] = 0xFF;
            Array.Copy(bytes, 0, buffer, Before, bytes.Length);
            CborReader reader = new CborReader(new byte[0]);
            reader.Reset(buffer, Before, bytes.Length);
            Expect.None(MessageCodec.Read(message, reader), name + " within a buffer");
            Assert.AreEqual(Before + bytes.Length, reader.Position, name + " to its end");
        }

        private static void CutsAreRefused(string kind, string name, byte[] bytes)
        {
            object message = MessageCodec.New(kind);
            CborReader reader = new CborReader(new byte[0]);
            for (int length = 0; length < bytes.Length; length += CutStep)
            {
                reader.Reset(bytes, 0, length);
                Assert.IsTrue(
                    MessageCodec.Read(message, reader) != ContractError.None, name + " cut at " + length.ToString());
            }
        }

        private static void SameRecords(Pack expected, Pack actual, string name)
        {
            Assert.AreEqual(expected.Records.Count, actual.Records.Count, name + ": records");
            for (int i = 0; i < expected.Records.Count; i++)
                SameRecord((SenmlRecord)expected.Records[i]!, (SenmlRecord)actual.Records[i]!, name + " record " + i.ToString());
        }

        private static void SameRecord(SenmlRecord expected, SenmlRecord actual, string what)
        {
            Assert.AreEqual(expected.Name, actual.Name, what);
            Assert.AreEqual(expected.Unit, actual.Unit, what);
            Assert.AreEqual(expected.Time, actual.Time, what + ": time");
            Assert.AreEqual(expected.HasValue, actual.HasValue, what + ": has a value");
            Assert.AreEqual(expected.Value, actual.Value, what + ": value");
            Assert.AreEqual(expected.Exponent, actual.Exponent, what + ": exponent");
            Assert.AreEqual(expected.HasBool, actual.HasBool, what + ": has a truth");
            Assert.AreEqual(expected.Bool, actual.Bool, what + ": truth");
            Assert.AreEqual(expected.Text, actual.Text, what + ": text");
            Assert.AreEqual(expected.DataOffset, actual.DataOffset, what + ": data");
            Assert.AreEqual(expected.DataLength, actual.DataLength, what + ": data");
            Assert.AreEqual(expected.HasSum, actual.HasSum, what + ": has a sum");
            Assert.AreEqual(expected.Sum, actual.Sum, what + ": sum");
            Assert.AreEqual(expected.UpdateTime, actual.UpdateTime, what + ": update time");
            Assert.AreEqual(expected.HasStatistics, actual.HasStatistics, what + ": has statistics");
            Assert.AreEqual(expected.Min, actual.Min, what + ": smallest");
            Assert.AreEqual(expected.Max, actual.Max, what + ": largest");
            Assert.AreEqual(expected.StdDev, actual.StdDev, what + ": deviation");
            Assert.AreEqual(expected.Count, actual.Count, what + ": count");
            Assert.AreEqual(expected.HasShape, actual.HasShape, what + ": has a shape");
            Assert.AreEqual(expected.Skewness, actual.Skewness, what + ": skewness");
            Assert.AreEqual(expected.Kurtosis, actual.Kurtosis, what + ": kurtosis");
            Assert.AreEqual(expected.Quality, actual.Quality, what + ": quality");
            Assert.AreEqual(expected.HasWindow, actual.HasWindow, what + ": has a window");
            Assert.AreEqual(expected.Epoch, actual.Epoch, what + ": epoch");
            Assert.AreEqual(expected.DurationMs, actual.DurationMs, what + ": duration");
            Assert.AreEqual((int)expected.TimeQuality, (int)actual.TimeQuality, what + ": time quality");
        }
    }
}
