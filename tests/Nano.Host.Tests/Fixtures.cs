using EdgeFleet.Nano.Tests;
using nanoFramework.TestFramework;
using NanoAssert = nanoFramework.TestFramework.Assert;

namespace EdgeFleet.Nano.Host.Tests;

/// <summary>Tests that are meant to fail, and one that passes.</summary>
[TestClass]
public class FailingFixture
{
    [TestMethod]
    public static void Numbers_differ() => NanoAssert.AreEqual(1, 2, "the count");

    [TestMethod]
    public static void Texts_differ() => NanoAssert.AreEqual("a", "b");

    [TestMethod]
    public static void Not_a_number_is_not_near() => Expect.Near(1, double.NaN, 10, "the mean");

    [TestMethod]
    public static void Is_not_true() => NanoAssert.IsTrue(false, "said why");

    [TestMethod]
    public static void A_byte_differs() => Expect.Bytes([1, 2], [1, 3], "x");

    [TestMethod]
    public static void A_byte_is_missing() => Expect.Bytes([1, 2], [1], "x");

    [TestMethod]
    public static void Something_is_null() => NanoAssert.IsNotNull(null);

    [TestMethod]
    public static void Throws() => throw new InvalidOperationException();

    [TestMethod]
    public static void Skips() => NanoAssert.SkipTest("not here");

    [TestMethod]
    public static void Passes() => NanoAssert.IsTrue(true);
}

/// <summary>Tests as a board's launcher would not run them.</summary>
[TestClass]
public class CrookedFixture
{
    [TestMethod]
    public void Wants_an_object()
    {
    }

    [TestMethod]
    public static void Wants_a_number(int number) => NanoAssert.AreEqual(0, number);

    [TestMethod]
    internal static void Is_hidden()
    {
    }

    public static void Forgotten()
    {
    }
}

/// <summary>Has nothing to run.</summary>
[TestClass]
public class EmptyFixture
{
}
