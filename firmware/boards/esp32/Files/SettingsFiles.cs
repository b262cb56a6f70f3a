using System;
using System.IO;
using System.Text;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>The files that the flashing tool leaves in the root of the board's flash.</summary>
    public static class SettingsFiles
    {
        private const string Settings = FlashFiles.Root + "edgefleet.cfg";

        /// <summary>The one authority that the gateway's certificate must come from, PEM; missing: those of the runtime's store.</summary>
        private const string Authority = FlashFiles.Root + "edgefleet-ca.pem";

        /// <summary>The board's own certificate and key, PEM, where the gateway asks for them.</summary>
        private const string Certificate = FlashFiles.Root + "edgefleet-cert.pem";
        private const string Key = FlashFiles.Root + "edgefleet-key.pem";

        /// <summary>The settings; defaults where there is no file.</summary>
        public static BoardSettings Load()
        {
            BoardSettings settings = new BoardSettings();
            settings.Parse(Text(Settings, BoardLimits.MaxSettingsBytes));
            return settings;
        }

        /// <summary>Text of the authority's certificate; empty: none.</summary>
        public static string LoadAuthority()
        {
            return Text(Authority, BoardLimits.MaxCertificateBytes);
        }

        /// <summary>Text of the board's certificate; empty: none.</summary>
        public static string LoadCertificate()
        {
            return Text(Certificate, BoardLimits.MaxCertificateBytes);
        }

        /// <summary>Text of the key of the board's certificate; empty: none.</summary>
        public static string LoadKey()
        {
            return Text(Key, BoardLimits.MaxCertificateBytes);
        }

        private static string Text(string path, int mostBytes)
        {
            try
            {
                if (!File.Exists(path))
                    return "";
                byte[] bytes = File.ReadAllBytes(path);
                return bytes.Length == 0 || bytes.Length > mostBytes ? "" : Encoding.UTF8.GetString(bytes, 0, bytes.Length);
            }
            catch (Exception)
            {
                return "";
            }
        }
    }
}
