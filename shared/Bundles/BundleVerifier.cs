using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Contracts.Bundles
{
    /// <summary>
    /// Whether a bundle is what somebody who is trusted has signed. The signature covers the manifest, and through its
    /// tags every byte of the components, which are then held to <see cref="BlockTag"/> one by one. All memory is taken
    /// in the constructor.
    /// </summary>
    public sealed class BundleVerifier
    {
        private readonly Sha256 _sha = new Sha256();
        private readonly PssVerifier _pss = new PssVerifier();
        private readonly byte[] _digest = new byte[BundleLimits.DigestBytes];

        /// <summary>
        /// The bundle's name: the SHA-256 that its signature signs, of protected header and manifest. It covers the
        /// components through their tags, and not the signature, whose salt is random: signed again with the same key, a
        /// bundle is the same one.
        /// </summary>
        public void Digest(BundleReader bundle, byte[] target)
        {
            bundle.AppendToBeSigned(_sha);
            _sha.Finish(target, 0);
        }

        /// <summary>
        /// Looks for the key by its id and holds the signature to it. <see cref="BundleError.NotSigned"/>,
        /// <see cref="BundleError.UnknownKey"/>, <see cref="BundleError.BadSignature"/>, or none.
        /// </summary>
        public BundleError Verify(BundleReader bundle, RsaPublicKey[] keys)
        {
            if (!bundle.IsSigned)
                return BundleError.NotSigned;
            for (int i = 0; i < keys.Length; i++)
            {
                if (IsNamed(bundle, keys[i]))
                    return Verify(bundle, keys[i]);
            }
            return BundleError.UnknownKey;
        }

        private BundleError Verify(BundleReader bundle, RsaPublicKey key)
        {
            Digest(bundle, _digest);
            return _pss.Verify(key, _digest, bundle.Buffer, bundle.SignatureAt, bundle.SignatureLength)
                ? BundleError.None
                : BundleError.BadSignature;
        }

        private static bool IsNamed(BundleReader bundle, RsaPublicKey key)
        {
            for (int i = 0; i < RsaPublicKey.KeyIdBytes; i++)
            {
                if (bundle.Buffer[bundle.KeyIdAt + i] != key.KeyId[i])
                    return false;
            }
            return true;
        }
    }
}
