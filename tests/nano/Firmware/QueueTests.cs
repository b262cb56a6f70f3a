using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>The flash queue: what was added is there after a boot, in order, once; and what was dropped is counted.</summary>
    [TestClass]
    public class QueueTests
    {
        private const int Segments = 3;
        private const int EntryBytes = 900;

        [TestMethod]
        public static void Entries_survive_a_boot_in_order()
        {
            MemoryStorage storage = new MemoryStorage();
            FlashQueue queue = Mount(storage, Segments);
            uint epoch = queue.Ledger.Epoch;
            Assert.IsTrue(epoch != 0, "epoch");
            for (int i = 1; i <= 5; i++)
                Assert.AreEqual((int)StorageResult.Ok, (int)Add(queue, i), "add " + i.ToString());
            FlashQueue again = Mount(storage, Segments);
            Assert.AreEqual(epoch, again.Ledger.Epoch, "epoch");
            Assert.AreEqual(5U, again.Added, "added");
            Assert.AreEqual(5U, again.Waiting, "waiting");
            for (int i = 1; i <= 5; i++)
                Holds(again, i);
        }

        [TestMethod]
        public static void What_is_acknowledged_does_not_come_back()
        {
            MemoryStorage storage = new MemoryStorage();
            FlashQueue queue = Mount(storage, Segments);
            for (int i = 1; i <= 4; i++)
                Add(queue, i);
            queue.Acknowledge(3);
            Assert.AreEqual(1U, queue.Waiting, "waiting");
            Assert.AreEqual(-1, queue.Read(3, new byte[FlashQueue.MaxEntry]), "done");
            queue.Book();
            FlashQueue again = Mount(storage, Segments);
            Assert.AreEqual(3U, again.Ledger.Done, "done");
            Holds(again, 4);
            Assert.AreEqual(0U, again.Ledger.Dropped, "dropped");
        }

        [TestMethod]
        public static void A_full_queue_drops_its_oldest_and_says_which()
        {
            MemoryStorage storage = new MemoryStorage();
            FlashQueue queue = Mount(storage, 2);
            int added = 0;
            while (queue.Ledger.Dropped == 0)
            {
                added++;
                Assert.AreEqual((int)StorageResult.Ok, (int)Add(queue, added), "add " + added.ToString());
                Assert.IsTrue(added < 20, "it fills");
            }
            QueueLedger ledger = queue.Ledger;
            Assert.AreEqual(1U, ledger.DroppedFirst, "first");
            Assert.AreEqual(ledger.Dropped, ledger.DroppedLast, "last");
            Assert.AreEqual(TimeOf(1), ledger.DroppedFromMs, "from");
            Assert.AreEqual(TimeOf((int)ledger.Dropped), ledger.DroppedToMs, "to");
            Accounts(Mount(storage, 2), added);
        }

        [TestMethod]
        public static void A_queue_that_was_made_smaller_keeps_its_youngest()
        {
            MemoryStorage storage = new MemoryStorage();
            FlashQueue queue = Mount(storage, 8);
            for (int i = 1; i <= 20; i++)
                Add(queue, i);
            Assert.AreEqual(0U, queue.Ledger.Dropped, "all of them fit");
            queue = Mount(storage, 2);
            Accounts(queue, 20);
            Assert.IsTrue(queue.Waiting >= 4, "two segments hold four at least");
            Assert.IsTrue(storage.Count <= 2, "files");
        }

        [TestMethod]
        public static void A_broken_flash_is_counted_and_comes_back()
        {
            MemoryStorage storage = new MemoryStorage();
            FlashQueue queue = Mount(storage, Segments);
            Add(queue, 1);
            storage.Broken = true;
            Assert.IsTrue(Add(queue, 2) != StorageResult.Ok, "refused");
            Assert.IsTrue(queue.Failures > 0, "counted");
            storage.Broken = false;
            Assert.AreEqual((int)StorageResult.Ok, (int)Add(queue, 2), "taken again");
            Accounts(Mount(storage, Segments), 2);
        }

        [TestMethod]
        public static void An_entry_that_is_too_large_is_refused()
        {
            FlashQueue queue = Mount(new MemoryStorage(), Segments);
            byte[] entry = new byte[FlashQueue.MaxEntry + 1];
            Assert.AreEqual((int)StorageResult.Failed, (int)queue.Add(entry, 0, entry.Length, 0), "too large");
            Assert.AreEqual(
                (int)StorageResult.Ok, (int)queue.Add(entry, 1, FlashQueue.MaxEntry, 0), "as large as there may be");
        }

        /// <summary>
        /// The power goes at every operation of a life with full segments and drops: whatever was added before is there or
        /// counted as dropped, and the entry of the cut is there whole or not at all.
        /// </summary>
        [TestMethod]
        public static void Nothing_is_lost_wherever_the_power_goes()
        {
            const int Entries = 16;
            MemoryStorage uncut = new MemoryStorage();
            Assert.AreEqual(Entries, Live(uncut, Entries), "uncut");
            Accounts(Mount(uncut, 2), Entries);
            Assert.IsTrue(Mount(uncut, 2).Ledger.Dropped > 0, "the life drops");
            for (int cut = 1; cut <= uncut.Operations; cut++)
            {
                MemoryStorage storage = new MemoryStorage();
                storage.CutAt = cut;
                int added = Live(storage, Entries);
                storage.CutAt = 0;
                FlashQueue queue = Mount(storage, 2);
                Assert.IsTrue(
                    queue.Added == (uint)added || queue.Added == (uint)added + 1,
                    queue.Added.ToString() + " after " + added.ToString() + " and a cut at " + cut.ToString());
                Accounts(queue, (int)queue.Added);
                Assert.AreEqual((int)StorageResult.Ok, (int)Add(queue, (int)queue.Added + 1), "it goes on");
                Accounts(Mount(storage, 2), (int)queue.Added);
            }
        }

        /// <summary>Adds entries until the power goes; answers how many were taken for sure.</summary>
        private static int Live(MemoryStorage storage, int entries)
        {
            int added = 0;
            try
            {
                FlashQueue queue = Mount(storage, 2);
                while (added < entries)
                {
                    if (Add(queue, added + 1) == StorageResult.Ok)
                        added++;
                }
            }
            catch (PowerCut)
            {
                return added;
            }
            return added;
        }

        /// <summary>Added is waiting and done, and all that waits can be read.</summary>
        private static void Accounts(FlashQueue queue, int added)
        {
            Assert.AreEqual((uint)added, queue.Added, "added");
            Assert.AreEqual(queue.Added, queue.Waiting + queue.Ledger.Done, "waiting and done");
            // Nobody acknowledged anything here.
            Assert.AreEqual(queue.Ledger.Done, queue.Ledger.Dropped, "dropped");
            for (uint number = queue.Ledger.Done + 1; number <= queue.Added; number++)
                Holds(queue, (int)number);
        }

        private static FlashQueue Mount(MemoryStorage storage, int segments)
        {
            FlashQueue queue = new FlashQueue(storage, new Crc32(), new Counter(), "win.", segments);
            queue.Mount();
            return queue;
        }

        private static long TimeOf(int number) => 1_000_000L + number;

        private static StorageResult Add(FlashQueue queue, int number)
        {
            byte[] entry = new byte[EntryBytes + number];
            for (int i = 0; i < entry.Length; i++)
                entry[i] = (byte)(number * 7 + i);
            return queue.Add(entry, 0, entry.Length, TimeOf(number));
        }

        private static void Holds(FlashQueue queue, int number)
        {
            byte[] buffer = new byte[FlashQueue.MaxEntry];
            int length = queue.Read((uint)number, buffer);
            Assert.AreEqual(EntryBytes + number, length, "length of entry " + number.ToString());
            for (int i = 0; i < length; i++)
            {
                if (buffer[i] != (byte)(number * 7 + i))
                    Assert.IsTrue(false, "byte " + i.ToString() + " of entry " + number.ToString());
            }
        }

        /// <summary>Numbers that are not random at all.</summary>
        private sealed class Counter : IEntropy
        {
            private uint _last;

            public uint Next() => ++_last;
        }
    }
}
