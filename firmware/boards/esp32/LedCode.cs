namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// What the LED says; the number of a code is the number of its blinks. <c>hardware/first-power-on.md</c> is what the
    /// technician reads. Codes 8 and the flicker are those of updates and of <c>identify</c>, which this firmware does not do.
    /// </summary>
    public enum LedCode : byte
    {
        /// <summary>Lit: power is on, the node has not started yet.</summary>
        Booting = 0,

        /// <summary>The gateway has stored the last message.</summary>
        Reporting = 1,

        /// <summary>No Wi-Fi, no cable, or no address.</summary>
        NoNetwork = 2,

        /// <summary>Network, but no connection to the gateway.</summary>
        NoGateway = 3,

        /// <summary>Neither identity nor enrolment.</summary>
        NoIdentity = 4,

        /// <summary>Claimed; waits for an operator.</summary>
        ClaimPending = 5,

        /// <summary>The claim was refused.</summary>
        ClaimRefused = 6,

        /// <summary>A sensor does not answer, answers nonsense, or failed its test of itself.</summary>
        SensorFault = 7,

        /// <summary>Flash full or failing.</summary>
        StorageFault = 9,
    }
}
