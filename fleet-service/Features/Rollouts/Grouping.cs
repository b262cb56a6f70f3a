using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>
/// Puts devices into groups so that no group can blind a place:
/// two nodes of one bridge span (the site, or of a site the tag that begins with <c>span</c>) are never in one group;
/// of the Air Boxes of one neighbourhood a group leaves at least one for a later one; Air Boxes without neighbours, which
/// nobody could be compared with, come into a group only where others do not fill it. What does not fit the planned groups gets groups of its own.
/// Which of equals comes first is decided by a hash of id and bundle: the same plan gives the same groups.
/// </summary>
public static class Grouping
{
    /// <summary>Ids by group; fails where spreading would need more than <see cref="RolloutLimits.MaxGroups"/>.</summary>
    public static Result<IReadOnlyList<string[]>> Form(IReadOnlyCollection<Device> devices, RolloutPlan plan)
    {
        Candidate[] rest = Candidates(devices, plan);
        List<string[]> groups = [];
        for (int number = 0; rest.Length != 0; number++)
        {
            if (groups.Count == RolloutLimits.MaxGroups)
            {
                return Fault.Conflict("too-many-groups", $"To keep nodes of one place apart, the rest of {rest.Length} nodes would "
                    + $"need more than {RolloutLimits.MaxGroups} groups; give them sites or spans, or take fewer.");
            }
            bool last = number >= plan.AllGroups.Count - 1;
            int size = last ? int.MaxValue : Size(plan.AllGroups[number], devices.Count);
            (string[] taken, rest) = Fill(rest, size);
            groups.Add(taken);
        }
        return groups;
    }

    private static (string[] Taken, Candidate[] Left) Fill(Candidate[] from, int size)
    {
        HashSet<string> spans = new(StringComparer.Ordinal);
        HashSet<string> touched = new(StringComparer.Ordinal);
        Dictionary<string, int> left = new(StringComparer.Ordinal);
        foreach (Candidate candidate in from)
        {
            if (candidate.Neighbourhood != null)
                left[candidate.Neighbourhood] = left.GetValueOrDefault(candidate.Neighbourhood) + 1;
        }
        List<string> taken = [];
        Candidate[] rest = from;
        // First those whose neighbours stay behind, to be compared with; then, where that does not fill the group, also
        // the only ones of their neighbourhoods: a small first group is worth more.
        for (int pass = 0; pass < 2; pass++)
        {
            List<Candidate> passed = [];
            foreach (Candidate candidate in rest)
            {
                bool fits = taken.Count < size && (candidate.Span == null || !spans.Contains(candidate.Span))
                    && (candidate.Neighbourhood == null || left[candidate.Neighbourhood] > 1
                        || pass == 1 && !touched.Contains(candidate.Neighbourhood));
                if (!fits)
                {
                    passed.Add(candidate);
                    continue;
                }
                taken.Add(candidate.Id);
                if (candidate.Span != null)
                    spans.Add(candidate.Span);
                if (candidate.Neighbourhood != null)
                {
                    left[candidate.Neighbourhood]--;
                    touched.Add(candidate.Neighbourhood);
                }
            }
            rest = [.. passed];
        }
        return ([.. taken], rest);
    }

    private static Candidate[] Candidates(IReadOnlyCollection<Device> devices, RolloutPlan plan)
    {
        Candidate[] all = new Candidate[devices.Count];
        int i = 0;
        foreach (Device device in devices)
        {
            all[i++] = new Candidate(device.Id, Hash(plan.Digest, device.Id), SpanOf(device, plan.OnePerSite),
                device.Kind == NodeKind.AirBox ? NeighbourhoodOf(device, plan.NeighbourhoodM) : null);
        }
        Array.Sort(all, (a, b) => a.Order != b.Order ? a.Order.CompareTo(b.Order) : string.CompareOrdinal(a.Id, b.Id));
        return all;
    }

    /// <summary>What no two nodes of a group share; null: nothing.</summary>
    internal static string? SpanOf(Device device, bool onePerSite)
    {
        if (device.Site.Length == 0 || device.Kind == NodeKind.AirBox && !onePerSite)
            return null;
        string? span = device.Tags.FirstOrDefault(t => t.StartsWith("span", StringComparison.Ordinal));
        return span == null ? device.Site : device.Site + "\n" + span;
    }

    /// <summary>The square of the neighbourhood's size that the Air Box stands in; where nobody knows where, its site.</summary>
    internal static string? NeighbourhoodOf(Device device, int metres)
    {
        if (device is not { Latitude: { } latitude, Longitude: { } longitude })
            return device.Site.Length == 0 ? null : device.Site;
        // A degree of latitude is 111,320 m; one of longitude shrinks with the cosine, taken at the square's own band.
        long row = (long)Math.Floor(latitude * 111_320 / metres);
        double width = Math.Max(0.01, Math.Cos((row + 0.5) * metres / 111_320 * Math.PI / 180)) * 111_320;
        long column = (long)Math.Floor(longitude * width / metres);
        return string.Create(CultureInfo.InvariantCulture, $"{row},{column}");
    }

    private static int Size(GroupPlan group, int all) =>
        group.Count ?? (int)(((long)all * group.Percent!.Value + 99) / 100);

    // FNV-1a, finished as in MurmurHash3: ids that differ in their last letter are far apart.
    private static uint Hash(string salt, string id)
    {
        uint hash = 2_166_136_261;
        foreach (char c in salt)
            hash = (hash ^ c) * 16_777_619;
        foreach (char c in id)
            hash = (hash ^ c) * 16_777_619;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }

    private readonly record struct Candidate(string Id, uint Order, string? Span, string? Neighbourhood);
}
