using EdgeFleet.Contracts;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// What the flashing tool leaves on the board, in <c>I:\edgefleet.cfg</c>: lines of <c>name=value</c> in UTF-8. Lines
    /// that begin with <c>#</c>, names that are not known and values that cannot be are passed over; what is missing keeps
    /// its default. Wi-Fi is not in it: that is the runtime's own.
    /// </summary>
    public sealed class BoardSettings
    {
        /// <summary><c>enrolment</c>: the enrolment that the board claims under; empty: none.</summary>
        public string Enrolment = "";

        /// <summary><c>secret</c>: its secret, 32 bytes as 43 characters of base64url, the way the service shows it.</summary>
        public byte[] Secret = new byte[0];

        /// <summary><c>host</c>: name or address of the gateway.</summary>
        public string Host = "";

        /// <summary><c>port</c>: TCP port of the gateway; 0: 8883 with TLS and 1883 without.</summary>
        public int Port;

        /// <summary><c>tls</c>: <c>yes</c>, or <c>no</c> for a bench without certificates.</summary>
        public bool Tls = true;

        /// <summary><c>board</c>: board id, where the target alone does not tell.</summary>
        public string Board = "";

        /// <summary><c>flash</c>: megabytes of flash, where they differ from the board's; 0: the board's.</summary>
        public int FlashMegabytes;

        /// <summary><c>ntp</c>: a time server of one's own; empty: the runtime's.</summary>
        public string TimeServer = "";

        /// <summary><c>rate</c>: samples a second of a bridge node, 125 or 250.</summary>
        public int RateHz = 125;

        /// <summary>Port of the gateway, default included.</summary>
        public int GatewayPort => Port != 0 ? Port : Tls ? 8883 : 1883;

        /// <summary>Whether the board may claim an identity.</summary>
        public bool HasEnrolment => Enrolment.Length != 0 && Secret.Length == Limits.KeyBytes && Host.Length != 0;

        /// <summary>Reads settings.</summary>
        public void Parse(string text)
        {
            int from = 0;
            while (from < text.Length)
            {
                int to = text.IndexOf('\n', from);
                if (to < 0)
                    to = text.Length;
                string line = text.Substring(from, to - from).Trim();
                from = to + 1;
                int equals = line.IndexOf('=');
                if (equals > 0 && line[0] != '#')
                    Set(line.Substring(0, equals).Trim(), line.Substring(equals + 1).Trim());
            }
        }

        private void Set(string name, string value)
        {
            switch (name)
            {
                case "enrolment":
                    if (Names.IsId(value))
                        Enrolment = value;
                    break;
                case "secret":
                    Secret = Base64Url.Decode(value);
                    break;
                case "host":
                    if (value.Length <= Limits.MaxText)
                        Host = value;
                    break;
                case "port":
                    Port = Number(value, 65535);
                    break;
                case "tls":
                    Tls = value != "no";
                    break;
                case "board":
                    Board = value;
                    break;
                case "flash":
                    FlashMegabytes = Number(value, 16);
                    break;
                case "ntp":
                    if (value.Length <= Limits.MaxText)
                        TimeServer = value;
                    break;
                case "rate":
                    RateHz = Number(value, 250);
                    break;
            }
        }

        private static int Number(string text, int most)
        {
            int number = 0;
            for (int i = 0; i < text.Length; i++)
            {
                char c = text[i];
                if (c < '0' || c > '9')
                    return 0;
                number = number * 10 + (c - '0');
                if (number > most)
                    return 0;
            }
            return number;
        }
    }
}
