using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Drivers;

/// <summary>
/// An ADXL355 behind SPI and its INT1 pin, written from the register map and the FIFO's description in the data sheet
/// (Rev. D), not from the driver. Time is the test's. What it may do: whatever a test tells <see cref="Spoil"/> to do to
/// a transfer, losing its supply, being an axis or an interrupt short. What it never does: change settings outside
/// standby.
/// </summary>
public sealed class Adxl355Chip : ISpi, IInterruptLine
{
    private const int FifoPlaces = 99;

    private readonly byte[] _registers = new byte[0x30];
    private readonly List<(int Value, bool IsX)> _fifo = [];
    private double _phaseMs;
    private double _nowMs;
    private bool _overrun;
    private bool _signal;

    public Adxl355Chip() => PowerOn();

    /// <summary>A sample's counts at a range of 2 g, by its number since the power came and the axis.</summary>
    public Func<long, int, int> Value { get; set; } = (sample, axis) => (int)(sample % 1000) * 3 + axis - 700;

    /// <summary>The chip's own clock against uptime: 1.01 runs a hundredth fast.</summary>
    public double ClockFactor { get; set; } = 1;

    /// <summary>What the force of the self-test moves an axis by, in g (data sheet, table 1, typical).</summary>
    public double[] SelfTestG { get; } = [0.3, 0.3, 1.5];

    /// <summary>Whether the INT1 wire is there.</summary>
    public bool InterruptWired { get; set; } = true;

    /// <summary>May change what a transfer reads; false: the transfer fails. The count is that of the transfer.</summary>
    public Func<int, byte[], int, bool>? Spoil { get; set; }

    /// <summary>Answers each read of the temperature, which moves on between its two registers.</summary>
    public Queue<int> TemperatureCounts { get; } = new();

    public int Transfers { get; private set; }

    /// <summary>Settings that were written while the chip measured.</summary>
    public List<string> Offences { get; } = [];

    /// <summary>Samples that were made since the power came.</summary>
    public long Made { get; private set; }

    public bool Measuring => (_registers[0x2D] & 1) == 0;

    public byte this[int register] => _registers[register];

    public void PowerOn()
    {
        Array.Clear(_registers);
        _registers[0x00] = 0xAD;
        _registers[0x01] = 0x1D;
        _registers[0x02] = 0xED;
        _registers[0x03] = 0x01;
        _registers[0x29] = 0x60;
        _registers[0x2C] = 0x81;
        _registers[0x2D] = 0x01;
        ClearFifo();
    }

    /// <summary>Lets time pass: samples come, and the watermark may call.</summary>
    public void AdvanceTo(double nowMs)
    {
        double period = 1000.0 / (4000 >> (_registers[0x28] & 0x0F)) / ClockFactor;
        while (Measuring && _phaseMs + period <= nowMs)
        {
            _phaseMs += period;
            Push();
        }
        if (!Measuring)
            _phaseMs = nowMs;
        _nowMs = nowMs;
    }

    public bool TakeSignal()
    {
        bool signal = _signal;
        _signal = false;
        return signal && InterruptWired;
    }

    /// <summary>Takes entries out behind the driver's back, as a glitch on the clock line does.</summary>
    public void LoseEntries(int count) => _fifo.RemoveRange(0, Math.Min(count, _fifo.Count));

    public bool Transfer(byte[] write, byte[] read, int count)
    {
        Transfers++;
        int register = write[0] >> 1;
        bool reads = (write[0] & 1) != 0;
        read[0] = 0xFF;
        for (int i = 1; i < count; i++)
        {
            read[i] = reads ? ReadByte(register, (i - 1) % 3) : (byte)0xFF;
            if (!reads)
                WriteByte(register, write[i]);
            // Every address goes up by one but the FIFO's; data sheet, "FIFO".
            if (register != 0x11)
                register++;
        }
        return Spoil == null || Spoil(Transfers, read, count);
    }

    private byte ReadByte(int register, int part)
    {
        switch (register)
        {
            case 0x04:
                int watermark = _fifo.Count >= _registers[0x29] && _registers[0x29] != 0 ? 2 : 0;
                int status = (_overrun ? 4 : 0) | watermark | (Measuring ? 1 : 0);
                _overrun = false;
                return (byte)status;
            case 0x05:
                return (byte)Math.Min(_fifo.Count, 96);
            case 0x06:
                return (byte)((TemperatureCounts.Count > 0 ? TemperatureCounts.Peek() : 1885) >> 8);
            case 0x07:
                if (TemperatureCounts.Count > 1)
                    TemperatureCounts.Dequeue();
                return (byte)(TemperatureCounts.Count > 0 ? TemperatureCounts.Peek() : 1885);
            case 0x11:
                return FifoByte(part);
            default:
                return register < _registers.Length ? _registers[register] : (byte)0;
        }
    }

    private byte FifoByte(int part)
    {
        if (_fifo.Count == 0)
            return part == 2 ? (byte)0x02 : (byte)0;
        (int value, bool isX) = _fifo[0];
        if (part == 0)
            return (byte)(value >> 12);
        if (part == 1)
            return (byte)(value >> 4);
        _fifo.RemoveAt(0);
        return (byte)((value << 4) | (isX ? 1 : 0));
    }

    private void WriteByte(int register, byte value)
    {
        if (register < 0x1E || register > 0x2E)
            return;
        if (register != 0x2D && Measuring)
        {
            Offences.Add($"register {register:X2} = {value:X2} while measuring");
            return;
        }
        _registers[register] = value;
        if (register == 0x2D && (value & 1) != 0)
            ClearFifo();
    }

    private void Push()
    {
        int force = _registers[0x2E] == 3 ? 1 : 0;
        int shift = (_registers[0x2C] & 3) - 1;
        for (int axis = 0; axis < 3; axis++)
        {
            int value = (Value(Made, axis) + (int)(force * SelfTestG[axis] * 256_000)) >> shift;
            _fifo.Add((Math.Clamp(value, -(1 << 19), (1 << 19) - 1), axis == 0));
        }
        Made++;
        while (_fifo.Count > FifoPlaces)
        {
            _fifo.RemoveRange(0, 3);
            _overrun = true;
        }
        // The pin falls when the watermark is reached and rises when reading has gone below it; the board's interrupt
        // is the edge.
        if (_fifo.Count >= _registers[0x29] && _fifo.Count - 3 < _registers[0x29] && (_registers[0x2A] & 2) != 0)
            _signal = true;
    }

    private void ClearFifo()
    {
        _fifo.Clear();
        _overrun = false;
        _signal = false;
        _phaseMs = _nowMs;
    }
}
