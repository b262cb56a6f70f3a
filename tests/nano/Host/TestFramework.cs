using System;
using TestFrameworkShared;

// The part of nanoFramework.TestFramework that the tests use, with its names and meanings, so that the same sources
// run on the host. The board compile holds the tests against the real API: a member that is here alone fails there.
namespace TestFrameworkShared
{
    /// <summary>An expectation was not met.</summary>
    public class AssertFailedException : Exception
    {
        public AssertFailedException(string msg)
            : base(msg)
        {
        }
    }
}

namespace nanoFramework.TestFramework
{
    /// <summary>A class with tests.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public class TestClassAttribute : Attribute
    {
    }

    /// <summary>A test: a method without parameters.</summary>
    [AttributeUsage(AttributeTargets.Method, AllowMultiple = false)]
    public class TestMethodAttribute : Attribute
    {
    }

    /// <summary>Runs before the tests of its class.</summary>
    [AttributeUsage(AttributeTargets.Method, AllowMultiple = false)]
    public class SetupAttribute : Attribute
    {
    }

    /// <summary>Runs after the tests of its class.</summary>
    [AttributeUsage(AttributeTargets.Method, AllowMultiple = false)]
    public class CleanupAttribute : Attribute
    {
    }

    /// <summary>A test says that it cannot run here.</summary>
    public class SkipTestException : Exception
    {
        public SkipTestException(string message)
            : base(message)
        {
        }
    }

    /// <summary>Expectations; each throws <see cref="AssertFailedException"/> where it is not met.</summary>
    public sealed class Assert
    {
        public static void AreEqual(bool expected, bool actual, string message = "")
        {
            if (expected != actual)
                Fail(expected, actual, message);
        }

        public static void AreEqual(int expected, int actual, string message = "")
        {
            if (expected != actual)
                Fail(expected, actual, message);
        }

        public static void AreEqual(uint expected, uint actual, string message = "")
        {
            if (expected != actual)
                Fail(expected, actual, message);
        }

        public static void AreEqual(long expected, long actual, string message = "")
        {
            if (expected != actual)
                Fail(expected, actual, message);
        }

        public static void AreEqual(ulong expected, ulong actual, string message = "")
        {
            if (expected != actual)
                Fail(expected, actual, message);
        }

        public static void AreEqual(double expected, double actual, string message = "")
        {
            if (expected != actual)
                Fail(expected, actual, message);
        }

        public static void AreEqual(string? expected, string? actual, string message = "")
        {
            if (expected != actual)
                Fail(expected, actual, message);
        }

        public static void IsTrue(bool condition, string message = "")
        {
            if (!condition)
                throw new AssertFailedException("Assert.IsTrue failed. " + message);
        }

        public static void IsFalse(bool condition, string message = "")
        {
            if (condition)
                throw new AssertFailedException("Assert.IsFalse failed. " + message);
        }

        public static void IsNull(object? value, string message = "")
        {
            if (value != null)
                throw new AssertFailedException("Assert.IsNull failed. " + message);
        }

        public static void IsNotNull(object? value, string message = "")
        {
            if (value == null)
                throw new AssertFailedException("Assert.IsNotNull failed. " + message);
        }

        public static void SkipTest(string message = "")
        {
            throw new SkipTestException(message);
        }

        private static void Fail(object? expected, object? actual, string message)
        {
            throw new AssertFailedException(
                "Assert.AreEqual failed. Expected:<" + expected + ">. Actual:<" + actual + ">. " + message);
        }
    }
}
