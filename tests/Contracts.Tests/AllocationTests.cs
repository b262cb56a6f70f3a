using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Contracts.Tests;

/// <summary>
/// What the sample path and the service's receiving path do for every message, without a byte of garbage. Where a name
/// or text is made, exactly that string is what it costs.
/// </summary>
public sealed class AllocationTests
{
    private const int Rounds = 1_000;
    private const string Device = "bridge-7k3m9q2x";

    private readonly byte[] _buffer = new byte[Limits.MaxPayload];
    private readonly CborWriter _writer;
    private readonly CborReader _reader;

    public AllocationTests()
    {
        _writer = new CborWriter(_buffer);
        _reader = new CborReader(_buffer);
    }

    /// <summary>A method that allocates is seen: else the zeros below would say nothing.</summary>
    [Fact]
    public void The_measurement_sees_an_allocation()
    {
        Assert.True(Measure(() => GC.KeepAlive(new byte[1])) >= Rounds * 24);
    }

    [Fact]
    public void Writing_items()
    {
        byte[] bytes = [1, 2, 3, 4];
        AssertNone(() =>
        {
            _writer.Reset(_buffer, 0, _buffer.Length);
            _writer.WriteArrayStart(10);
            _writer.WriteInt(long.MinValue);
            _writer.WriteUInt(ulong.MaxValue);
            _writer.WriteBool(true);
            _writer.WriteNull();
            _writer.WriteFloat64(1.1);
            _writer.WriteDecimal(-2735, -2);
            _writer.WriteTag(1000);
            _writer.WriteBytes(bytes);
            _writer.WriteText("\u6c34 and text");
            _writer.WriteMapStart(0);
        });
        Assert.Equal(ContractError.None, _writer.Error);
    }

    [Fact]
    public void Reading_items()
    {
        byte[] target = new byte[4];
        _writer.WriteInt(-1);
        _writer.WriteUInt(ulong.MaxValue);
        _writer.WriteFloat64(1.1);
        _writer.WriteDecimal(-2735, -2);
        _writer.WriteBytes([1, 2, 3, 4]);
        _writer.WriteText("text");
        _writer.WriteInt(7);
        _writer.WriteArrayStart(1);
        _writer.WriteMapStart(1);
        _writer.WriteNull();
        _writer.WriteBool(true);
        int length = _writer.Length;
        AssertNone(() =>
        {
            _reader.Reset(_buffer, 0, length);
            uint seen = 0;
            bool read = _reader.TryReadInt64(out _) && _reader.TryReadUInt64(out _) && _reader.TryReadFloat(out _)
                && _reader.TryReadNumber(out _) && _reader.TryReadBytes(target)
                && _reader.TryReadText(10, out int _, out int _) && _reader.TryReadKey(ref seen, out _)
                && _reader.TrySkip() && _reader.TryReadEnd();
            if (!read)
                throw new InvalidOperationException();
        });
    }

    /// <summary>Refusing must not cost more than taking: garbage from outside is no way to fill the heap.</summary>
    [Fact]
    public void Refusing_items()
    {
        byte[] abyss = new byte[Limits.MaxPayload];
        Array.Fill(abyss, (byte)0x81);
        AssertNone(() =>
        {
            _reader.Reset(abyss, 0, abyss.Length);
            _reader.TrySkip();
            _writer.Reset(_buffer, 0, 3);
            _writer.WriteText("too long");
        });
        Assert.Equal(ContractError.TooDeep, _reader.Error);
        Assert.Equal(ContractError.BufferFull, _writer.Error);
    }

    /// <summary>All of a pack on the sample path; the first head makes the base name, once a pack.</summary>
    [Fact]
    public void Writing_windows()
    {
        WindowHead head = new() { Epoch = 1, Sequence = 2, StartMs = 1_763_900_000_250, DurationMs = 60_000 };
        AssertNone(() =>
        {
            _writer.Reset(_buffer, 0, _buffer.Length);
            SenmlWriter.WritePackStart(_writer, 3);
            SenmlWriter.WriteHead(_writer, null, head);
            SenmlWriter.WriteChannel(_writer, "az", "m/s2", -6, 9_806_650, 9_700_000, 9_900_000, 12_345, 7500, 16);
            SenmlWriter.WriteMissing(_writer, "temp", "Cel", QualityFlags.Missing);
        });
        Assert.Equal(ContractError.None, _writer.Error);

        long baseName = Measure(() => GC.KeepAlive(SenmlWriter.BaseName(Device)));
        Assert.Equal(baseName, Measure(() =>
        {
            _writer.Reset(_buffer, 0, _buffer.Length);
            SenmlWriter.WriteHead(_writer, Device, head);
        }));
    }

    /// <summary>
    /// A record's names are strings, and nothing else is made: each name and unit read, and the base name put before the
    /// name.
    /// </summary>
    [Fact]
    public void Reading_windows_makes_the_names_alone()
    {
        WindowHead head = new() { Epoch = 1, Sequence = 2, StartMs = 1_763_900_000_250, DurationMs = 60_000 };
        SenmlWriter.WritePackStart(_writer, 2);
        SenmlWriter.WriteHead(_writer, Device, head);
        SenmlWriter.WriteChannel(_writer, "az", "m/s2", -6, 9_806_650, 9_700_000, 9_900_000, 12_345, 7500, 16);
        int length = _writer.Length;
        SenmlReader reader = new(_reader);
        SenmlRecord record = new();
        long read = Measure(() =>
        {
            _reader.Reset(_buffer, 0, length);
            if (!reader.TryBegin() || !reader.TryReadRecord(record) || !reader.TryReadRecord(record))
                throw new InvalidOperationException();
        });
        byte[] texts = "ef:bridge-7k3m9q2x/windowcountazm/s2"u8.ToArray();
        int[] lengths = [19, 6, 5, 2, 4];
        Assert.Equal(texts.Length, lengths.Sum());
        string[] names = ["window", "az"];
        string baseName = SenmlWriter.BaseName(Device);
        long strings = Measure(() =>
        {
            int offset = 0;
            foreach (int count in lengths)
            {
                GC.KeepAlive(System.Text.Encoding.UTF8.GetString(texts, offset, count));
                offset += count;
            }
            foreach (string name in names)
                GC.KeepAlive(baseName + name);
        });
        Assert.Equal(strings, read);
    }

    [Fact]
    public void Writing_messages()
    {
        NodeEvent happened = new()
        {
            Type = EventType.ThresholdRaised, TimeMs = 1, Rule = "hot", Channel = "temp", Text = "too hot",
            Value = new DecimalValue(2735, -2), Level = new DecimalValue(25, 0),
        };
        ReportedState state = new() { HardwareId = "a1b2c3d4e5f6", Board = "sim", FirmwareVersion = "1.0.0" };
        state.HasUpdate = true;
        state.HasBoardStatus = true;
        WaveformChunk chunk = new() { Count = 1 };
        int[] samples = new int[Limits.MaxChunkSamples];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = i * 7919 % 4096 - 2048;
        CommandReply reply = new() { Id = 1, Status = ReplyStatus.Done, DataLength = 100 };
        DesiredState desired = new() { HasConfig = true, HasTarget = true };
        AssertNone(() =>
        {
            Fresh();
            happened.Write(_writer);
            Fresh();
            state.Write(_writer);
            Fresh();
            chunk.Encode(samples, 0, samples.Length);
            chunk.Write(_writer);
            Fresh();
            reply.Write(_writer);
            Fresh();
            desired.Write(_writer);
        });
        Assert.Equal(ContractError.None, _writer.Error);
    }

    /// <summary>Messages without texts are read into what is there already.</summary>
    [Fact]
    public void Reading_messages_without_texts()
    {
        NodeEvent happened = new() { Type = EventType.Boot, Epoch = 1, Sequence = 1, TimeMs = 1 };
        WaveformChunk chunk = new() { Count = 1, Scale = new DecimalValue(1, -6) };
        int[] samples = [1, -1, 100_000, -100_000];
        chunk.Encode(samples, 0, samples.Length);
        CommandReply reply = new() { Id = 1, Status = ReplyStatus.Done, DataLength = 100 };
        DesiredState desired = new() { HasConfig = true, HasTarget = true };
        BlockRequest request = new() { Length = 4096 };
        BlockAnswer answer = new() { Total = 4096, DataLength = 1024 };
        AssertReads(happened.Write, happened.Read);
        AssertReads(chunk.Write, chunk.Read);
        AssertReads(reply.Write, reply.Read);
        AssertReads(desired.Write, desired.Read);
        AssertReads(request.Write, request.Read);
        AssertReads(answer.Write, answer.Read);
        AssertNone(() => chunk.Decode(samples, 0));
    }

    private void AssertReads(Action<CborWriter> write, Func<CborReader, ContractError> read)
    {
        Fresh();
        write(_writer);
        int length = _writer.Length;
        AssertNone(() =>
        {
            _reader.Reset(_buffer, 0, length);
            read(_reader);
        });
        Assert.Equal(ContractError.None, _reader.Error);
        Assert.Equal(length, _reader.Position);
    }

    private void Fresh() => _writer.Reset(_buffer, 0, _buffer.Length);

    private static void AssertNone(Action action) => Assert.Equal(0, Measure(action));

    /// <summary>Bytes of <see cref="Rounds"/> rounds on this thread, after one round that warms up.</summary>
    private static long Measure(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
            action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
