namespace EdgeFleet.Nano.Tests
{
    /// <summary>
    /// The vector <c>signed-2048</c> of shared/vectors/bundles, which the boards cannot read from a file: a bundle for an
    /// <c>esp32</c>, of one component of 4,100 bytes that count from 00 and begin again after ff. Signed for good: it has
    /// the security counter 2, and asks for nothing but mscorlib 54A2DF6A and 48,000 bytes of heap.
    /// </summary>
    public static class SignedBundle
    {
        /// <summary>Bytes of the component.</summary>
        public const int ComponentBytes = 4100;

        /// <summary>The modulus of the key, in hexadecimal.</summary>
        public const string Modulus =
            "d2ed5d634d794ab47f0f794322cedbe0a541597c6ac9b0027764f3d06507f40d56c528d057ed1b0d"
                + "b73c1dd72ac28b49d29bae7c751710fa3edb44fb7358eacf2ca78c45b4550fdb566adb95a686440d"
                + "d09eba427351d1d897b4e668a3b20eae18f8ddfa4c09cdb1135a5de84eda624b6a9c53395b1ae964"
                + "f040e5bc260c4349330394f649e891422795ed0f659b8ad1b23e42455b499498c6f6ee399febec1d"
                + "3530e1d2b1f968c08b8007a8b7512fb5154c914c376ebf14438a4c36cf533e1d81176267efe621a0"
                + "0880438653d9221c62effce84e74c43a2250d970ce9b0ccc2293b25920ae8acca3f3fea82f7ed410"
                + "4a4311d76107be1e1acfa9e3c32cef55";

        /// <summary>The envelope, in hexadecimal.</summary>
        public const string Envelope =
            "d284584ba30138240378216170706c69636174696f6e2f65646765666c6565742d62756e646c652b"
                + "63626f7204582034da2d3fe83d76ad6098373f69519baaec17af242d7476e2eb1572a96c679435a0"
                + "58a3a700010118290265312e342e3003010402051b000001b8dac5b4000681a40182656573703332"
                + "6865737033322d7333028182686d73636f726c69621a54a2df6a0319bb800481a301734564676546"
                + "6c6565742e4272696467652e706502191004035840f4dfdfb43191b2bdbba119238e2db0be9d208e"
                + "0607aa425a0345f712bbb915ded76d0b21d077dfb85e0b920031cc8e3c001beb5ac0fbfddb171666"
                + "808265b8ed5901005a0748cbbe39efcf3d0690abf6ee66ed6dceb5a4ee38ca2af7ed6ef40dbe4fc5"
                + "9f3bacbcc2eaae8c4d3429c8a8da26d21770878cabf61fc39aa638d9f9a555ef1a9cd8b04bf8e3f6"
                + "9900374d6c96484c38f8febd4360729332d010b4436ded1fe2dd2beaf4a0a3fb35a2f92e56984d64"
                + "a2fb0d9baf62f98bc425e54b820b4924946c72465a85bf1db32713a68c25a4d8f7056ccd4ead63de"
                + "aa44c447c07e66409ff7512ec427a1908a6cfa6d1160f307f74201703aeff14df32533c9323d79f2"
                + "6b78db95267ca1a1040ac3770e499d9fd3af3ed40d1d5e4aaa3fa2f03b3765fdff8a4eca9dbb0158"
                + "d4ea5bc9ce7d1335b10fabeed0d71c915bb20298769b5a28";

        /// <summary>The component.</summary>
        public static byte[] Component()
        {
            byte[] bytes = new byte[ComponentBytes];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)i;
            return bytes;
        }
    }
}
