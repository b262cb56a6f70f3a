using System.Formats.Cbor;
using EdgeFleet.Contracts.Cbor;
using CborReader = EdgeFleet.Contracts.Cbor.CborReader;
using CborWriter = EdgeFleet.Contracts.Cbor.CborWriter;
using TheirReader = System.Formats.Cbor.CborReader;

namespace EdgeFleet.Contracts.Tests.Cbor;

/// <summary>
/// Bytes that nobody wrote: the reader answers with an error's name, never throws, and never looks beside its range.
/// </summary>
public sealed class FuzzTests
{
    private const int Before = 13;
    private const int Rounds = 4_000;

    public static TheoryData<int> Seeds => [21, 22, 23, 24];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_bytes(int seed)
    {
        Random random = new(seed);
        int taken = 0;
        for (int i = 0; i < Rounds; i++)
        {
            byte[] item = new byte[random.Next(40)];
            random.NextBytes(item);
            if (Check(item))
                taken++;
        }
        // So many short ones are whole items that a reader which refuses everything would be seen.
        Assert.InRange(taken, Rounds / 20, Rounds - 1);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Mutated_documents(int seed)
    {
        Random random = new(seed);
        byte[] buffer = new byte[64 * 1024];
        int taken = 0;
        for (int i = 0; i < Rounds; i++)
        {
            CborWriter writer = new(buffer);
            RandomDocument.Make(random, depth: 3).Write(writer);
            byte[] item = Mutate(random, buffer[..writer.Length]);
            if (Check(item))
                taken++;
        }
        Assert.InRange(taken, Rounds / 20, Rounds - 1);
    }

    /// <summary>Every prefix of a document is refused as truncated, and the whole is not.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Prefixes(int seed)
    {
        Random random = new(seed);
        byte[] buffer = new byte[64 * 1024];
        for (int i = 0; i < 200; i++)
        {
            CborWriter writer = new(buffer);
            RandomDocument.Make(random, depth: 3).Write(writer);
            for (int length = 0; length < writer.Length; length++)
            {
                CborReader reader = new(buffer);
                reader.Reset(buffer, 0, length);
                Assert.False(reader.TrySkip());
                Assert.Equal(ContractError.Truncated, reader.Error);
            }
            Assert.True(Check(buffer[..writer.Length]));
        }
    }

    /// <summary>
    /// Skips an item in the midst of two different surroundings, which must not matter, and reads on in it in random
    /// ways; says whether it is one that we take, which must be one that System.Formats.Cbor takes.
    /// </summary>
    private static bool Check(byte[] item)
    {
        (bool taken, ContractError error, int end) = Skip(item, 0x00, after: 16);
        Assert.Equal((taken, error, end), Skip(item, 0xFF, after: 16));
        Assert.Equal((taken, error, end), Skip(item, 0x60, after: 0));
        Assert.Equal(taken, error == ContractError.None);
        Assert.InRange(end, 0, item.Length);
        Walk(item);

        bool theyTake = TheySkip(item, out int theirEnd);
        if (taken)
        {
            Assert.True(theyTake, Convert.ToHexString(item));
            Assert.Equal(theirEnd, end);
        }
        else if (theyTake)
        {
            // What is well formed and yet refused is so for one of the rules that are ours.
            Assert.Contains(error, new[]
            {
                ContractError.IndefiniteLength, ContractError.NotShortest, ContractError.Reserved,
                ContractError.TooDeep, ContractError.InvalidUtf8,
            });
        }
        return taken;
    }

    private static (bool Taken, ContractError Error, int End) Skip(byte[] item, byte surroundings, int after)
    {
        byte[] buffer = new byte[Before + item.Length + after];
        Array.Fill(buffer, surroundings);
        item.CopyTo(buffer, Before);
        byte[] original = [.. buffer];
        CborReader reader = new(buffer);
        reader.Reset(buffer, Before, item.Length);
        bool taken = reader.TrySkip();
        Assert.Equal(original, buffer);
        return (taken, reader.Error, reader.Position - Before);
    }

    // Every public read, again and again until the reader is at the end or in error.
    private static void Walk(byte[] item)
    {
        Random random = new(item.Length);
        byte[] buffer = [.. new byte[Before], .. item];
        CborReader reader = new(buffer);
        reader.Reset(buffer, Before, item.Length);
        uint seen = 0;
        int last;
        do
        {
            last = reader.Position;
            _ = (reader.PeekType(), random.Next(3)) switch
            {
                (CborType.Integer, 0) => reader.TryReadInt64(out _),
                (CborType.Integer, 1) => reader.TryReadUInt64(out _),
                (CborType.Integer, _) => reader.TryReadKey(ref seen, out _),
                (CborType.Bytes, 0) => reader.TryReadBytes(new byte[4]),
                (CborType.Bytes, _) => reader.TryReadBytes(Limits.MaxPayload, out _, out _),
                (CborType.Text, 0) => reader.TryReadKey(ref seen, out _),
                (CborType.Text, _) => reader.TryReadText(Limits.MaxPayload, out string _),
                (CborType.Tag, 0) => reader.TryReadDecimal(out _, out _),
                (CborType.Tag, 1) => reader.TryReadNumber(out _),
                (CborType.Tag, _) => reader.TryReadTag(out _),
                (CborType.Float, 0) => reader.TryReadNumber(out _),
                (CborType.Float, _) => reader.TryReadFloat(out _),
                (CborType.Array, _) => reader.TryReadArrayStart(Limits.MaxPayload, out _),
                (CborType.Map, _) => reader.TryReadMapStart(Limits.MaxPayload, out _),
                (CborType.Bool, _) => reader.TryReadBool(out _),
                (CborType.Null, _) => reader.TryReadNull(),
                _ => reader.TryReadNull(),
            };
            Assert.InRange(reader.Position, last, Before + item.Length);
        }
        while (reader.Position > last);
        Assert.True(reader.Error != ContractError.None || reader.Position == Before + item.Length);
    }

    private static bool TheySkip(byte[] item, out int end)
    {
        TheirReader reader = new(item, CborConformanceMode.Lax, allowMultipleRootLevelValues: true);
        end = 0;
        try
        {
            reader.SkipValue(disableConformanceModeChecks: true);
            end = item.Length - reader.BytesRemaining;
            return true;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static byte[] Mutate(Random random, byte[] item)
    {
        var bytes = new List<byte>(item);
        for (int i = random.Next(1, 4); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }
}
