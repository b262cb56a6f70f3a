namespace EdgeFleet.Contracts.Bundles
{
    /// <summary>What a manifest has for a number of hardware classes; texts are ranges of the reader's buffer.</summary>
    public sealed class BundleTarget
    {
        internal readonly int[] ClassAt = new int[BundleLimits.MaxClasses];
        internal readonly int[] ClassLength = new int[BundleLimits.MaxClasses];
        internal readonly int[] NativeAt = new int[BundleLimits.MaxNatives];
        internal readonly int[] NativeLength = new int[BundleLimits.MaxNatives];
        internal readonly uint[] NativeChecksums = new uint[BundleLimits.MaxNatives];

        internal BundleTarget()
        {
        }

        /// <summary>Hardware classes that this target is for.</summary>
        public int ClassCount { get; internal set; }

        /// <summary>Native assemblies that the board's firmware must have.</summary>
        public int NativeCount { get; internal set; }

        /// <summary>Bytes of managed heap that must be free before the application is loaded; 0: any.</summary>
        public int LeastFreeHeap { get; internal set; }

        /// <summary>The first of its components among the bundle's.</summary>
        public int FirstComponent { get; internal set; }

        /// <summary>Its components, loaded in this order; the application's entry is in the last.</summary>
        public int ComponentCount { get; internal set; }
    }

    /// <summary>A file of a target; texts and tags are ranges of the reader's buffer.</summary>
    public sealed class BundleComponent
    {
        internal int NameAt;
        internal int NameLength;

        internal BundleComponent()
        {
        }

        /// <summary>Bytes of the file.</summary>
        public int Size { get; internal set; }

        /// <summary>Where the file stands in the bundle, in bytes from the bundle's start.</summary>
        public int Offset { get; internal set; }

        /// <summary>Index in the reader's buffer of the first block's tag; the others follow.</summary>
        public int TagsAt { get; internal set; }

        /// <summary>Blocks of the file; the last may be short.</summary>
        public int BlockCount => BundleLimits.BlocksOf(Size);

        /// <summary>Bytes of a block.</summary>
        public int BlockLength(int index)
        {
            int left = Size - index * BundleLimits.BlockBytes;
            return left < BundleLimits.BlockBytes ? left : BundleLimits.BlockBytes;
        }
    }
}
