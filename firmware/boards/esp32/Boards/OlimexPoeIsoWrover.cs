namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Olimex ESP32-POE-ISO-WROVER.</summary>
    internal static class OlimexPoeIsoWrover
    {
        public const string Id = "olimex-poe-iso-wrover";

        public static BoardMap Map()
        {
            return new BoardMap
            {
                Id = Id,
                FlashMegabytes = 4,
                Led = 32,
                Button = 34,
                PmsRx = 36,
                PmsTx = 4,
                I2cSda = 13,
                I2cScl = 33,
                SpiClk = 14,
                SpiMosi = 2,
                SpiMiso = 15,
                AccelCs = 5,
                AccelInt = 13,
            };
        }
    }
}
