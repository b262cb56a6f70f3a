using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Contracts.Tests.Vectors;

// Telemetry: the records as resolved, and the calls that write them.
internal static partial class Expected
{
    private static Expectation? Packs(string name) => name switch
    {
        "air-box" => new(AirBoxPack()),
        "bridge" => new(BridgePack()),
        "another-sender" => new(AnotherSendersPack(), ReadOnly: true),
        _ => null,
    };

    private static Pack AirBoxPack()
    {
        const double Start = 1_763_900_000.25;
        return new()
        {
            Records =
            [
                Head("ef:airbox-7k3m9q2x/window", Start, 41, 0xDEADBEEF, 60_000, TimeQuality.Synchronised),
                Measured("ef:airbox-7k3m9q2x/pm25", "ug/m3", Start, -2, 12.34, 10.01, 15.02, 0.87, 60, 0),
                Measured("ef:airbox-7k3m9q2x/temp", "Cel", Start, -2, -5.12, -6, -4, 0.31, 59, 16),
                new()
                {
                    Name = "ef:airbox-7k3m9q2x/rh",
                    Unit = "%RH",
                    Time = Start,
                    HasBool = true,
                    Bool = false,
                    Quality = 1 + 128 + 512,
                    DataOffset = -1,
                },
            ],
            Writing = writer =>
            {
                SenmlWriter.WritePackStart(writer, 4);
                WriteHead(
                    writer, "airbox-7k3m9q2x", 1_763_900_000_250, 41, 0xDEADBEEF, 60_000, TimeQuality.Synchronised);
                SenmlWriter.WriteChannel(writer, "pm25", "ug/m3", -2, 1234, 1001, 1502, 87, 60, QualityFlags.None);
                SenmlWriter.WriteChannel(writer, "temp", "Cel", -2, -512, -600, -400, 31, 59, QualityFlags.Gap);
                SenmlWriter.WriteMissing(
                    writer, "rh", "%RH", QualityFlags.Missing | QualityFlags.SensorError | QualityFlags.Asleep);
            },
        };
    }

    private static Pack BridgePack() => new()
    {
        Records =
        [
            Head("ef:bridge-1/window", -120.5, 1, 7, 60_000, TimeQuality.Relative),
            BridgeAcceleration(),
            Head("ef:bridge-1/window", -60, uint.MaxValue, 7, 1000, TimeQuality.AtLeast),
        ],
        Writing = writer =>
        {
            SenmlWriter.WritePackStart(writer, 3);
            WriteHead(writer, "bridge-1", -120_500, 1, 7, 60_000, TimeQuality.Relative);
            SenmlWriter.WriteChannel(writer, "az", "m/s2", -6, 9_806_650, 9_700_000, 9_900_000, 1200, 7500,
                -1250, 77_012, 0);
            WriteHead(writer, null, -60_000, uint.MaxValue, 7, 1000, TimeQuality.AtLeast);
        },
    };

    private static SenmlRecord BridgeAcceleration()
    {
        SenmlRecord record = Measured("ef:bridge-1/az", "m/s2", -120.5, -6, 9.80665, 9.7, 9.9, 0.0012, 7500, 0);
        record.HasShape = true;
        record.Skewness = -1.25;
        record.Kurtosis = 77.012;
        return record;
    }

    private static Pack AnotherSendersPack()
    {
        const double Start = 1_763_900_000;
        SenmlRecord head = Head("ef:bridge-1/window", Start, 2, 1, 3_600_000, TimeQuality.Synchronised);
        head.Unit = "";
        return new()
        {
            Records =
            [
                head,
                Measured("ef:bridge-1/ax", "m/s2", Start, -2, 2, 1, 3, 0.5, 8, 0),
                new()
                {
                    Name = "ef:bridge-1/temp",
                    Unit = "Cel",
                    Time = Start + 0.5,
                    HasValue = true,
                    Value = 21.5,
                    DataOffset = -1,
                },
                new() { Name = "ef:bridge-1/note", Time = Start, Text = "fog", DataOffset = -1 },
            ],
        };
    }

    private static SenmlRecord Head(
        string name, double time, uint sequence, uint epoch, int durationMs, TimeQuality quality) => new()
    {
        Name = name,
        Unit = "count",
        Time = time,
        HasValue = true,
        Value = sequence,
        HasWindow = true,
        Epoch = epoch,
        DurationMs = durationMs,
        TimeQuality = quality,
        DataOffset = -1,
    };

    private static SenmlRecord Measured(
        string name, string unit, double time, int exponent, double mean, double min, double max, double stdDev,
        int count, int quality) => new()
    {
        Name = name,
        Unit = unit,
        Time = time,
        HasValue = true,
        Value = mean,
        Exponent = exponent,
        HasStatistics = true,
        Min = min,
        Max = max,
        StdDev = stdDev,
        Count = count,
        Quality = quality,
        DataOffset = -1,
    };

    private static void WriteHead(
        CborWriter writer, string? deviceId, long startMs, uint sequence, uint epoch, int durationMs,
        TimeQuality quality) =>
        SenmlWriter.WriteHead(
            writer,
            deviceId,
            new()
            {
                StartMs = startMs,
                Sequence = sequence,
                Epoch = epoch,
                DurationMs = durationMs,
                TimeQuality = quality,
            });
}
