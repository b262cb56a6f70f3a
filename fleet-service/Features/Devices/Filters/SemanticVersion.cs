using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>
/// A version as in Semantic Versioning 2.0.0, or the beginning of one: <c>1</c>, <c>1.4</c>, <c>1.4.0</c>,
/// <c>2.0.0-rc.1+5</c>. Build metadata says nothing of the order and is passed over.
/// </summary>
public sealed class SemanticVersion
{
    /// <summary>Longest text that is read, in characters.</summary>
    public const int MaxText = 64;

    private readonly uint[] _numbers;
    private readonly string[] _preRelease;

    private SemanticVersion(uint[] numbers, string[] preRelease) => (_numbers, _preRelease) = (numbers, preRelease);

    /// <summary>Numbers that were given: 1 to 3.</summary>
    public int Parts => _numbers.Length;

    /// <summary>Reads a version; false where it is none. A leading <c>v</c> is not part of one.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SemanticVersion? version)
    {
        version = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaxText)
            return false;
        int plus = text.IndexOf('+');
        if (plus >= 0 && !AreIdentifiers(text[(plus + 1)..], numbersMayPad: true))
            return false;
        string rest = plus < 0 ? text : text[..plus];
        int dash = rest.IndexOf('-');
        string[] core = (dash < 0 ? rest : rest[..dash]).Split('.');
        if (core.Length > 3)
            return false;
        uint[] numbers = new uint[core.Length];
        for (int i = 0; i < core.Length; i++)
        {
            if (core[i].Length > 1 && core[i][0] == '0'
                || !uint.TryParse(core[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }
        // What comes before or after a release is a matter of whole versions.
        if (core.Length < 3 && (dash >= 0 || plus >= 0))
            return false;
        if (dash >= 0 && !AreIdentifiers(rest[(dash + 1)..], numbersMayPad: false))
            return false;
        version = new SemanticVersion(numbers, dash < 0 ? [] : rest[(dash + 1)..].Split('.'));
        return true;
    }

    /// <summary>
    /// Compares as much as <paramref name="bound"/> says: 1.4.2 and 1.4.0-rc.1 are equal to the bound 1.4, and 1.4.0-rc.1
    /// is less than the bound 1.4.0. Negative: less than the bound.
    /// </summary>
    public int CompareToBound(SemanticVersion bound)
    {
        for (int i = 0; i < bound._numbers.Length; i++)
        {
            int order = (i < _numbers.Length ? _numbers[i] : 0).CompareTo(bound._numbers[i]);
            if (order != 0)
                return order;
        }
        return bound.Parts < 3 ? 0 : ComparePreRelease(_preRelease, bound._preRelease);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join('.', _numbers) + (_preRelease.Length == 0 ? "" : "-" + string.Join('.', _preRelease));

    // Clause 11 of the standard.
    private static int ComparePreRelease(string[] a, string[] b)
    {
        if (a.Length == 0 || b.Length == 0)
            return b.Length.CompareTo(a.Length);
        for (int i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            bool numberA = IsNumber(a[i]), numberB = IsNumber(b[i]);
            // Numbers have no leading zeros here: of two, the longer is the greater.
            int order = numberA != numberB ? (numberA ? -1 : 1) : numberA ? a[i].Length.CompareTo(b[i].Length) : 0;
            if (order == 0)
                order = string.CompareOrdinal(a[i], b[i]);
            if (order != 0)
                return order;
        }
        return a.Length.CompareTo(b.Length);
    }

    private static bool IsNumber(string text) => text.All(char.IsAsciiDigit);

    private static bool AreIdentifiers(string text, bool numbersMayPad) => text.Split('.').All(part =>
        part.Length != 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && (numbersMayPad || part.Length == 1 || part[0] != '0' || !IsNumber(part)));
}
