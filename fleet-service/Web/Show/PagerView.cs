namespace EdgeFleet.Service.Web;

/// <summary>Where a list's page is among its pages.</summary>
/// <param name="Total">Entries on all pages.</param>
/// <param name="Number">This page, from 1.</param>
/// <param name="Size">Entries of a page.</param>
/// <param name="What">What an entry is called, in the singular.</param>
/// <param name="Address">Address of a page, without its number at the end.</param>
public sealed record PagerView(int Total, int Number, int Size, string What, string Address)
{
    /// <summary>Pages.</summary>
    public int Pages => Math.Max(1, (Total + Size - 1) / Size);
}
