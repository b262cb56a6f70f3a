using System.IO.Compression;

namespace EdgeFleet.FleetSim.Tests.Support;

/// <summary>Real recordings, which lie beside the repository and are not part of it.</summary>
internal static class SharedData
{
    public const string MunichBridge = "bridge/munich-unibw-2022-04-11-100hz.csv.gz";

    public const string AirBoxMonth = "airbox/toco-toucan-rt01-2019-08.csv.gz";

    /// <summary>The file's path; skips the test where it is not there.</summary>
    public static string File(string name)
    {
        string file = Path.Combine(Repository.Root, "..", "shared", "data", name);
        Assert.SkipUnless(System.IO.File.Exists(file), $"The recording {name} is not beside the repository.");
        return file;
    }

    /// <summary>The columns of a gzipped CSV, read without the simulator's own readers.</summary>
    public static (string[] Columns, List<string[]> Rows) Csv(string file)
    {
        using var reader = new StreamReader(new GZipStream(System.IO.File.OpenRead(file), CompressionMode.Decompress));
        string[] columns = [.. reader.ReadLine()!.Split(',').Select(name => name.Trim().Trim('"'))];
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line)
            rows.Add(line.Split(','));
        return (columns, rows);
    }
}
