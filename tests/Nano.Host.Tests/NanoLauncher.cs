using System.Reflection;
using System.Runtime.ExceptionServices;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Host.Tests;

/// <summary>
/// Runs tests of nanoFramework.TestFramework as its launcher on a board does: set-up, test and clean-up of a class, each
/// a public method without parameters that is called without an object.
/// </summary>
internal sealed class NanoLauncher(Assembly assembly)
{
    /// <summary>The test classes.</summary>
    public IEnumerable<Type> Classes =>
        assembly.GetTypes().Where(t => t.GetCustomAttribute<TestClassAttribute>() != null);

    /// <summary>Every test, as class and method.</summary>
    public IEnumerable<(string Class, string Method)> Tests =>
        from type in Classes
        from method in Marked<TestMethodAttribute>(type)
        select (type.Name, method.Name);

    /// <summary>
    /// Runs one test. Throws what the test throws: AssertFailedException where an expectation is not met,
    /// SkipTestException where the test cannot run here.
    /// </summary>
    public void Run(string className, string methodName)
    {
        Type type = Classes.Single(t => t.Name == className);
        foreach (MethodInfo setup in Marked<SetupAttribute>(type))
            Invoke(setup);
        Invoke(Marked<TestMethodAttribute>(type).Single(m => m.Name == methodName));
        foreach (MethodInfo cleanup in Marked<CleanupAttribute>(type))
            Invoke(cleanup);
    }

    /// <summary>
    /// What a launcher on a board would pass over or trip on: tests that are hidden, want an object or a parameter, and
    /// classes without a test.
    /// </summary>
    public IEnumerable<string> Faults()
    {
        const BindingFlags All =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
        foreach (Type type in assembly.GetTypes())
        {
            bool isClass = type.GetCustomAttribute<TestClassAttribute>() != null;
            MethodInfo[] marked = [.. type.GetMethods(All).Where(IsMarked)];
            if (isClass && !Array.Exists(marked, m => m.GetCustomAttribute<TestMethodAttribute>() != null))
                yield return type.Name + " has no test";
            if (isClass && !type.IsPublic)
                yield return type.Name + " is not public";
            foreach (MethodInfo method in marked)
            {
                string name = type.Name + "." + method.Name;
                if (!isClass)
                    yield return name + " is in no test class";
                if (!method.IsStatic || !method.IsPublic)
                    yield return name + " is not public and static";
                if (method.GetParameters().Length != 0 || method.ReturnType != typeof(void))
                    yield return name + " takes or gives something";
            }
            if (!isClass)
                continue;
            foreach (MethodInfo method in type.GetMethods(All | BindingFlags.DeclaredOnly))
            {
                if (method.IsPublic && !IsMarked(method))
                    yield return $"{type.Name}.{method.Name} is public and no test";
            }
        }
    }

    private static bool IsMarked(MethodInfo method) =>
        method.GetCustomAttribute<TestMethodAttribute>() != null
        || method.GetCustomAttribute<SetupAttribute>() != null
        || method.GetCustomAttribute<CleanupAttribute>() != null;

    private static IEnumerable<MethodInfo> Marked<T>(Type type)
        where T : Attribute =>
        type.GetMethods().Where(m => m.GetCustomAttribute<T>() != null);

    private static void Invoke(MethodInfo method)
    {
        try
        {
            method.Invoke(null, null);
        }
        catch (TargetInvocationException thrown) when (thrown.InnerException != null)
        {
            // With the stack of the test, so that a failure names its line.
            ExceptionDispatchInfo.Throw(thrown.InnerException);
        }
    }
}
