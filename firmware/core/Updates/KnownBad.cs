using System;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>
    /// Bundles that failed on this node, with the attempt that failed and why. The oldest is forgotten for a new one:
    /// a bundle of eight failures ago is seldom offered again, and would fail again at no more than its own cost.
    /// </summary>
    public sealed class KnownBad
    {
        /// <summary>Most bundles that are remembered.</summary>
        public const int Most = 8;

        /// <summary>Bytes of one in the record: digest, attempt, reason.</summary>
        internal const int EntryBytes = BundleLimits.DigestBytes + 4 + 1;

        private readonly byte[] _entries = new byte[Most * EntryBytes];

        internal KnownBad()
        {
        }

        /// <summary>How many are remembered.</summary>
        public int Count { get; private set; }

        /// <summary>Looks for a bundle; answers the last attempt that failed, and why.</summary>
        public bool TryFind(byte[] digest, out uint attempt, out UpdateReason reason)
        {
            attempt = 0;
            reason = UpdateReason.None;
            int at = Find(digest);
            if (at < 0)
                return false;
            attempt = Bytes.Get32(_entries, at + BundleLimits.DigestBytes);
            reason = (UpdateReason)_entries[at + BundleLimits.DigestBytes + 4];
            return true;
        }

        /// <summary>Whether this attempt at a bundle is to be refused: it failed before, and in no lower attempt.</summary>
        public bool Refuses(byte[] digest, uint attempt)
        {
            return TryFind(digest, out uint failed, out UpdateReason reason) && attempt <= failed;
        }

        internal void Add(byte[] digest, uint attempt, UpdateReason reason)
        {
            int at = Find(digest);
            if (at < 0)
            {
                // Oldest first: a full list moves up by one.
                if (Count == Most)
                    Array.Copy(_entries, EntryBytes, _entries, 0, (Most - 1) * EntryBytes);
                else
                    Count++;
                at = (Count - 1) * EntryBytes;
                Array.Copy(digest, 0, _entries, at, BundleLimits.DigestBytes);
            }
            Bytes.Put32(_entries, at + BundleLimits.DigestBytes, attempt);
            _entries[at + BundleLimits.DigestBytes + 4] = (byte)reason;
        }

        internal void Clear()
        {
            Count = 0;
        }

        internal int Put(byte[] to, int at)
        {
            to[at] = (byte)Count;
            Array.Copy(_entries, 0, to, at + 1, Count * EntryBytes);
            return at + 1 + Count * EntryBytes;
        }

        internal bool TryGet(byte[] from, int at, int end)
        {
            int count = from[at];
            if (count > Most || at + 1 + count * EntryBytes != end)
                return false;
            Count = count;
            Array.Copy(from, at + 1, _entries, 0, count * EntryBytes);
            return true;
        }

        private int Find(byte[] digest)
        {
            for (int i = 0; i < Count; i++)
            {
                int at = i * EntryBytes;
                int same = 0;
                while (same < BundleLimits.DigestBytes && _entries[at + same] == digest[same])
                    same++;
                if (same == BundleLimits.DigestBytes)
                    return at;
            }
            return -1;
        }
    }
}
