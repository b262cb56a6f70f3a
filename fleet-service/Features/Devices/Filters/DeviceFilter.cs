using System.Diagnostics.CodeAnalysis;
using System.Text;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>
/// Which devices are meant, in the words of an operator:
/// <c>kind:bridge site:"Shezi Bridge" fw&lt;1.4 tag:canary,pilot -group:lab last_seen&lt;1h</c>.
/// <para>
/// All terms must hold. A term is a key, a sign and values; of several values between commas any will do; a dash before
/// the key turns the term round. Keys with <c>:</c> are id, name, site, hw, board (a star stands for any characters),
/// kind, status, online, tag, group; <c>fw</c> (<c>:</c> and &lt; &lt;= &gt; &gt;=) compares semantic versions as far as
/// they are written, <c>fw:unknown</c> is what reported none; <c>last_seen</c> compares how long ago a device was heard
/// (s, m, h, d, w), <c>last_seen:never</c>. A word without a key is part of id, name,
/// site, hardware id or firmware.
/// </para>
/// Decommissioned devices fit only where a term asks for that status.
/// </summary>
public sealed class DeviceFilter
{
    /// <summary>Longest filter, in characters.</summary>
    public const int MaxText = 512;

    /// <summary>Most terms of a filter.</summary>
    public const int MaxTerms = 32;

    private readonly IReadOnlyList<FilterTerm> _terms;

    internal DeviceFilter(IReadOnlyList<FilterTerm> terms)
    {
        _terms = terms;
        Groups = [.. terms.Where(t => t.Key == FilterKey.Group).SelectMany(t => t.Values).Select(v => v.Text).Distinct()];
    }

    /// <summary>The filter that every device fits that is not decommissioned.</summary>
    public static DeviceFilter All { get; } = new([]);

    /// <summary>Groups that the filter names.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>Whether it has no term.</summary>
    public bool IsAll => _terms.Count == 0;

    /// <summary>
    /// Whether it asks for nothing but what people set: who fits changes only when they change something.
    /// </summary>
    public bool IsSteady => !_terms.Any(t => t.Key is FilterKey.Text or FilterKey.Online or FilterKey.LastSeen or FilterKey.Fw);

    /// <summary>Whether the reported firmware matters.</summary>
    internal bool NeedsFirmware => _terms.Any(t => t.Key is FilterKey.Fw or FilterKey.Text);

    /// <summary>Reads a filter; where it is none, says where and why.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out DeviceFilter? filter, out FilterError error)
    {
        filter = null;
        if (!new FilterParser(text ?? "").TryParse(out List<FilterTerm> terms, out error))
            return false;
        filter = new DeviceFilter(terms);
        return true;
    }

    /// <summary>Reads a filter; the fault is of the field <paramref name="field"/>.</summary>
    public static Result<DeviceFilter> Parse(string? text, string field = "filter") =>
        TryParse(text, out DeviceFilter? filter, out FilterError error) ? filter : Fault.Invalid(field, error.ToString());

    /// <summary>The filter as a function, made once for many devices; it is for one thread.</summary>
    public Func<DeviceFacts, bool> Bind(FilterScope scope)
    {
        Func<DeviceFacts, bool>[] tests = [.. _terms.Select(t => t.Bind(scope))];
        bool decommissioned = _terms.Any(t => t is { Key: FilterKey.Status, Negated: false }
            && t.Values.Any(v => v.Status == DeviceStatus.Decommissioned));
        return facts =>
        {
            if (!decommissioned && facts.Device.Status == DeviceStatus.Decommissioned)
                return false;
            foreach (Func<DeviceFacts, bool> test in tests)
            {
                if (!test(facts))
                    return false;
            }
            return true;
        };
    }

    /// <summary>As people write it; reads back to the same filter.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach (FilterTerm term in _terms)
        {
            if (text.Length != 0)
                text.Append(' ');
            term.Write(text);
        }
        return text.ToString();
    }
}
