using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Nano.Tests.Vectors
{
    // Captured vibrations, with the samples that they carry.
    public static partial class Expected
    {
        /// <summary>The samples of a waveform chunk's vector.</summary>
        public static int[] Samples(string name) => name switch
        {
            "vertical" => new[] { 1000, 1003, 998, 998, -64, 524_287, -524_288 },
            "widest" => new[] { int.MaxValue, int.MinValue, 0 },
            _ => new[] { -1 },
        };

        private static Expectation? WaveformChunks(string name)
        {
            WaveformChunk? message = name switch
            {
                "vertical" => new WaveformChunk
                {
                    Version = 1,
                    Epoch = 0xDEADBEEF,
                    Capture = 41,
                    Axis = 2,
                    Index = 0,
                    Count = 2,
                    TimeMs = Noon,
                    TimeQuality = TimeQuality.Synchronised,
                    RateMilliHz = 125_000,
                    Scale = new DecimalValue(38_307, -9),
                },
                "widest" => new WaveformChunk
                {
                    Version = 1,
                    Epoch = 1,
                    Capture = 2,
                    Axis = 0,
                    Index = 63,
                    Count = 64,
                    TimeMs = -61_000,
                    TimeQuality = TimeQuality.AtLeast,
                    RateMilliHz = uint.MaxValue,
                    Scale = new DecimalValue(1, 0),
                    Gaps = 17,
                    FirstSample = 64_512,
                },
                "least" => new WaveformChunk
                {
                    Version = 0,
                    Epoch = 1,
                    Capture = 1,
                    Axis = 1,
                    Count = 1,
                    RateMilliHz = 1,
                    Scale = new DecimalValue(1, -18),
                },
                _ => null,
            };
            if (message == null)
                return null;
            int[] samples = Samples(name);
            message.Encode(samples, 0, samples.Length);
            return new Expectation(message, name == "least");
        }
    }
}
