namespace EdgeFleet.Contracts.Messages
{
    /// <summary>How far a node is on its way to the bundle that the service wants.</summary>
    public enum UpdateState : byte
    {
        /// <summary>Nothing is asked for, and nothing is remembered.</summary>
        Idle = 0,

        /// <summary>A target is known; the envelope is being fetched and held against this node.</summary>
        Offered = 1,

        /// <summary>Blocks are being fetched.</summary>
        Downloading = 2,

        /// <summary>Something else comes first; the reason says what. It goes on by itself.</summary>
        Paused = 3,

        /// <summary>The bundle is whole on flash and verified; the reason says what the swap waits for.</summary>
        Staged = 4,

        /// <summary>The new image runs and has not yet proved itself.</summary>
        Testing = 5,

        /// <summary>The image that runs has proved itself; the node will stay with it.</summary>
        Confirmed = 6,

        /// <summary>The new image did not prove itself; the node went back, the reason says why.</summary>
        Reverted = 7,

        /// <summary>This node will not take the bundle; the reason says why.</summary>
        Rejected = 8,

        /// <summary>The service no longer asks for it.</summary>
        Canceled = 9,
    }

    /// <summary>Why an update is in the state that it is in.</summary>
    public enum UpdateReason : byte
    {
        /// <summary>Nothing is in the way.</summary>
        None = 0,

        /// <summary>The bundle is for another kind of node.</summary>
        WrongKind = 1,

        /// <summary>The bundle has nothing for this board's hardware class.</summary>
        WrongClass = 2,

        /// <summary>The signature does not verify under the key that the bundle names.</summary>
        BadSignature = 3,

        /// <summary>The bundle's key is none that this node trusts.</summary>
        UnknownKey = 4,

        /// <summary>The bundle's expiry has passed.</summary>
        Expired = 5,

        /// <summary>The bundle's security counter is below the one that this node has confirmed.</summary>
        Downgraded = 6,

        /// <summary>The bundle failed on this node before, and this attempt is no new one.</summary>
        KnownBad = 7,

        /// <summary>The bundle asks for more free heap than the board has.</summary>
        NotEnoughHeap = 8,

        /// <summary>The board's firmware lacks a native assembly that the bundle needs.</summary>
        MissingNative = 9,

        /// <summary>The board's firmware has another version of a native assembly that the bundle needs.</summary>
        OtherNative = 10,

        /// <summary>The envelope or the bundle is larger than this node takes.</summary>
        TooLarge = 11,

        /// <summary>The bundle does not fit the flash beside what is there.</summary>
        NoRoom = 12,

        /// <summary>A block is not the one that the manifest vouches for, again and again.</summary>
        BlockMismatch = 13,

        /// <summary>The service does not serve this bundle to this node, or not to its end.</summary>
        NotServed = 14,

        /// <summary>What was fetched is no well-formed bundle.</summary>
        Malformed = 15,

        /// <summary>The bundle's format or algorithm is none that this node knows.</summary>
        UnknownFormat = 16,

        /// <summary>Nobody has signed the bundle.</summary>
        NotSigned = 17,

        /// <summary>The envelope that was fetched is not that of the target, or its lengths are not the target's.</summary>
        OtherBundle = 18,

        /// <summary>This node has no slots that an update could go to.</summary>
        NoSlots = 19,

        /// <summary>A vibration event, a capture or a pollution episode comes first.</summary>
        Interlock = 30,

        /// <summary>The time at which the swap is allowed has not come, or the node has no clock to tell.</summary>
        Window = 31,

        /// <summary>The service asked to be asked later.</summary>
        Busy = 32,

        /// <summary>Requests for blocks are not answered.</summary>
        NoAnswer = 33,

        /// <summary>No connection came about; of an image on trial, not one in all of its time.</summary>
        Offline = 34,

        /// <summary>Another target has taken this one's place.</summary>
        Superseded = 40,

        /// <summary>The service withdrew the target.</summary>
        Operator = 41,

        /// <summary>The time at which the swap was allowed has passed.</summary>
        WindowPassed = 42,

        /// <summary>The image crashed or could not be loaded, as often as it may.</summary>
        BootFailed = 50,

        /// <summary>The image hung, and the watchdog ended it, as often as it may.</summary>
        Hung = 51,

        /// <summary>The image did not prove itself in time; nothing more exact is known.</summary>
        DeadlinePassed = 52,

        /// <summary>Under the new image not every sensor answered in time.</summary>
        SensorsFailed = 53,

        /// <summary>The service did not acknowledge telemetry of the new image in time.</summary>
        NotAcknowledged = 54,

        /// <summary>The new image could not fetch a block in time, so it could never be updated again.</summary>
        CannotFetch = 55,

        /// <summary>The image that runs is not the one that the slot's envelope tells of.</summary>
        ImageMismatch = 56,

        /// <summary>The flash could not be read or written.</summary>
        FlashFault = 60,
    }

    /// <summary>What a node runs from.</summary>
    public enum UpdateSlot : byte
    {
        /// <summary>The application in the deploy partition, which is never written over the air.</summary>
        Golden = 0,

        /// <summary>Slot a.</summary>
        A = 1,

        /// <summary>Slot b.</summary>
        B = 2,
    }
}
