using System.Globalization;

namespace EdgeFleet.Boards.Sim.Replay;

/// <summary>Reads accelerations out of miniSEED 2 files, as seismologists' instruments and archives write them.</summary>
public static class MiniSeed
{
    /// <summary>Most samples of one axis: four and a half days at 125 Hz, 400 MB.</summary>
    public const int MaxSamples = 50_000_000;

    /// <summary>Largest file, in bytes: <see cref="MaxSamples"/> of three axes at two bytes.</summary>
    public const long MaxFileBytes = 6L * MaxSamples;

    /// <summary>Whether the file begins as one of miniSEED 2 does.</summary>
    public static bool IsMiniSeed(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            Span<byte> head = stackalloc byte[48];
            return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && MiniSeedRecord.IsRecord(head);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reads a file; a gap between its records is samples that are missing.</summary>
    /// <param name="channels">
    /// Codes of the channels of x, y and z; null: not there. Where all are, by the last letter: E, 2 or X is x; N, 1 or
    /// Y is y; Z is z.
    /// </param>
    /// <exception cref="RecordingException">The file is not there, or is no such recording.</exception>
    public static BridgeRecording Load(string file, string?[] channels, AccelerationUnit unit)
    {
        List<MiniSeedRecord>[] axes = Sort(file, Records(file), channels);
        MiniSeedRecord[] all = [.. axes.SelectMany(axis => axis)];
        double rate = all[0].Rate;
        if (rate is < 1 or > 4000)
            throw new RecordingException(file, 0, all[0].Channel, $"{Text(rate)} Hz is no sample rate of an accelerometer");
        if (all.FirstOrDefault(record => Math.Abs(record.Rate - rate) > rate * 1e-6) is { } other)
            throw new RecordingException(file, 0, other.Channel, $"has {Text(other.Rate)} Hz, and others {Text(rate)} Hz");
        long startUs = all.Min(record => record.StartUs);
        double[]?[] values = [.. axes.Select(axis => axis.Count == 0 ? null : Join(file, axis, startUs, rate, unit))];
        int length = values.Max(axis => axis?.Length ?? 0);
        return BridgeRecording.Of(
            file, startUs / 1000, (int)Math.Round(rate * 1000), [.. values.Select(axis => axis == null ? null : Stretch(axis, length))]);
    }

    private static List<MiniSeedRecord> Records(string file)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes)
                throw new RecordingException(file, 0, "", $"is larger than {MaxFileBytes / 1_000_000} MB; take a part of it");
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(file, 0, "", e.Message);
        }
        List<MiniSeedRecord> records = [];
        for (int at = 0; at < bytes.Length; at += records[^1].Length)
        {
            try
            {
                records.Add(MiniSeedRecord.Read(bytes.AsSpan(at)));
            }
            catch (FormatException e)
            {
                throw new RecordingException(file, 0, "", $"the record at byte {at} {e.Message}");
            }
        }
        return records;
    }

    private static List<MiniSeedRecord>[] Sort(string file, List<MiniSeedRecord> records, string?[] channels)
    {
        bool byLetter = channels.All(channel => channel == null);
        List<MiniSeedRecord>[] axes = [[], [], []];
        // Records of logs and of channels that were not asked for are passed over.
        foreach (MiniSeedRecord record in records.Where(record => record.Samples.Length > 0))
        {
            int axis = byLetter ? AxisOf(record.Channel) : Array.IndexOf(channels, record.Channel);
            if (axis >= 0)
                axes[axis].Add(record);
        }
        string there = string.Join(", ", records.Select(record => record.Stream).Distinct());
        for (int axis = 0; axis < 3; axis++)
        {
            if (channels[axis] is { } wanted && axes[axis].Count == 0)
                throw new RecordingException(file, 0, wanted, $"there is no such channel; the file has {there}");
            if (axes[axis].Select(record => record.Stream).Distinct().Count() > 1)
                throw new RecordingException(file, 0, "", $"has more than one channel for an axis: {there}; name those to take");
            axes[axis].Sort((a, b) => a.StartUs.CompareTo(b.StartUs));
        }
        return axes.Any(axis => axis.Count > 0)
            ? axes
            : throw new RecordingException(file, 0, "", $"has none of the channels of an accelerometer, but {there}");
    }

    private static int AxisOf(string channel) => channel.Length == 0 ? -1 : channel[^1] switch
    {
        'E' or '2' or 'X' => 0,
        'N' or '1' or 'Y' => 1,
        'Z' => 2,
        _ => -1,
    };

    private static double[] Join(string file, List<MiniSeedRecord> records, long startUs, double rate, AccelerationUnit unit)
    {
        MiniSeedRecord last = records[^1];
        double length = PlaceOf(last) + last.Samples.Length;
        if (length > MaxSamples)
            throw new RecordingException(file, 0, last.Channel, $"spans more than {MaxSamples:N0} samples; take a part of it");
        double[] values = new double[(int)length];
        Array.Fill(values, double.NaN);
        int end = 0;
        foreach (MiniSeedRecord record in records)
        {
            int at = (int)PlaceOf(record);
            if (at < end)
                throw new RecordingException(file, 0, record.Channel, "has records that overlap");
            for (int i = 0; i < record.Samples.Length; i++)
                values[at + i] = record.Samples[i] * unit.MetresPerSecondSquared;
            end = at + record.Samples.Length;
        }
        return values;

        double PlaceOf(MiniSeedRecord record) => Math.Round((record.StartUs - startUs) * rate / 1e6);
    }

    private static double[] Stretch(double[] values, int length)
    {
        double[] longer = new double[length];
        values.CopyTo(longer, 0);
        Array.Fill(longer, double.NaN, values.Length, length - values.Length);
        return longer;
    }

    private static string Text(double rate) => rate.ToString("0.###", CultureInfo.InvariantCulture);
}
