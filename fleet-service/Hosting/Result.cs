using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Hosting;

/// <summary>Why something asked of the service was not done.</summary>
/// <param name="Status">The HTTP status that fits.</param>
/// <param name="Name">Its name, such as <c>enrolment-full</c>; stable, for programs.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="Errors">Fields and what is wrong with each.</param>
public sealed record Fault(
    int Status, string Name, string Detail, IReadOnlyDictionary<string, string[]>? Errors = null)
{
    /// <summary>Nothing of that name.</summary>
    public static Fault NotFound(string what, string id) =>
        new(StatusCodes.Status404NotFound, what + "-not-found", $"There is no {what} '{id}'.");

    /// <summary>Not possible as things are.</summary>
    public static Fault Conflict(string name, string detail) => new(StatusCodes.Status409Conflict, name, detail);

    /// <summary>One field is wrong.</summary>
    public static Fault Invalid(string field, string what) => new(StatusCodes.Status400BadRequest, "invalid",
        $"{field}: {what}", new Dictionary<string, string[]> { [field] = [what] });

    /// <summary>As Problem Details.</summary>
    public ProblemHttpResult Http() => TypedResults.Problem(Faults.Problem(
        Status, Name, Detail, Errors?.ToDictionary(e => e.Key, e => e.Value)));
}

/// <summary>What came of a change: a value, or why there is none.</summary>
public readonly struct Result<T>
{
    private Result(T? value, Fault? fault)
    {
        Value = value;
        Fault = fault;
    }

    /// <summary>The value; default where there is a fault.</summary>
    public T? Value { get; }

    /// <summary>Why there is no value.</summary>
    public Fault? Fault { get; }

    /// <summary>Whether there is a value.</summary>
    public bool Ok => Fault == null;

    /// <summary>A value.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>A fault.</summary>
    public static implicit operator Result<T>(Fault fault) => new(default, fault);

    /// <summary>As a typed result of a route.</summary>
    public Results<Ok<T>, ProblemHttpResult> Http() => Fault == null ? TypedResults.Ok(Value) : Fault.Http();
}

/// <summary>Collects what is wrong with the fields of a request.</summary>
public sealed class FieldErrors
{
    private readonly Dictionary<string, string[]> _errors = [];

    /// <summary>Notes that a field is wrong where the condition does not hold.</summary>
    public FieldErrors Require(bool holds, string field, string what)
    {
        if (!holds)
            _errors.TryAdd(field, [what]);
        return this;
    }

    /// <summary>A name or note of bounded length, without control characters.</summary>
    public FieldErrors Text(string? text, string field, int most, bool mandatory = false) => Require(
        text == null ? !mandatory : text.Length <= most && !text.Any(char.IsControl) && (!mandatory || text.Trim() != ""),
        field, $"{(mandatory ? 1 : 0)} to {most} characters, none of them a control character.");

    /// <summary>The fault; null where all is well.</summary>
    public Fault? Fault => _errors.Count == 0 ? null : new Fault(StatusCodes.Status400BadRequest, "invalid",
        "Some fields are not acceptable: " + string.Join(", ", _errors.Keys) + ".", _errors);
}
