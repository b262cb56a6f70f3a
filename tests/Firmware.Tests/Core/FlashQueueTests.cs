using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>The queue against a model, with the power cut at every operation that there is.</summary>
public sealed class FlashQueueTests
{
    private const int Steps = 60;

    /// <summary>
    /// One history with full segments, drops and acknowledgements; the power goes at each of its flash operations, in
    /// each way, and goes again at each operation of the recovery.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Nothing_is_lost_wherever_the_power_goes(int seed)
    {
        QueueModel uncut = new(new FaultyStorage(seed), 3);
        Play(uncut, seed, 0);
        int operations = uncut.Storage.Operations;
        Assert.True(operations > Steps, "the history writes");
        Assert.True(uncut.Queue.Ledger.Dropped > 0, "the history drops");

        for (int at = 1; at <= operations; at++)
        {
            foreach (Cut cut in Enum.GetValues<Cut>())
            {
                FaultyStorage storage = new(seed * 1000 + at);
                QueueModel model = new(storage, 3);
                storage.Arm(at, cut);
                int reached = Play(model, seed, 0);
                CutRecovery(model, at);
                storage.Arm(0, cut);
                model.Restart();
                Play(model, seed, reached + 1);
                model.Check();
            }
        }
    }

    [Fact]
    public void Long_random_lives_with_cuts_keep_the_accounts()
    {
        for (int seed = 0; seed < 150; seed++)
            Live(seed, failOneIn: 0);
    }

    [Fact]
    public void Long_random_lives_on_a_failing_flash_keep_the_accounts()
    {
        for (int seed = 0; seed < 150; seed++)
            Live(seed, failOneIn: 12);
    }

    [Fact]
    public void A_full_queue_drops_its_oldest_and_says_which()
    {
        QueueModel model = new(new FaultyStorage(1), 2);
        byte[] entry = new byte[1000];
        while (model.Queue.Ledger.Dropped == 0)
            Assert.Equal(StorageResult.Ok, model.Add(entry));
        model.Check();
        QueueLedger ledger = model.Queue.Ledger;
        Assert.Equal(1u, ledger.DroppedFirst);
        Assert.Equal(ledger.Dropped, ledger.DroppedLast);
        Assert.Equal(QueueModel.TimeOf(1), ledger.DroppedFromMs);
    }

    [Fact]
    public void A_flash_that_is_full_for_others_still_takes_the_newest()
    {
        QueueModel model = new(new FaultyStorage(1) { Capacity = 12 * 1024 }, 8);
        byte[] entry = new byte[700];
        for (int i = 0; i < 60; i++)
            model.Add(entry);
        model.FlashFails = true;
        model.Check();
        Assert.True(model.Queue.Ledger.Dropped > 0);
        Assert.True(model.Committed >= 55, $"{model.Committed} of 60 kept");
    }

    [Fact]
    public void A_broken_flash_is_counted_and_comes_back()
    {
        QueueModel model = new(new FaultyStorage(1), 4);
        Assert.Equal(StorageResult.Ok, model.Add(new byte[100]));
        model.Storage.Broken = true;
        Assert.NotEqual(StorageResult.Ok, model.Add(new byte[100]));
        Assert.True(model.Queue.Failures > 0);
        model.Storage.Broken = false;
        Assert.Equal(StorageResult.Ok, model.Add(new byte[100]));
        model.Check();
        model.Restart();
    }

    [Fact]
    public void A_smaller_queue_keeps_the_youngest_segments()
    {
        FaultyStorage storage = new(1);
        QueueModel large = new(storage, 8);
        byte[] entry = new byte[1000];
        for (int i = 0; i < 20; i++)
            large.Add(entry);
        FlashQueue small = new(storage, new Crc32(), new SeededEntropy(1), "win.", 2);
        small.Mount();
        Assert.Equal(20u, small.Added);
        Assert.Equal(20u, small.Ledger.Done + small.Waiting);
        Assert.Equal(small.Ledger.Done, small.Ledger.Dropped);
        Assert.True(small.Waiting >= 3, $"{small.Waiting} wait");
        Assert.True(storage.Names.Count <= 3);
        byte[] buffer = new byte[FlashQueue.MaxEntry];
        for (uint n = small.Ledger.Done + 1; n <= 20; n++)
            Assert.Equal(1000, small.Read(n, buffer));
        Assert.Equal(StorageResult.Ok, small.Add(entry, 0, entry.Length, 0));
        Assert.Equal(21u, small.Added);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void A_segment_that_vanished_is_counted_as_dropped(uint added)
    {
        FaultyStorage storage = new(1);
        QueueModel model = new(storage, 8);
        byte[] entry = new byte[1000];
        for (int i = 0; i < added; i++)
            model.Add(entry);
        storage.Delete(storage.Names.First());
        FlashQueue queue = new(storage, new Crc32(), new SeededEntropy(1), "win.", 8);
        queue.Mount();
        uint lost = queue.Ledger.Dropped;
        Assert.True(lost > 0);
        Assert.Equal(lost, queue.Ledger.Done);
        Assert.Equal(added, queue.Added);
        Assert.Equal(StorageResult.Ok, queue.Add(entry, 0, entry.Length, 0));
        // The count survives the next boot as well.
        FlashQueue again = new(storage, new Crc32(), new SeededEntropy(1), "win.", 8);
        again.Mount();
        Assert.Equal(lost, again.Ledger.Dropped);
        Assert.Equal(added + 1, again.Added);
    }

    [Fact]
    public void Rubbish_in_any_byte_of_a_segment_never_throws_or_lies()
    {
        FaultyStorage clean = new(1);
        QueueModel model = new(clean, 8);
        for (int i = 0; i < 5; i++)
            model.Add([(byte)i, 1, 2, 3, 4, 5, 6, 7]);
        string name = clean.Names.Single();
        byte[] buffer = new byte[FlashQueue.MaxEntry];
        for (int at = 0; at < clean[name].Length; at++)
        {
            FaultyStorage spoiled = clean.Copy(at);
            byte[] bytes = [.. clean[name]];
            bytes[at] ^= 0x5A;
            spoiled[name] = bytes;
            FlashQueue queue = new(spoiled, new Crc32(), new SeededEntropy(1), "win.", 8);
            queue.Mount();
            for (uint n = queue.Ledger.Done + 1; n <= queue.Added; n++)
            {
                int length = queue.Read(n, buffer);
                Assert.True(length == 8 && buffer[0] == n - 1 && buffer[7] == 7, $"byte {at}: entry {n} is wrong");
            }
            Assert.Equal(StorageResult.Ok, queue.Add(buffer, 0, 8, 0));
        }
    }

    [Fact]
    public void A_new_flash_gets_a_new_epoch()
    {
        FlashQueue one = new(new FaultyStorage(1), new Crc32(), new SeededEntropy(1), "win.", 4);
        FlashQueue two = new(new FaultyStorage(1), new Crc32(), new SeededEntropy(2), "win.", 4);
        one.Mount();
        two.Mount();
        Assert.NotEqual(0u, one.Ledger.Epoch);
        Assert.NotEqual(one.Ledger.Epoch, two.Ledger.Epoch);
    }

    /// <summary>Two cuts in a row: one tears an entry, the next comes when the segment after it has only its name.</summary>
    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0xE7 })]
    public void Nothing_is_added_behind_a_torn_entry_that_an_empty_segment_follows(byte[] begun)
    {
        FaultyStorage storage = new(1);
        QueueModel model = new(storage, 4);
        model.Add([1, 2, 3]);
        string first = storage.Names.Single();
        storage[first] = [.. storage[first], 0xE7, 2];
        storage[first[..^1] + (char)(first[^1] + 1)] = begun;
        model.Restart();
        Assert.Equal(StorageResult.Ok, model.Add([4, 5, 6]));
        model.Restart();
    }

    [Fact]
    public void What_was_booked_is_not_sent_again_after_a_cut()
    {
        QueueModel model = new(new FaultyStorage(1), 4);
        model.Add([1]);
        model.Add([2]);
        model.Acknowledge(1);
        model.Queue.Book();
        int operations = model.Storage.Operations;
        model.Queue.Book();
        Assert.Equal(operations, model.Storage.Operations);
        model.Restart();
        Assert.Equal(1u, model.Queue.Waiting);
        model.Acknowledge(1);
        model.Restart();
        Assert.Equal(1u, model.Queue.Waiting);
    }

    [Fact]
    public void An_entry_that_is_too_long_is_refused()
    {
        QueueModel model = new(new FaultyStorage(1), 4);
        Assert.NotEqual(StorageResult.Ok, model.Add(new byte[FlashQueue.MaxEntry + 1]));
        Assert.Equal(StorageResult.Ok, model.Add(new byte[FlashQueue.MaxEntry]));
        model.Check();
        model.Restart();
    }

    /// <summary>Plays the history from a step on; answers the step at which the power went, or the last.</summary>
    private static int Play(QueueModel model, int seed, int from)
    {
        for (int step = from; step < Steps; step++)
        {
            // Each step has its own numbers, so that a history can be taken up where it broke off.
            Random random = new(seed * 7919 + step);
            try
            {
                Step(model, random, step);
            }
            catch (PowerCutException)
            {
                return step;
            }
        }
        return Steps;
    }

    private static void Step(QueueModel model, Random random, int step)
    {
        if (step % 20 < 14 || random.Next(2) == 0)
            model.Add(RandomEntry(random));
        else
            model.Acknowledge((uint)random.Next(1, 8));
        if (step % 7 == 6)
            model.Queue.Book();
    }

    /// <summary>Cuts a recovery at each of its operations, on copies of the flash.</summary>
    private static void CutRecovery(QueueModel model, int seed)
    {
        for (int again = 1; ; again++)
        {
            bool wasCut = false;
            foreach (Cut cut in Enum.GetValues<Cut>())
            {
                QueueModel fork = model.Fork(seed + again);
                fork.Storage.Arm(again, cut);
                try
                {
                    fork.Restart();
                }
                catch (PowerCutException)
                {
                    wasCut = true;
                    fork.Storage.Arm(0, cut);
                    fork.Restart();
                }
            }
            if (!wasCut)
                return;
        }
    }

    private static void Live(int seed, int failOneIn)
    {
        Random random = new(seed);
        FaultyStorage storage = new(seed);
        QueueModel model = new(storage, random.Next(2, 6)) { FlashFails = failOneIn != 0 };
        for (int step = 0; step < 300; step++)
        {
            storage.FailOneIn = failOneIn;
            if (random.Next(20) == 0)
                storage.Arm(random.Next(1, 12), (Cut)random.Next(3));
            try
            {
                if (random.Next(5) < 4)
                    model.Add(RandomEntry(random));
                else
                    model.Acknowledge((uint)random.Next(1, 12));
                if (random.Next(10) == 0)
                    model.Queue.Book();
            }
            catch (PowerCutException)
            {
                storage.Arm(0, Cut.Before);
                storage.FailOneIn = 0;
                model.Restart();
            }
            if (step % 25 == 0)
            {
                storage.FailOneIn = 0;
                model.Check();
            }
        }
        storage.Arm(0, Cut.Before);
        storage.FailOneIn = 0;
        model.Check();
        model.Restart();
    }

    private static byte[] RandomEntry(Random random)
    {
        byte[] entry = new byte[random.Next(10) == 0 ? random.Next(1, FlashQueue.MaxEntry) : random.Next(1, 900)];
        random.NextBytes(entry);
        return entry;
    }
}
