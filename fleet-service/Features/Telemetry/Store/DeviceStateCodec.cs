namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// A device's row as bytes: counters, streams with their runs, latest values, retired epochs. Report and alarms have
/// tables of their own, because they change seldom.
/// </summary>
internal static class DeviceStateCodec
{
    private const byte Version = 1;

    public static byte[] Write(BlobWriter blob, DeviceState device)
    {
        blob.Clear();
        blob.Byte(Version);
        blob.Signed(device.HeardMs);
        blob.Signed(device.TelemetryMs);
        blob.Unsigned((ulong)device.Rejected);
        blob.Unsigned((ulong)device.TimesReplaced);
        blob.Unsigned((uint)device.Streams.Count);
        foreach (StreamState stream in device.Streams)
            Write(blob, stream);
        blob.Unsigned((uint)device.Latest.Count);
        foreach (ChannelLatest latest in device.Latest)
            Write(blob, latest);
        blob.Unsigned((uint)device.RetiredEpochs.Count);
        foreach (uint epoch in device.RetiredEpochs)
            blob.Unsigned(epoch);
        return blob.ToArray();
    }

    public static DeviceState Read(int number, string id, byte[] bytes)
    {
        var blob = new BlobReader(bytes);
        byte version = blob.Byte();
        if (version != Version)
            throw new InvalidDataException($"Device {id} has a row of unknown version {version}.");
        var device = new DeviceState
        {
            Number = number,
            Id = id,
            HeardMs = blob.Signed(),
            TelemetryMs = blob.Signed(),
            Rejected = (long)blob.Unsigned(),
            TimesReplaced = (long)blob.Unsigned(),
        };
        var streams = new StreamState[blob.Int32()];
        for (int i = 0; i < streams.Length; i++)
            streams[i] = ReadStream(ref blob);
        var latest = new ChannelLatest[blob.Int32()];
        for (int i = 0; i < latest.Length; i++)
            latest[i] = ReadLatest(ref blob);
        var retired = new uint[blob.Int32()];
        for (int i = 0; i < retired.Length; i++)
            retired[i] = blob.UInt32();
        device.Restore(streams, latest, retired);
        return device;
    }

    private static void Write(BlobWriter blob, StreamState stream)
    {
        blob.Byte((byte)stream.Kind);
        blob.Unsigned(stream.Epoch);
        blob.Unsigned((ulong)stream.StoredCount);
        blob.Unsigned((ulong)stream.Duplicates);
        blob.Signed(stream.HeardMs);
        blob.Unsigned(stream.Produced);
        blob.Unsigned(stream.Dropped);
        blob.Unsigned(stream.DroppedFirst);
        blob.Unsigned(stream.DroppedLast);
        blob.Signed(stream.DroppedFromMs);
        blob.Signed(stream.DroppedToMs);
        blob.Unsigned((ulong)stream.Stored.Forgotten);
        blob.Unsigned((uint)stream.Stored.Runs.Count);
        uint previous = 0;
        foreach (SequenceRun run in stream.Stored.Runs)
        {
            blob.Unsigned(run.First - previous);
            blob.Unsigned(run.Last - run.First);
            previous = run.Last;
        }
    }

    private static StreamState ReadStream(ref BlobReader blob)
    {
        var kind = (StreamKind)blob.Byte();
        uint epoch = blob.UInt32();
        long stored = (long)blob.Unsigned();
        long duplicates = (long)blob.Unsigned();
        long heardMs = blob.Signed();
        uint produced = blob.UInt32();
        uint dropped = blob.UInt32();
        uint droppedFirst = blob.UInt32();
        uint droppedLast = blob.UInt32();
        long droppedFromMs = blob.Signed();
        long droppedToMs = blob.Signed();
        long forgotten = (long)blob.Unsigned();
        var runs = new SequenceRun[blob.Int32()];
        uint previous = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            uint first = previous + blob.UInt32();
            previous = first + blob.UInt32();
            runs[i] = new(first, previous);
        }
        return new StreamState
        {
            Kind = kind,
            Epoch = epoch,
            Stored = new SequenceSet(runs, forgotten),
            StoredCount = stored,
            Duplicates = duplicates,
            HeardMs = heardMs,
            Produced = produced,
            Dropped = dropped,
            DroppedFirst = droppedFirst,
            DroppedLast = droppedLast,
            DroppedFromMs = droppedFromMs,
            DroppedToMs = droppedToMs,
        };
    }

    private static void Write(BlobWriter blob, ChannelLatest latest)
    {
        blob.Unsigned((uint)latest.Channel);
        blob.Signed(latest.MissingMs);
        blob.Unsigned((uint)latest.MissingQuality);
        blob.Signed(latest.StartMs);
        if (latest.StartMs == 0)
            return;
        blob.Unsigned((uint)latest.DurationMs);
        blob.Byte((byte)latest.Time);
        blob.Unsigned((ulong)latest.Order);
        WindowCodec.Write(blob, latest.Value);
    }

    private static ChannelLatest ReadLatest(ref BlobReader blob)
    {
        var latest = new ChannelLatest
        {
            Channel = blob.Int32(),
            MissingMs = blob.Signed(),
            MissingQuality = blob.Int32(),
            StartMs = blob.Signed(),
        };
        if (latest.StartMs == 0)
            return latest;
        latest.DurationMs = blob.Int32();
        latest.Time = (StoredTime)blob.Byte();
        latest.Order = (long)blob.Unsigned();
        WindowCodec.TryRead(ref blob, out ChannelValue value);
        latest.Value = value;
        return latest;
    }
}
