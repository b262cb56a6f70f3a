using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>Records that survive power cuts: checksum, two files in turn, and the younger valid one.</summary>
    [TestClass]
    public class StorageTests
    {
        private const int Capacity = 40;

        /// <summary>The check value that every catalogue of checksums gives for this one.</summary>
        [TestMethod]
        public static void The_checksum_is_the_well_known_one()
        {
            byte[] digits = new byte[9];
            for (int i = 0; i < digits.Length; i++)
                digits[i] = (byte)('1' + i);
            Assert.AreEqual(0xCBF43926U, new Crc32().Of(digits, 0, digits.Length), "123456789");
            Assert.AreEqual(0U, new Crc32().Of(digits, 4, 0), "nothing");
        }

        [TestMethod]
        public static void Without_a_file_there_is_no_record()
        {
            Assert.AreEqual(-1, New(new MemoryStorage()).Load(), "length");
        }

        [TestMethod]
        public static void The_last_record_counts()
        {
            MemoryStorage storage = new MemoryStorage();
            RecordStore store = New(storage);
            store.Load();
            for (int i = 1; i <= 5; i++)
                Assert.AreEqual((int)StorageResult.Ok, (int)Save(store, i), "save " + i.ToString());
            Assert.AreEqual(2, storage.Count, "files");
            Holds(storage, 5);
        }

        [TestMethod]
        public static void A_damaged_file_leaves_the_record_before()
        {
            MemoryStorage storage = new MemoryStorage();
            RecordStore store = New(storage);
            store.Load();
            for (int i = 1; i <= 4; i++)
                Save(store, i);
            // The first record went to the first file, so the fourth is in the second.
            storage.Damage("boot.b", 20);
            Holds(storage, 3);
            storage.Damage("boot.a", 20);
            Assert.AreEqual(-1, New(storage).Load(), "both damaged");
        }

        [TestMethod]
        public static void A_cut_leaves_the_old_record_or_the_new_one()
        {
            for (int cut = 1; cut <= 6; cut++)
            {
                MemoryStorage storage = new MemoryStorage();
                RecordStore store = New(storage);
                store.Load();
                storage.CutAt = cut;
                int saved = 0;
                try
                {
                    for (int i = 1; i <= 6; i++)
                    {
                        Save(store, i);
                        saved = i;
                    }
                    Assert.IsTrue(false, "the power goes at " + cut.ToString());
                }
                catch (PowerCut)
                {
                    storage.CutAt = 0;
                }
                Assert.AreEqual(cut - 1, saved, "saved before the cut");
                if (saved == 0)
                    Assert.AreEqual(-1, New(storage).Load(), "nothing yet");
                else
                    Holds(storage, saved);
                // And it goes on from there.
                RecordStore next = New(storage);
                next.Load();
                Save(next, 9);
                Holds(storage, 9);
            }
        }

        /// <summary>A boot between any two records: the younger file is never the one that is written over.</summary>
        [TestMethod]
        public static void A_cut_after_a_boot_leaves_the_record_before()
        {
            MemoryStorage storage = new MemoryStorage();
            for (int i = 1; i <= 4; i++)
            {
                RecordStore store = New(storage);
                store.Load();
                storage.CutAt = storage.Operations + 1;
                bool cut = false;
                try
                {
                    Save(store, 9);
                }
                catch (PowerCut)
                {
                    cut = true;
                }
                Assert.IsTrue(cut, "the power goes");
                storage.CutAt = 0;
                if (i > 1)
                    Holds(storage, i - 1);
                RecordStore next = New(storage);
                next.Load();
                Save(next, i);
                Holds(storage, i);
            }
        }

        [TestMethod]
        public static void A_flash_that_fails_keeps_the_record()
        {
            MemoryStorage storage = new MemoryStorage();
            RecordStore store = New(storage);
            store.Load();
            Save(store, 1);
            storage.Broken = true;
            Assert.AreEqual((int)StorageResult.Failed, (int)Save(store, 2), "result");
            storage.Broken = false;
            Holds(storage, 1);
            Save(store, 3);
            Holds(storage, 3);
        }

        private static RecordStore New(MemoryStorage storage)
        {
            return new RecordStore(storage, new Crc32(), "boot", Capacity);
        }

        /// <summary>A record as long as its number times four, of bytes that are its number.</summary>
        private static StorageResult Save(RecordStore store, int number)
        {
            for (int i = 0; i < number * 4; i++)
                store.Buffer[store.Offset + i] = (byte)number;
            return store.Save(number * 4);
        }

        private static void Holds(MemoryStorage storage, int number)
        {
            RecordStore store = New(storage);
            Assert.AreEqual(number * 4, store.Load(), "length of record " + number.ToString());
            for (int i = 0; i < number * 4; i++)
                Assert.AreEqual(number, (int)store.Buffer[store.Offset + i], "byte " + i.ToString());
        }
    }
}
