namespace EdgeFleet.Boards.Sim.Sensors;

/// <summary>What is wrong with a simulated sensor.</summary>
public enum SensorFault
{
    None,

    /// <summary>It keeps giving its last values.</summary>
    Stuck,

    /// <summary>It does not answer.</summary>
    Failed,

    /// <summary>It says that its values do not count yet.</summary>
    WarmingUp,

    /// <summary>Now and then it gives a value that is far off.</summary>
    Spikes,
}
