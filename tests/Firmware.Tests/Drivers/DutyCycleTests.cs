using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Drivers.Pms5003;
using EdgeFleet.Firmware.Tests.Core;
using EdgeFleet.Nodes;

namespace EdgeFleet.Firmware.Tests.Drivers;

/// <summary>From the desired state to the fan: a whole Air Box over a model of its dust sensor.</summary>
public sealed class DutyCycleTests
{
    private readonly FaultyStorage _flash = new(3);
    private readonly ScriptedLink _link = new();
    private readonly PmsModel _sensor = new();
    private readonly TestClock _clock = new();
    private NodeRuntime _node = null!;
    private long _nowMs;

    // A boot does not turn the world's time back.
    private double _worldMs;

    [Fact]
    public void A_duty_cycle_comes_with_the_desired_state_survives_a_boot_and_is_taken_back()
    {
        Boot();
        Run(120);
        Assert.DoesNotContain(_sensor.Commands, c => c.Command == "E400");

        Deliver(1, 300, 60);
        Run(2);
        Assert.Equal(1u, _node.Config.Version);
        // Awake for more than a minute already, it goes to sleep at once; then three rounds of 300 s, 30 s and 60 s.
        Assert.True(_sensor.Asleep);
        Run(3 * 390);
        Assert.Equal(4, _sensor.Commands.Count(c => c.Command == "E400"));

        _sensor.Commands.Clear();
        Boot();
        Run(30 + 60 + 10);
        Assert.True(_sensor.Asleep);
        Assert.Equal(["E401", "E101", "E400"], _sensor.Commands.Select(c => c.Command));

        Deliver(2, 0, 60);
        Run(3);
        Assert.False(_sensor.Asleep);
        _sensor.Commands.Clear();
        Run(1000);
        Assert.DoesNotContain(_sensor.Commands, c => c.Command == "E400");
    }

    [Fact]
    public void A_bridge_node_refuses_a_duty_cycle_by_name()
    {
        NodeRuntime bridge = BridgeNode.Create(
            Settings(), new NodePorts(_link, _flash, _clock, new SeededEntropy(1), new TestBoard()), new TestAccelerometer());
        DesiredState desired = new() { HasConfig = true };
        (desired.Config.Version, desired.Config.HasAir, desired.Config.Air.AsleepS) = (1, true, 300);
        bridge.Apply(desired, 0);
        ReportedState state = new();
        bridge.Describe(state, 0);
        Assert.Equal((0u, 1u, ConfigFault.AirNoSensor),
            (state.ConfigVersion, state.RefusedConfigVersion, state.RefusedConfigFault));

        // No sleep at all is something that every node can do.
        desired.Config.Air.AsleepS = 0;
        bridge.Apply(desired, 0);
        Assert.Equal(1u, bridge.Config.Version);
    }

    private static NodeSettings Settings() => new()
    {
        FirmwareVersion = "1",
        EnrolmentId = TestNode.Enrolment,
        EnrolmentSecret = new byte[Limits.KeyBytes],
        GatewayHost = "gateway.test",
        GatewayPort = 1883,
    };

    private void Boot()
    {
        _nowMs = 0;
        _link.Disconnect();
        _sensor.PowerCycle();
        _node = AirBoxNode.Create(
            Settings(), new NodePorts(_link, _flash, _clock, new SeededEntropy(9), new TestBoard()), [new Pms5003(_sensor)]);
    }

    private void Deliver(uint version, int asleepS, int awakeS)
    {
        DesiredState desired = new() { HasConfig = true };
        (desired.Config.Version, desired.Config.HasAir) = (version, true);
        (desired.Config.Air.AsleepS, desired.Config.Air.AwakeS) = (asleepS, awakeS);
        _node.Apply(desired, _nowMs);
    }

    private void Run(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            _nowMs += 1000;
            _worldMs += 1000;
            _clock.NowMs = _nowMs;
            _sensor.AdvanceTo(_worldMs);
            _node.Tick(_nowMs);
        }
    }
}
