using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Contracts.Tests.Senml;

/// <summary>Packs with damage: an error's name or records that keep every promise, whatever the bytes are.</summary>
public sealed class PackFuzzTests
{
    private const int Before = 5;
    private const int After = 9;

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(34)]
    public void Damaged_packs(int seed)
    {
        Random random = new(seed);
        byte[] pack = SamplePack();
        int whole = 0;
        for (int i = 0; i < 25_000; i++)
        {
            byte[] buffer = [.. new byte[Before], .. pack, .. new byte[After]];
            for (int k = random.Next(1, 5); k > 0; k--)
            {
                int at = Before + random.Next(pack.Length);
                buffer[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(buffer[at] ^ (1 << random.Next(8)));
            }
            int length = random.Next(4) == 0 ? random.Next(pack.Length) : pack.Length;
            if (Read(buffer, length) == ContractError.None)
                whole++;
        }
        // A flipped bit in a number leaves a pack whole; one in a head does not.
        Assert.InRange(whole, 100, 24_000);
    }

    private static ContractError Read(byte[] buffer, int length)
    {
        CborReader cbor = new(buffer);
        cbor.Reset(buffer, Before, length);
        SenmlReader reader = new(cbor);
        SenmlRecord record = new();
        int records = 0;
        for (bool more = reader.TryBegin(); more && reader.TryReadRecord(record); records++)
        {
            Assert.InRange(record.Name.Length, 1, Limits.MaxSenmlName);
            Assert.True(double.IsFinite(record.Time) && double.IsFinite(record.Value) && double.IsFinite(record.Sum));
            Assert.True(double.IsFinite(record.Min) && record.Min <= record.Max && record.StdDev >= 0);
            Assert.InRange(record.Count, 0, int.MaxValue);
            Assert.InRange(record.DurationMs, 0, Limits.MaxWindowMs);
            Assert.InRange((int)record.TimeQuality, 0, (int)TimeQuality.AtLeast);
            if (record.DataOffset >= 0)
            {
                Assert.InRange(record.DataOffset, Before, Before + length);
                Assert.InRange(record.DataOffset + record.DataLength, Before, Before + length);
            }
        }
        Assert.InRange(records, 0, Limits.MaxRecords);
        Assert.InRange(cbor.Position, Before, Before + length);
        if (reader.Error == ContractError.None)
        {
            Assert.Equal(0, reader.Left);
            Assert.Equal(Before + length, cbor.Position);
        }
        return reader.Error;
    }

    private static byte[] SamplePack()
    {
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        SenmlWriter.WritePackStart(writer, 8);
        WindowHead head = new() { Epoch = 0x12345678, Sequence = 9, StartMs = 1_763_900_000_250, DurationMs = 60_000 };
        SenmlWriter.WriteHead(writer, "bridge-1", head);
        SenmlWriter.WriteChannel(writer, "az", "m/s2", -6, 9_806_650, 9_700_000, 9_900_000, 1200, 7500, 0);
        SenmlWriter.WriteMissing(writer, "temp", "Cel", QualityFlags.Missing);
        SenmlWriter.WriteHead(writer, null, head);
        SenmlWriter.WriteChannel(writer, "temp", "Cel", -2, -512, -600, -400, 31, 60, QualityFlags.Gap);
        // What other nodes may send: texts, data, sums, floats, base values and labels that nobody knows.
        writer.WriteMapStart(4);
        writer.WriteInt(0);
        writer.WriteText("label");
        writer.WriteInt(3);
        writer.WriteText("Machine Room");
        writer.WriteInt(-5);
        writer.WriteFloat64(1.5);
        writer.WriteInt(5);
        writer.WriteFloat32(2);
        writer.WriteMapStart(3);
        writer.WriteInt(-2);
        writer.WriteText("x:");
        writer.WriteInt(8);
        writer.WriteBytes([1, 2, 3, 4]);
        writer.WriteText("extra");
        writer.WriteMapStart(1);
        writer.WriteNull();
        writer.WriteArrayStart(0);
        writer.WriteMapStart(3);
        writer.WriteInt(0);
        writer.WriteText("n");
        writer.WriteInt(6);
        writer.WriteInt(-60);
        writer.WriteInt(7);
        writer.WriteInt(300);
        return buffer[..writer.Length];
    }
}
