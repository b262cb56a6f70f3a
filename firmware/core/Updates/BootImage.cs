using System;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>
    /// An image that the boot record speaks of: a slot, and what lay in it then. A slot whose content has another digest
    /// by now holds another image, whatever the record says of the slot.
    /// </summary>
    public sealed class BootImage
    {
        /// <summary>Bytes of one in the record.</summary>
        internal const int RecordBytes = 1 + BundleLimits.DigestBytes + 4 + 4;

        /// <summary>The bundle's digest; zeros for the golden application, which is no bundle. Not to be changed.</summary>
        public readonly byte[] Digest = new byte[BundleLimits.DigestBytes];

        internal BootImage()
        {
        }

        /// <summary>Where it lies; golden: in no slot, which for the pending image means that there is none.</summary>
        public UpdateSlot Slot { get; internal set; }

        /// <summary>The attempt under which it was offered, see <see cref="UpdateTarget.Attempt"/>.</summary>
        public uint Attempt { get; internal set; }

        /// <summary>The bundle's security counter, once the launcher has read it from a verified envelope; else 0.</summary>
        public uint SecurityCounter { get; internal set; }

        /// <summary>Whether the bundle has this digest.</summary>
        public bool IsOf(byte[] digest)
        {
            for (int i = 0; i < BundleLimits.DigestBytes; i++)
            {
                if (Digest[i] != digest[i])
                    return false;
            }
            return true;
        }

        internal void Clear()
        {
            Slot = UpdateSlot.Golden;
            Array.Clear(Digest, 0, Digest.Length);
            Attempt = 0;
            SecurityCounter = 0;
        }

        internal void CopyFrom(BootImage other)
        {
            Slot = other.Slot;
            Array.Copy(other.Digest, 0, Digest, 0, Digest.Length);
            Attempt = other.Attempt;
            SecurityCounter = other.SecurityCounter;
        }

        internal int Put(byte[] to, int at)
        {
            to[at] = (byte)Slot;
            Array.Copy(Digest, 0, to, at + 1, Digest.Length);
            at += 1 + Digest.Length;
            Bytes.Put32(to, at, Attempt);
            Bytes.Put32(to, at + 4, SecurityCounter);
            return at + 8;
        }

        internal int Get(byte[] from, int at)
        {
            Slot = from[at] <= (byte)UpdateSlot.B ? (UpdateSlot)from[at] : UpdateSlot.Golden;
            Array.Copy(from, at + 1, Digest, 0, Digest.Length);
            at += 1 + Digest.Length;
            Attempt = Bytes.Get32(from, at);
            SecurityCounter = Bytes.Get32(from, at + 4);
            return at + 8;
        }
    }
}
