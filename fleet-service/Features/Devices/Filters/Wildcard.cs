namespace EdgeFleet.Service.Features.Devices;

/// <summary>Texts with stars, each for any number of characters; without regard to case.</summary>
internal static class Wildcard
{
    /// <summary>Linear in the text for each star: no pattern makes it slow.</summary>
    public static bool Fits(string text, string pattern)
    {
        int at = 0, next = 0, star = -1, mark = 0;
        while (at < text.Length)
        {
            if (next < pattern.Length && pattern[next] == '*')
                (star, mark) = (next++, at);
            else if (next < pattern.Length && char.ToUpperInvariant(pattern[next]) == char.ToUpperInvariant(text[at]))
                (next, at) = (next + 1, at + 1);
            else if (star >= 0)
                (next, at) = (star + 1, ++mark);
            else
                return false;
        }
        return pattern.AsSpan(next).Trim('*').IsEmpty;
    }
}
