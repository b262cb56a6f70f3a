namespace EdgeFleet.Contracts
{
    /// <summary>What a topic carries.</summary>
    public enum TopicKind : byte
    {
        /// <summary>No topic of ours.</summary>
        None = 0,

        /// <summary><c>ef/{id}/up/telemetry</c>: SenML packs.</summary>
        Telemetry = 1,

        /// <summary><c>ef/{id}/up/event</c>: <see cref="Messages.NodeEvent"/>.</summary>
        Event = 2,

        /// <summary><c>ef/{id}/up/waveform</c>: <see cref="Messages.WaveformChunk"/>.</summary>
        Waveform = 3,

        /// <summary><c>ef/{id}/up/state</c>: <see cref="Messages.ReportedState"/>.</summary>
        State = 4,

        /// <summary><c>ef/{id}/up/reply</c>: <see cref="Messages.CommandReply"/>.</summary>
        Reply = 5,

        /// <summary><c>ef/{id}/up/block</c>: <see cref="Messages.BlockRequest"/>.</summary>
        BlockRequest = 6,

        /// <summary><c>ef/{id}/down/command</c>: <see cref="Messages.Command"/>.</summary>
        Command = 7,

        /// <summary><c>ef/{id}/down/desired</c>: <see cref="Messages.DesiredState"/>.</summary>
        Desired = 8,

        /// <summary><c>ef/{id}/down/block</c>: <see cref="Messages.BlockAnswer"/>.</summary>
        BlockAnswer = 9,

        /// <summary><c>ef/claim/{hardwareId}/up</c>: <see cref="Messages.ClaimRequest"/>.</summary>
        Claim = 10,

        /// <summary><c>ef/claim/{hardwareId}/down</c>: <see cref="Messages.ClaimAnswer"/>.</summary>
        ClaimAnswer = 11,
    }

    /// <summary>
    /// The topic tree. A node publishes only below its own <c>up/</c> and subscribes only below its own <c>down/</c>.
    /// </summary>
    public static class Topics
    {
        /// <summary>First level of every topic.</summary>
        public const string Root = "ef/";

        /// <summary>
        /// What claims begin with. A device called <c>claim</c> would never be heard: <see cref="TryParse"/> takes its
        /// topics for claims and refuses them.
        /// </summary>
        public const string ClaimRoot = "ef/claim/";

        /// <summary>User name of a board that claims: this and the enrolment's id.</summary>
        public const string ClaimUser = "claim/";

        /// <summary>A filter for all that a device receives.</summary>
        public static string DownFilter(string deviceId)
        {
            return Root + deviceId + "/down/#";
        }

        /// <summary>The topic of a kind; <paramref name="id"/> is the device's, or for claims the hardware id.</summary>
        public static string For(TopicKind kind, string id)
        {
            if (kind == TopicKind.Claim || kind == TopicKind.ClaimAnswer)
                return ClaimRoot + id + (kind == TopicKind.Claim ? "/up" : "/down");
            return Root + id + Tail(kind);
        }

        /// <summary>What follows the id, from the slash on.</summary>
        public static string Tail(TopicKind kind)
        {
            switch (kind)
            {
                case TopicKind.Telemetry:
                    return "/up/telemetry";
                case TopicKind.Event:
                    return "/up/event";
                case TopicKind.Waveform:
                    return "/up/waveform";
                case TopicKind.State:
                    return "/up/state";
                case TopicKind.Reply:
                    return "/up/reply";
                case TopicKind.BlockRequest:
                    return "/up/block";
                case TopicKind.Command:
                    return "/down/command";
                case TopicKind.Desired:
                    return "/down/desired";
                case TopicKind.BlockAnswer:
                    return "/down/block";
                default:
                    return "";
            }
        }

        /// <summary>
        /// Takes a topic apart. <paramref name="id"/> is the device's, or for claims the hardware id. Wildcards and
        /// anything outside the tree give false.
        /// </summary>
        public static bool TryParse(string topic, out TopicKind kind, out string id)
        {
            kind = TopicKind.None;
            id = "";
            if (!Begins(topic, Root))
                return false;
            int from = Root.Length;
            int slash = topic.IndexOf('/', from);
            if (slash < 0)
                return false;
            if (Begins(topic, ClaimRoot))
            {
                from = ClaimRoot.Length;
                slash = topic.IndexOf('/', from);
                if (slash < 0)
                    return false;
                string hardwareId = topic.Substring(from, slash - from);
                string direction = topic.Substring(slash);
                if (!Names.IsHardwareId(hardwareId))
                    return false;
                if (direction == "/up")
                    kind = TopicKind.Claim;
                else if (direction == "/down")
                    kind = TopicKind.ClaimAnswer;
                else
                    return false;
                id = hardwareId;
                return true;
            }
            string device = topic.Substring(from, slash - from);
            if (!Names.IsId(device))
                return false;
            string tail = topic.Substring(slash);
            for (int i = (int)TopicKind.Telemetry; i <= (int)TopicKind.BlockAnswer; i++)
            {
                if (tail == Tail((TopicKind)i))
                {
                    kind = (TopicKind)i;
                    id = device;
                    return true;
                }
            }
            return false;
        }

        // string.StartsWith goes by the culture's rules on .NET, where invisible characters do not count.
        private static bool Begins(string text, string start)
        {
            if (text.Length < start.Length)
                return false;
            for (int i = 0; i < start.Length; i++)
            {
                if (text[i] != start[i])
                    return false;
            }
            return true;
        }
    }
}
