using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Drivers.Adxl355;
using EdgeFleet.Firmware.Drivers.Bme280;
using EdgeFleet.Firmware.Drivers.Pms5003;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Drivers;

/// <summary>The sample path takes nothing from the heap, whatever the sensors do.</summary>
public sealed class DriverAllocationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_dust_sensor_is_read_without_allocating(bool passive)
    {
        // What a sensor says in ten minutes, noise and answers and all; said again and again.
        List<byte> said = [];
        Random random = new(5);
        for (int i = 0; i < 600; i++)
        {
            byte[] frame = PmsModel.Frame(PmsModel.Standard(i));
            frame[9] ^= i % 9 == 0 ? (byte)0x55 : (byte)0;
            said.AddRange(frame);
            byte[] noise = new byte[i % 7 == 0 ? 40 : 0];
            random.NextBytes(noise);
            said.AddRange(noise);
        }
        Line line = new([.. said]);
        Pms5003 driver = new(line, passive, 6);
        driver.SetDutyCycle(60, 40);
        int[] values = new int[Limits.MaxChannels];
        int[] results = new int[8];
        long before = 0;
        for (int second = 0; second < 5000; second++)
        {
            // A silent sensor, and a flood that fills every read.
            line.PerRead = second / 200 % 5 == 3 ? 0 : second % 50 == 0 ? 64 : 37;
            if (second == 1000)
                before = GC.GetAllocatedBytesForCurrentThread();
            results[(int)driver.Read(second * 1000L, values)]++;
            if (second % 60 == 0)
                results[7] += driver.TakeQuality();
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.All(
            new[] { SensorResult.Ok, SensorResult.WarmingUp, SensorResult.Failed, SensorResult.Asleep },
            result => Assert.NotEqual(0, results[(int)result]));
        Assert.NotEqual(0, results[7]);
    }

    [Fact]
    public void The_accelerometer_is_drained_without_allocating()
    {
        Adxl355Chip chip = new() { Spoil = (number, _, _) => number % 5000 != 0 };
        Adxl355 driver = new(chip, chip, 250, Adxl355Range.G2);
        int[] xyz = new int[3 * Adxl355.FifoSamples];
        int[] results = new int[8];
        long drained = 0;
        for (int step = 0; step < 40_000; step++)
        {
            chip.AdvanceTo(step * 10.0);
            if (step % 5000 == 0)
                chip.LoseEntries(1);
            if (step % 8000 == 4000)
                driver.BeginSelfTest();
            if (step % 1000 < 20)
                continue;
            long before = GC.GetAllocatedBytesForCurrentThread();
            SensorResult result = driver.Drain(step * 10L, xyz, Adxl355.FifoSamples, out _, out _);
            if (step % 1000 == 50)
                driver.ReadTemperature(out _);
            if (step > 5000)
                drained += GC.GetAllocatedBytesForCurrentThread() - before;
            results[(int)result]++;
        }
        Assert.Equal(0, drained);
        Assert.All(
            new[] { SensorResult.Ok, SensorResult.NotReady, SensorResult.WarmingUp, SensorResult.Failed },
            result => Assert.NotEqual(0, results[(int)result]));
        Assert.True(driver.Overruns > 10 && driver.Restarts > 0 && driver.MisalignedEntries > 0);
    }

    [Fact]
    public void The_climate_is_read_without_allocating()
    {
        Probe probe = new();
        Bme280 driver = new(probe);
        int[] values = new int[3];
        long before = 0;
        for (int second = 0; second < 2000; second++)
        {
            if (second == 100)
                before = GC.GetAllocatedBytesForCurrentThread();
            driver.Read(second * 1000L, values);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2000, probe.Reads);
    }

    private sealed class Line(byte[] bytes) : IUart
    {
        private int _at;

        public int PerRead { get; set; }

        public int Read(byte[] buffer, int offset, int count)
        {
            int n = Math.Min(count, PerRead);
            for (int i = 0; i < n; i++)
                buffer[offset + i] = bytes[_at++ % bytes.Length];
            return n;
        }

        public bool Write(byte[] buffer, int offset, int count) => true;
    }

    private sealed class Probe : IClimateProbe
    {
        public int Reads { get; private set; }

        public SensorResult TryTake(ClimateReading reading)
        {
            reading.CentiCelsius = 2000 + Reads++ % 10;
            return Reads % 20 < 10 ? SensorResult.Ok : SensorResult.NotReady;
        }
    }
}
