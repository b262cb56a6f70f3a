using EdgeFleet.Boards.Sim.Host;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Load;

/// <summary>The application did not come back from a step; on a board, its watchdog restarts it then.</summary>
public sealed class WatchdogException() : Exception("The watchdog restarts the board.");

/// <summary>The ports of a simulated board, for an application out of a slot.</summary>
/// <remarks>
/// The watchdog counts what an application asks of its board in one step, so a loop that asks for anything ends at the
/// same call in every run. One that asks for nothing is not seen: no thread of .NET can be stopped in a loop from outside.
/// </remarks>
internal sealed class SimHardware(NodePorts ports, NodeSettings settings, IReadOnlyList<byte[]> trustedKeys,
    IReadOnlyList<IScalarSensor> scalarSensors, IAccelerometer? accelerometer)
    : ISimHardware, ISimFiles, ISimConnection, ISimSettings
{
    /// <summary>
    /// Calls in one step after which the watchdog bites. The most that an honest step makes is the mount of a full flash at
    /// the start: some ten thousand.
    /// </summary>
    public const int MaxCalls = 1_000_000;

    // 6 KB that every node would hold for an instant each.
    [ThreadStatic]
    private static LinkEvent? s_event;

    private int _calls;

    /// <summary>The application came back.</summary>
    public void Feed() => _calls = 0;

    public string HardwareId => ports.Board.HardwareId;

    public string Model => ports.Board.Model;

    public int BootReason => (int)ports.Board.BootReason;

    public uint FreeHeapBytes => ports.Board.FreeHeapBytes;

    public int RssiDbm => ports.Board.RssiDbm;

    public void Reboot() => ports.Board.Reboot();

    public uint Random() => Counted(ports.Entropy.Next());

    public bool TryGetUtcMs(out long utcMs) => Counted(ports.Clock.TryGetUtcMs(out utcMs));

    public ISimSettings Settings => this;

    public ISimFiles Files => this;

    public ISimConnection Link => this;

    public IReadOnlyList<ISimScalarSensor> ScalarSensors { get; } = [.. scalarSensors.Select(sensor => new Scalar(sensor))];

    public ISimAccelerometer? Accelerometer { get; } = accelerometer == null ? null : new Vibration(accelerometer);

    public string HardwareClass => settings.HardwareClass;

    public string EnrolmentId => settings.EnrolmentId;

    public byte[] EnrolmentSecret => settings.EnrolmentSecret;

    public string GatewayHost => settings.GatewayHost;

    public int GatewayPort => settings.GatewayPort;

    public int WindowSegments => settings.WindowSegments;

    public int EventSegments => settings.EventSegments;

    public int WaveformSegments => settings.WaveformSegments;

    public int HistoryTriples => settings.HistoryTriples;

    public int SpectrumSamples => settings.SpectrumSamples;

    public IReadOnlyList<byte[]> TrustedKeys => trustedKeys;

    public long FreeBytes => ports.Storage.FreeBytes;

    public int Length(string name) => Counted(ports.Storage.Length(name));

    public int Read(string name, int fileOffset, byte[] buffer, int offset, int count, out int read) =>
        Counted((int)ports.Storage.Read(name, fileOffset, buffer, offset, count, out read));

    public int Write(string name, byte[] buffer, int offset, int count) =>
        Counted((int)ports.Storage.Write(name, buffer, offset, count));

    public int Append(string name, byte[] buffer, int offset, int count) =>
        Counted((int)ports.Storage.Append(name, buffer, offset, count));

    public int Delete(string name) => Counted((int)ports.Storage.Delete(name));

    public string[] List(string prefix) => ports.Storage.List(prefix);

    public int Connect(string host, int port, string clientId, string user, string password) => Counted((int)ports.Link.Connect(
        new LinkAddress { Host = host, Port = port, ClientId = clientId, User = user, Password = password }));

    public void Disconnect() => ports.Link.Disconnect();

    public int Subscribe(int kind, string id) => Counted((int)ports.Link.Subscribe((TopicKind)kind, id));

    public int Publish(int kind, string id, byte[] payload, int offset, int count, out int messageId) =>
        Counted((int)ports.Link.Publish((TopicKind)kind, id, payload, offset, count, out messageId));

    public bool TryGetEvent(byte[] payload, out int type, out int messageId, out int topic, out int length)
    {
        LinkEvent found = s_event ??= new LinkEvent();
        bool any = Counted(ports.Link.TryGetEvent(found));
        (type, messageId, topic, length) = any
            ? ((int)found.Type, found.MessageId, (int)found.Topic, found.PayloadLength)
            : (0, 0, 0, 0);
        Array.Copy(found.Payload, payload, length);
        return any;
    }

    private T Counted<T>(T value) => ++_calls <= MaxCalls ? value : throw new WatchdogException();

    private sealed class Scalar(IScalarSensor sensor) : ISimScalarSensor
    {
        public int ChannelCount => sensor.ChannelCount;

        public string ChannelName(int channel) => sensor.ChannelName(channel);

        public string ChannelUnit(int channel) => sensor.ChannelUnit(channel);

        public int ChannelExponent(int channel) => sensor.ChannelExponent(channel);

        public int ChannelMin(int channel) => sensor.ChannelMin(channel);

        public int ChannelMax(int channel) => sensor.ChannelMax(channel);

        public int Read(long nowMs, int[] values) => (int)sensor.Read(nowMs, values);

        public bool CanSleep => sensor is IDutyCycle { CanSleep: true };

        public void SetDutyCycle(int asleepS, int awakeS) => (sensor as IDutyCycle)?.SetDutyCycle(asleepS, awakeS);
    }

    private sealed class Vibration(IAccelerometer sensor) : ISimAccelerometer
    {
        public int RateMilliHz => sensor.RateMilliHz;

        public int NanoMetresPerCount => sensor.NanoMetresPerCount;

        public int AxisMask => sensor.AxisMask;

        public int Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed) =>
            (int)sensor.Drain(nowMs, xyz, maxTriples, out triples, out missed);

        public int ReadTemperature(out int centiCelsius) => (int)sensor.ReadTemperature(out centiCelsius);
    }
}
