using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.Firmware.Tests.Sim;
using EdgeFleet.Firmware.Triggering;

namespace EdgeFleet.Firmware.Tests.Triggering;

/// <summary>The trigger as a node has it, over a real bridge.</summary>
public sealed class MunichTests
{
    /// <summary>
    /// What ObsPy's trigger_onset would find in the ratio of 1 to 25 Hz, a node finds too, less what follows within its
    /// cooldown or is too short; and each capture has the recording's own samples.
    /// </summary>
    [Fact]
    public void The_node_fires_where_the_published_ratio_says()
    {
        int[] counts = BridgeRecording.Load(SharedData.File("bridge/munich-unibw-2022-04-11-100hz.csv.gz")).Counts;
        Core.TestAccelerometer sensor = new() { RateMilliHz = 100_000, AxisMask = 4 };
        VibrationTrigger trigger = new(sensor, 4096);
        trigger.Apply(new Contracts.Messages.TriggerConfig());
        List<long> expected = Expected(counts);
        List<long> onsets = [];
        int[] xyz = new int[3 * 4];
        int[] samples = new int[1200];
        for (int at = 0; at + 4 <= counts.Length; at += 4)
        {
            for (int i = 0; i < 4; i++)
                xyz[(3 * i) + 2] = counts[at + i];
            trigger.Accept(xyz, 4, (at + 4) * 10L, 0);
            if (trigger.Slots.Full() is not { } capture)
                continue;
            onsets.Add(capture.OnsetMs / 10);
            Assert.Equal(2, capture.Axis);
            Assert.True(capture.PeakMilli >= 4000);
            Assert.True(trigger.History.Read(capture.First, capture.Samples, 2, samples));
            Assert.Equal(counts.AsSpan((int)capture.First, capture.Samples), samples.AsSpan(0, capture.Samples));
            Assert.Equal(400, onsets[^1] - capture.First, 1.0);
            capture.Stage = CaptureStage.Free;
        }
        Assert.True(expected.Count >= 3, $"{expected.Count} events");
        Assert.Equal(expected.Count, onsets.Count);
        for (int i = 0; i < onsets.Count; i++)
            Assert.InRange(onsets[i] - expected[i], 0, 1);
    }

    private static List<long> Expected(int[] counts)
    {
        StaLta ratio = new();
        ratio.Apply(50, 3000, 4, 1.5, 1, 25, 100);
        byte[] active = new byte[1];
        List<long> onsets = [];
        long since = -1;
        long quietUntil = 0;
        bool counted = false;
        for (int i = 0; i < counts.Length; i++)
        {
            active[0] = 0;
            ratio.Accept([0, 0, counts[i]], 2, 1, active, 1);
            bool on = active[0] != 0 && (counted || i > quietUntil);
            if (on && since < 0)
                since = i;
            if (on && !counted && i - since + 1 >= 10)
            {
                onsets.Add(since);
                counted = true;
            }
            if (!on)
            {
                if (counted)
                    quietUntil = i + 3000;
                since = -1;
                counted = false;
            }
        }
        return onsets;
    }
}
