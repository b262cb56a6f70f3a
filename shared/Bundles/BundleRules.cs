namespace EdgeFleet.Contracts.Bundles
{
    /// <summary>The native assemblies of a board's firmware.</summary>
    public interface INativeAssemblies
    {
        /// <summary>The checksum of the native assembly with this name; false where there is none.</summary>
        bool TryGetChecksum(string name, out uint checksum);
    }

    /// <summary>
    /// Whether a bundle fits a node: the conditions of RFC 9124, judged on the manifest alone, before a byte of a
    /// component is fetched.
    /// </summary>
    public static class BundleRules
    {
        /// <summary>Kind, expiry and security counter.</summary>
        /// <param name="bundle">What was read and verified.</param>
        /// <param name="kind">What the node is.</param>
        /// <param name="nowMs">Unix milliseconds; 0: a node without a clock, which cannot hold the bundle to its expiry.</param>
        /// <param name="securityCounter">The counter of what the node has confirmed.</param>
        public static BundleError Judge(BundleReader bundle, NodeKind kind, long nowMs, uint securityCounter)
        {
            if (bundle.Kind != kind)
                return BundleError.WrongKind;
            if (IsExpired(bundle, nowMs))
                return BundleError.Expired;
            return bundle.SecurityCounter < securityCounter ? BundleError.Downgraded : BundleError.None;
        }

        /// <summary>Whether the time until which the bundle may be installed has passed.</summary>
        public static bool IsExpired(BundleReader bundle, long nowMs)
        {
            return bundle.ExpiryMs != 0 && nowMs > bundle.ExpiryMs;
        }

        /// <summary>What the target asks of the board: its native assemblies, and free heap in bytes.</summary>
        /// <param name="culprit">The native assembly that is missing or another one; else empty.</param>
        public static BundleError JudgeTarget(
            BundleReader bundle, BundleTarget target, INativeAssemblies natives, int freeHeap, out string culprit)
        {
            for (int i = 0; i < target.NativeCount; i++)
            {
                culprit = bundle.NativeName(target, i);
                if (!natives.TryGetChecksum(culprit, out uint checksum))
                    return BundleError.MissingNative;
                if (checksum != bundle.NativeChecksum(target, i))
                    return BundleError.OtherNative;
            }
            culprit = "";
            return freeHeap < target.LeastFreeHeap ? BundleError.NotEnoughHeap : BundleError.None;
        }
    }
}
