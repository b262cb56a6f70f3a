using System.Text;
using System.Text.Json;

namespace EdgeFleet.Cli.Tests;

/// <summary>A folder with an application, keys and descriptions, and the tool run in it.</summary>
public sealed class Bench : IDisposable
{
    public const string Passphrase = "correct horse battery";

    public Bench()
    {
        Write("passphrase", Passphrase + "\r\nnot this line\n");
        Write("EdgeFleet.Bridge.pe", Bytes(9_000, 1));
        Write("EdgeFleet.Bridge.dll", Bytes(20_000, 2));
        Write("app.json", Description);
    }

    /// <summary>A board's and the simulator's target.</summary>
    public static string Description => """
        {
          // Numbers of a release.
          "sequence": 7, "version": "1.4.0", "kind": "bridge", "securityCounter": 3, "expires": "2030-01-01T00:00:00Z",
          "targets": [
            {
              "classes": ["esp32", "esp32-s3"],
              "natives": { "mscorlib": "0x54A2DF6A", "System.Math": "46092cb1" },
              "leastFreeHeap": 40000,
              "components": ["EdgeFleet.Bridge.pe"],
            },
            { "classes": ["sim"], "components": ["EdgeFleet.Bridge.dll"] },
          ],
        }
        """;

    public string Folder { get; } = Directory.CreateTempSubdirectory("edgefleet-cli-").FullName;

    public static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public string this[string name] => Path.Combine(Folder, name);

    public byte[] Read(string name) => File.ReadAllBytes(this[name]);

    public void Write(string name, byte[] bytes) => File.WriteAllBytes(this[name], bytes);

    public void Write(string name, string text) => File.WriteAllText(this[name], text);

    /// <summary>Runs the tool; words that name a file are taken from the folder, a word <c>out:x</c> is a file to be.</summary>
    public Ran Run(string words)
    {
        // The first two words are the command's.
        string[] args = [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((word, i) =>
            word.StartsWith("out:", StringComparison.Ordinal) ? this[word[4..]]
                : i >= 2 && File.Exists(this[word]) ? this[word] : word)];
        StringWriter output = new();
        StringWriter error = new();
        int code = CommandLine.RunAsync(args, new() { Output = output, Error = error }).GetAwaiter().GetResult();
        return new Ran(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs the tool and demands that it is done.</summary>
    public string Do(string words)
    {
        Ran ran = Run(words);
        Assert.True(ran.Code == 0, words + ": " + ran.Error);
        Assert.Equal("", ran.Error);
        return ran.Output.Trim();
    }

    /// <summary>A key of 2048 bits, <c>key</c> and <c>key.pub</c>, and <c>app.efb</c>, signed with it.</summary>
    public Bench WithSigned()
    {
        Do("key new --bits 2048 --passphrase-file passphrase --out out:key");
        Do("bundle create app.json --out out:unsigned.efb");
        Do("bundle sign unsigned.efb --key key --passphrase-file passphrase --out out:app.efb");
        return this;
    }

    public JsonElement Inspect(string name)
    {
        using JsonDocument document = JsonDocument.Parse(Do($"bundle inspect {name} --json"));
        return document.RootElement.Clone();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>What a run of the tool gave.</summary>
public sealed record Ran(int Code, string Output, string Error);
