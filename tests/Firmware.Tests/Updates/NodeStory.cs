using EdgeFleet.Boards.Sim.Flash;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>
/// As <see cref="UpdateStory"/>, with a whole node: the real agent, a line, a service, windows and events on the same
/// flash. What is wrong with the new version is wrong as it would be in the field.
/// </summary>
internal sealed class NodeStory
{
    // The smallest board's partition.
    private const int FlashBytes = 256 * 1024;

    private static readonly Release BadV2 = UpdateStory.V2.WithBadSignature();

    private readonly Conduct _conduct;
    private readonly UpdateBench _bench;

    private NodeStory(Conduct conduct, SimFlash flash, uint attempt)
    {
        _conduct = conduct;
        Flash = flash;
        _bench = new UpdateBench(1, () => new SimFileStore(flash));
        _bench.Settings.WindowSegments = 2;
        _bench.Settings.EventSegments = 2;
        // A sensor that the new version cannot read.
        bool blind = conduct == Conduct.GivesUp;
        _bench.Dust.Result = _ =>
            blind && _bench.Running == UpdateStory.V2.Version ? SensorResult.Failed : SensorResult.Ok;
        if (conduct is Conduct.Crashes or Conduct.CrashesFirst)
            _bench.Crashing.Add(UpdateStory.V2.Version);
        _bench.Link.Want(conduct == Conduct.BadSignature ? BadV2 : UpdateStory.V2);
        Attempt = attempt;
    }

    public SimFlash Flash { get; }

    private uint Attempt
    {
        get => _bench.Link.Attempt;
        set
        {
            _bench.Link.Attempt = value;
            if (value != 0)
                _bench.Crashing.Clear();
        }
    }

    /// <summary>A board that has confirmed v1, and whose service has just asked for v2.</summary>
    public static NodeStory Begin(Conduct conduct)
    {
        SimFlash flash = new(FlashBytes, 1);
        SimFileStore files = new(flash);
        UpdateBench bench = new(1, () => files);
        bench.Settings.WindowSegments = 2;
        bench.Settings.EventSegments = 2;
        bench.Boot(BootReason.PowerOn);
        bench.Install(UpdateStory.V1);
        if (conduct == Conduct.TooLarge)
        {
            // Four sectors of room are left, and v2 needs six.
            int filler = (int)files.FreeBytes - (4 * 4028);
            files.Write("filler", new byte[filler], 0, filler);
        }
        return new NodeStory(conduct, flash.Copy(2), 0);
    }

    public NodeStory Copy(ulong seed) => new(_conduct, Flash.Copy(seed), Attempt);

    /// <summary>Plays from power on to the end of the story, or until the power goes: false.</summary>
    public bool TryPlay()
    {
        try
        {
            _bench.Boot(BootReason.PowerOn);
            _bench.RunUntil(HasEnded);
            Assert.DoesNotContain("golden", _bench.Ran);
            return true;
        }
        catch (PowerCutException)
        {
            Flash.PowerOn();
            Assert.DoesNotContain("golden", _bench.Ran);
            return false;
        }
    }

    /// <summary>The version runs that must run, and the board takes v3.</summary>
    public void CheckEnd()
    {
        bool isUpdated = _conduct is Conduct.Good or Conduct.CrashesFirst;
        Assert.Equal(isUpdated ? "2.0.0" : "1.0.0", _bench.Running);
        new SimFileStore(Flash).Delete("filler");
        _bench.Boot(BootReason.PowerOn);
        _bench.Install(UpdateStory.V3);
        Assert.DoesNotContain("golden", _bench.Ran);
    }

    private bool HasEnded()
    {
        UpdateState state = _bench.Agent.State;
        switch (_conduct)
        {
            case Conduct.Good:
                return state == UpdateState.Confirmed && _bench.Running == "2.0.0";
            case Conduct.BadSignature:
                return state == UpdateState.Rejected && _bench.Agent.Reason == UpdateReason.BadSignature;
            case Conduct.TooLarge:
                return state == UpdateState.Rejected && _bench.Agent.Reason == UpdateReason.NoRoom;
            case Conduct.CrashesFirst when Attempt != 0:
                return state == UpdateState.Confirmed && _bench.Running == "2.0.0";
        }
        bool isOver = _bench.Agent.Record.KnownBad.Refuses(UpdateStory.V2.Digest, 0)
            && state is UpdateState.Reverted or UpdateState.Rejected;
        if (!isOver || _conduct != Conduct.CrashesFirst)
            return isOver;
        Attempt = 1;
        _bench.Link.Want(UpdateStory.V2, 1);
        return false;
    }
}
