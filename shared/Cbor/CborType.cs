namespace EdgeFleet.Contracts.Cbor
{
    /// <summary>The type of the next item.</summary>
    public enum CborType : byte
    {
        /// <summary>Nothing is left, or an error has stopped the reader.</summary>
        None,

        /// <summary>Major types 0 and 1.</summary>
        Integer,

        /// <summary>Major type 2.</summary>
        Bytes,

        /// <summary>Major type 3.</summary>
        Text,

        /// <summary>Major type 4.</summary>
        Array,

        /// <summary>Major type 5.</summary>
        Map,

        /// <summary>Major type 6.</summary>
        Tag,

        /// <summary>False or true.</summary>
        Bool,

        /// <summary>Null.</summary>
        Null,

        /// <summary>Half, single or double precision.</summary>
        Float,

        /// <summary>Anything else of major type 7; always refused when read.</summary>
        Other,
    }
}
