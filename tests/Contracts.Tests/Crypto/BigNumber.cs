using System.Numerics;
using System.Security.Cryptography;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Contracts.Tests.Crypto;

/// <summary>RSA by its definition, over .NET's big numbers.</summary>
internal static class BigNumber
{
    /// <summary>The number that the key's public operation turns into <paramref name="encoded"/>.</summary>
    public static byte[] Sign(RSA rsa, byte[] encoded)
    {
        RSAParameters key = rsa.ExportParameters(true);
        BigInteger n = Of(key.Modulus!);
        return Bytes(BigInteger.ModPow(Of(encoded), Of(key.D!), n), encoded.Length);
    }

    /// <summary>
    /// A product of three under a modulus that need not be a key's, in the verifier's own arithmetic: what the constants
    /// and one product of a key make of random numbers is what they are by definition.
    /// </summary>
    public static void AssertPower(byte[] modulus, Random random)
    {
        int limbs = modulus.Length / 4;
        RsaPublicKey key = new(modulus, 0, modulus.Length);
        BigInteger n = Of(modulus);
        BigInteger radix = BigInteger.One << (32 * limbs);
        Assert.Equal(radix * radix % n, Of(key.SquareOfRadix));
        byte[] bytes = new byte[modulus.Length];
        random.NextBytes(bytes);
        BigInteger a = random.Next(3) == 0 ? n - 1 : Of(bytes) % n;
        random.NextBytes(bytes);
        BigInteger b = random.Next(3) == 0 ? n - 1 : Of(bytes) % n;
        uint[] product = new uint[limbs];
        Montgomery.Multiply(
            Limbs(a, limbs), Limbs(b, limbs), key.Modulus, key.InverseOfLowest, limbs, product);
        Assert.Equal(a * b % n, Of(product) * radix % n);
        Assert.True(Of(product) < n);
    }

    private static uint[] Limbs(BigInteger value, int limbs)
    {
        uint[] target = new uint[limbs];
        Montgomery.FromBytes(Bytes(value, limbs * 4), 0, target, limbs);
        return target;
    }

    private static BigInteger Of(uint[] limbs)
    {
        byte[] bytes = new byte[limbs.Length * 4];
        Montgomery.ToBytes(limbs, limbs.Length, bytes);
        return Of(bytes);
    }

    private static BigInteger Of(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger value, int length)
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[length - bytes.Length], .. bytes];
    }
}
