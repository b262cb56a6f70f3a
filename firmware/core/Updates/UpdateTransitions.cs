using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>What happens to an update.</summary>
    public enum UpdateEvent : byte
    {
        /// <summary>
        /// The service asks for a bundle, or for a new attempt. One that is under way is withdrawn before, so that it is
        /// told how it ended.
        /// </summary>
        Offer = 0,

        /// <summary>The service no longer asks for it, asks for another, or its time has passed.</summary>
        Withdraw = 1,

        /// <summary>A check fails: the bundle is not for this node, or will not come.</summary>
        Refuse = 2,

        /// <summary>The envelope is verified and fits this node; blocks are fetched.</summary>
        Begin = 3,

        /// <summary>Something else comes first.</summary>
        Hold = 4,

        /// <summary>It no longer does.</summary>
        Release = 5,

        /// <summary>The last block is on flash, and all of it is verified.</summary>
        Complete = 6,

        /// <summary>The boot record asks for the new image, and the board restarts into it.</summary>
        Swap = 7,

        /// <summary>The new image has proved itself.</summary>
        Confirm = 8,

        /// <summary>The new image failed, or gave itself up, and what was before it runs again.</summary>
        Revert = 9,
    }

    /// <summary>
    /// The whole way of an update on one page. Whoever handles an update asks here which state an event leads to, and
    /// nobody sets a state otherwise.
    /// </summary>
    public sealed class UpdateTransitions
    {
        /// <summary>Events there are.</summary>
        public const int EventCount = 10;

        private const byte Off = (byte)UpdateState.Offered;
        private const byte Dow = (byte)UpdateState.Downloading;
        private const byte Pau = (byte)UpdateState.Paused;
        private const byte Sta = (byte)UpdateState.Staged;
        private const byte Tes = (byte)UpdateState.Testing;
        private const byte Con = (byte)UpdateState.Confirmed;
        private const byte Rev = (byte)UpdateState.Reverted;
        private const byte Rej = (byte)UpdateState.Rejected;
        private const byte Can = (byte)UpdateState.Canceled;

        // The event means nothing in this state.
        private const byte non = 255;

        private readonly byte[] _next = new byte[]
        {
            //            Offer  Wdraw  Refuse Begin  Hold   Releas Compl  Swap   Confrm Revert
            /* Idle    */ Off,   non,   non,   non,   non,   non,   non,   non,   non,   non,
            /* Offered */ non,   Can,   Rej,   Dow,   Pau,   non,   Sta,   non,   non,   non,   // 1
            /* Downlo. */ non,   Can,   Rej,   non,   Pau,   non,   Sta,   non,   non,   non,
            /* Paused  */ non,   Can,   Rej,   non,   Pau,   Off,   non,   non,   non,   non,   // 2
            /* Staged  */ non,   Can,   Rej,   non,   Sta,   Sta,   non,   Tes,   non,   non,   // 3
            /* Testing */ non,   non,   Rej,   non,   non,   non,   non,   non,   Con,   Rev,   // 4
            /* Confir. */ Off,   non,   non,   non,   non,   non,   non,   non,   non,   Rev,   // 5
            /* Revert. */ Off,   non,   non,   non,   non,   non,   non,   non,   non,   non,   // 6
            /* Reject. */ Off,   non,   non,   non,   non,   non,   non,   non,   non,   non,   // 6
            /* Cancel. */ Off,   non,   non,   non,   non,   non,   non,   non,   non,   non,
        };

        /// <summary>The state that follows; false, and the same state, where the event means nothing in it.</summary>
        public bool TryMove(UpdateState state, UpdateEvent e, out UpdateState next)
        {
            next = state;
            int at = (int)state * EventCount + (int)e;
            if ((int)e >= EventCount || at >= _next.Length || _next[at] == non)
                return false;
            next = (UpdateState)_next[at];
            return true;
        }

        // 1  All blocks may be there already: of a download that a power cut ended, or of the image before this one.
        // 2  After a pause the agent looks anew at what is there, as after an offer.
        // 3  The swap may have to wait, and the state's reason says for what. Given up, it stays on flash, and a later
        //    offer finds it there.
        // 4  Over a restart. The launcher refuses an image that it cannot verify, and one on trial is not disturbed: what
        //    the service has come to want meanwhile waits until the trial has ended.
        // 5  A confirmed image may still fail, three boots in a row or by its own word.
        // 6  How it ended stays to be seen until there is something new.
    }
}
