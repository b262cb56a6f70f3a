using System.Text;
using System.Text.RegularExpressions;

namespace EdgeFleet.Service.Web;

/// <summary>
/// What the pages' English is in another language: whole phrases, and phrases with places (<c>{0}</c>) for what differs.
/// One line of the file is the English, a tab, and the other language.
/// </summary>
public sealed class Phrases
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, string> _whole = new(StringComparer.Ordinal);
    private readonly List<(Regex Pattern, string Other)> _patterns = [];

    private Phrases(TextReader lines)
    {
        while (lines.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            int tab = line.IndexOf('\t');
            string english = tab > 0 ? line[..tab] : line;
            // A slip in the file must not cost anybody the page; the tests refuse it.
            if (tab <= 0 || tab == line.Length - 1 || !_whole.TryAdd(english, line[(tab + 1)..]))
            {
                Slips.Add(line);
                continue;
            }
            if (english.Contains('{'))
                _patterns.Add((PatternOf(english), line[(tab + 1)..]));
        }
    }

    /// <summary>Traditional Chinese.</summary>
    public static Phrases Chinese { get; } = Read("zh-Hant.tsv");

    /// <summary>Lines of the file that are no phrase and its other language, or whose phrase stood before.</summary>
    internal List<string> Slips { get; } = [];

    /// <summary>Every phrase in English.</summary>
    public IEnumerable<string> English => _whole.Keys;

    /// <summary>The phrase in the other language; null: it is not known.</summary>
    /// <param name="english">With single spaces between words, and none around it.</param>
    public string? Find(string english)
    {
        if (_whole.TryGetValue(english, out string? other))
            return other;
        foreach ((Regex pattern, string template) in _patterns)
        {
            if (pattern.Match(english) is not { Success: true } match)
                continue;
            StringBuilder text = new(template);
            for (int i = 1; i < match.Groups.Count; i++)
                text.Replace("{" + (i - 1) + "}", _whole.GetValueOrDefault(match.Groups[i].Value, match.Groups[i].Value));
            return text.ToString();
        }
        return null;
    }

    private static Phrases Read(string name)
    {
        using Stream stream = typeof(Phrases).Assembly.GetManifestResourceStream("EdgeFleet.Service.Web.Language." + name)
            ?? throw new InvalidOperationException($"The service was built without {name}.");
        using StreamReader lines = new(stream);
        return new Phrases(lines);
    }

    private static Regex PatternOf(string english) => new(
        "^" + Regex.Replace(Regex.Escape(english), @"\\\{\d}", "(.+?)") + "$", RegexOptions.CultureInvariant, Longest);
}
