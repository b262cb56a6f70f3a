using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Updates;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>
    /// The boot record and the launcher's choice, with a bundle that somebody has signed. Each choice of a slot verifies
    /// that signature, which takes a board seconds, so there are few.
    /// </summary>
    [TestClass]
    public class BootTests
    {
        [TestMethod]
        public static void A_record_holds_what_was_written()
        {
            MemoryStorage storage = new MemoryStorage();
            BootRecord record = NewRecord(storage);
            Assert.IsFalse(record.Load(), "a new board has none");
            byte[] digest = Digest(7);
            Assert.IsTrue(record.RequestTest(UpdateSlot.B, digest, 3), "request");
            BootRecord read = NewRecord(storage);
            Assert.IsTrue(read.Load(), "load");
            Assert.AreEqual((int)SwapType.Test, (int)read.Swap, "swap");
            Assert.AreEqual((int)UpdateSlot.B, (int)read.Pending.Slot, "pending");
            Assert.AreEqual(3U, read.Pending.Attempt, "attempt");
            Expect.Bytes(digest, read.Pending.Digest, "digest");
            Assert.IsFalse(read.IsTesting, "no boot has followed");
        }

        [TestMethod]
        public static void A_cut_leaves_the_record_before_or_the_new_one()
        {
            MemoryStorage storage = new MemoryStorage();
            NewRecord(storage).RequestTest(UpdateSlot.A, Digest(1), 1);
            for (int i = 2; i < 6; i++)
            {
                storage.CutAt = storage.Operations + 1;
                bool cut = false;
                try
                {
                    NewRecord(storage).RequestTest(UpdateSlot.A, Digest(i), (uint)i);
                }
                catch (PowerCut)
                {
                    cut = true;
                }
                Assert.IsTrue(cut, "the power goes");
                storage.CutAt = 0;
                BootRecord read = NewRecord(storage);
                Assert.IsTrue(read.Load(), "a record is left");
                Assert.AreEqual((uint)(i - 1), read.Pending.Attempt, "the one before");
                Assert.IsTrue(read.RequestTest(UpdateSlot.A, Digest(i), (uint)i), "and it goes on");
            }
        }

        [TestMethod]
        public static void A_signed_image_is_tried_and_confirmed()
        {
            MemoryStorage storage = Staged(SignedBundle.Envelope);
            Bootloader launcher = NewLauncher(storage);
            BootChoice choice = launcher.Choose(BootReason.Requested);
            Assert.AreEqual((int)UpdateSlot.A, (int)choice.Slot, "slot");
            Assert.IsTrue(choice.IsTest, "on trial");
            Assert.AreEqual("1.4.0", choice.Version, "version");
            Assert.AreEqual(1, choice.ComponentCount, "components");
            byte[]? loaded = launcher.LoadComponent(0);
            Assert.IsTrue(loaded != null, "loaded");
            Expect.Bytes(SignedBundle.Component(), loaded!, "component");
            BootRecord record = NewRecord(storage);
            Assert.IsTrue(record.Confirm(), "confirm");
            Assert.AreEqual(2U, record.SecurityCounter, "security counter");
            // A block that the flash has changed since is found at the next boot.
            storage.Damage("slot.a.0", 100);
            Assert.AreEqual((int)UpdateSlot.Golden, (int)NewLauncher(storage).Choose(BootReason.Requested).Slot, "damaged");
        }

        [TestMethod]
        public static void Three_boots_without_a_confirmation_are_enough()
        {
            MemoryStorage storage = Staged(SignedBundle.Envelope);
            for (int i = 0; i < 3; i++)
                Assert.AreEqual((int)UpdateSlot.A, (int)NewLauncher(storage).Choose(BootReason.Crash).Slot, "boot");
            Assert.AreEqual((int)UpdateSlot.Golden, (int)NewLauncher(storage).Choose(BootReason.Crash).Slot, "fourth boot");
            BootRecord record = NewRecord(storage);
            record.Load();
            Assert.AreEqual((int)UpdateState.Reverted, (int)record.Outcome, "outcome");
            Assert.IsTrue(record.KnownBad.Refuses(record.OutcomeOf.Digest, 1), "remembered");
            Assert.IsFalse(record.KnownBad.Refuses(record.OutcomeOf.Digest, 2), "a new attempt");
        }

        [TestMethod]
        public static void A_wrong_signature_is_not_tried()
        {
            string envelope = SignedBundle.Envelope;
            string rest = envelope.Substring(0, envelope.Length - 1);
            string last = envelope[envelope.Length - 1] == '0' ? "1" : "0";
            MemoryStorage storage = Staged(rest + last);
            Assert.AreEqual((int)UpdateSlot.Golden, (int)NewLauncher(storage).Choose(BootReason.Requested).Slot, "slot");
            BootRecord record = NewRecord(storage);
            record.Load();
            Assert.AreEqual((int)UpdateReason.BadSignature, (int)record.OutcomeReason, "reason");
        }

        private static BootRecord NewRecord(MemoryStorage storage)
        {
            return new BootRecord(storage, new Crc32());
        }

        private static Bootloader NewLauncher(MemoryStorage storage)
        {
            BootSettings settings = new BootSettings();
            settings.Kind = NodeKind.Bridge;
            settings.HardwareClass = "esp32";
            byte[] modulus = Expect.FromHex(SignedBundle.Modulus);
            settings.Keys = new RsaPublicKey[] { new RsaPublicKey(modulus, 0, modulus.Length) };
            return new Bootloader(settings, new SlotFiles(storage), NewRecord(storage));
        }

        /// <summary>A board with the bundle in its first slot, asked to try it.</summary>
        private static MemoryStorage Staged(string envelopeHex)
        {
            MemoryStorage storage = new MemoryStorage();
            SlotFiles slots = new SlotFiles(storage);
            byte[] envelope = Expect.FromHex(envelopeHex);
            byte[] component = SignedBundle.Component();
            slots.WriteEnvelope(UpdateSlot.A, envelope, 0, envelope.Length);
            slots.WriteBlock(UpdateSlot.A, 0, component, 0, BundleLimits.BlockBytes);
            slots.WriteBlock(UpdateSlot.A, 1, component, BundleLimits.BlockBytes, component.Length - BundleLimits.BlockBytes);
            BundleReader bundle = new BundleReader();
            Assert.AreEqual((int)BundleError.None, (int)bundle.Read(envelope, 0, envelope.Length), "envelope");
            byte[] digest = new byte[BundleLimits.DigestBytes];
            new BundleVerifier().Digest(bundle, digest);
            Assert.IsTrue(NewRecord(storage).RequestTest(UpdateSlot.A, digest, 1), "request");
            return storage;
        }

        private static byte[] Digest(int number)
        {
            byte[] digest = new byte[BundleLimits.DigestBytes];
            for (int i = 0; i < digest.Length; i++)
                digest[i] = (byte)(number + i);
            return digest;
        }
    }
}
