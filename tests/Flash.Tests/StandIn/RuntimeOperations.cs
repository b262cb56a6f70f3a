using System.Text.Json;

namespace EdgeFleet.Flash.StandIn;

/// <summary>
/// What nanoff does through the runtime's debugger (its NanoDeviceManager.cs, FileDeploymentManager.cs,
/// NetworkDeploymentManager.cs; the details' form is that of nf-debugger, NanoFrameworkDeviceInfo.cs).
/// </summary>
internal static class RuntimeOperations
{
    private static readonly JsonDocumentOptions Loose = new() { AllowTrailingCommas = true };

    public static void Details(Options options, TextWriter output)
    {
        using SerialBoard board = SerialBoard.Open(options.Get("serialport"), missing: 2001);
        try
        {
            BoardMessage answer = board.Ask(new BoardMessage("clr"));
            // nanoff names the same code for a runtime that does not answer as for a list that fails.
            ClrSheet clr = answer.Clr ?? throw new NanoffError(2001, "Couldn't connect to specified nano device.");
            output.WriteLine();
            output.WriteLine($"HAL build info: nanoCLR running @ {clr.Target}");
            output.WriteLine($"  Target:   {clr.Target}");
            output.WriteLine("  Platform: ESP32");
            output.WriteLine();
            output.WriteLine("Firmware build Info:");
            output.WriteLine("  Date:        Jul 27 2026");
            output.WriteLine("  Type:        nanoFramework");
            output.WriteLine($"  CLR Version: {clr.Version}");
            output.WriteLine("  Compiler:    GNU ARM GCC v14.2.0.0");
            output.WriteLine();
            output.WriteLine("AppDomains:");
            output.WriteLine("  default, id=1");
            output.WriteLine();
            output.WriteLine("Assemblies:");
            foreach (string assembly in clr.Assemblies)
                output.WriteLine("  " + assembly);
            output.WriteLine();
            output.WriteLine("Native Assemblies:");
            output.WriteLine("  mscorlib v100.5.0.24, checksum 0x5CD4E8F4");
        }
        catch (IOException e)
        {
            throw new NanoffError(2002, e.Message);
        }
    }

    public static void Files(string description, TextWriter output)
    {
        using JsonDocument json = Read(description);
        try
        {
            using SerialBoard board = Connect(json, output);
            foreach (JsonElement file in json.RootElement.GetProperty("Files").EnumerateArray())
            {
                string to = file.GetProperty("DestinationFilePath").GetString()!;
                string from = file.GetProperty("SourceFilePath").GetString()!;
                output.Write($"Deploying file {from} to {to}...");
                if (board.Ask(new BoardMessage("file", Path: to) { Data = File.ReadAllBytes(from) }).Ok)
                {
                    output.WriteLine("OK");
                    continue;
                }
                // nanoff goes on with the next file, and ends with 0 all the same.
                output.WriteLine();
                output.WriteLine($"Error deploying content file {from} to {to}");
            }
        }
        catch (IOException e)
        {
            throw new NanoffError(2003, e.Message);
        }
    }

    public static void Network(string description, TextWriter output)
    {
        using JsonDocument json = Read(description);
        try
        {
            using SerialBoard board = Connect(json, output);
            bool wireless = json.RootElement.TryGetProperty("WirelessClient", out JsonElement client);
            if (wireless && client.GetProperty("Authentication").GetString() is not ("WPA2" or "WPA" or "Open"))
                throw new NanoffError(2003, "authentication must be either: None, EAP, PEPA, WCN, Open, Shared, WEP, WPA or WPA2");
            output.Write(wireless ? "Updating network configuration..." : "Updating network ethernet configuration...");
            if (!board.Ask(new BoardMessage("network", Text: json.RootElement.GetRawText())).Ok)
            {
                output.WriteLine();
                output.WriteLine("Error uploading network configuration.");
                throw new NanoffError(2002);
            }
            output.WriteLine("OK");
            if (wireless)
                output.WriteLine("Updating wireless configuration...OK");
        }
        catch (IOException e)
        {
            throw new NanoffError(2003, e.Message);
        }
    }

    private static JsonDocument Read(string description)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(description), Loose);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new NanoffError(2003, e.Message);
        }
    }

    private static SerialBoard Connect(JsonDocument json, TextWriter output)
    {
        string port = json.RootElement.GetProperty("SerialPort").GetString()!;
        SerialBoard board;
        try
        {
            board = SerialBoard.Open(port, missing: 2000);
        }
        catch (NanoffError)
        {
            output.WriteLine($"Error connecting to nanoDevice on {port} for deployment.");
            throw new NanoffError(2000);
        }
        output.WriteLine("Debug engine created.");
        if (board.Ask(new BoardMessage("clr")).Clr != null)
        {
            output.WriteLine("Device connected and ready for deployment.");
            return board;
        }
        board.Dispose();
        output.WriteLine($"Error connecting to debug engine on nanoDevice on {port}.");
        throw new NanoffError(2000);
    }
}
