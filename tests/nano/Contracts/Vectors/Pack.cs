using System;
using System.Collections;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Nano.Tests.Vectors
{
    /// <summary>A telemetry pack as one object: what is read of it, and how ours is written.</summary>
    public sealed class Pack
    {
        /// <summary>The resolved records: <see cref="SenmlRecord"/>s.</summary>
        public readonly ArrayList Records = new ArrayList();

        private readonly string _name;

        /// <summary>An empty pack to read into.</summary>
        public Pack()
        {
            _name = "";
        }

        /// <summary>What is expected of the vector of a name.</summary>
        public Pack(string name, params SenmlRecord[] records)
        {
            _name = name;
            foreach (SenmlRecord record in records)
                Records.Add(record);
        }

        /// <summary>Reads the pack; on an error the records before it are there.</summary>
        public ContractError Read(CborReader cbor)
        {
            Records.Clear();
            SenmlReader reader = new SenmlReader(cbor);
            SenmlRecord record = new SenmlRecord();
            for (bool more = reader.TryBegin(); more && reader.TryReadRecord(record); record = new SenmlRecord())
                Records.Add(record);
            if (reader.Error == ContractError.None && reader.Left != 0)
                throw new InvalidOperationException("a pack without an error has records left");
            return reader.Error;
        }

        /// <summary>Writes the vector of this name with the calls of a node; those of other senders are only read.</summary>
        public void Write(CborWriter writer)
        {
            if (_name == "air-box")
                WriteAirBox(writer);
            else if (_name == "bridge")
                WriteBridge(writer);
            else
                throw new InvalidOperationException("no pack that we write: " + _name);
        }

        private static void WriteAirBox(CborWriter writer)
        {
            SenmlWriter.WritePackStart(writer, 4);
            WriteHead(writer, "airbox-7k3m9q2x", 1_763_900_000_250, 41, 0xDEADBEEF, 60_000, TimeQuality.Synchronised);
            SenmlWriter.WriteChannel(writer, "pm25", "ug/m3", -2, 1234, 1001, 1502, 87, 60, QualityFlags.None);
            SenmlWriter.WriteChannel(writer, "temp", "Cel", -2, -512, -600, -400, 31, 59, QualityFlags.Gap);
            SenmlWriter.WriteMissing(
                writer, "rh", "%RH", QualityFlags.Missing | QualityFlags.SensorError | QualityFlags.Asleep);
        }

        private static void WriteBridge(CborWriter writer)
        {
            SenmlWriter.WritePackStart(writer, 3);
            WriteHead(writer, "bridge-1", -120_500, 1, 7, 60_000, TimeQuality.Relative);
            SenmlWriter.WriteChannel(
                writer, "az", "m/s2", -6, 9_806_650, 9_700_000, 9_900_000, 1200, 7500, -1250, 77_012, 0);
            WriteHead(writer, null, -60_000, uint.MaxValue, 7, 1000, TimeQuality.AtLeast);
        }

        private static void WriteHead(
            CborWriter writer, string? deviceId, long startMs, uint sequence, uint epoch, int durationMs,
            TimeQuality quality)
        {
            WindowHead head = new WindowHead
            {
                StartMs = startMs,
                Sequence = sequence,
                Epoch = epoch,
                DurationMs = durationMs,
                TimeQuality = quality,
            };
            SenmlWriter.WriteHead(writer, deviceId, head);
        }
    }
}
