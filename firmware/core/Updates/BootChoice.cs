using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>What a launcher is to run. One object, that each choice fills anew.</summary>
    public sealed class BootChoice
    {
        internal BootChoice()
        {
        }

        /// <summary>Where it lies; golden: what came with the board.</summary>
        public UpdateSlot Slot { get; internal set; }

        /// <summary>Whether it is on trial, and <see cref="Bootloader.IsOverdue"/> is to be asked.</summary>
        public bool IsTest { get; internal set; }

        /// <summary>Files to load, in order; the entry is in the last. 0 for the golden application.</summary>
        public int ComponentCount { get; internal set; }

        /// <summary>The version that the manifest names; empty for the golden application.</summary>
        public string Version { get; internal set; } = "";
    }
}
