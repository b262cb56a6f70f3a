using System.Security.Cryptography;
using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Batch;
using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Packs;
using EdgeFleet.Flash.Profiles;
using EdgeFleet.Flash.Receipts;

namespace EdgeFleet.Flash.Tests.Packs;

/// <summary>Files that people write, and files that nobody else may read.</summary>
public sealed class FileTests : IDisposable
{
    private readonly TestBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_pack_opens_with_its_passphrase_and_after_no_change_at_all()
    {
        byte[] content = RandomNumberGenerator.GetBytes(300);
        byte[] pack = PackFile.Seal(content, "four grey herons", rounds: 10);
        Assert.Equal(content, PackFile.Open("p", pack, "four grey herons"));
        Assert.Throws<FlashException>(() => PackFile.Open("p", pack, "four grey Herons"));
        for (int i = 0; i < pack.Length; i++)
        {
            // The highest byte of the rounds: a changed one may ask for more than there is time for.
            byte[] changed = [.. pack];
            changed[i] ^= (byte)(i is >= 24 and < 28 ? 1 : 0x80);
            if (i is >= 24 and < 27)
                continue;
            Assert.Throws<FlashException>(() => PackFile.Open("p", changed, "four grey herons"));
        }
        for (int length = 0; length < pack.Length; length += 7)
            Assert.Throws<FlashException>(() => PackFile.Open("p", pack.AsSpan(0, length), "four grey herons"));
    }

    [Fact]
    public void A_secret_that_others_may_read_is_not_used()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Permissions are those of Unix.");
        string path = _bench.Secret("s.cfg", "ssid=a\n");
        Assert.Equal("ssid=a\n", SecretFile.Text(path, 100));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<FlashException>(() => SecretFile.Text(path, 100)).Remedy);
    }

    [Fact]
    public void A_private_folder_is_its_users_alone_and_leaves_nothing()
    {
        string path;
        using (PrivateFolder folder = new(_bench.Temp))
        {
            path = folder.Path;
            folder.Write("a.json", "secret"u8);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("a.json")));
            }
        }
        Assert.False(Directory.Exists(path));
    }

    [Theory]
    [InlineData("ssid=a\npassword=short12", "password")]
    [InlineData("password=longenough", "ssid")]
    [InlineData("ethernet=yes\nssid=a", "ssid")]
    [InlineData("ssid=a\nwifi=b", "wifi")]
    [InlineData("ssid=a\naddress=1.2.3.x", "address")]
    [InlineData("ssid=123456789012345678901234567890123", "ssid")]
    [InlineData("ssid", "name=value")]
    public void A_network_profile_that_cannot_be_is_refused_without_repeating_it(string text, string about)
    {
        FlashException problem = Assert.Throws<FlashException>(() => NetworkProfile.Parse("n", text));
        Assert.Contains(about, problem.Message);
        Assert.DoesNotContain("short12", problem.Message);
    }

    [Theory]
    [InlineData("secret=Zm9yIGV4YW1wbGUgb25seSwgMzIgYnl0ZXMgbG9uZyE\nhost=h", "enrolment")]
    [InlineData("enrolment=e-1\nsecret=abc\nhost=h", "secret")]
    [InlineData("enrolment=e-1\nsecret=Zm9yIGV4YW1wbGUgb25seSwgMzIgYnl0ZXMgbG9uZyE", "host")]
    [InlineData("enrolment=e-1\nsecret=Zm9yIGV4YW1wbGUgb25seSwgMzIgYnl0ZXMgbG9uZyE\nhost=h\nport=70000", "port")]
    [InlineData("enrolment=e-1\nsecret=Zm9yIGV4YW1wbGUgb25seSwgMzIgYnl0ZXMgbG9uZyE\nhost=h\ntsl=no", "tsl")]
    public void Settings_that_a_board_would_pass_over_are_refused(string text, string about) =>
        Assert.Contains(about, Assert.Throws<FlashException>(() => BoardSettings.Parse("s", text)).Message);

    [Fact]
    public void A_manifest_names_the_row_that_is_wrong()
    {
        string path = _bench.Path("m.csv");
        string Problem(string text)
        {
            File.WriteAllText(path, text);
            return Assert.Throws<FlashException>(() => Manifest.Read(path)).Message;
        }
        Assert.Contains("row 2: kind", Problem("name,kind\na,airbox\nb,balloon\n"));
        Assert.Contains("row 1: mac", Problem("name,mac\na,7c:12\n"));
        Assert.Contains("'a' stands twice", Problem("name\na\na\n"));
        Assert.Contains("row 1: latitude", Problem("name,latitude\na,91\n"));
        Assert.Contains("no column 'nam'", Problem("nam\na\n"));
        Assert.Contains("no board 'esp99'", Problem("name,board\na,esp99\n"));
        File.WriteAllText(path, "﻿Name,Board,MAC\r\n\"Pier 3, north\",esp32-c3-devkitm-1,7C:12:34:56:78:9A\r\n");
        ManifestRow row = Assert.Single(Manifest.Read(path));
        Assert.Equal(("Pier 3, north", "7c123456789a", "ESP32_C3"), (row.Name, row.HardwareId, row.Board!.Target));
    }

    [Fact]
    public void Results_hold_no_formulas()
    {
        Assert.Equal("'=1+1,\"a, b\",-3.5,\"say \"\"yes\"\"\"\n", Csv.Row("=1+1", "a, b", "-3.5", "say \"yes\""));
    }

    [Fact]
    public void A_receipt_is_a_signature_that_other_libraries_check()
    {
        FlashHost host = new() { Environment = _ => "Mei" };
        StateFolders folders = StateFolders.Open(host, _bench.Path("state"));
        SignedReceipt receipt = new ReceiptMaker(folders, host).Install("7c123456789a", null, new InstallDetails("s", "a", "p", "", null, null, null, null, "", []));
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(folders.Key));
        Assert.True(key.VerifyData(
            Encoding.ASCII.GetBytes($"{receipt.Protected}.{receipt.Payload}"), System.Buffers.Text.Base64Url.DecodeFromChars(receipt.Signature),
            HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        Assert.Equal(receipt.Protected, new ReceiptMaker(folders, host).Install("7c123456789a", null, receipt.Read().Install!).Protected);
    }

    [Fact]
    public void Boards_are_those_of_the_hardware_pages()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "EdgeFleet.sln")))
            root = Path.GetDirectoryName(root)!;
        string page = File.ReadAllText(Path.Combine(root, "hardware", "boards.md"));
        foreach (Board board in Board.All)
        {
            Assert.Contains($"`{board.SettingsId}`", page);
            Assert.Contains($"`{board.Target}`", page);
            Assert.Contains($"| {board.Chip.Type} | {(board.Chip.Type == "ESP32-S3" ? 8 : 4)} MB | 0x{board.Chip.DeployAddress:X} |", page);
        }
    }
}
