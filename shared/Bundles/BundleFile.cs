namespace EdgeFleet.Contracts.Bundles
{
    /// <summary>A bundle that lies in the reader's buffer as a whole, envelope and components.</summary>
    public static class BundleFile
    {
        /// <summary>
        /// Whether the components are all there, and each block is the one that its tag vouches for: none,
        /// <see cref="BundleError.TooLarge"/>, <see cref="BundleError.WrongLength"/> or
        /// <see cref="BundleError.BlockMismatch"/>. The envelope was read at the buffer's start, of
        /// <paramref name="count"/> bytes; its signature is <see cref="BundleVerifier"/>'s to hold.
        /// </summary>
        public static BundleError Judge(BundleReader bundle, int count, BlockTag tagger)
        {
            if (bundle.TotalLength > BundleLimits.MaxBundle)
                return BundleError.TooLarge;
            if (count != bundle.TotalLength)
                return BundleError.WrongLength;
            for (int i = 0; i < bundle.ComponentCount; i++)
            {
                if (!AreTagged(bundle, bundle.Component(i), tagger))
                    return BundleError.BlockMismatch;
            }
            return BundleError.None;
        }

        private static bool AreTagged(BundleReader bundle, BundleComponent component, BlockTag tagger)
        {
            byte[] buffer = bundle.Buffer;
            for (int i = 0; i < component.BlockCount; i++)
            {
                int at = component.Offset + i * BundleLimits.BlockBytes;
                int tag = component.TagsAt + i * BundleLimits.TagBytes;
                if (!tagger.Matches(buffer, at, component.BlockLength(i), i, buffer, tag))
                    return false;
            }
            return true;
        }
    }
}
