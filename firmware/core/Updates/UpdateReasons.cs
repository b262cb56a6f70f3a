using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>What a fault of a bundle is called in reports.</summary>
    public static class UpdateReasons
    {
        /// <summary>The reason that stands for an error of the bundle.</summary>
        public static UpdateReason Of(BundleError error)
        {
            switch (error)
            {
                case BundleError.None:
                    return UpdateReason.None;
                case BundleError.TooLarge:
                    return UpdateReason.TooLarge;
                case BundleError.UnknownFormat:
                case BundleError.UnknownAlgorithm:
                    return UpdateReason.UnknownFormat;
                case BundleError.NotSigned:
                    return UpdateReason.NotSigned;
                case BundleError.UnknownKey:
                    return UpdateReason.UnknownKey;
                case BundleError.BadSignature:
                    return UpdateReason.BadSignature;
                case BundleError.BlockMismatch:
                    return UpdateReason.BlockMismatch;
                case BundleError.WrongKind:
                    return UpdateReason.WrongKind;
                case BundleError.WrongClass:
                    return UpdateReason.WrongClass;
                case BundleError.Expired:
                    return UpdateReason.Expired;
                case BundleError.Downgraded:
                    return UpdateReason.Downgraded;
                case BundleError.MissingNative:
                    return UpdateReason.MissingNative;
                case BundleError.OtherNative:
                    return UpdateReason.OtherNative;
                case BundleError.NotEnoughHeap:
                    return UpdateReason.NotEnoughHeap;
                default:
                    // Incomplete, not a bundle, malformed, or of a wrong length.
                    return UpdateReason.Malformed;
            }
        }

        /// <summary>
        /// Whether the fault is in what the bundle's digest names, so that the same digest would always have it: it is
        /// remembered then. What flash or link may have done is not; a wrong signature is neither, since the digest does
        /// not cover it, and the genuine one may come next.
        /// </summary>
        public static bool IsOfBundle(UpdateReason reason)
        {
            switch (reason)
            {
                case UpdateReason.None:
                case UpdateReason.BadSignature:
                case UpdateReason.BlockMismatch:
                case UpdateReason.Malformed:
                case UpdateReason.OtherBundle:
                case UpdateReason.ImageMismatch:
                case UpdateReason.FlashFault:
                    return false;
                default:
                    return true;
            }
        }
    }
}
