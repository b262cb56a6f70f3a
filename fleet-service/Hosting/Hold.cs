namespace EdgeFleet.Service.Hosting;

/// <summary>Holds a gate until disposed.</summary>
internal readonly struct Hold(SemaphoreSlim gate) : IDisposable
{
    public static async ValueTask<Hold> Async(SemaphoreSlim gate, CancellationToken cancel)
    {
        await gate.WaitAsync(cancel);
        return new Hold(gate);
    }

    public void Dispose() => gate.Release();
}
