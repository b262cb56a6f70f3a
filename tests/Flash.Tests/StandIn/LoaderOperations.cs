using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EdgeFleet.Flash.StandIn;

/// <summary>What nanoff does through the chip's loader (its Esp32Manager.cs, Esp32Operations.cs, EspTool.cs).</summary>
internal static class LoaderOperations
{
    private const uint PartitionTableAt = 0x8000, RuntimeAt = 0x1_0000;

    // nanoff's DeploymentPartitionAddress: of every chip, whatever its partition table says (nanoframework/Home#1835).
    private const uint DeployOfEveryChip = 0x1B_0000;

    public static void Run(Options options, TextWriter output)
    {
        using SerialBoard board = SerialBoard.Open(options.Get("serialport"), missing: 4005);
        bool normal = options.Verbosity >= 2;
        try
        {
            ChipSheet chip = Details(board, normal, output);
            if (options.Get("backuppath") is { } folder)
                BackUp(board, chip, folder, options.Get("backupfile"), normal, output);
            if (options.Is("devicedetails"))
            {
                board.Ask(new BoardMessage("reset"));
                return;
            }
            if (options.Is("update"))
                Update(board, chip, options, normal, output);
            else if (options.Is("deploy"))
                Deploy(board, options, normal, output);
            else
                output.WriteLine("No operation was performed with the options supplied.");
        }
        catch (IOException e)
        {
            // What nanoff's Program makes of any other exception of the loader's operations.
            throw new NanoffError(4000, e.Message);
        }
    }

    private static ChipSheet Details(SerialBoard board, bool normal, TextWriter output)
    {
        if (normal)
            output.Write("Reading details from chip...");
        BoardMessage hello = board.Ask(new BoardMessage("hello"));
        if (!hello.Ok)
        {
            output.WriteLine();
            output.WriteLine("Can't connect to ESP32 bootloader. Try to put the board in bootloader manually.");
            output.WriteLine("For troubleshooting steps visit: https://docs.espressif.com/projects/esptool/en/latest/troubleshooting.html.");
            output.WriteLine();
            throw new NanoffError(4000, "Failed to connect to ESP32 bootloader.");
        }
        ChipSheet chip = hello.Chip!;
        if (!normal)
            return chip;
        output.WriteLine("OK");
        output.WriteLine();
        output.WriteLine("Connected to:");
        output.WriteLine(chip.Type == chip.Name ? chip.Type : $"{chip.Type} ({chip.Name})");
        output.WriteLine("Features Wi-Fi, BT, Dual Core, 240MHz");
        output.WriteLine($"Flash size {chip.FlashMb}MB GD25Q from GIGADEVICE (manufacturer 0xC8 device 0x4016)");
        output.WriteLine($"PSRAM: {chip.Psram}");
        output.WriteLine("Crystal 40MHz");
        output.WriteLine($"MAC {chip.Mac.ToUpperInvariant()}");
        output.WriteLine();
        return chip;
    }

    private static void BackUp(SerialBoard board, ChipSheet chip, string folder, string? name, bool normal, TextWriter output)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NanoffError(9002);
        }
        string path = Path.Combine(folder, name ?? "backup.bin");
        if (normal)
            output.WriteLine($"Backing up the firmware to \r\n{path}...");
        int size = chip.FlashMb * 1024 * 1024;
        byte[] flash = board.Ask(new BoardMessage("read", 0, size)).Data;
        for (int percent = 25; normal && percent <= 100; percent += 25)
            output.Write($"\rReading flash... {percent}%".PadRight(40));
        File.WriteAllBytes(path, flash);
        if (normal)
            output.WriteLine($"\rRead {size} bytes from flash.");
        output.WriteLine($"Flash backup saved to {Path.GetFileName(path)}");
    }

    private static void Update(SerialBoard board, ChipSheet chip, Options options, bool normal, TextWriter output)
    {
        string target = options.Get("target") ?? throw new NanoffError(9000);
        string version = Package(options, target);
        if (options.Is("masserase"))
        {
            if (normal)
                output.Write("Erasing flash...");
            board.Ask(new BoardMessage("erase"));
            output.WriteLine(normal ? "OK" : "");
        }
        if (normal)
            output.WriteLine("Flashing firmware...");
        Write(board, PartitionTableAt, Partitions(chip), normal, output);
        Write(board, RuntimeAt, Encoding.ASCII.GetBytes($"nanoCLR\n{target}\n{version}\n"), normal, output);
        // At this verbosity nanoff now moves the cursor, and fails where there is no terminal.
        if (normal && Console.IsOutputRedirected)
            throw new NanoffError(4000, "The value must be greater than or equal to zero and less than the console's buffer size in that dimension. (Parameter 'top')");
        output.WriteLine();
        board.Ask(new BoardMessage("reset"));
    }

    private static void Deploy(SerialBoard board, Options options, bool normal, TextWriter output)
    {
        if (options.Get("image") is not { } image)
            throw new NanoffError(9000, "--deploy requires --image to specify the deployment image path.");
        if (!File.Exists(image))
            throw new NanoffError(9008);
        uint address = 0;
        if (options.Get("address") is { } given && !uint.TryParse(given[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out address))
            throw new NanoffError(9009);
        if (normal)
            output.Write("Flashing deployment partition...");
        Write(board, address != 0 ? address : DeployOfEveryChip, File.ReadAllBytes(image), normal, output);
        output.WriteLine(normal ? "OK" : "");
        board.Ask(new BoardMessage("reset"));
    }

    private static void Write(SerialBoard board, uint address, byte[] bytes, bool normal, TextWriter output)
    {
        if (normal)
            output.WriteLine($"Compressed {bytes.Length} bytes to {bytes.Length / 2}...");
        for (int attempt = 0; ; attempt++)
        {
            BoardMessage answer = board.Ask(new BoardMessage("write", address) { Data = bytes });
            if (normal)
            {
                output.WriteLine($"Wrote {bytes.Length} bytes ({bytes.Length / 2} compressed) at 0x{address:X8} in 0.1 seconds (900.0 kbit/s).");
                output.WriteLine("Verifying written data...");
            }
            if (answer.Text == Convert.ToHexStringLower(MD5.HashData(bytes)))
                break;
            if (attempt > 0)
                throw new NanoffError(4000, "MD5 of file does not match data in flash.");
            if (normal)
                output.WriteLine("Lost connection, retrying...");
        }
        if (normal)
            output.WriteLine("Hash of data verified.");
    }

    /// <summary>The version of the package: from the archive, or as if downloaded.</summary>
    private static string Package(Options options, string target)
    {
        if (!options.Is("fromarchive"))
        {
            // As without a network: the repository cannot be asked.
            if (Environment.GetEnvironmentVariable("STANDIN_OFFLINE") != null)
                throw new NanoffError(9005);
            return options.Get("fwversion") ?? "1.12.4.1";
        }
        string folder = options.Get("archivepath") ?? throw new NanoffError(9000, "--archivepath is required when --fromarchive is specified.");
        string? package = Directory.Exists(folder)
            ? Directory.GetFiles(folder, $"{target}-*.zip").Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        return package == null ? throw new NanoffError(9015) : Path.GetFileNameWithoutExtension(package)[(target.Length + 1)..];
    }

    /// <summary>The table of the chip's package: the addresses of hardware/boards.md.</summary>
    private static byte[] Partitions(ChipSheet chip)
    {
        (uint at, uint size) deploy = chip.Type switch
        {
            "ESP32" => (0x1E_0000u, 0x1C_0000u),
            "ESP32-C6" => (0x25_0000u, 0x17_0000u),
            _ => (0x1B_0000u, 0x1F_0000u),
        };
        byte[] table = new byte[0xC00];
        table.AsSpan().Fill(0xFF);
        Entry(table, 0, "factory", RuntimeAt, 0x1A_0000);
        Entry(table, 1, "deploy", deploy.at, deploy.size);
        Entry(table, 2, "config", (uint)(chip.FlashMb * 1024 * 1024) - 0x4_0000, 0x4_0000);
        return table;
    }

    private static void Entry(byte[] table, int index, string label, uint at, uint size)
    {
        Span<byte> entry = table.AsSpan(index * 32, 32);
        entry.Clear();
        (entry[0], entry[1]) = (0xAA, 0x50);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], at);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], size);
        Encoding.ASCII.GetBytes(label, entry.Slice(12, 16));
    }
}
