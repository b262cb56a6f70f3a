using System;
using System.Security.Cryptography;

namespace EdgeFleet.Contracts.Bundles
{
    /// <summary>
    /// Tags of blocks: HMAC-SHA256, under a key that everybody knows, over the block's index, its length and its bytes,
    /// filled up with zeros to 4,096. With a known key the HMAC vouches for nothing by itself; it is a hash without
    /// collisions that boards have at native speed, and the signed manifest vouches for the tags. Index and length keep
    /// a block in its place.
    /// </summary>
    public sealed class BlockTag : IDisposable
    {
        private const int HeadBytes = 8;

        private readonly HMACSHA256 _hmac;

        // Always whole, because the board's HMAC takes whole arrays alone.
        private readonly byte[] _message = new byte[HeadBytes + BundleLimits.BlockBytes];

        /// <summary>Takes the memory for one block.</summary>
        public BlockTag()
        {
            // "EdgeFleet block tag, version 1.." in ASCII; 32 bytes.
            _hmac = new HMACSHA256(new byte[]
            {
                0x45, 0x64, 0x67, 0x65, 0x46, 0x6C, 0x65, 0x65, 0x74, 0x20, 0x62, 0x6C, 0x6F, 0x63, 0x6B, 0x20,
                0x74, 0x61, 0x67, 0x2C, 0x20, 0x76, 0x65, 0x72, 0x73, 0x69, 0x6F, 0x6E, 0x20, 0x31, 0x2E, 0x2E,
            });
        }

        /// <summary>
        /// The tag of a component's block; <paramref name="index"/> counts from 0 in the component,
        /// <paramref name="count"/> is 1 to 4,096. Allocates the tag.
        /// </summary>
        public byte[] Compute(byte[] data, int offset, int count, int index)
        {
            Put(0, index);
            Put(4, count);
            Array.Copy(data, offset, _message, HeadBytes, count);
            Array.Clear(_message, HeadBytes + count, BundleLimits.BlockBytes - count);
            return _hmac.ComputeHash(_message);
        }

        /// <summary>Whether the block is the one that the tag at <paramref name="tagOffset"/> was made of.</summary>
        public bool Matches(byte[] data, int offset, int count, int index, byte[] tags, int tagOffset)
        {
            byte[] tag = Compute(data, offset, count, index);
            int difference = 0;
            for (int i = 0; i < BundleLimits.TagBytes; i++)
                difference |= tag[i] ^ tags[tagOffset + i];
            return difference == 0;
        }

        /// <summary>Gives back what the HMAC holds.</summary>
        public void Dispose()
        {
            // The board declares it on HMACSHA256 and .NET on a base class; both have the interface.
            ((IDisposable)_hmac).Dispose();
        }

        private void Put(int at, int value)
        {
            _message[at] = (byte)(value >> 24);
            _message[at + 1] = (byte)(value >> 16);
            _message[at + 2] = (byte)(value >> 8);
            _message[at + 3] = (byte)value;
        }
    }
}
