using System.Diagnostics;
using EdgeFleet.Boards.Sim.Flash;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>
/// The power goes at every flash operation of an update, of its going back and of its refusal: before the operation, in
/// it and after it; and then once more at every operation of what follows. No board may be left that does not run a
/// version that was verified, or that cannot take the next one.
/// </summary>
/// <remarks>
/// All second cuts take minutes, so every eleventh is tried, another one after each first cut;
/// <c>EDGEFLEET_ALL_CUTS=1</c> tries all.
/// </remarks>
public sealed class BootPowerCutTests(ITestOutputHelper output)
{
    private static readonly int Stride = CutPoints.All ? 1 : 11;

    // What follows a cut depends on the chip and on what the service wants, and on nothing else.
    private readonly HashSet<string> _seen = [];

    [Theory]
    [InlineData(nameof(Conduct.Good))]
    [InlineData(nameof(Conduct.GivesUp))]
    [InlineData(nameof(Conduct.Crashes))]
    [InlineData(nameof(Conduct.CrashesFirst))]
    [InlineData(nameof(Conduct.BadSignature))]
    [InlineData(nameof(Conduct.TooLarge))]
    [InlineData(nameof(Conduct.First))]
    public void No_cut_leaves_a_board_that_cannot_be_updated(string conduct)
    {
        UpdateStory begin = UpdateStory.Begin(Enum.Parse<Conduct>(conduct));
        long operations = PlayToEnd(begin.Copy(0));
        int firsts = 0;
        int seconds = 0;
        long started = Stopwatch.GetTimestamp();
        foreach ((long first, CutMoment moment) in CutPoints.Of(operations))
        {
            UpdateStory story = Cut(begin, first, moment);
            long left = PlayToEnd(story.Copy(0));
            foreach ((long again, CutMoment then) in CutPoints.Of(left).Where((_, i) => (i + firsts) % Stride == 0))
            {
                seconds++;
                UpdateStory twice = Cut(story, again, then);
                if (_seen.Add(twice.Fingerprint()))
                    PlayToEnd(twice);
            }
            firsts++;
        }
        output.WriteLine(
            $"{conduct}: {operations} flash operations; cut points: {firsts}, and {seconds} with a second cut " +
            $"({_seen.Count} different chips); bricks: 0; {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
    }

    private static UpdateStory Cut(UpdateStory from, long operation, CutMoment moment)
    {
        UpdateStory story = from.Copy((ulong)operation);
        story.Flash.CutAt(operation, moment);
        Assert.False(story.TryPlay());
        return story;
    }

    // Answers the flash operations that it took.
    private static long PlayToEnd(UpdateStory story)
    {
        long before = story.Flash.Operations;
        Assert.True(story.TryPlay());
        long operations = story.Flash.Operations - before;
        story.CheckEnd();
        return operations;
    }
}
