namespace EdgeFleet.Contracts.Messages
{
    /// <summary>
    /// Short names of states and reasons, for the text of events: small letters, digits and hyphens. Lists, since a case of a
    /// switch takes a board eight bytes of code for each.
    /// </summary>
    public static class UpdateNames
    {
        private const string States = "idle,offered,downloading,paused,staged,testing,confirmed,reverted,rejected,canceled";
        private const string OfBundle = "none,wrong-kind,wrong-class,bad-signature,unknown-key,expired,downgraded,known-bad,"
            + "not-enough-heap,missing-native,other-native,too-large,no-room,block-mismatch,not-served,malformed,unknown-format,"
            + "not-signed,other-bundle,no-slots";
        private const string OnTheWay = "interlock,window,busy,no-answer,offline,,,,,,superseded,operator,window-passed";
        private const string OnTrial = "boot-failed,hung,deadline-passed,sensors-failed,not-acknowledged,cannot-fetch,image-mismatch,"
            + ",,,flash-fault";

        /// <summary>A state's name; <c>state-</c> and its number where it has none.</summary>
        public static string Of(UpdateState state)
        {
            return Pick(States, (int)state, 0, "state-");
        }

        /// <summary>A reason's name; <c>reason-</c> and its number where it has none.</summary>
        public static string Of(UpdateReason reason)
        {
            int number = (int)reason;
            return number < 30 ? Pick(OfBundle, number, 0, "reason-")
                : number < 50 ? Pick(OnTheWay, number, 30, "reason-") : Pick(OnTrial, number, 50, "reason-");
        }

        private static string Pick(string list, int number, int first, string otherwise)
        {
            int begin = 0;
            for (int left = number - first; left >= 0; left--)
            {
                int end = list.IndexOf(',', begin);
                if (end < 0)
                    end = list.Length;
                if (left == 0 && end > begin)
                    return list.Substring(begin, end - begin);
                if (left == 0 || end == list.Length)
                    break;
                begin = end + 1;
            }
            return otherwise + number.ToString();
        }
    }
}
