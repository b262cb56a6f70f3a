using System;
using System.Security.Cryptography.X509Certificates;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// How the gateway proves who it is, and where it asks for that, the board. With an authority of its own the board
    /// trusts certificates of that one alone; without, those in the runtime's store, where the flashing tool put it.
    /// </summary>
    public sealed class LinkSecurity
    {
        /// <summary>Parses the certificates once; parsing allocates.</summary>
        public LinkSecurity(BoardSettings settings)
        {
            Tls = settings.Tls;
            if (!Tls)
                return;
            string authority = SettingsFiles.LoadAuthority();
            string certificate = SettingsFiles.LoadCertificate();
            string key = SettingsFiles.LoadKey();
            try
            {
                if (authority.Length != 0)
                    Authority = new X509Certificate(authority);
                if (certificate.Length != 0 && key.Length != 0)
                    Own = new X509Certificate2(certificate, key, "");
            }
            catch (Exception)
            {
                // A file that is no certificate: nobody is trusted rather than anybody.
                IsBroken = true;
            }
        }

        /// <summary>Whether the connection is encrypted.</summary>
        public bool Tls { get; }

        /// <summary>A certificate file cannot be read; no connection is made.</summary>
        public bool IsBroken { get; }

        /// <summary>The one authority that is trusted; null: those of the runtime's store.</summary>
        public X509Certificate? Authority { get; }

        /// <summary>The board's own certificate, with its key; null: none, or the runtime's.</summary>
        public X509Certificate? Own { get; }
    }
}
