namespace EdgeFleet.Flash.Labels;

/// <summary>Letters of five by seven points for labels: digits, the Latin letters in one case, and what addresses need.</summary>
internal static class LabelFont
{
    public const int Columns = 5, Rows = 7;

    private const string Known = "0123456789abcdefghijklmnopqrstuvwxyz-.:/? ";

    // Seven rows a letter, the leftmost point being the highest of five bits.
    private static readonly byte[] Points =
    [
        14, 17, 19, 21, 25, 17, 14,   4, 12, 4, 4, 4, 4, 14,        14, 17, 1, 2, 4, 8, 31,       31, 2, 4, 2, 1, 17, 14,
        2, 6, 10, 18, 31, 2, 2,       31, 16, 30, 1, 1, 17, 14,     6, 8, 16, 30, 17, 17, 14,     31, 1, 2, 4, 8, 8, 8,
        14, 17, 17, 14, 17, 17, 14,   14, 17, 17, 15, 1, 2, 12,
        0, 0, 14, 1, 15, 17, 15,      16, 16, 22, 25, 17, 17, 30,   0, 0, 14, 16, 16, 17, 14,     1, 1, 13, 19, 17, 17, 15,
        0, 0, 14, 17, 31, 16, 14,     6, 9, 8, 28, 8, 8, 8,         0, 15, 17, 17, 15, 1, 14,     16, 16, 22, 25, 17, 17, 17,
        4, 0, 12, 4, 4, 4, 14,        2, 0, 6, 2, 2, 18, 12,        16, 16, 18, 20, 24, 20, 18,   12, 4, 4, 4, 4, 4, 14,
        0, 0, 26, 21, 21, 17, 17,     0, 0, 22, 25, 17, 17, 17,     0, 0, 14, 17, 17, 17, 14,     0, 0, 30, 17, 30, 16, 16,
        0, 0, 15, 17, 15, 1, 1,       0, 0, 22, 25, 16, 16, 16,     0, 0, 14, 16, 14, 1, 30,      8, 8, 28, 8, 8, 9, 6,
        0, 0, 17, 17, 17, 19, 13,     0, 0, 17, 17, 17, 10, 4,      0, 0, 17, 17, 21, 21, 10,     0, 0, 17, 10, 4, 10, 17,
        0, 0, 17, 17, 15, 1, 14,      0, 0, 31, 2, 4, 8, 31,
        0, 0, 0, 31, 0, 0, 0,         0, 0, 0, 0, 0, 12, 12,        0, 12, 12, 0, 12, 12, 0,      1, 1, 2, 4, 8, 16, 16,
        14, 17, 1, 2, 4, 0, 4,        0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>Whether a point of a letter is dark; letters that are not known are question marks.</summary>
    public static bool IsDark(char letter, int x, int y)
    {
        int at = Known.IndexOf(char.ToLowerInvariant(letter));
        at = at < 0 ? Known.IndexOf('?') : at;
        return (Points[at * Rows + y] & (16 >> x)) != 0;
    }
}
