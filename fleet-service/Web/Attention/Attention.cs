using System.Security.Claims;
using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Web;

/// <summary>Something that waits for a person.</summary>
/// <param name="What">In a few words, such as <c>alerts that nobody has looked at</c>.</param>
/// <param name="Count">How many; nothing is shown of none.</param>
/// <param name="Severity">How grave it is.</param>
/// <param name="Link">The page where it is dealt with.</param>
/// <param name="Examples">The first few by name, with their own pages.</param>
public sealed record AttentionItem(
    string What, int Count, Severity Severity, string Link, IReadOnlyList<AttentionExample> Examples);

/// <summary>One of them.</summary>
/// <param name="Text">What people call it.</param>
/// <param name="Detail">What is with it; null: nothing more.</param>
/// <param name="Since">Since when; null: that is not known.</param>
public sealed record AttentionExample(string Text, string? Detail, string Link, DateTimeOffset? Since = null);

/// <summary>A part of the service in which things wait for people; the overview puts them together.</summary>
public interface IAttentionSource
{
    /// <summary>What waits now and this person may deal with or should know.</summary>
    Task<IReadOnlyList<AttentionItem>> ReadAsync(ClaimsPrincipal user, CancellationToken cancel);
}
