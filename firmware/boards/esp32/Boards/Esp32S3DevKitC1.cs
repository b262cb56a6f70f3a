namespace EdgeFleet.Boards.Esp32
{
    /// <summary>ESP32-S3-DevKitC-1.</summary>
    internal static class Esp32S3DevKitC1
    {
        public const string Id = "esp32-s3-devkitc-1";

        public static BoardMap Map()
        {
            return new BoardMap
            {
                Id = Id,
                FlashMegabytes = 8,
                Led = 21,
                Button = 0,
                PmsRx = 18,
                PmsTx = 17,
                I2cSda = 8,
                I2cScl = 9,
                SpiClk = 12,
                SpiMosi = 11,
                SpiMiso = 13,
                AccelCs = 10,
                AccelInt = 14,
            };
        }
    }
}
