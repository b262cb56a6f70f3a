namespace EdgeFleet.Boards.Esp32
{
    /// <summary>ESP32-C3-DevKitM-1.</summary>
    internal static class Esp32C3DevKitM1
    {
        public const string Id = "esp32-c3-devkitm-1";

        public static BoardMap Map()
        {
            return new BoardMap
            {
                Id = Id,
                FlashMegabytes = 4,
                Led = 10,
                Button = 9,
                PmsRx = 4,
                PmsTx = 5,
                I2cSda = 6,
                I2cScl = 7,
            };
        }
    }
}
