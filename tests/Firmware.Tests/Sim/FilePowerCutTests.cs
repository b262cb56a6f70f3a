using EdgeFleet.Boards.Sim.Flash;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>
/// The power goes at every single flash operation of a workload, before, in and after it. After each cut every file must
/// be what <see cref="IStorage"/> promises, and the flash as good as before.
/// </summary>
public sealed class FilePowerCutTests
{
    private const int Sectors = 10;

    private enum Kind
    {
        Append,
        Write,
        Delete,
    }

    private sealed record Step(Kind Kind, string Name, int Seed, int Count)
    {
        public byte[] Bytes { get; } = SimFileStoreTests.Pattern(Seed, Count);
    }

    // Small and large, over sector borders, many files, deletes between: enough to go round the flash several times.
    private static readonly Step[] Workload =
    [
        .. Enumerable.Range(0, 60).Select(i => (i % 10) switch
        {
            0 => new Step(Kind.Write, "config", i, 90),
            3 => new Step(Kind.Append, "queue.2", i, 4090),
            5 => new Step(Kind.Write, "boot", i, 12),
            6 => new Step(Kind.Delete, i % 20 == 6 ? "queue.1" : "queue.2", 0, 0),
            8 => new Step(Kind.Write, "large", i, 5000),
            9 => new Step(Kind.Append, "queue.1", i, 3000),
            _ => new Step(Kind.Append, "queue.1", i, 30 + (i * 7)),
        }),
    ];

    [Theory]
    [InlineData(CutMoment.Before)]
    [InlineData(CutMoment.Torn)]
    [InlineData(CutMoment.After)]
    public void After_a_cut_at_any_operation_only_the_file_at_hand_may_have_changed(CutMoment moment)
    {
        long operations = CountOperations();
        Assert.True(operations > 300, $"The workload has only {operations} flash operations.");
        int seeds = moment == CutMoment.Torn ? 3 : 1;
        for (int seed = 0; seed < seeds; seed++)
        {
            for (long cut = 0; cut < operations; cut++)
                RunWithCut((ulong)seed, cut, moment);
        }
    }

    [Fact]
    public void A_torn_append_shows_as_a_torn_end()
    {
        // The port allows torn bytes behind the old ones; a layer that never showed any would hide faults of its users.
        int torn = 0;
        for (ulong seed = 0; seed < 50; seed++)
        {
            SimFlash flash = new(Sectors * SimFlash.SectorBytes, seed);
            SimFileStore files = new(flash);
            Append(files, "a", 1, 50);
            flash.CutAt(flash.Operations + 1, CutMoment.Torn);
            Assert.Throws<PowerCutException>(() => Append(files, "a", 2, 50));
            flash.PowerOn();
            byte[] left = SimFileStoreTests.ReadAll(new SimFileStore(flash), "a");
            Assert.Equal(SimFileStoreTests.Pattern(1, 50), left[..50]);
            if (left.Length == 100 && !left[50..].SequenceEqual(SimFileStoreTests.Pattern(2, 50)))
                torn++;
        }
        Assert.InRange(torn, 40, 50);
    }

    private static long CountOperations()
    {
        SimFlash flash = new(Sectors * SimFlash.SectorBytes, 0);
        SimFileStore files = new(flash);
        foreach (Step step in Workload)
            Assert.Equal(StorageResult.Ok, Do(files, step));
        return flash.Operations;
    }

    private static void RunWithCut(ulong seed, long cut, CutMoment moment)
    {
        SimFlash flash = new(Sectors * SimFlash.SectorBytes, seed);
        SimFileStore files = new(flash);
        Dictionary<string, byte[]> expected = [];
        flash.CutAt(cut, moment);
        Step? interrupted = null;
        int next = 0;
        try
        {
            for (; next < Workload.Length; next++)
            {
                interrupted = Workload[next];
                Do(files, interrupted);
                Apply(expected, interrupted);
            }
            interrupted = null;
        }
        catch (PowerCutException)
        {
        }
        Assert.NotNull(interrupted);
        flash.PowerOn();
        files = new SimFileStore(flash);
        string context = $"seed {seed}, cut {moment} {cut}, at step {next}: {interrupted}";
        CheckInterrupted(files, expected, interrupted, context);
        CheckOthers(files, expected, interrupted.Name, context);

        // The flash still serves: the step that was cut is done again, and the rest of the workload.
        files.Delete(interrupted.Name);
        expected.Remove(interrupted.Name);
        for (; next < Workload.Length; next++)
        {
            Assert.True(Do(files, Workload[next]) == StorageResult.Ok, $"{context}: then refused {Workload[next]}");
            Apply(expected, Workload[next]);
        }
        CheckOthers(new SimFileStore(flash), expected, "", context);
        Assert.True(flash.Overwrites == 0, $"{context}: programmed what was not erased");
    }

    private static void CheckInterrupted(
        SimFileStore files, Dictionary<string, byte[]> expected, Step step, string context)
    {
        byte[]? old = expected.GetValueOrDefault(step.Name);
        byte[]? now = files.Length(step.Name) < 0 ? null : SimFileStoreTests.ReadAll(files, step.Name);
        switch (step.Kind)
        {
            case Kind.Append:
                int kept = old?.Length ?? 0;
                Assert.True(now != null || old == null, $"{context}: the file is gone");
                Assert.True(now == null || now.AsSpan().StartsWith(old ?? []), $"{context}: old bytes have changed");
                Assert.True(now == null || now.Length <= kept + step.Count, $"{context}: {now?.Length} bytes");
                break;
            case Kind.Write:
                Assert.True(now == null || Same(now, old) || now.Length <= step.Count, $"{context}: {now?.Length} bytes");
                break;
            default:
                Assert.True(now == null || Same(now, old), $"{context}: half deleted");
                break;
        }
    }

    private static void CheckOthers(
        SimFileStore files, Dictionary<string, byte[]> expected, string except, string context)
    {
        Assert.Equal(
            expected.Keys.Where(n => n != except).Order(StringComparer.Ordinal), files.List("").Where(n => n != except));
        foreach ((string name, byte[] bytes) in expected)
        {
            if (name != except)
                Assert.True(Same(SimFileStoreTests.ReadAll(files, name), bytes), $"{context}: {name} has changed");
        }
    }

    private static bool Same(byte[] now, byte[]? then) => then != null && now.AsSpan().SequenceEqual(then);

    private static StorageResult Do(SimFileStore files, Step step) => step.Kind switch
    {
        Kind.Append => files.Append(step.Name, step.Bytes, 0, step.Count),
        Kind.Write => files.Write(step.Name, step.Bytes, 0, step.Count),
        _ => files.Delete(step.Name),
    };

    private static void Append(SimFileStore files, string name, int seed, int count) =>
        Do(files, new Step(Kind.Append, name, seed, count));

    private static void Apply(Dictionary<string, byte[]> expected, Step step)
    {
        if (step.Kind == Kind.Delete)
            expected.Remove(step.Name);
        else if (step.Kind == Kind.Append && expected.TryGetValue(step.Name, out byte[]? old))
            expected[step.Name] = [.. old, .. step.Bytes];
        else
            expected[step.Name] = step.Bytes;
    }
}
