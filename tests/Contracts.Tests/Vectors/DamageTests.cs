using System.Formats.Cbor;
using System.Globalization;
using System.Text;
using EdgeFleet.Contracts.Senml;
using CborReader = EdgeFleet.Contracts.Cbor.CborReader;
using TheirReader = System.Formats.Cbor.CborReader;

namespace EdgeFleet.Contracts.Tests.Vectors;

/// <summary>
/// Every golden vector cut at every byte, and with every byte changed to each of the 255 other values. A reader answers
/// with an error's name or with a message that can be written again, and whatever lies around the payload in the buffer
/// changes nothing.
/// </summary>
public sealed class DamageTests
{
    private const int Before = 5;

    public static TheoryData<string, string> Names() => VectorTests.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_cut_payload_is_refused(string kind, string name)
    {
        byte[] bytes = VectorFile.Get(kind, name).Bytes;
        Surroundings surroundings = new(kind, bytes);
        for (int length = 0; length < bytes.Length; length++)
            Assert.NotEqual(ContractError.None, surroundings.Read(bytes.AsSpan(0, length)).Error);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_changed_byte_is_refused_or_read(string kind, string name)
    {
        byte[] bytes = [.. VectorFile.Get(kind, name).Bytes];
        Surroundings surroundings = new(kind, bytes);
        int read = 0;
        int refused = 0;
        for (int at = 0; at < bytes.Length; at++)
        {
            byte whole = bytes[at];
            for (int change = 1; change < 256; change++)
            {
                bytes[at] = (byte)(whole ^ change);
                (ContractError error, string? content) = surroundings.Read(bytes);
                if (error == ContractError.None)
                {
                    read++;
                    AssertWellFormed(bytes);
                    AssertStands(kind, content!);
                }
                else
                {
                    refused++;
                }
            }
            bytes[at] = whole;
        }
        // A number may change into another; the head of the message may not.
        Assert.InRange(read, 1, int.MaxValue);
        Assert.InRange(refused, 100, int.MaxValue);
    }

    /// <summary>
    /// What we take is well-formed to others, too, to its last byte. Lax, for a key that we do not know may
    /// stand twice.
    /// </summary>
    private static void AssertWellFormed(byte[] bytes)
    {
        TheirReader reader = new(bytes, CborConformanceMode.Lax);
        reader.SkipValue();
        Assert.Equal(0, reader.BytesRemaining);
    }

    /// <summary>What was read of a message is a message: written, it reads as the same again.</summary>
    private static void AssertStands(string kind, string content)
    {
        if (kind == "telemetry-pack")
            return;
        byte[] written = Convert.FromHexString(content);
        object message = MessageCodec.New(kind);
        Assert.Equal(ContractError.None, MessageCodec.Read(message, new(written)));
        Assert.Equal(content, Convert.ToHexString(MessageCodec.Write(message)));
    }

    /// <summary>The same payload in buffers that differ in everything else.</summary>
    private sealed class Surroundings(string kind, byte[] whole)
    {
        // The first tail is none: a reader that goes on would fall off the buffer. The last is what goes on well.
        private readonly byte[][] _tails = [[], new byte[64], [.. Enumerable.Repeat((byte)0xFF, 64)], [.. whole]];
        private readonly object _message = MessageCodec.New(kind);
        private readonly CborReader _reader = new([]);

        /// <summary>What all of them gave: an error, or what stands in the message.</summary>
        public (ContractError Error, string? Content) Read(ReadOnlySpan<byte> payload)
        {
            (ContractError Error, string? Content) first = default;
            for (int i = 0; i < _tails.Length; i++)
            {
                // What a cut payload lost follows it in the buffer, as in a receive buffer that is used again.
                byte[] tail = i == _tails.Length - 1 && payload.Length < whole.Length
                    ? whole[payload.Length..]
                    : _tails[i];
                byte[] buffer = [.. new byte[Before], .. payload, .. tail];
                (ContractError Error, string? Content) result = ReadOnce(buffer, payload.Length);
                if (i == 0)
                    first = result;
                else
                    Assert.Equal(first, result);
            }
            return first;
        }

        private (ContractError Error, string? Content) ReadOnce(byte[] buffer, int length)
        {
            _reader.Reset(buffer, Before, length);
            ContractError error = MessageCodec.Read(_message, _reader);
            Assert.True(Enum.IsDefined(error));
            Assert.Equal(error, _reader.Error);
            Assert.InRange(_reader.Position, Before, Before + length);
            if (error != ContractError.None)
                return (error, null);
            Assert.Equal(Before + length, _reader.Position);
            return (error, _message is Pack pack ? Content(pack) : Convert.ToHexString(MessageCodec.Write(_message)));
        }

        private static string Content(Pack pack)
        {
            var content = new StringBuilder();
            foreach (SenmlRecord r in pack.Records)
            {
                Assert.InRange(r.Name.Length, 1, Limits.MaxSenmlName);
                Assert.True(double.IsFinite(r.Time) && double.IsFinite(r.Value) && double.IsFinite(r.Sum));
                Assert.True(double.IsFinite(r.Min) && r.Min <= r.Max && r.StdDev >= 0);
                Assert.InRange(r.DurationMs, 0, Limits.MaxWindowMs);
                content.Append(
                    CultureInfo.InvariantCulture,
                    $"{r.Name} {r.Unit} {r.Time} {r.HasValue} {r.Value} {r.Exponent} {r.HasBool} {r.Bool} {r.Text} ");
                content.Append(
                    CultureInfo.InvariantCulture,
                    $"{r.DataOffset} {r.DataLength} {r.HasSum} {r.Sum} {r.UpdateTime} {r.HasStatistics} {r.Min} ");
                content.Append(
                    CultureInfo.InvariantCulture,
                    $"{r.Max} {r.StdDev} {r.Count} {r.Quality} {r.HasWindow} {r.Epoch} {r.DurationMs} ");
                content.Append(r.TimeQuality).Append('\n');
            }
            return content.ToString();
        }
    }
}
