namespace EdgeFleet.Contracts.Messages
{
    /// <summary>Short names of states and reasons, for the text of events: small letters, digits and hyphens.</summary>
    public static class UpdateNames
    {
        /// <summary>A state's name; <c>state-</c> and its number where it has none.</summary>
        public static string Of(UpdateState state)
        {
            switch (state)
            {
                case UpdateState.Idle:
                    return "idle";
                case UpdateState.Offered:
                    return "offered";
                case UpdateState.Downloading:
                    return "downloading";
                case UpdateState.Paused:
                    return "paused";
                case UpdateState.Staged:
                    return "staged";
                case UpdateState.Testing:
                    return "testing";
                case UpdateState.Confirmed:
                    return "confirmed";
                case UpdateState.Reverted:
                    return "reverted";
                case UpdateState.Rejected:
                    return "rejected";
                case UpdateState.Canceled:
                    return "canceled";
                default:
                    return "state-" + ((int)state).ToString();
            }
        }

        /// <summary>A reason's name; <c>reason-</c> and its number where it has none.</summary>
        public static string Of(UpdateReason reason)
        {
            int number = (int)reason;
            string name = number < 20 ? OfBundle(reason) : number < 50 ? OnTheWay(reason) : OnTrial(reason);
            return name.Length != 0 ? name : "reason-" + number.ToString();
        }

        private static string OfBundle(UpdateReason reason)
        {
            switch (reason)
            {
                case UpdateReason.None:
                    return "none";
                case UpdateReason.WrongKind:
                    return "wrong-kind";
                case UpdateReason.WrongClass:
                    return "wrong-class";
                case UpdateReason.BadSignature:
                    return "bad-signature";
                case UpdateReason.UnknownKey:
                    return "unknown-key";
                case UpdateReason.Expired:
                    return "expired";
                case UpdateReason.Downgraded:
                    return "downgraded";
                case UpdateReason.KnownBad:
                    return "known-bad";
                case UpdateReason.NotEnoughHeap:
                    return "not-enough-heap";
                case UpdateReason.MissingNative:
                    return "missing-native";
                case UpdateReason.OtherNative:
                    return "other-native";
                case UpdateReason.TooLarge:
                    return "too-large";
                case UpdateReason.NoRoom:
                    return "no-room";
                case UpdateReason.BlockMismatch:
                    return "block-mismatch";
                case UpdateReason.NotServed:
                    return "not-served";
                case UpdateReason.Malformed:
                    return "malformed";
                case UpdateReason.UnknownFormat:
                    return "unknown-format";
                case UpdateReason.NotSigned:
                    return "not-signed";
                case UpdateReason.OtherBundle:
                    return "other-bundle";
                case UpdateReason.NoSlots:
                    return "no-slots";
                default:
                    return "";
            }
        }

        private static string OnTheWay(UpdateReason reason)
        {
            switch (reason)
            {
                case UpdateReason.Interlock:
                    return "interlock";
                case UpdateReason.Window:
                    return "window";
                case UpdateReason.Busy:
                    return "busy";
                case UpdateReason.NoAnswer:
                    return "no-answer";
                case UpdateReason.Offline:
                    return "offline";
                case UpdateReason.Superseded:
                    return "superseded";
                case UpdateReason.Operator:
                    return "operator";
                case UpdateReason.WindowPassed:
                    return "window-passed";
                default:
                    return "";
            }
        }

        private static string OnTrial(UpdateReason reason)
        {
            switch (reason)
            {
                case UpdateReason.BootFailed:
                    return "boot-failed";
                case UpdateReason.Hung:
                    return "hung";
                case UpdateReason.DeadlinePassed:
                    return "deadline-passed";
                case UpdateReason.SensorsFailed:
                    return "sensors-failed";
                case UpdateReason.NotAcknowledged:
                    return "not-acknowledged";
                case UpdateReason.CannotFetch:
                    return "cannot-fetch";
                case UpdateReason.ImageMismatch:
                    return "image-mismatch";
                case UpdateReason.FlashFault:
                    return "flash-fault";
                default:
                    return "";
            }
        }
    }
}
