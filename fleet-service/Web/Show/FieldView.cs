namespace EdgeFleet.Service.Web;

/// <summary>A line of text in a form, with its label, hint and what is wrong with it.</summary>
/// <param name="Mode">The keyboard that a phone shows: <c>text</c>, <c>decimal</c> or <c>numeric</c>.</param>
public sealed record FieldView(
    string Id, string Name, string Label, string? Value, string? Hint = null, string? Problem = null,
    string Mode = "text", bool Required = false);
