using System.Diagnostics;
using EdgeFleet.Boards.Sim.Flash;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>
/// The same cuts as <see cref="BootPowerCutTests"/> makes, in a whole node: agent, queues, configuration and journal on
/// one flash, a line, and a service that wants the new version.
/// </summary>
/// <remarks>A node takes tens of milliseconds a story, so second cuts are a share unless all are asked for.</remarks>
public sealed class NodePowerCutTests(ITestOutputHelper output)
{
    private static readonly int Stride = CutPoints.All ? 1 : 251;

    [Theory]
    [InlineData(nameof(Conduct.Good))]
    [InlineData(nameof(Conduct.GivesUp))]
    [InlineData(nameof(Conduct.Crashes))]
    [InlineData(nameof(Conduct.CrashesFirst))]
    [InlineData(nameof(Conduct.BadSignature))]
    [InlineData(nameof(Conduct.TooLarge))]
    public void No_cut_leaves_a_node_that_cannot_be_updated(string conduct)
    {
        NodeStory begin = NodeStory.Begin(Enum.Parse<Conduct>(conduct));
        long operations = PlayToEnd(begin.Copy(0));
        int firsts = 0;
        int seconds = 0;
        long started = Stopwatch.GetTimestamp();
        foreach ((long first, CutMoment moment) in CutPoints.Of(operations))
        {
            NodeStory story = Cut(begin, first, moment);
            long left = PlayToEnd(story.Copy(0));
            foreach ((long again, CutMoment then) in CutPoints.Of(left).Where((_, i) => (i + (firsts * 7)) % Stride == 0))
            {
                seconds++;
                PlayToEnd(Cut(story, again, then));
            }
            firsts++;
        }
        output.WriteLine(
            $"{conduct}: {operations} flash operations of a node; cut points: {firsts}, and {seconds} with a second cut; " +
            $"bricks: 0; {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
    }

    private static NodeStory Cut(NodeStory from, long operation, CutMoment moment)
    {
        NodeStory story = from.Copy((ulong)operation);
        story.Flash.CutAt(operation, moment);
        Assert.False(story.TryPlay());
        return story;
    }

    // Answers the flash operations that it took.
    private static long PlayToEnd(NodeStory story)
    {
        long before = story.Flash.Operations;
        Assert.True(story.TryPlay());
        long operations = story.Flash.Operations - before;
        story.CheckEnd();
        return operations;
    }
}
