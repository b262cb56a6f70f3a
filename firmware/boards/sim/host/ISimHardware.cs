namespace EdgeFleet.Boards.Sim.Host;

/// <summary>
/// The simulated board as an application sees it that was loaded out of a slot. Both sides have their own copies of every
/// type of the firmware, perhaps of different versions, so nothing passes but numbers, text and arrays of bytes: as
/// between launcher and application on a board. Enumerations pass by the numbers of the firmware's ports.
/// </summary>
/// <remarks>
/// Every call may end in an exception of the simulator's, for power that went or a restart that was asked for; an
/// application lets them pass.
/// </remarks>
public interface ISimHardware
{
    /// <summary>The firmware's <c>IBoard.HardwareId</c>.</summary>
    string HardwareId { get; }

    /// <summary>The firmware's <c>IBoard.Model</c>.</summary>
    string Model { get; }

    /// <summary>The firmware's <c>BootReason</c>.</summary>
    int BootReason { get; }

    /// <summary>Free heap, in bytes.</summary>
    uint FreeHeapBytes { get; }

    /// <summary>Received signal strength, in dBm.</summary>
    int RssiDbm { get; }

    /// <summary>Starts the board again; does not return.</summary>
    void Reboot();

    /// <summary>32 random bits.</summary>
    uint Random();

    /// <summary>Unix milliseconds; false while the clock has not been set.</summary>
    bool TryGetUtcMs(out long utcMs);

    /// <summary>What the board was given when it was flashed.</summary>
    ISimSettings Settings { get; }

    /// <summary>Files on flash.</summary>
    ISimFiles Files { get; }

    /// <summary>The connection to the gateway.</summary>
    ISimConnection Link { get; }

    /// <summary>Slow sensors; empty on a bridge node.</summary>
    IReadOnlyList<ISimScalarSensor> ScalarSensors { get; }

    /// <summary>The accelerometer; null on an Air Box.</summary>
    ISimAccelerometer? Accelerometer { get; }
}

/// <summary>See the firmware's <c>NodeSettings</c>.</summary>
public interface ISimSettings
{
    string HardwareClass { get; }

    string EnrolmentId { get; }

    byte[] EnrolmentSecret { get; }

    string GatewayHost { get; }

    int GatewayPort { get; }

    int WindowSegments { get; }

    int EventSegments { get; }

    int WaveformSegments { get; }

    int HistoryTriples { get; }

    int SpectrumSamples { get; }

    /// <summary>Moduli of the keys whose bundles are taken, most significant byte first.</summary>
    IReadOnlyList<byte[]> TrustedKeys { get; }
}

/// <summary>See the firmware's <c>IStorage</c>.</summary>
public interface ISimFiles
{
    int Length(string name);

    int Read(string name, int fileOffset, byte[] buffer, int offset, int count, out int read);

    int Write(string name, byte[] buffer, int offset, int count);

    int Append(string name, byte[] buffer, int offset, int count);

    int Delete(string name);

    string[] List(string prefix);

    long FreeBytes { get; }
}

/// <summary>See the firmware's <c>ILink</c>.</summary>
public interface ISimConnection
{
    int Connect(string host, int port, string clientId, string user, string password);

    void Disconnect();

    int Subscribe(int kind, string id);

    int Publish(int kind, string id, byte[] payload, int offset, int count, out int messageId);

    /// <summary>Takes the oldest event, and its payload into <paramref name="payload"/>; false when there is none.</summary>
    bool TryGetEvent(byte[] payload, out int type, out int messageId, out int topic, out int length);
}

/// <summary>See the firmware's <c>IScalarSensor</c> and <c>IDutyCycle</c>.</summary>
public interface ISimScalarSensor
{
    int ChannelCount { get; }

    string ChannelName(int channel);

    string ChannelUnit(int channel);

    int ChannelExponent(int channel);

    int ChannelMin(int channel);

    int ChannelMax(int channel);

    int Read(long nowMs, int[] values);

    bool CanSleep { get; }

    void SetDutyCycle(int asleepS, int awakeS);
}

/// <summary>See the firmware's <c>IAccelerometer</c>.</summary>
public interface ISimAccelerometer
{
    int RateMilliHz { get; }

    int NanoMetresPerCount { get; }

    int AxisMask { get; }

    int Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed);

    int ReadTemperature(out int centiCelsius);
}
