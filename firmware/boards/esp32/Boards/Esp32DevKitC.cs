namespace EdgeFleet.Boards.Esp32
{
    /// <summary>ESP32-DevKitC-32E.</summary>
    internal static class Esp32DevKitC
    {
        public const string Id = "esp32-devkitc";

        public static BoardMap Map()
        {
            return new BoardMap
            {
                Id = Id,
                FlashMegabytes = 4,
                Led = 4,
                Button = 0,
                PmsRx = 26,
                PmsTx = 25,
                I2cSda = 21,
                I2cScl = 22,
                SpiClk = 18,
                SpiMosi = 23,
                SpiMiso = 19,
                AccelCs = 33,
                AccelInt = 27,
            };
        }
    }
}
