namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>
/// The database of waveforms, as a provider of storage sees it. A chunk is stored once however often it comes, so whoever
/// reads the journal may give it the same chunks again.
/// </summary>
public interface IWaveformStore
{
    /// <summary>Writes chunks in one durable transaction; answers which were new, in the same order.</summary>
    bool[] Add(IReadOnlyList<StoredChunk> chunks);

    /// <summary>Captures of a device that begin in a range, the newest first.</summary>
    /// <param name="device">Null: of all devices.</param>
    IReadOnlyList<StoredCapture> List(string? device, long fromMs, long beforeMs, int limit);

    /// <summary>One capture; null: there is none.</summary>
    StoredCapture? Find(CaptureKey key);

    /// <summary>Its chunks, by axis and index.</summary>
    IReadOnlyList<StoredChunk> Chunks(CaptureKey key);

    /// <summary>Deletes at most so many captures that began before a time; answers how many.</summary>
    int DeleteBefore(long beforeMs, int limit);
}
