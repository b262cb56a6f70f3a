namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Every bound of the board's own code, with its arithmetic.</summary>
    public static class BoardLimits
    {
        /// <summary>
        /// How often the uplink's thread steps when nothing wakes it, in milliseconds: a window waits that long for the
        /// flash, and a piece of a spectrum takes some 25 ms of each.
        /// </summary>
        public const int UplinkStepMs = 100;

        /// <summary>How often the guard looks and the LED may change, in milliseconds; all blink times are multiples of it.</summary>
        public const int GuardStepMs = 50;

        /// <summary>
        /// Longest silence of the sampler's thread, in milliseconds. It steps at least once a second; a collection of
        /// garbage, an update of the flash or a TLS handshake hold everything up for seconds.
        /// </summary>
        public const int SamplerSilenceMs = 60 * 1000;

        /// <summary>
        /// Longest silence of the uplink's thread, in milliseconds. A step writes at most a ring of 16 windows and their
        /// alarms, 4 s for each at the worst.
        /// </summary>
        public const int UplinkSilenceMs = 120 * 1000;

        /// <summary>
        /// Longest call into the MQTT library, in milliseconds: 20 s for the name, 45 s for TCP to give up after 4
        /// repetitions, 30 s for TLS, 30 s for the answer, 4 s to close; and half as much again.
        /// </summary>
        public const int LinkCallMs = 190 * 1000;

        /// <summary>
        /// Time that the start itself may take, in milliseconds: mounting and checking the queues reads up to 58 files of
        /// 4 KiB, the node is put together, and nothing steps until then.
        /// </summary>
        public const int StartMs = 120 * 1000;

        /// <summary>
        /// Time that the launcher and the start of the application may take together, in milliseconds: a signature 7 s,
        /// twice where the image on trial is left for the other; the tags of an application's 32 blocks, read twice, 10 s;
        /// and then <see cref="StartMs"/>, for which the application's own guard looks.
        /// </summary>
        public const int LaunchMs = 60 * 1000 + StartMs;

        /// <summary>How often the launcher looks whether the application has come up, in milliseconds.</summary>
        public const int LaunchStepMs = 500;

        /// <summary>How often the launcher looks whether an application on trial is overdue, in milliseconds; reads the flash then.</summary>
        public const int TrialStepMs = 30 * 1000;

        /// <summary>How long without an address until the radio is told to begin anew, in milliseconds.</summary>
        public const int NetworkKickMs = 3 * 60 * 1000;

        /// <summary>
        /// How long without an address until the board starts again, in milliseconds. Four starts a day: their events take
        /// a fiftieth of the queue of 200 each day.
        /// </summary>
        public const int NetworkRebootMs = 6 * 60 * 60 * 1000;

        /// <summary>How often the network is looked at, in milliseconds.</summary>
        public const int NetworkStepMs = 2000;

        /// <summary>How often the strength of the radio's signal is measured, in milliseconds: a scan costs seconds of silence.</summary>
        public const int ScanMs = 60 * 60 * 1000;

        /// <summary>How often the free heap is measured, in milliseconds: that collects the garbage.</summary>
        public const int HeapMs = 10 * 60 * 1000;

        /// <summary>
        /// Messages to the gateway that wait for the MQTT library: what may be in flight, a subscription, and the
        /// connection's begin and end.
        /// </summary>
        public const int LinkRequests = Firmware.NodeLimits.MaxInFlight + 3;

        /// <summary>
        /// Events from the MQTT library that wait for the uplink: an acknowledgement for each message in flight, connection
        /// and subscription, and as many messages from the gateway as may come between two steps: a desired state, an
        /// answer and commands.
        /// </summary>
        public const int LinkEvents = Firmware.NodeLimits.MaxInFlight + 12;

        /// <summary>Messages among them that carry bytes, at most <see cref="Contracts.Limits.MaxPayload"/> each.</summary>
        public const int LinkMessages = 4;

        /// <summary>
        /// Bytes of messages from the gateway among the events; a message of the largest size fits when it is alone. A
        /// desired state has less than 2 KB, a command less than 1 KB.
        /// </summary>
        public const int LinkEventBytes = Contracts.Limits.MaxPayload;

        /// <summary>
        /// Bytes of messages on their way to the gateway where there is no external memory: one of the largest. The library
        /// keeps each until it is acknowledged, and encodes the one that it sends once more.
        /// </summary>
        public const int LinkBytesSmall = Contracts.Limits.MaxPayload;

        /// <summary>The same with external memory: as many of the largest as may be in flight.</summary>
        public const int LinkBytes = Firmware.NodeLimits.MaxInFlight * Contracts.Limits.MaxPayload;

        /// <summary>Interval of the connection's sign of life, in seconds.</summary>
        public const ushort KeepAliveS = 60;

        /// <summary>How often the climate is read, in milliseconds.</summary>
        public const int ClimateMs = 1000;

        /// <summary>Pause before a climate sensor that did not answer is looked for again, in milliseconds.</summary>
        public const int ClimateRetryMs = 5000;

        /// <summary>
        /// Received bytes that the serial port holds, in bytes: the dust sensor sends 32 every 0.2 to 2.3 s, and is read
        /// once a second.
        /// </summary>
        public const int SerialBytes = 512;

        /// <summary>Clock of the SPI bus, in hertz; the accelerometer takes 10 MHz.</summary>
        public const int SpiHz = 4 * 1000 * 1000;

        /// <summary>Largest settings file, in bytes.</summary>
        public const int MaxSettingsBytes = 2048;

        /// <summary>Largest certificate or key file, in bytes: a chain of three certificates of RSA-2048.</summary>
        public const int MaxCertificateBytes = 6 * 1024;

        /// <summary>How long a lost gateway is no news for the LED, in milliseconds: a reconnect is no fault.</summary>
        public const int LedPatienceMs = 60 * 1000;
    }
}
