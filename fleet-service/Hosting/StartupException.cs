namespace EdgeFleet.Service.Hosting;

/// <summary>The service cannot start, for a reason that the person who starts it can mend.</summary>
/// <param name="name">The error's name, such as <c>data-folder-unwritable</c>.</param>
/// <param name="what">What is wrong, with the value that is.</param>
/// <param name="remedy">What to do about it.</param>
public sealed class StartupException(string name, string what, string remedy) : Exception($"{name}: {what} {remedy}")
{
    /// <summary>The error's name.</summary>
    public string Name { get; } = name;
}
