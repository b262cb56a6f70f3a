namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>The channels of an hour as bytes.</summary>
internal static class RollupCodec
{
    private const byte Version = 2;

    // Before skewness and kurtosis; of such hours they stay unknown.
    private const byte WithoutShape = 1;

    public static byte[] Write(BlobWriter blob, HourRollup rollup)
    {
        blob.Clear();
        blob.Byte(Version);
        foreach ((int channel, ChannelStatistics statistics) in rollup.Channels)
        {
            blob.Unsigned((uint)channel);
            blob.Unsigned((ulong)statistics.MissingWindows);
            blob.Unsigned((uint)statistics.Quality);
            blob.Unsigned((ulong)statistics.Windows);
            if (statistics.Windows == 0)
                continue;
            blob.Unsigned((ulong)statistics.Count);
            blob.Unsigned((ulong)statistics.CoveredMs);
            blob.Double(statistics.Mean);
            blob.Double(statistics.SquaresAboutMean);
            blob.Double(statistics.SquaresWithin);
            blob.Double(statistics.Min);
            blob.Double(statistics.Max);
            blob.Double(statistics.Peak);
            blob.Unsigned((ulong)statistics.ShapeCount);
            if (statistics.ShapeCount == 0)
                continue;
            blob.Double(statistics.CubesAboutMean);
            blob.Double(statistics.FourthsAboutMean);
        }
        return blob.ToArray();
    }

    public static HourRollup Read(int device, long hourMs, byte[] bytes)
    {
        var blob = new BlobReader(bytes);
        byte version = blob.Byte();
        if (version is not (Version or WithoutShape))
            throw new InvalidDataException($"A rollup has the unknown version {version}.");
        var channels = new Dictionary<int, ChannelStatistics>();
        while (!blob.AtEnd)
        {
            int channel = blob.Int32();
            var statistics = new ChannelStatistics
            {
                MissingWindows = (long)blob.Unsigned(),
                Quality = blob.Int32(),
                Windows = (long)blob.Unsigned(),
            };
            if (statistics.Windows != 0)
            {
                statistics.Count = (long)blob.Unsigned();
                statistics.CoveredMs = (long)blob.Unsigned();
                statistics.Mean = blob.Double();
                statistics.SquaresAboutMean = blob.Double();
                statistics.SquaresWithin = blob.Double();
                statistics.Min = blob.Double();
                statistics.Max = blob.Double();
                statistics.Peak = blob.Double();
                if (version != WithoutShape)
                    statistics.ShapeCount = (long)blob.Unsigned();
                if (statistics.ShapeCount != 0)
                {
                    statistics.CubesAboutMean = blob.Double();
                    statistics.FourthsAboutMean = blob.Double();
                }
            }
            channels.Add(channel, statistics);
        }
        return new(device, hourMs, channels);
    }
}
