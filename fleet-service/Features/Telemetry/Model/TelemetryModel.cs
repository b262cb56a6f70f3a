using System.Collections.Concurrent;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// What is known without a query: the last committed state of every device. Written by the projector alone; read by
/// anyone, and what they read never changes under their hands.
/// </summary>
public sealed class TelemetryModel
{
    private readonly ConcurrentDictionary<string, DeviceState> _devices = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, DeviceState> _byNumber = new();
    private volatile ChannelDictionary _channels = ChannelDictionary.Empty;
    private volatile bool _loaded;
    private int _lastNumber;

    /// <summary>Whether the database has been read; until then everything seems empty.</summary>
    public bool IsLoaded => _loaded;

    public ChannelDictionary Channels => _channels;

    public int DeviceCount => _devices.Count;

    /// <summary>Every device that was ever heard of, in no order.</summary>
    public IEnumerable<DeviceState> Devices => _byNumber.Select(pair => pair.Value);

    /// <summary>The highest number of a device.</summary>
    internal int LastNumber => _lastNumber;

    /// <summary>The device, or null where it was never heard of.</summary>
    public DeviceState? Find(string deviceId) => _devices.GetValueOrDefault(deviceId);

    /// <summary>The device with this number in the telemetry database.</summary>
    public DeviceState? Find(int number) => _byNumber.GetValueOrDefault(number);

    internal void Load(ChannelDictionary channels, IEnumerable<DeviceState> devices)
    {
        _channels = channels;
        foreach (DeviceState device in devices)
            Put(device);
        _loaded = true;
    }

    /// <summary>Shows what a step has committed.</summary>
    internal void Publish(TelemetryStep step)
    {
        _channels = step.Channels;
        foreach (DeviceState device in step.Devices.Values)
            Put(device);
    }

    private void Put(DeviceState device)
    {
        _devices[device.Id] = device;
        _byNumber[device.Number] = device;
        _lastNumber = Math.Max(_lastNumber, device.Number);
    }
}
