using System.Buffers;

namespace EdgeFleet.Service.Gateway;

/// <summary>A packet as it stands in the input: the first byte, and what follows the remaining length.</summary>
internal readonly struct Frame(byte head, ReadOnlySequence<byte> body)
{
    public PacketType Type => (PacketType)(head >> 4);

    /// <summary>The lower four bits of the first byte.</summary>
    public int Flags => head & 0x0f;

    public ReadOnlySequence<byte> Body { get; } = body;

    /// <summary>Takes the next packet off the front of the input.</summary>
    /// <param name="maxBytes">Largest packet allowed, fixed header included.</param>
    /// <param name="fault">Why there will never be one: malformed or too large.</param>
    /// <returns>False where the packet is not complete yet, or there is a fault.</returns>
    public static bool TryRead(
        ref ReadOnlySequence<byte> input, int maxBytes, out Frame frame, out ReasonCode fault)
    {
        frame = default;
        fault = ReasonCode.Success;
        // The fixed header has at most five bytes; only it is copied, and only where it is torn.
        Span<byte> copy = stackalloc byte[5];
        scoped ReadOnlySpan<byte> head = input.FirstSpan;
        if (head.Length < copy.Length && !input.IsSingleSegment)
        {
            int length = (int)Math.Min(input.Length, copy.Length);
            input.Slice(0, length).CopyTo(copy);
            head = copy[..length];
        }
        int remaining = 0;
        for (int i = 1; i < head.Length; i++)
        {
            remaining |= (head[i] & 0x7f) << (7 * (i - 1));
            if (head[i] >= 0x80)
            {
                if (i < 4)
                    continue;
                fault = ReasonCode.MalformedPacket;
                return false;
            }
            if (head[i] == 0 && i > 1)
            {
                // More bytes than the length needs.
                fault = ReasonCode.MalformedPacket;
                return false;
            }
            int size = 1 + i + remaining;
            if (size > maxBytes)
            {
                fault = ReasonCode.PacketTooLarge;
                return false;
            }
            if (input.Length < size)
                return false;
            frame = new Frame(head[0], input.Slice(1 + i, remaining));
            input = input.Slice(size);
            return true;
        }
        return false;
    }
}
