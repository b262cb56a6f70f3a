using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Drivers;

/// <summary>
/// A PMS5003 behind its serial line, after the data manual V2.3: frames of 32 bytes, in active mode on its own (every
/// 800 ms here), in passive mode when asked; answers of 8 bytes to mode and sleep; forgets its mode when it sleeps, and
/// takes commands a while after it woke. Bytes trickle as slowly as 9600 baud are, so that frames are torn wherever the
/// reader happens to look. Time is the test's.
/// </summary>
public sealed class PmsModel : IUart
{
    /// <summary>How long after waking commands are lost, in milliseconds.</summary>
    public const int DeafMs = 700;

    private const double BytesPerMs = 0.96;
    private const int FrameEveryMs = 800;

    private readonly Queue<byte> _line = new();
    private readonly List<byte> _heard = [];
    private double _nowMs;
    private double _credit;
    private double _nextFrameMs;
    private double _wokeMs = double.NegativeInfinity;

    /// <summary>The thirteen words of a frame at a time; the last one's low byte is the error code.</summary>
    public Func<double, int[]> Words { get; set; } = now => Standard((int)(now / 1000));

    public bool Powered { get; set; } = true;

    public bool Asleep { get; private set; }

    public bool Active { get; private set; } = true;

    /// <summary>Changes a frame on its way.</summary>
    public Func<byte[], byte[]> Disturb { get; set; } = frame => frame;

    /// <summary>Everything that came in, by the sensor's understanding, with its time.</summary>
    public List<(double Ms, string Command)> Commands { get; } = [];

    public int FramesSent { get; private set; }

    /// <summary>Words of a frame that says <paramref name="pm25"/> and what goes with it.</summary>
    public static int[] Standard(int pm25) =>
        [pm25, pm25 + 10, pm25 + 20, pm25 + 1, pm25 + 2, pm25 + 3, 900 + pm25, 500, 300, 100, 50, 10, 0x9700];

    public static byte[] Frame(int[] words)
    {
        byte[] frame = new byte[32];
        (frame[0], frame[1], frame[3]) = (0x42, 0x4D, 28);
        for (int i = 0; i < 13; i++)
            (frame[4 + 2 * i], frame[5 + 2 * i]) = ((byte)(words[i] >> 8), (byte)words[i]);
        return Summed(frame);
    }

    public void PowerCycle()
    {
        Powered = true;
        (Asleep, Active) = (false, true);
        _line.Clear();
        _wokeMs = _nowMs;
        _nextFrameMs = _nowMs + 1000;
    }

    public void AdvanceTo(double nowMs)
    {
        _credit = Math.Min(_credit + (nowMs - _nowMs) * BytesPerMs, 4096);
        _nowMs = nowMs;
        if (!Powered || Asleep)
            return;
        while (_nextFrameMs <= nowMs)
        {
            if (Active)
                Send(_nextFrameMs);
            _nextFrameMs += FrameEveryMs;
        }
    }

    /// <summary>Bytes that are no frame.</summary>
    public void Noise(params byte[] bytes)
    {
        foreach (byte b in bytes)
            _line.Enqueue(b);
    }

    public int Read(byte[] buffer, int offset, int count)
    {
        int n = 0;
        while (n < count && _line.Count > 0 && _credit >= 1)
        {
            buffer[offset + n++] = _line.Dequeue();
            _credit--;
        }
        return n;
    }

    public bool Write(byte[] buffer, int offset, int count)
    {
        for (int i = 0; i < count; i++)
            Hear(buffer[offset + i]);
        return true;
    }

    private void Hear(byte value)
    {
        _heard.Add(value);
        if (_heard.Count < 7)
            return;
        byte[] command = [.. _heard];
        _heard.Clear();
        Assert.Equal((0x42, 0x4D), (command[0], command[1]));
        Assert.Equal(command[..5].Sum(b => b), (command[5] << 8) | command[6]);
        if (!Powered || (Asleep ? command[2] != 0xE4 : _nowMs - _wokeMs < DeafMs))
            return;
        Commands.Add((_nowMs, $"{command[2]:X2}{command[4]:X2}"));
        switch ((command[2], command[4]))
        {
            case (0xE1, _):
                Active = command[4] == 1;
                Answer(command);
                break;
            case (0xE2, _):
                Send(_nowMs);
                break;
            case (0xE4, 0):
                Asleep = true;
                Answer(command);
                break;
            case (0xE4, 1):
                if (Asleep)
                    (_wokeMs, _nextFrameMs) = (_nowMs, _nowMs + 1500);
                // Whatever mode it had is forgotten.
                (Asleep, Active) = (false, true);
                break;
        }
    }

    private void Answer(byte[] command) =>
        Noise(Summed([0x42, 0x4D, 0, 4, command[2], command[4], 0, 0]));

    private void Send(double ms)
    {
        FramesSent++;
        Noise(Disturb(Frame(Words(ms))));
    }

    private static byte[] Summed(byte[] frame)
    {
        int sum = frame[..^2].Sum(b => b);
        (frame[^2], frame[^1]) = ((byte)(sum >> 8), (byte)sum);
        return frame;
    }
}
