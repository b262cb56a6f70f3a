using EdgeFleet.Boards.Sim.Host;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.App;

/// <summary>The firmware's ports over the simulated board; other builds of the application may put faults in between.</summary>
public class HardwarePorts(ISimHardware hardware) : IBoard, IEntropy, IReferenceClock
{
    /// <inheritdoc/>
    public string HardwareId => hardware.HardwareId;

    /// <inheritdoc/>
    public string Model => hardware.Model;

    /// <inheritdoc/>
    public BootReason BootReason => (BootReason)hardware.BootReason;

    /// <inheritdoc/>
    public uint FreeHeapBytes => hardware.FreeHeapBytes;

    /// <inheritdoc/>
    public int RssiDbm => hardware.RssiDbm;

    /// <inheritdoc/>
    public void Reboot() => hardware.Reboot();

    /// <inheritdoc/>
    public uint Next() => hardware.Random();

    /// <inheritdoc/>
    public bool TryGetUtcMs(out long utcMs) => hardware.TryGetUtcMs(out utcMs);

    /// <summary>The connection.</summary>
    public ILink Link() => new HardwareLink(hardware.Link);

    /// <summary>The flash.</summary>
    public IStorage Files() => new HardwareFiles(hardware.Files);

    /// <summary>The slow sensors.</summary>
    public IScalarSensor[] ScalarSensors()
    {
        IScalarSensor[] sensors = new IScalarSensor[hardware.ScalarSensors.Count];
        for (int i = 0; i < sensors.Length; i++)
            sensors[i] = new HardwareScalarSensor(hardware.ScalarSensors[i]);
        return sensors;
    }

    /// <summary>The accelerometer.</summary>
    public IAccelerometer Accelerometer() => new HardwareAccelerometer(hardware.Accelerometer!);

    private sealed class HardwareLink(ISimConnection link) : ILink
    {
        public LinkResult Connect(LinkAddress address) =>
            (LinkResult)link.Connect(address.Host, address.Port, address.ClientId, address.User, address.Password);

        public void Disconnect() => link.Disconnect();

        public LinkResult Subscribe(TopicKind kind, string id) => (LinkResult)link.Subscribe((int)kind, id);

        public LinkResult Publish(TopicKind kind, string id, byte[] payload, int offset, int count, out int messageId) =>
            (LinkResult)link.Publish((int)kind, id, payload, offset, count, out messageId);

        public bool TryGetEvent(LinkEvent target)
        {
            if (!link.TryGetEvent(target.Payload, out int type, out target.MessageId, out int topic, out target.PayloadLength))
                return false;
            target.Type = (LinkEventType)type;
            target.Topic = (TopicKind)topic;
            return true;
        }
    }

    private sealed class HardwareFiles(ISimFiles files) : IStorage
    {
        public long FreeBytes => files.FreeBytes;

        public int Length(string name) => files.Length(name);

        public StorageResult Read(string name, int fileOffset, byte[] buffer, int offset, int count, out int read) =>
            (StorageResult)files.Read(name, fileOffset, buffer, offset, count, out read);

        public StorageResult Write(string name, byte[] buffer, int offset, int count) =>
            (StorageResult)files.Write(name, buffer, offset, count);

        public StorageResult Append(string name, byte[] buffer, int offset, int count) =>
            (StorageResult)files.Append(name, buffer, offset, count);

        public StorageResult Delete(string name) => (StorageResult)files.Delete(name);

        public string[] List(string prefix) => files.List(prefix);
    }

    private sealed class HardwareScalarSensor(ISimScalarSensor sensor) : IScalarSensor, IDutyCycle
    {
        public bool CanSleep => sensor.CanSleep;

        public int ChannelCount => sensor.ChannelCount;

        public string ChannelName(int channel) => sensor.ChannelName(channel);

        public string ChannelUnit(int channel) => sensor.ChannelUnit(channel);

        public int ChannelExponent(int channel) => sensor.ChannelExponent(channel);

        public int ChannelMin(int channel) => sensor.ChannelMin(channel);

        public int ChannelMax(int channel) => sensor.ChannelMax(channel);

        public SensorResult Read(long nowMs, int[] values) => (SensorResult)sensor.Read(nowMs, values);

        public void SetDutyCycle(int asleepS, int awakeS) => sensor.SetDutyCycle(asleepS, awakeS);
    }

    private sealed class HardwareAccelerometer(ISimAccelerometer sensor) : IAccelerometer
    {
        public int RateMilliHz => sensor.RateMilliHz;

        public int NanoMetresPerCount => sensor.NanoMetresPerCount;

        public int AxisMask => sensor.AxisMask;

        public SensorResult Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed) =>
            (SensorResult)sensor.Drain(nowMs, xyz, maxTriples, out triples, out missed);

        public SensorResult ReadTemperature(out int centiCelsius) => (SensorResult)sensor.ReadTemperature(out centiCelsius);
    }
}
