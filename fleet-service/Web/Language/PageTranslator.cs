using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace EdgeFleet.Service.Web;

/// <summary>
/// Puts a finished page into another language, phrase by phrase: the text between tags and the attributes that people
/// read. So a page is written once, in plain English, and what devices and people wrote stays as it is: an element
/// with <c>translate="no"</c>, code, times, fields and everything that is no phrase of ours are left alone.
/// </summary>
public sealed class PageTranslator(Phrases phrases, string language)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly string[] ReadAttributes =
        ["title", "placeholder", "aria-label", "data-label", "data-confirm", "alt"];

    /// <summary>Elements whose text is nobody's phrase.</summary>
    private static readonly string[] Verbatim = ["script", "style", "textarea", "code", "pre", "time", "svg"];

    /// <summary>The page in the other language.</summary>
    public string Translate(string page)
    {
        StringBuilder output = new(page.Length + page.Length / 8);
        int at = 0;
        while (at < page.Length)
        {
            int tag = page.IndexOf('<', at);
            if (tag < 0)
                tag = page.Length;
            Text(page.AsSpan(at, tag - at), output);
            if (tag == page.Length)
                break;
            at = Tag(page, tag, output);
        }
        return output.ToString();
    }

    private int Tag(string page, int start, StringBuilder output)
    {
        if (page.AsSpan(start).StartsWith("<!--"))
            return Copy(page, start, After(page, "-->", start), output);
        int end = EndOf(page, start);
        string tag = page[start..end];
        string name = NameOf(tag);
        if (name.Length == 0 || tag[1] is '/' or '!')
        {
            output.Append(tag);
            return end;
        }
        output.Append(Attributes(tag, name));
        if (tag.EndsWith("/>", StringComparison.Ordinal))
            return end;
        // What a link to a device or an option without a value shows is its name.
        bool leave = Verbatim.Contains(name) || tag.Contains("translate=\"no\"", StringComparison.Ordinal)
            || (name == "a" && tag.Contains("href=\"/devices/", StringComparison.Ordinal) && page[end] != '\n' && !IsPhrase(page, end))
            || (name == "option" && !tag.Contains("value=", StringComparison.Ordinal));
        return leave ? Copy(page, end, EndOfElement(page, end, name), output) : end;
    }

    private bool IsPhrase(string page, int at)
    {
        int end = page.IndexOf('<', at);
        return end > at && phrases.Find(Normal(page.AsSpan(at, end - at))) != null;
    }

    private void Text(ReadOnlySpan<char> text, StringBuilder output)
    {
        ReadOnlySpan<char> inner = text.Trim();
        if (inner.Length == 0 || !inner.ContainsAnyInRange('A', 'z') || phrases.Find(Normal(inner)) is not { } other)
        {
            output.Append(text);
            return;
        }
        int before = text.IndexOf(inner, StringComparison.Ordinal);
        output.Append(text[..before]).Append(Encoder.Encode(other)).Append(text[(before + inner.Length)..]);
    }

    private string Attributes(string tag, string name)
    {
        if (name == "html")
            return tag.Replace("lang=\"en\"", $"lang=\"{language}\"");
        foreach (string attribute in ReadAttributes)
        {
            int at = tag.IndexOf($" {attribute}=\"", StringComparison.Ordinal);
            if (at < 0)
                continue;
            int start = at + attribute.Length + 3;
            int end = tag.IndexOf('"', start);
            if (end > start && phrases.Find(Normal(tag.AsSpan(start, end - start))) is { } other)
                tag = string.Concat(tag.AsSpan(0, start), Encoder.Encode(other), tag.AsSpan(end));
        }
        return tag;
    }

    private static string Normal(ReadOnlySpan<char> text) => string.Join(
        ' ', WebUtility.HtmlDecode(text.ToString()).Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));

    private static string NameOf(string tag)
    {
        int from = tag.Length > 1 && tag[1] == '/' ? 2 : 1;
        int to = from;
        while (to < tag.Length && char.IsAsciiLetterOrDigit(tag[to]))
            to++;
        return tag[from..to].ToLowerInvariant();
    }

    /// <summary>Behind the tag's end; a &gt; within quotes is none.</summary>
    private static int EndOf(string page, int start)
    {
        char quote = '\0';
        for (int i = start + 1; i < page.Length; i++)
        {
            char c = page[i];
            if (quote != '\0')
                quote = c == quote ? '\0' : quote;
            else if (c is '"' or '\'')
                quote = c;
            else if (c == '>')
                return i + 1;
        }
        return page.Length;
    }

    /// <summary>Behind the end of an element that begins here, elements of the same name within it passed over.</summary>
    private static int EndOfElement(string page, int at, string name)
    {
        int depth = 1;
        while (at < page.Length)
        {
            int tag = page.IndexOf('<', at);
            if (tag < 0)
                return page.Length;
            int end = EndOf(page, tag);
            string text = page[tag..end];
            if (NameOf(text) == name && !text.EndsWith("/>", StringComparison.Ordinal))
                depth += text[1] == '/' ? -1 : 1;
            if (depth == 0)
                return end;
            at = end;
        }
        return page.Length;
    }

    private static int After(string page, string what, int at) =>
        page.IndexOf(what, at, StringComparison.Ordinal) is var found and >= 0 ? found + what.Length : page.Length;

    private static int Copy(string page, int from, int to, StringBuilder output)
    {
        output.Append(page, from, to - from);
        return to;
    }
}
