using EdgeFleet.Firmware.Drivers.Adxl355;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Drivers;

/// <summary>A driver on a chip model, stepped as the sampler does; collects what is delivered and what is called missing.</summary>
public sealed class Adxl355Bench
{
    private readonly int[] _xyz = new int[3 * Adxl355.FifoSamples];

    public Adxl355Bench(int rateHz = 125, Adxl355Range range = Adxl355Range.G2, bool interrupt = true)
    {
        Driver = new Adxl355(Chip, interrupt ? Chip : null, rateHz, range);
    }

    public Adxl355Chip Chip { get; } = new();

    public Adxl355 Driver { get; }

    public double NowMs { get; private set; }

    public List<(int X, int Y, int Z)> Samples { get; } = [];

    /// <summary>For each loss: samples delivered before it, and how many were lost.</summary>
    public List<(int After, int Missed)> Losses { get; } = [];

    public List<SensorResult> Results { get; } = [];

    public SensorResult Last => Results[^1];

    public long Accounted => Samples.Count + Losses.Sum(loss => (long)loss.Missed);

    public void Run(double forMs, double stepMs = 10)
    {
        double endMs = NowMs + forMs;
        while (NowMs < endMs)
        {
            NowMs += stepMs;
            Chip.AdvanceTo(NowMs);
            Drain();
        }
    }

    /// <summary>Time passes, and nobody looks.</summary>
    public void Sleep(double forMs)
    {
        NowMs += forMs;
        Chip.AdvanceTo(NowMs);
    }

    /// <summary>Past the self-test, with the books empty.</summary>
    public void Start()
    {
        Run(3000);
        Assert.Equal(SelfTestResult.Passed, Driver.SelfTest);
        Samples.Clear();
        Losses.Clear();
        Results.Clear();
    }

    private void Drain()
    {
        for (int turn = 0; turn < 64; turn++)
        {
            SensorResult result = Driver.Drain((long)NowMs, _xyz, Adxl355.FifoSamples, out int triples, out int missed);
            Results.Add(result);
            Assert.Equal(triples > 0, result == SensorResult.Ok);
            if (missed != 0)
                Losses.Add((Samples.Count, missed));
            for (int i = 0; i < triples; i++)
                Samples.Add((_xyz[3 * i], _xyz[3 * i + 1], _xyz[3 * i + 2]));
            if (triples < Adxl355.FifoSamples)
                return;
        }
        Assert.Fail("the driver never said that the FIFO is empty");
    }
}
