using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Tests.Telemetry;

public sealed class SequenceSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Agrees_with_a_plain_set_whatever_the_order(int seed)
    {
        var random = new Random(seed);
        var plain = new HashSet<uint>();
        var set = new SequenceSet();
        for (int i = 0; i < 5000; i++)
        {
            uint number = (uint)random.Next(1, 1500);
            Assert.Equal(plain.Add(number), set.Add(number));
        }
        Assert.Equal(plain.Count, set.Runs.Sum(run => run.Length));
        Assert.Equal(plain.Max(), set.Last);
        for (uint number = 0; number < 1600; number++)
            Assert.Equal(plain.Contains(number), set.Contains(number));
        Assert.All(set.Runs.Zip(set.Runs.Skip(1)), pair => Assert.True(pair.First.Last + 1 < pair.Second.First));
        IEnumerable<uint> missing = set.Holes(1600).SelectMany(
            hole => Enumerable.Range((int)hole.First, (int)hole.Length).Select(number => (uint)number));
        Assert.Equal(Enumerable.Range(1, 1600).Select(number => (uint)number).Where(number => !plain.Contains(number)), missing);
    }

    [Fact]
    public void Holds_the_largest_number_there_is()
    {
        var set = new SequenceSet();
        Assert.True(set.Add(uint.MaxValue));
        Assert.True(set.Add(uint.MaxValue - 1));
        Assert.False(set.Add(uint.MaxValue));
        Assert.Equal([new SequenceRun(1, uint.MaxValue - 2)], set.Holes(uint.MaxValue));
    }

    [Fact]
    public void Beyond_its_bound_gives_the_lowest_hole_up_and_says_so()
    {
        var set = new SequenceSet();
        for (uint i = 0; i <= TelemetryLimits.MaxRuns; i++)
            Assert.True(set.Add(1 + i * 3));
        Assert.Equal(TelemetryLimits.MaxRuns, set.Runs.Count);
        Assert.Equal(2, set.Forgotten);
        Assert.False(set.Add(2));
        Assert.True(set.Add(5));
        Assert.Equal(2, set.Copy().Forgotten);
    }
}
