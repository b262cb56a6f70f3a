using System;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Contracts.Bundles
{
    /// <summary>
    /// Reads a bundle's envelope, a COSE_Sign1 (RFC 9052), and the manifest in it from the caller's buffer, which holds
    /// texts, tags and the signature as long as they are used. Any bytes give a manifest or a named error; nothing here
    /// says that a signature holds: <see cref="BundleVerifier"/> does. All memory is taken in the constructor.
    /// </summary>
    public sealed partial class BundleReader
    {
        /// <summary>What the signature says that it signs (COSE header 3), so that it fits nothing else.</summary>
        public const string ContentType = "application/edgefleet-bundle+cbor";

        /// <summary>COSE's number of PS256: RSASSA-PSS with SHA-256 (RFC 8230 section 2).</summary>
        public const int Ps256 = -37;

        private const uint CoseSign1Tag = 18;
        private const int AlgorithmLabel = 1;
        private const int CriticalLabel = 2;
        private const int ContentTypeLabel = 3;
        private const int KeyIdLabel = 4;
        private const int MaxHeaders = 8;

        private readonly CborReader _cbor = new CborReader(new byte[0]);
        private int _protectedHead;
        private int _protectedEnd;
        private int _protectedLength;
        private int _manifestHead;
        private int _manifestEnd;

        /// <summary>The buffer that was read, which offsets refer to.</summary>
        public byte[] Buffer => _cbor.Buffer;

        /// <summary>After <see cref="BundleError.Malformed"/>: which rule was broken.</summary>
        public ContractError Fault { get; private set; }

        /// <summary>Bytes before the components.</summary>
        public int EnvelopeLength { get; private set; }

        /// <summary>Bytes of the whole bundle, envelope and components.</summary>
        public int TotalLength { get; private set; }

        /// <summary>Index of the manifest in the buffer.</summary>
        public int ManifestAt { get; private set; }

        /// <summary>Bytes of the manifest.</summary>
        public int ManifestLength => _manifestEnd - ManifestAt;

        /// <summary>Index of the key id in the buffer.</summary>
        public int KeyIdAt { get; private set; }

        /// <summary>Bytes of the key id: 32, or 0 in a bundle that nobody has signed.</summary>
        public int KeyIdLength { get; private set; }

        /// <summary>Index of the signature in the buffer.</summary>
        public int SignatureAt { get; private set; }

        /// <summary>Bytes of the signature: 256 or 384, or 0 in a bundle that nobody has signed.</summary>
        public int SignatureLength { get; private set; }

        /// <summary>Whether there is a signature; it may be wrong.</summary>
        public bool IsSigned => SignatureLength != 0;

        /// <summary>
        /// Reads the envelope at <paramref name="offset"/>; components, or a part of them, may follow it within
        /// <paramref name="count"/> bytes. On an error the properties are unspecified.
        /// </summary>
        public BundleError Read(byte[] buffer, int offset, int count)
        {
            Fault = ContractError.None;
            int most = count < BundleLimits.MaxEnvelope ? count : BundleLimits.MaxEnvelope;
            _cbor.Reset(buffer, offset, most);
            if (!TryReadStart())
                return _cbor.Error == ContractError.Truncated ? BundleError.Incomplete : BundleError.NotABundle;
            if (!TryReadParts())
            {
                if (_cbor.Error != ContractError.Truncated)
                    return Malformed();
                return most < BundleLimits.MaxEnvelope ? BundleError.Incomplete : BundleError.TooLarge;
            }
            EnvelopeLength = _cbor.Position - offset;
            BundleError error = ReadProtected();
            return error != BundleError.None ? error : ReadManifest();
        }

        /// <summary>
        /// Appends what the signature signs (Sig_structure of RFC 9052 section 4.4, without external data) to a hash.
        /// </summary>
        public void AppendToBeSigned(Sha256 sha)
        {
            // An array of four: "Signature1", the protected header, no external data, the manifest. Header and manifest
            // stand in the envelope as they stand here.
            string context = "Signature1";
            sha.Append(0x84);
            sha.Append((byte)(0x60 + context.Length));
            for (int i = 0; i < context.Length; i++)
                sha.Append((byte)context[i]);
            sha.Append(Buffer, _protectedHead, _protectedEnd - _protectedHead);
            sha.Append(0x40);
            sha.Append(Buffer, _manifestHead, _manifestEnd - _manifestHead);
        }

        private bool TryReadStart()
        {
            if (!_cbor.TryReadTag(out ulong tag))
                return false;
            if (tag != CoseSign1Tag)
                return _cbor.Fail(ContractError.WrongType);
            if (!_cbor.TryReadArrayStart(4, out int parts))
                return false;
            return parts == 4 || _cbor.Fail(ContractError.WrongType);
        }

        private bool TryReadParts()
        {
            _protectedHead = _cbor.Position;
            if (!_cbor.TryReadBytes(BundleLimits.MaxEnvelope, out int _, out int protectedLength))
                return false;
            _protectedEnd = _cbor.Position;
            _protectedLength = protectedLength;
            // What no signature covers is not there: two files of one content would differ in it.
            if (!_cbor.TryReadMapStart(0, out int _))
                return false;
            _manifestHead = _cbor.Position;
            if (!_cbor.TryReadBytes(BundleLimits.MaxManifest, out int manifestAt, out int _))
                return false;
            _manifestEnd = _cbor.Position;
            ManifestAt = manifestAt;
            if (!_cbor.TryReadBytes(RsaPublicKey.LargeBytes, out int signatureAt, out int signatureLength))
                return false;
            SignatureAt = signatureAt;
            SignatureLength = signatureLength;
            bool known = signatureLength == 0
                || signatureLength == RsaPublicKey.SmallBytes || signatureLength == RsaPublicKey.LargeBytes;
            return known || _cbor.Fail(ContractError.OutOfRange);
        }

        private BundleError ReadProtected()
        {
            KeyIdLength = 0;
            uint seen = 0;
            bool known = true;
            _cbor.Reset(Buffer, _protectedEnd - _protectedLength, _protectedLength);
            if (!_cbor.TryReadMapStart(MaxHeaders, out int headers))
                return Malformed();
            for (int i = 0; i < headers; i++)
            {
                if (!_cbor.TryReadKey(ref seen, out int label) || !TryReadHeader(label, ref known))
                    return Malformed();
            }
            uint mandatory = 1u << AlgorithmLabel | 1u << ContentTypeLabel;
            if ((seen & mandatory) != mandatory)
                _cbor.Fail(ContractError.MissingField);
            // An id without a signature names a key that has signed nothing.
            if (IsSigned != (KeyIdLength != 0))
                _cbor.Fail(ContractError.MissingField);
            if (!_cbor.TryReadEnd())
                return Malformed();
            return known ? BundleError.None : BundleError.UnknownAlgorithm;
        }

        private bool TryReadHeader(int label, ref bool known)
        {
            switch (label)
            {
                case AlgorithmLabel:
                    if (!_cbor.TryReadInt64(out long algorithm))
                        return false;
                    known &= algorithm == Ps256;
                    return true;
                case CriticalLabel:
                    known = false;
                    return _cbor.TrySkip();
                case ContentTypeLabel:
                    if (!_cbor.TryReadText(Limits.MaxText, out int typeAt, out int typeLength))
                        return false;
                    known &= BundleNames.AreText(Buffer, typeAt, typeLength, ContentType);
                    return true;
                case KeyIdLabel:
                    if (!_cbor.TryReadBytes(RsaPublicKey.KeyIdBytes, out int keyAt, out int keyLength))
                        return false;
                    KeyIdAt = keyAt;
                    KeyIdLength = keyLength;
                    return keyLength == RsaPublicKey.KeyIdBytes || _cbor.Fail(ContractError.OutOfRange);
                default:
                    return _cbor.TrySkip();
            }
        }

        private BundleError Malformed()
        {
            Fault = _cbor.Error;
            return BundleError.Malformed;
        }
    }
}
