using System.Globalization;
using System.Text;
using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>Reads the text of a <see cref="DeviceFilter"/>, from left to right and once.</summary>
internal sealed class FilterParser(string text)
{
    private const string Keys = "id, name, site, hw, board, kind, status, online, tag, group, fw or last_seen";

    private int _at;
    private FilterError _error;

    /// <summary>The terms; false: the error says where and why.</summary>
    public bool TryParse(out List<FilterTerm> terms, out FilterError error)
    {
        terms = [];
        bool good = text.Length <= DeviceFilter.MaxText
            || Fail(DeviceFilter.MaxText, $"a filter has at most {DeviceFilter.MaxText} characters.");
        while (good && SkipSpace())
        {
            good = terms.Count < DeviceFilter.MaxTerms || Fail(_at, $"a filter has at most {DeviceFilter.MaxTerms} terms.");
            if (good && (good = TryTerm(out FilterTerm? term)))
                terms.Add(term!);
        }
        error = _error;
        return good;
    }

    private bool SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        return _at < text.Length;
    }

    private bool TryTerm(out FilterTerm? term)
    {
        term = null;
        bool negated = text[_at] == '-';
        if (negated && (++_at == text.Length || char.IsWhiteSpace(text[_at])))
            return Fail(_at - 1, "after a dash comes what is not wanted.");
        int start = _at;
        FilterKey key = FilterKey.Text;
        FilterComparison comparison = FilterComparison.Is;
        int sign = EndOfKey();
        if (sign >= 0 && !TryKey(text[start..sign], start, sign, out key, out comparison))
            return false;
        List<FilterValue> values = [];
        do
        {
            int valueAt = _at;
            if (!TryText(key == FilterKey.Text, out string value, out bool quoted))
                return false;
            if (!TryValue(key, comparison, value, quoted, valueAt, out FilterValue? read))
                return false;
            values.Add(read!);
            if (key == FilterKey.Text || _at == text.Length || text[_at] != ',')
                break;
            if (comparison != FilterComparison.Is)
                return Fail(_at, "a comparison has one value.");
            _at++;
        }
        while (true);
        if (_at < text.Length && !char.IsWhiteSpace(text[_at]))
            return Fail(_at, "a space goes between terms.");
        term = new FilterTerm(negated, key, comparison, values);
        return true;
    }

    // A sign before any space or quote makes what stands before it a key.
    private int EndOfKey()
    {
        for (int i = _at; i < text.Length && !char.IsWhiteSpace(text[i]) && text[i] != '"'; i++)
        {
            if (text[i] is ':' or '<' or '>' or '=')
                return i;
        }
        return -1;
    }

    private bool TryKey(string name, int start, int sign, out FilterKey key, out FilterComparison comparison)
    {
        comparison = FilterComparison.Is;
        key = Enum.GetValues<FilterKey>().FirstOrDefault(
            k => k != FilterKey.Text && FilterTerm.NameOf(k).Equals(name, StringComparison.OrdinalIgnoreCase));
        if (key == FilterKey.Text)
            return Fail(start, name.Length == 0 ? $"a key is missing: {Keys}." : $"'{name}' is no key: {Keys}.");
        bool orEqual = sign + 1 < text.Length && text[sign + 1] == '=';
        _at = sign + (text[sign] != ':' && orEqual ? 2 : 1);
        switch (text[sign])
        {
            case '<':
                comparison = orEqual ? FilterComparison.AtMost : FilterComparison.Less;
                break;
            case '>':
                comparison = orEqual ? FilterComparison.AtLeast : FilterComparison.More;
                break;
            case '=':
                return Fail(sign, "write : for what it is to be.");
        }
        return comparison == FilterComparison.Is || key is FilterKey.Fw or FilterKey.LastSeen
            || Fail(sign, $"{FilterTerm.NameOf(key)} goes with : alone.");
    }

    private bool TryText(bool word, out string value, out bool quoted)
    {
        value = "";
        quoted = _at < text.Length && text[_at] == '"';
        int start = _at;
        if (!quoted)
        {
            while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && (word || text[_at] != ',') && text[_at] != '"')
                _at++;
            value = text[start.._at];
            if (value.Any(char.IsControl))
                return Fail(start, "control characters belong to no value.");
            return value.Length != 0 || Fail(start, "a value is missing.");
        }
        StringBuilder read = new();
        for (_at++; _at < text.Length; _at++)
        {
            char c = text[_at];
            if (c == '"')
            {
                _at++;
                value = read.ToString();
                return true;
            }
            if (c == '\\' && _at + 1 < text.Length && text[_at + 1] is '"' or '\\')
                c = text[++_at];
            if (char.IsControl(c))
                return Fail(_at, "control characters belong to no value.");
            read.Append(c);
        }
        return Fail(start, "the quote is not closed.");
    }

    private bool TryValue(
        FilterKey key, FilterComparison comparison, string value, bool quoted, int at, out FilterValue? read)
    {
        read = new FilterValue(value, quoted);
        switch (key)
        {
            case FilterKey.Kind:
                bool kind = TryName(value, out NodeKind kindValue);
                read = read with { Kind = kindValue };
                return kind || Fail(at, "kind is airbox or bridge.");
            case FilterKey.Status:
                bool status = TryName(value, out DeviceStatus statusValue);
                read = read with { Status = statusValue };
                return status || Fail(at, "status is active, quarantined or decommissioned.");
            case FilterKey.Online:
                read = read with { Flag = Same(value, "true") };
                return Same(value, "true") || Same(value, "false") || Fail(at, "online is true or false.");
            case FilterKey.Tag:
                read = read with { Text = value.ToLowerInvariant() };
                return Tags.IsTag(read.Text) || Fail(at, "a tag is " + Tags.Form);
            case FilterKey.Fw when comparison != FilterComparison.Is || !Same(value, "unknown"):
                bool version = SemanticVersion.TryParse(value, out SemanticVersion? versionValue);
                read = read with { Version = versionValue };
                return version || Fail(at, "fw is a version such as 1.4 or 2.0.0-rc.1, or after : unknown.");
            case FilterKey.LastSeen when comparison == FilterComparison.Is:
                return Same(value, "never") || Fail(at, "last_seen is compared, such as last_seen<1h, or never.");
            case FilterKey.LastSeen:
                bool age = TryAge(value, out TimeSpan ageValue);
                read = read with { Age = ageValue };
                return age || Fail(at, "an age is a whole number and s, m, h, d or w, such as 90m; at most ten years.");
            case FilterKey.Text:
                return value.Length != 0 || Fail(at, "a word to look for is missing.");
            default:
                return true;
        }
    }

    // Numbers and lists would be taken by the enumeration's own reader.
    private static bool TryName<T>(string value, out T read)
        where T : struct, Enum
    {
        read = default;
        return value.All(char.IsAsciiLetter) && Enum.TryParse(value, ignoreCase: true, out read);
    }

    private static bool TryAge(string value, out TimeSpan age)
    {
        age = default;
        int unit = value.Length == 0 ? 0 : char.ToLowerInvariant(value[^1]) switch
        {
            's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, 'w' => 604_800, _ => 0,
        };
        if (unit == 0 || value.Length > 10
            || !long.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            return false;
        // Nine digits of weeks are more than a TimeSpan holds.
        bool fits = number * unit <= 3_653L * 86_400;
        age = fits ? TimeSpan.FromSeconds(number * unit) : default;
        return fits;
    }

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    private bool Fail(int at, string what)
    {
        _error = new FilterError(at + 1, what);
        return false;
    }
}
