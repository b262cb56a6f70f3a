namespace EdgeFleet.Boards.Sim.Replay;

/// <summary>Samples of a miniSEED record: plain numbers, or differences as J. Steim packed them (SEED manual 2.4, appendix B).</summary>
internal static class MiniSeedSamples
{
    private const int FrameWords = 16;

    /// <exception cref="FormatException">There are not as many as the record says, or they contradict themselves.</exception>
    public static double[] Decode(ReadOnlySpan<byte> data, MiniSeedEncoding encoding, int count, Words words)
    {
        switch (encoding)
        {
            case MiniSeedEncoding.Int16:
            case MiniSeedEncoding.Int32:
            case MiniSeedEncoding.Float32:
            case MiniSeedEncoding.Float64:
                return Plain(data, encoding, count, words);
            case MiniSeedEncoding.Steim1:
            case MiniSeedEncoding.Steim2:
                return Steim(data, encoding == MiniSeedEncoding.Steim2, count, words);
            default:
                throw new FormatException($"has samples in encoding {(byte)encoding}, which is not read here");
        }
    }

    private static double[] Plain(ReadOnlySpan<byte> data, MiniSeedEncoding encoding, int count, Words words)
    {
        int size = encoding switch { MiniSeedEncoding.Int16 => 2, MiniSeedEncoding.Float64 => 8, _ => 4 };
        if (data.Length < count * size)
            throw new FormatException($"says that it has {count} samples, which do not fit");
        double[] samples = new double[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> at = data[(i * size)..];
            samples[i] = encoding switch
            {
                MiniSeedEncoding.Int16 => words.I16(at),
                MiniSeedEncoding.Int32 => words.I32(at),
                MiniSeedEncoding.Float32 => words.F32(at),
                _ => words.F64(at),
            };
        }
        return samples;
    }

    // Frames of 16 words. The first word of each has two bits for every word, what it holds; in the first frame the
    // second and third word are the first and the last sample, the one to begin from and the other to check by.
    private static double[] Steim(ReadOnlySpan<byte> data, bool second, int count, Words words)
    {
        double[] samples = new double[count];
        Span<int> differences = stackalloc int[7];
        int found = 0;
        int sample = 0;
        int first = 0;
        int last = 0;
        for (int frame = 0; found < count; frame++)
        {
            if ((frame + 1) * FrameWords * 4 > data.Length)
                throw new FormatException($"says that it has {count} samples, and has {found}");
            ReadOnlySpan<byte> at = data[(frame * FrameWords * 4)..];
            uint control = (uint)words.I32(at);
            for (int word = 1; word < FrameWords && found < count; word++)
            {
                if (frame == 0 && word == 1)
                    first = words.I32(at[4..]);
                else if (frame == 0 && word == 2)
                    last = words.I32(at[8..]);
                int held = Unpack(at.Slice(word * 4, 4), (int)(control >> (2 * (15 - word))) & 3, second, words, differences);
                for (int i = 0; i < held && found < count; i++)
                {
                    // The first difference is to the record before, which we may not have; the sample itself is there.
                    sample = found == 0 ? first : unchecked(sample + differences[i]);
                    samples[found++] = sample;
                }
            }
        }
        return sample == last ? samples : throw new FormatException("has samples that do not add up to its last one");
    }

    // Whole bytes and half words stand in the order of the file, whatever the order of the bytes in a word is.
    private static int Unpack(ReadOnlySpan<byte> packed, int control, bool second, Words words, Span<int> differences)
    {
        int word = words.I32(packed);
        switch (second, control, (word >> 30) & 3)
        {
            case (_, 0, _):
                return 0;
            case (_, 1, _):
                for (int i = 0; i < 4; i++)
                    differences[i] = (sbyte)packed[i];
                return 4;
            case (false, 2, _):
                differences[0] = words.I16(packed);
                differences[1] = words.I16(packed[2..]);
                return 2;
            case (false, 3, _):
                differences[0] = word;
                return 1;
            case (true, 2, 1):
                return Split(word, 1, 30, differences);
            case (true, 2, 2):
                return Split(word, 2, 15, differences);
            case (true, 2, 3):
                return Split(word, 3, 10, differences);
            case (true, 3, 0):
                return Split(word, 5, 6, differences);
            case (true, 3, 1):
                return Split(word, 6, 5, differences);
            case (true, 3, 2):
                return Split(word, 7, 4, differences);
            default:
                throw new FormatException("has a packed word of no kind that there is");
        }
    }

    /// <summary>Takes the lowest bits of a word apart, the first number highest.</summary>
    private static int Split(int word, int count, int bits, Span<int> differences)
    {
        for (int i = 0; i < count; i++)
            differences[i] = (int)((long)word << (64 - (bits * (count - i))) >> (64 - bits));
        return count;
    }
}
