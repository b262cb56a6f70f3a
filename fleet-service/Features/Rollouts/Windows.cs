namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>When a site's nodes may restart.</summary>
internal static class Windows
{
    /// <summary>The window that is open now, or else the next; nulls: always.</summary>
    public static (DateTimeOffset? From, DateTimeOffset? Until) Next(WindowPlan? plan, string site, DateTimeOffset now)
    {
        if (plan == null)
            return (null, null);
        string name = plan.SiteTimeZones?.GetValueOrDefault(site) ?? plan.TimeZone ?? "UTC";
        // The plan was checked; a zone that an update of the system removed is taken for UTC rather than for always.
        TimeZoneInfo zone = TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? found) ? found : TimeZoneInfo.Utc;
        DateOnly today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        // Yesterday's may still be open over midnight, and the clocks may change on any of these days.
        for (int day = -1; day <= 2; day++)
        {
            DateOnly date = today.AddDays(day);
            DateTimeOffset from = At(date, plan.Start, zone);
            DateTimeOffset until = At(plan.End > plan.Start ? date : date.AddDays(1), plan.End, zone);
            if (until > now && until > from)
                return (from, until);
        }
        return (now, now.AddMinutes(1));
    }

    private static DateTimeOffset At(DateOnly date, TimeOnly time, TimeZoneInfo zone)
    {
        DateTime local = date.ToDateTime(time);
        // An hour that the spring skips begins when it would have ended.
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(15);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
