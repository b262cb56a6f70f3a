namespace EdgeFleet.Contracts.Bundles
{
    /// <summary>Why a bundle was refused. Numbers go into reports and never change.</summary>
    public enum BundleError : byte
    {
        /// <summary>No error.</summary>
        None = 0,

        /// <summary>The bytes end inside the envelope: more of them are needed.</summary>
        Incomplete = 1,

        /// <summary>The bytes do not begin as a COSE_Sign1 does.</summary>
        NotABundle = 2,

        /// <summary>The envelope or the manifest breaks its rules; the reader's fault says which.</summary>
        Malformed = 3,

        /// <summary>The envelope is longer than <see cref="BundleLimits.MaxEnvelope"/>, or the bundle than its bound.</summary>
        TooLarge = 4,

        /// <summary>The manifest is of a format that this source does not know.</summary>
        UnknownFormat = 5,

        /// <summary>Another algorithm than PS256, another content type, or a header that must be understood.</summary>
        UnknownAlgorithm = 6,

        /// <summary>Nobody has signed the bundle yet.</summary>
        NotSigned = 7,

        /// <summary>It is signed with a key that is not trusted here.</summary>
        UnknownKey = 8,

        /// <summary>The signature is not the key's signature of this manifest.</summary>
        BadSignature = 9,

        /// <summary>More or fewer bytes than envelope and components have.</summary>
        WrongLength = 10,

        /// <summary>A block is not the one that its tag vouches for.</summary>
        BlockMismatch = 11,

        /// <summary>For another kind of node.</summary>
        WrongKind = 12,

        /// <summary>No target for this hardware class.</summary>
        WrongClass = 13,

        /// <summary>The time until which it may be installed has passed.</summary>
        Expired = 14,

        /// <summary>Its security counter is below the one that the node has confirmed.</summary>
        Downgraded = 15,

        /// <summary>A native assembly that it requires is not there.</summary>
        MissingNative = 16,

        /// <summary>A native assembly that it requires is there with another checksum.</summary>
        OtherNative = 17,

        /// <summary>The node has less free heap than the target requires.</summary>
        NotEnoughHeap = 18,
    }
}
