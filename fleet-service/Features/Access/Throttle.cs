namespace EdgeFleet.Service.Features.Access;

/// <summary>
/// Makes whoever guesses passwords wait: after a few wrong ones twice as long each time. Counted for name and address
/// together and for the address alone, so that nobody can lock another out from elsewhere.
/// </summary>
public sealed class Throttle(TimeProvider time)
{
    private readonly Dictionary<string, Count> _counts = [];
    private readonly Lock _lock = new();

    /// <summary>How long to wait before the next attempt; zero: none.</summary>
    public TimeSpan Wait(string name, string address)
    {
        lock (_lock)
        {
            TimeSpan both = Left(Both(name, address));
            TimeSpan alone = Left(Alone(address));
            return both > alone ? both : alone;
        }
    }

    /// <summary>Counts a wrong password.</summary>
    public void Failed(string name, string address)
    {
        lock (_lock)
        {
            Add(Both(name, address), ServiceLimits.FreeAttempts);
            Add(Alone(address), ServiceLimits.FreeAttemptsPerAddress);
        }
    }

    /// <summary>Forgets the wrong passwords of this name from this address.</summary>
    public void Succeeded(string name, string address)
    {
        lock (_lock)
            _counts.Remove(Both(name, address));
    }

    private static string Both(string name, string address) => address + " " + name;

    private static string Alone(string address) => address;

    private TimeSpan Left(string key)
    {
        if (!_counts.TryGetValue(key, out Count? count))
            return TimeSpan.Zero;
        TimeSpan left = count.Until - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Add(string key, int free)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (!_counts.TryGetValue(key, out Count? count) || now - count.Last > Forget)
        {
            if (_counts.Count >= ServiceLimits.MaxThrottled)
                _counts.Remove(_counts.MinBy(c => c.Value.Last).Key);
            _counts[key] = count = new Count();
        }
        count.Wrong++;
        count.Last = now;
        int over = count.Wrong - free;
        if (over >= 0)
        {
            double wait = Math.Min(ServiceLimits.FirstWaitS * Math.Pow(2, Math.Min(over, 20)), ServiceLimits.MaxWaitS);
            count.Until = now.AddSeconds(wait);
        }
    }

    // Twice the longest wait: who waits it out does not start anew at once.
    private static TimeSpan Forget => TimeSpan.FromSeconds(2 * ServiceLimits.MaxWaitS);

    private sealed class Count
    {
        public int Wrong { get; set; }

        public DateTimeOffset Last { get; set; }

        public DateTimeOffset Until { get; set; }
    }
}
