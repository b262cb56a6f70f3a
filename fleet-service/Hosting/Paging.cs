namespace EdgeFleet.Service.Hosting;

/// <summary>The bounds of every list.</summary>
internal static class Paging
{
    /// <summary>Why a page cannot be given; null where it can.</summary>
    public static Fault? Check(int skip, int top) => new FieldErrors()
        .Require(skip >= 0, "skip", "0 or more.")
        .Require(top is >= 1 and <= ServiceLimits.MaxPage, "top", $"1 to {ServiceLimits.MaxPage}.")
        .Fault;
}

/// <summary>Values of query strings.</summary>
internal static class Query
{
    /// <summary>An enumeration's value by its name; null where nothing was asked for.</summary>
    public static bool TryEnum<T>(string? text, out T? value)
        where T : struct, Enum
    {
        value = null;
        if (string.IsNullOrEmpty(text))
            return true;
        // Numbers would be taken too, even ones without a name.
        if (!char.IsLetter(text[0]) || !Enum.TryParse(text, ignoreCase: true, out T parsed))
            return false;
        value = parsed;
        return true;
    }
}
