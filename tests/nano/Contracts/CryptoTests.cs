using System.Text;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.Nano.Tests.Vectors;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>
    /// Hash and signature by the examples of others. A verification takes a board seconds, so there are few.
    /// </summary>
    [TestClass]
    public class CryptoTests
    {
        [TestMethod]
        public static void Hashes_of_nist()
        {
            string[] messages = HashExample.Messages();
            string[] digests = HashExample.Digests();
            for (int i = 0; i < messages.Length; i++)
                Expect.Bytes(Expect.FromHex(digests[i]), Hash(Encoding.UTF8.GetBytes(messages[i])), "example " + i.ToString());
        }

        [TestMethod]
        public static void A_hash_in_pieces_is_the_same()
        {
            byte[] message = new byte[150];
            for (int i = 0; i < message.Length; i++)
                message[i] = (byte)i;
            byte[] whole = Hash(message);
            Sha256 sha = new Sha256();
            // Up to the end of a block, beyond it, and byte by byte.
            sha.Append(message, 0, 64);
            sha.Append(message, 64, 65);
            for (int i = 129; i < message.Length; i++)
                sha.Append(message[i]);
            byte[] pieces = new byte[Sha256.DigestBytes];
            sha.Finish(pieces, 0);
            Expect.Bytes(whole, pieces, "in pieces");
        }

        [TestMethod]
        public static void A_signature_of_2048_bits()
        {
            Verify(SignatureExample.OfCose(), RsaPublicKey.SmallBytes);
        }

        [TestMethod]
        public static void A_signature_of_3072_bits()
        {
            Verify(SignatureExample.OfOpenSsl(), RsaPublicKey.LargeBytes);
        }

        [TestMethod]
        public static void A_key_has_the_name_that_others_give_it()
        {
            byte[] modulus = Expect.FromHex(SignatureExample.OfOpenSsl().Modulus);
            RsaPublicKey key = new RsaPublicKey(modulus, 0, modulus.Length);
            Expect.Bytes(Expect.FromHex(SignatureExample.KeyIdOfOpenSsl), key.KeyId, "key id");
        }

        [TestMethod]
        public static void A_modulus_of_another_size_is_none()
        {
            byte[] modulus = Expect.FromHex(SignatureExample.OfCose().Modulus);
            Assert.IsTrue(RsaPublicKey.IsModulus(modulus, 0, modulus.Length), "2048 bits");
            Assert.IsFalse(RsaPublicKey.IsModulus(modulus, 0, 128), "1024 bits");
            modulus[modulus.Length - 1] ^= 1;
            Assert.IsFalse(RsaPublicKey.IsModulus(modulus, 0, modulus.Length), "even");
        }

        private static void Verify(SignatureExample example, int size)
        {
            byte[] modulus = Expect.FromHex(example.Modulus);
            byte[] hash = Hash(Expect.FromHex(example.Message));
            byte[] signature = Expect.FromHex(example.Signature);
            Assert.AreEqual(size, modulus.Length, "modulus");
            RsaPublicKey key = new RsaPublicKey(modulus, 0, modulus.Length);
            PssVerifier verifier = new PssVerifier();
            Assert.IsTrue(verifier.Verify(key, hash, signature, 0, signature.Length), "as signed");
            hash[0] ^= 1;
            Assert.IsFalse(verifier.Verify(key, hash, signature, 0, signature.Length), "another message");
            hash[0] ^= 1;
            signature[signature.Length - 1] ^= 1;
            Assert.IsFalse(verifier.Verify(key, hash, signature, 0, signature.Length), "another signature");
            Assert.IsFalse(verifier.Verify(key, hash, signature, 0, signature.Length - 1), "a cut signature");
        }

        private static byte[] Hash(byte[] message)
        {
            Sha256 sha = new Sha256();
            sha.Append(message, 0, message.Length);
            byte[] digest = new byte[Sha256.DigestBytes];
            sha.Finish(digest, 0);
            return digest;
        }
    }
}
