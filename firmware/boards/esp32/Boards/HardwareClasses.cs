namespace EdgeFleet.Boards.Esp32
{
    /// <summary>The chip's class, which bundles name: one application runs on all boards of it.</summary>
    public static class HardwareClasses
    {
        /// <summary>The class of a target of nanoFramework, such as <c>ESP32_S3_QUAD</c>.</summary>
        public static string Of(string target)
        {
            if (target.IndexOf("_S3") >= 0)
                return "esp32-s3";
            if (target.IndexOf("_C3") >= 0)
                return "esp32-c3";
            return target.IndexOf("_C6") >= 0 ? "esp32-c6" : "esp32";
        }
    }
}
