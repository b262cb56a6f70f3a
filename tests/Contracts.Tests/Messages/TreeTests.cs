using EdgeFleet.Contracts.Tests.Vectors;

namespace EdgeFleet.Contracts.Tests.Messages;

/// <summary>The trees that the tests of messages change: unchanged, they are the golden bytes.</summary>
public sealed class TreeTests
{
    [Fact]
    public void A_tree_that_nobody_changed_is_the_vector()
    {
        foreach (Vector vector in VectorFile.All)
        {
            // Their writer makes every float a double; one vector has a half.
            byte[] again = Tree.Bytes(Tree.Vector(vector.Kind, vector.Name));
            Assert.Equal(TheirDiagnostic.Of(vector.Bytes), TheirDiagnostic.Of(again));
            if (!vector.Diag.Contains(".5", StringComparison.Ordinal))
                Assert.Equal(vector.Bytes, again);
        }
    }

    [Fact]
    public void Every_map_of_a_vector_is_found()
    {
        Assert.Equal(4, Tree.Maps(Tree.Vector("desired-state", "config")).Count());
        Assert.Equal(4, Tree.Maps(Tree.Vector("desired-state", "from-newer")).Count());
        Assert.Equal(4, Tree.Maps(Tree.Vector("telemetry-pack", "air-box")).Count());
    }
}
