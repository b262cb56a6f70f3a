namespace EdgeFleet.Boards.Esp32
{
    /// <summary>All boards. The image of nanoFramework that a board runs says which it is; settings may say otherwise.</summary>
    public static class BoardMaps
    {
        /// <summary>
        /// The map of a board id, or where that is empty or unknown, of a target such as <c>ESP32_PSRAM_REV3</c>. A board
        /// that is neither has no pins, and so drives none.
        /// </summary>
        public static BoardMap Of(string id, string target)
        {
            return ById(id) ?? ById(IdOf(target)) ?? new BoardMap();
        }

        private static BoardMap? ById(string id)
        {
            switch (id)
            {
                case Esp32DevKitC.Id:
                    return Esp32DevKitC.Map();
                case Esp32DevKitCVe.Id:
                    return Esp32DevKitCVe.Map();
                case Esp32S3DevKitC1.Id:
                    return Esp32S3DevKitC1.Map();
                case Esp32C3DevKitM1.Id:
                    return Esp32C3DevKitM1.Map();
                case Esp32C6DevKitC1.Id:
                    return Esp32C6DevKitC1.Map();
                case Wt32Eth01.Id:
                    return Wt32Eth01.Map();
                case OlimexPoeIso.Id:
                    return OlimexPoeIso.Map();
                case OlimexPoeIsoWrover.Id:
                    return OlimexPoeIsoWrover.Map();
                default:
                    return null;
            }
        }

        private static string IdOf(string target)
        {
            switch (target)
            {
                case "ESP32_REV0":
                case "ESP32_REV3":
                    return Esp32DevKitC.Id;
                case "ESP32_PSRAM_REV0":
                case "ESP32_PSRAM_REV3":
                    return Esp32DevKitCVe.Id;
                case "ESP32_S3_QUAD":
                case "ESP32_S3_OCTAL":
                    return Esp32S3DevKitC1.Id;
                case "ESP32_C3":
                    return Esp32C3DevKitM1.Id;
                case "ESP32_C6_THREAD":
                    return Esp32C6DevKitC1.Id;
                case "ESP32_WT32_ETH01":
                    return Wt32Eth01.Id;
                case "ESP32_OLIMEX":
                    return OlimexPoeIso.Id;
                case "ESP32_OLIMEX_WROVER":
                    return OlimexPoeIsoWrover.Id;
                default:
                    return "";
            }
        }
    }
}
