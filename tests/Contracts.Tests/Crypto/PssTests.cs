using System.Security.Cryptography;
using System.Text;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Contracts.Tests.Crypto;

/// <summary>RSA-PSS with SHA-256: what .NET's RSA and others signed, whole and damaged.</summary>
public sealed class PssTests
{
    private const string Bits = "2048 3072";

    private static readonly RSA[] Keys = [RSA.Create(2048), RSA.Create(3072)];

    private readonly PssVerifier _verifier = new();

    /// <summary>The same example that boards verify when they are tested.</summary>
    [Fact]
    public void Example_of_the_cose_working_group()
    {
        SignatureExample example = SignatureExample.OfCose();
        byte[] modulus = Convert.FromHexString(example.Modulus);
        byte[] signed = Convert.FromHexString(example.Message);
        byte[] signature = Convert.FromHexString(example.Signature);
        RsaPublicKey key = new(modulus, 0, modulus.Length);
        Assert.True(_verifier.Verify(key, SHA256.HashData(signed), signature, 0, signature.Length));
        signed[^1] ^= 1;
        Assert.False(_verifier.Verify(key, SHA256.HashData(signed), signature, 0, signature.Length));
    }

    public static TheoryData<int> Sizes() => [.. Bits.Split(' ').Select(int.Parse)];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void What_dotnet_signs_holds(int bits)
    {
        Random random = new(bits);
        // Keys of their own, so that moduli differ from run to run; a failure prints its case.
        for (int round = 0; round < 3; round++)
        {
            using RSA rsa = RSA.Create(bits);
            RsaPublicKey key = PublicKey(rsa);
            for (int i = 0; i < 40; i++)
            {
                byte[] message = new byte[random.Next(300)];
                random.NextBytes(message);
                byte[] signature = Sign(rsa, message);
                Assert.True(Verify(key, message, signature), Case(rsa, message, signature));
                Assert.False(Verify(PublicKey(KeyOf(bits)), message, signature));
            }
        }
    }

    /// <summary>Every bit of a signature and of a digest, and random changes of several bytes.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void Any_flip_is_refused(int bits)
    {
        RSA rsa = KeyOf(bits);
        RsaPublicKey key = PublicKey(rsa);
        byte[] hash = SHA256.HashData("flipped"u8);
        byte[] signature = rsa.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        for (int bit = 0; bit < signature.Length * 8; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(_verifier.Verify(key, hash, signature, 0, signature.Length), "bit " + bit);
            signature[bit / 8] ^= (byte)(1 << bit % 8);
        }
        for (int bit = 0; bit < 256; bit++)
        {
            hash[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(_verifier.Verify(key, hash, signature, 0, signature.Length), "digest bit " + bit);
            hash[bit / 8] ^= (byte)(1 << bit % 8);
        }
        Assert.True(_verifier.Verify(key, hash, signature, 0, signature.Length));
    }

    /// <summary>A salt of another length, another hash and another padding are other algorithms.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void Other_paddings_are_refused(int bits)
    {
        RSA rsa = KeyOf(bits);
        byte[] message = Encoding.UTF8.GetBytes("padding");
        RsaPublicKey key = PublicKey(rsa);
        Assert.False(Verify(key, message, rsa.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        Assert.False(Verify(key, message, rsa.SignData(message, HashAlgorithmName.SHA384, RSASignaturePadding.Pss)));
        foreach (int salt in new[] { 0, 20, 31, 33, 64 })
            Assert.False(Verify(key, message, Raise(rsa, Encode(SHA256.HashData(message), bits / 8, salt, _ => { }))));
        Assert.True(Verify(key, message, Raise(rsa, Encode(SHA256.HashData(message), bits / 8, 32, _ => { }))));
    }

    /// <summary>Encodings that are wrong in one place, signed with the right key: only the padding's rules can tell.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void Each_part_of_the_padding_is_held(int bits)
    {
        RSA rsa = KeyOf(bits);
        RsaPublicKey key = PublicKey(rsa);
        byte[] hash = SHA256.HashData("padding"u8);
        int size = bits / 8;
        int separator = size - 32 - 1 - 32 - 1;
        // Signing by the definition is slow, so not every zero, but those at both ends.
        for (int at = 0; at <= separator; at += at < 4 || at > separator - 4 ? 1 : 9)
        {
            int place = at;
            byte[] signature = Raise(rsa, Encode(hash, size, 32, encoded => encoded[place] ^= 0x10));
            Assert.False(_verifier.Verify(key, hash, signature, 0, size), "byte " + at);
        }
        foreach (int trailer in new[] { 0, 0xBB, 0xCC, 0xFF })
        {
            byte[] encoded = Encode(hash, size, 32, _ => { });
            encoded[^1] = (byte)trailer;
            Assert.False(_verifier.Verify(key, hash, Raise(rsa, encoded), 0, size));
        }
    }

    /// <summary>A signature that the modulus was added to is the same number, but not a signature (RFC 8017, 5.2.2).</summary>
    [Fact]
    public void A_signature_not_below_the_modulus_is_refused()
    {
        // The sum still fits where the modulus lies below two thirds of its width: a key that begins with 8 or 9.
        for (int tries = 0; tries < 400; tries++)
        {
            using RSA rsa = RSA.Create(2048);
            RsaPublicKey key = PublicKey(rsa);
            if (key.ModulusBytes[0] > 0x9F)
                continue;
            byte[] message = "range"u8.ToArray();
            for (int i = 0; i < 100; i++)
            {
                byte[] signature = Sign(rsa, message);
                byte[]? sum = Add(signature, key.ModulusBytes);
                if (sum == null)
                    continue;
                Assert.True(Verify(key, message, signature));
                Assert.False(Verify(key, message, sum));
                return;
            }
        }
        Assert.Fail("no key below two thirds in 400");
    }

    [Fact]
    public void Lengths_and_moduli_that_cannot_be_are_refused()
    {
        RSA rsa = Keys[0];
        RsaPublicKey key = PublicKey(rsa);
        byte[] hash = SHA256.HashData([]);
        byte[] signature = [.. Sign(rsa, []), 0];
        Assert.True(_verifier.Verify(key, hash, signature, 0, 256));
        Assert.False(_verifier.Verify(key, hash, signature, 0, 257));
        Assert.False(_verifier.Verify(key, hash, signature, 0, 255));
        Assert.False(_verifier.Verify(key, hash, signature, 1, 256));
        Assert.False(_verifier.Verify(key, hash[..31], signature, 0, 256));
        foreach (int length in new[] { 0, 1, 3, 4, 128, 255, 257, 260, 383, 385, 512 })
        {
            byte[] odd = [.. Enumerable.Repeat((byte)0xFF, length)];
            Assert.False(RsaPublicKey.IsModulus(odd, 0, length));
            Assert.False(_verifier.Verify(new RsaPublicKey(odd, 0, length), hash, new byte[length], 0, length));
        }
        foreach (int length in new[] { 256, 384 })
        {
            byte[] even = new byte[length];
            even[0] = 0x80;
            Assert.False(_verifier.Verify(new RsaPublicKey(even, 0, length), hash, new byte[length], 0, length));
            even[0] = 0;
            even[^1] = 1;
            Assert.False(_verifier.Verify(new RsaPublicKey(even, 0, length), hash, new byte[length], 0, length));
        }
    }

    /// <summary>Moduli of long runs of ones and zeros, where carries and borrows travel far, against BigInteger.</summary>
    [Fact]
    public void Carries_travel_as_far_as_they_must()
    {
        Random random = new(11);
        foreach (int size in new[] { 256, 384 })
        {
            for (int round = 0; round < 60; round++)
            {
                byte[] modulus = new byte[size];
                for (int i = 0; i < size; i++)
                    modulus[i] = (byte)(random.Next(3) switch { 0 => 0xFF, 1 => 0, _ => random.Next(256) });
                if (round % 3 == 0)
                    Array.Fill(modulus, (byte)0xFF, 0, size / 2);
                modulus[0] |= 0x80;
                modulus[^1] |= 1;
                BigNumber.AssertPower(modulus, random);
            }
        }
    }

    [Fact]
    public void A_verification_allocates_nothing()
    {
        RsaPublicKey key = PublicKey(Keys[0]);
        byte[] hash = SHA256.HashData([]);
        byte[] signature = Sign(Keys[0], []);
        _verifier.Verify(key, hash, signature, 0, 256);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            _verifier.Verify(key, hash, signature, 0, 256);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>The id is the digest that others print of the key, so that an operator can compare.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_key_id_is_the_digest_of_the_der_form(int bits)
    {
        RSA rsa = KeyOf(bits);
        Assert.Equal(SHA256.HashData(rsa.ExportSubjectPublicKeyInfo()), PublicKey(rsa).KeyId);
    }

    private static RSA KeyOf(int bits) => bits == 2048 ? Keys[0] : Keys[1];

    private static RsaPublicKey PublicKey(RSA rsa)
    {
        byte[] modulus = rsa.ExportParameters(false).Modulus!;
        Assert.True(RsaPublicKey.IsModulus(modulus, 0, modulus.Length));
        return new(modulus, 0, modulus.Length);
    }

    private static byte[] Sign(RSA rsa, byte[] message) =>
        rsa.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);

    private bool Verify(RsaPublicKey key, byte[] message, byte[] signature) =>
        _verifier.Verify(key, SHA256.HashData(message), signature, 0, signature.Length);

    private static byte[] Raise(RSA rsa, byte[] encoded) => BigNumber.Sign(rsa, encoded);

    /// <summary>EMSA-PSS-ENCODE, with a change to the part that is then masked.</summary>
    private static byte[] Encode(byte[] hash, int size, int saltLength, Action<byte[]> change)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(saltLength);
        byte[] h = SHA256.HashData([.. new byte[8], .. hash, .. salt]);
        byte[] encoded = new byte[size];
        int length = size - 33;
        encoded[length - saltLength - 1] = 1;
        salt.CopyTo(encoded, length - saltLength);
        change(encoded);
        for (int i = 0; i < length; i++)
            encoded[i] ^= SHA256.HashData([.. h, 0, 0, 0, (byte)(i / 32)])[i % 32];
        encoded[0] &= 0x7F;
        h.CopyTo(encoded, length);
        encoded[^1] = 0xBC;
        return encoded;
    }

    private static byte[]? Add(byte[] a, byte[] b)
    {
        byte[] sum = new byte[a.Length];
        int carry = 0;
        for (int i = a.Length - 1; i >= 0; i--)
        {
            carry += a[i] + b[i];
            sum[i] = (byte)carry;
            carry >>= 8;
        }
        return carry == 0 ? sum : null;
    }

    private static string Case(RSA rsa, byte[] message, byte[] signature) =>
        $"key {rsa.ExportRSAPublicKeyPem()} message {Convert.ToHexString(message)} signature {Convert.ToHexString(signature)}";
}
