namespace EdgeFleet.Nano.Tests.Vectors
{
    /// <summary>An RSA key, a message and its signature under PS256, in hexadecimal.</summary>
    public sealed class SignatureExample
    {
        public readonly string Modulus;

        public readonly string Message;

        public readonly string Signature;

        private SignatureExample(string modulus, string message, string signature)
        {
            Modulus = modulus;
            Message = message;
            Signature = signature;
        }

        /// <summary>
        /// The example <c>rsa-pss-01</c> of the COSE working group (cose-wg/Examples): its key of 2048 bits, the bytes to be
        /// signed and the signature under algorithm -37.
        /// </summary>
        public static SignatureExample OfCose() => new SignatureExample(
            "bc7e29d0df7e20cc9dc8d509e0f68895922af0ef452190d402c61b554334a7bf91c9a570240f994f"
                + "ae1b69035bcfad4f7e249eb26087c2665e7c958c967b1517413dc3f97a431691a5999b257cc6cd35"
                + "6bad168d929b8bae9020750e74cf60f6fd35d6bb3fc93fc28900478694f508b33e7c00e24f90edf3"
                + "7457fc3e8efcfd2f42306301a8205ab740515331d5c18f0c64d4a43be52fc440400f6bfc558a6e32"
                + "884c2af56f29e5c52780cea7285f5c057fc0dfda232d0ada681b01495d9d0e32196633588e289e59"
                + "035ff664f056189f2f10fe05827b796c326e3e748ffa7c589ed273c9c43436cddb4a6a22523ef8bc"
                + "b2221615b799966f1aba5bc84b7a27cf",
            "85695369676e617475726543a1030044a10138244054546869732069732074686520636f6e74656e"
                + "742e",
            "3ad4027074989995f25e167f99c9b4096fdc5c242d438d30382ae7b30f83c88d5b5ebecb64d2256d"
                + "58d3cce5c47d343bfa532b117c2d04df3fb20679a99cf3555a7dae6098bd123b0f3441a1e50e897c"
                + "baa1b17ce171ebab20ae2e10f16d6ee918d37af102175979be65ebcedeb47519346ea3ed6d13b574"
                + "1bc63742ae31342b10b46fe93f39b55fdd6e32128fd8b476fed88f671f304d0943d2c7a33bce48df"
                + "08e1f890cf5acda3ef46da21981c3a687cfff85eeb276a98612f38d6ee63644859d66a9ad49939ea"
                + "290f7a9fdfed9af1246930f522cb8c6909567dcbe2729716cb18a31e6f231db3d69a7a432aa3d6fa"
                + "1def9c9659616beb626f158378e0fbdd");

        /// <summary>
        /// A key of 3072 bits, thrown away, and what OpenSSL signed with it:
        /// <c>openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sign key.pem</c>.
        /// </summary>
        public static SignatureExample OfOpenSsl() => new SignatureExample(
            "ce0ab50a1820cdfd2891ef52f9034dbde42e81590ff146fb729d5781722615155630e5c575eb2e08"
                + "d315099a6792b597e22da970c71da70bf458e1e73e7f96ebf84fcad67c60bf9981db6203b917e8d9"
                + "3441e91d83742cd8aa833a462b232156329a37f1cc842de70a48d56846503f6e1861ff186eeeb6f9"
                + "8235926f3857cfc45aa8d26f764e91a1a3832d68bda26ba928c52b09df72627de2f0f05fd8b66f88"
                + "e61b0d419481f5706dd6b83e7fca3fa8c90e5b0d3a6c7ea7acd388d8e327396e9de2026a010628c5"
                + "53b71689ff494edb5dc7100de30b107b15f49d24d807ffa285b996e2600b880e3f31d1875bc18419"
                + "02277a6511b63f98e4cad3d2d95186c2da58198370381aaaf91cae300ed5a2fa7604919ee769d4b3"
                + "0475ab68fbf79b8df39fb1872ab0c16bf6d22b76eb4511a1e3322c1f4dd9c1e02e928656b57732ee"
                + "79a449e5df78689e8afb5b1677be5d631e22cc564b149db28cbec0bc499e6e1f9b87128ce15a9463"
                + "ccdc186953536b4623015e5ade12f6a64c1526ad69468961",
            "412062756e646c65206f66206120627269646765206e6f64652c2076657273696f6e20312e342e30",
            "6e1153da0e2edb8de601299ec5537454a22e8f4f97666f2f150a37d5cba21ebbf8ccbd074ab40409"
                + "45dd8925ac04fbfbbbc1447448f926b647c966d1a3261928ca28f50f5035a0d146e6cb4728de02a2"
                + "36f717864075dd44d72f71f477f2cbcd08b2302faecdd12baf5147bf192f97a35ef79f9e6760f048"
                + "fb9f310ee8e95d8b77ed702d55f5179bfce041eb950dcdfb3243b58689107522816b2858596b43bf"
                + "fd9a93fb1b261742773646d285216474cdc364d4464fc0da4990dbf7be09fa5b98d6f40af800d3a4"
                + "275bc41165bc484a6de2389829e58cea869786d9e67cbae2c816662038bb5a071fc259b4ab78a084"
                + "0e86e1571716ed2b125693462024cf7a4c815451e8b31df582f03a2ddbfd4236953accf434f27917"
                + "661345ca347dc1673b5f21085060445e44bed8c865603949342005726ea461a528ae1cc54e4e5c2a"
                + "90d3e186aee65f8071347976975649ca29b780338c9e8d8eab1e844c3f5f11119b540b1619eea1e8"
                + "f0fc1fa497c0124ae843b900b1b8db54e93a8d8d9734810e");

        /// <summary>
        /// The name of the key of <see cref="OfOpenSsl"/>: <c>openssl pkey -pubin -outform DER | sha256sum</c>.
        /// </summary>
        public const string KeyIdOfOpenSsl =
            "06fb929c1ed2c9f0004b02d9369d43b2cb9400d9be48df3a2327c4799df544ad";
    }
}
