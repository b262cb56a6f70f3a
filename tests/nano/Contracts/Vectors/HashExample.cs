namespace EdgeFleet.Nano.Tests.Vectors
{
    /// <summary>
    /// Examples of SHA-256. NIST's of FIPS 180-4: one block, two blocks, none; and a message of 112 bytes from its example
    /// page. The same index is the same example in both lists.
    /// </summary>
    public static class HashExample
    {
        public static string[] Messages() => new[]
        {
            "abc",
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "",
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        };

        public static string[] Digests() => new[]
        {
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
        };
    }
}
