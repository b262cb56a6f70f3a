namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Olimex ESP32-POE-ISO.</summary>
    internal static class OlimexPoeIso
    {
        public const string Id = "olimex-poe-iso";

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
                I2cScl = 16,
            };
        }
    }
}
