namespace EdgeFleet.Firmware.Updates
{
    /// <summary>What the next boot is asked to change, in MCUboot's words.</summary>
    public enum SwapType : byte
    {
        /// <summary>Nothing: run what is active.</summary>
        None = 0,

        /// <summary>Run the pending slot, and go back to the active one unless it confirms itself.</summary>
        Test = 1,

        /// <summary>Run the pending slot and stay with it, unless it does not even start.</summary>
        Permanent = 2,

        /// <summary>Give up what ran last: a test goes back to the active slot, a confirmed one to the one before it.</summary>
        Revert = 3,
    }
}
