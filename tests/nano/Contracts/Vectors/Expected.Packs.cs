using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Nano.Tests.Vectors
{
    // Telemetry: the records as resolved.
    public static partial class Expected
    {
        private static Expectation? Packs(string name) => name switch
        {
            "air-box" => Written(AirBoxPack(name)),
            "bridge" => Written(BridgePack(name)),
            "another-sender" => ReadOnly(AnotherSendersPack(name)),
            _ => null,
        };

        private static Pack AirBoxPack(string name)
        {
            const double Start = 1_763_900_000.25;
            return new Pack(
                name,
                Head("ef:airbox-7k3m9q2x/window", Start, 41, 0xDEADBEEF, 60_000, TimeQuality.Synchronised),
                Measured("ef:airbox-7k3m9q2x/pm25", "ug/m3", Start, -2, 12.34, 10.01, 15.02, 0.87, 60, 0),
                Measured("ef:airbox-7k3m9q2x/temp", "Cel", Start, -2, -5.12, -6, -4, 0.31, 59, 16),
                new SenmlRecord
                {
                    Name = "ef:airbox-7k3m9q2x/rh",
                    Unit = "%RH",
                    Time = Start,
                    HasBool = true,
                    Bool = false,
                    Quality = 1 + 128 + 512,
                    DataOffset = -1,
                });
        }

        private static Pack BridgePack(string name)
        {
            SenmlRecord acceleration =
                Measured("ef:bridge-1/az", "m/s2", -120.5, -6, 9.80665, 9.7, 9.9, 0.0012, 7500, 0);
            acceleration.HasShape = true;
            acceleration.Skewness = -1.25;
            acceleration.Kurtosis = 77.012;
            return new Pack(
                name,
                Head("ef:bridge-1/window", -120.5, 1, 7, 60_000, TimeQuality.Relative),
                acceleration,
                Head("ef:bridge-1/window", -60, uint.MaxValue, 7, 1000, TimeQuality.AtLeast));
        }

        private static Pack AnotherSendersPack(string name)
        {
            const double Start = 1_763_900_000;
            SenmlRecord head = Head("ef:bridge-1/window", Start, 2, 1, 3_600_000, TimeQuality.Synchronised);
            head.Unit = "";
            return new Pack(
                name,
                head,
                Measured("ef:bridge-1/ax", "m/s2", Start, -2, 2, 1, 3, 0.5, 8, 0),
                new SenmlRecord
                {
                    Name = "ef:bridge-1/temp",
                    Unit = "Cel",
                    Time = Start + 0.5,
                    HasValue = true,
                    Value = 21.5,
                    DataOffset = -1,
                },
                new SenmlRecord { Name = "ef:bridge-1/note", Time = Start, Text = "fog", DataOffset = -1 });
        }

        private static SenmlRecord Head(
            string name, double time, uint sequence, uint epoch, int durationMs, TimeQuality quality) => new SenmlRecord
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
            int count, int quality) => new SenmlRecord
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
    }
}
