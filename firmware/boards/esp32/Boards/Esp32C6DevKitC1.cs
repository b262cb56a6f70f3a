namespace EdgeFleet.Boards.Esp32
{
    /// <summary>ESP32-C6-DevKitC-1.</summary>
    internal static class Esp32C6DevKitC1
    {
        public const string Id = "esp32-c6-devkitc-1";

        public static BoardMap Map()
        {
            return new BoardMap
            {
                Id = Id,
                FlashMegabytes = 8,
                Led = 10,
                Button = 9,
                PmsRx = 18,
                PmsTx = 19,
                I2cSda = 6,
                I2cScl = 7,
            };
        }
    }
}
