namespace EdgeFleet.Boards.Esp32
{
    /// <summary>WT32-ETH01.</summary>
    internal static class Wt32Eth01
    {
        public const string Id = "wt32-eth01";

        public static BoardMap Map()
        {
            return new BoardMap
            {
                Id = Id,
                FlashMegabytes = 4,
                Led = 4,
                PmsRx = 5,
                PmsTx = 17,
                I2cSda = 32,
                I2cScl = 33,
            };
        }
    }
}
