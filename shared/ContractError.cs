namespace EdgeFleet.Contracts
{
    /// <summary>
    /// Why bytes from outside were refused, or why a message could not be written. Every reader and writer of this
    /// project answers with one of these names; none throws on input.
    /// </summary>
    public enum ContractError : byte
    {
        /// <summary>No error.</summary>
        None = 0,

        /// <summary>The caller's buffer has no room for the item.</summary>
        BufferFull = 1,

        /// <summary>The input ends inside an item, or announces more items than bytes are left.</summary>
        Truncated = 2,

        /// <summary>Bytes follow the one item that was expected.</summary>
        TrailingBytes = 3,

        /// <summary>A well-formed item of another type stands where this one was expected.</summary>
        WrongType = 4,

        /// <summary>An indefinite length (additional information 31); only definite lengths are accepted.</summary>
        IndefiniteLength = 5,

        /// <summary>An integer, length or tag in more bytes than it needs (RFC 8949 section 4.2.1).</summary>
        NotShortest = 6,

        /// <summary>Reserved additional information 28 to 30, or a simple value outside false, true and null.</summary>
        Reserved = 7,

        /// <summary>Arrays, maps and tags nested deeper than <see cref="Limits.MaxDepth"/> in a skipped item.</summary>
        TooDeep = 8,

        /// <summary>A string, array or message longer than its bound in <see cref="Limits"/>.</summary>
        TooLong = 9,

        /// <summary>A text string that is not UTF-8 (RFC 3629), or a C# string with a lone surrogate.</summary>
        InvalidUtf8 = 10,

        /// <summary>A number outside the range that its field allows.</summary>
        OutOfRange = 11,

        /// <summary>The same key twice in one map, or two values in one SenML record.</summary>
        DuplicateKey = 12,

        /// <summary>A mandatory key is absent.</summary>
        MissingField = 13,

        /// <summary>Infinity or not-a-number where a measured value was expected.</summary>
        NotFinite = 14,

        /// <summary>A protocol version older than <see cref="Protocol.OldestVersion"/>.</summary>
        UnsupportedVersion = 15,

        /// <summary>An identifier, channel name or unit with characters or a length that its grammar refuses.</summary>
        InvalidName = 16,

        /// <summary>A SenML label that must be understood (it ends in '_'), or a base version with features unknown here.</summary>
        UnsupportedSenml = 17,

        /// <summary>A telemetry pack whose records name another device than the one that sent it.</summary>
        ForeignName = 18,

        /// <summary>A telemetry pack without a window, or a SenML record before the first head.</summary>
        NoWindow = 19,
    }
}
