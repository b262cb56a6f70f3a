using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>A slice that wants something of devices, beside their configuration.</summary>
public interface IDesiredPart
{
    /// <summary>Puts what it wants of a device into the state that is about to be sent. Answers from memory.</summary>
    void Put(string device, DesiredState state);
}
