using System.Security.Cryptography;
using EdgeFleet.Boards.Sim.Flash;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Updates;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>How the new version behaves.</summary>
internal enum Conduct
{
    Good,

    /// <summary>Finds that it does not work, and says so.</summary>
    GivesUp,

    /// <summary>Crashes at every start.</summary>
    Crashes,

    /// <summary>Crashes at every start under attempt 0, and works under the next, which the service then asks for.</summary>
    CrashesFirst,

    /// <summary>Its signature is wrong, and the application that fetched it has not looked.</summary>
    BadSignature,

    /// <summary>It does not fit, which shows only in the middle of it.</summary>
    TooLarge,

    /// <summary>Good, and the first that a new board gets: until then it runs golden.</summary>
    First,
}

/// <summary>
/// A board that runs v1 and is to go to v2, with an application that does the least an agent must do: it fetches what is
/// missing, asks for the trial, confirms or gives up, settles. The power may go at any operation of its flash; what is in
/// RAM is then lost, and what the service wants is not.
/// </summary>
internal sealed class UpdateStory
{
    public static readonly Release V1 = Release.Make(1);
    public static readonly Release V2 = Release.Make(2);
    public static readonly Release V3 = Release.Make(3);
    private static readonly Release BadV2 = V2.WithBadSignature();

    // Five sectors a slot, two of the record: three are left.
    private const int Sectors = 15;

    // Four more are taken by something else, and so the second slot has one too few.
    private const int FillerBytes = 4 * 4028;

    private readonly Conduct _conduct;
    private uint _attempt;
    private BootReason _reason = BootReason.PowerOn;

    private UpdateStory(Conduct conduct, SimFlash flash)
    {
        _conduct = conduct;
        Flash = flash;
    }

    public SimFlash Flash { get; }

    /// <summary>A board that has confirmed v1, and whose service has just asked for v2.</summary>
    public static UpdateStory Begin(Conduct conduct)
    {
        SimFlash flash = new(Sectors * SimFlash.SectorBytes, 1);
        SimFileStore files = new(flash);
        BootRig rig = new(files);
        rig.Boot(BootReason.PowerOn);
        if (conduct != Conduct.First)
            rig.Install(V1);
        if (conduct == Conduct.TooLarge)
            files.Write("filler", new byte[FillerBytes], 0, FillerBytes);
        return new UpdateStory(conduct, flash).Copy(2);
    }

    public UpdateStory Copy(ulong seed) => new(_conduct, Flash.Copy(seed)) { _attempt = _attempt, _reason = _reason };

    /// <summary>Two stories with one fingerprint go on alike.</summary>
    public string Fingerprint()
    {
        byte[] bytes = new byte[(Sectors * SimFlash.SectorBytes) + 2];
        Flash.Read(0, bytes.AsSpan(0, Sectors * SimFlash.SectorBytes));
        bytes[^2] = (byte)_attempt;
        bytes[^1] = (byte)_reason;
        return Convert.ToHexString(SHA256.HashData(bytes));
    }

    /// <summary>Plays until nothing changes any more, or the power goes: false. A cut that is ordered stays ordered.</summary>
    public bool TryPlay()
    {
        try
        {
            for (int boots = 0; boots < 20; boots++)
            {
                BootRig rig = new(new SimFileStore(Flash));
                string running = rig.Boot(_reason);
                string before = _conduct == Conduct.First ? "golden" : "1.0.0";
                Assert.True(running == before || running == "2.0.0", $"{running} runs");
                if (!Runs(rig, V2))
                    return true;
            }
        }
        catch (PowerCutException)
        {
            Flash.PowerOn();
            _reason = BootReason.PowerOn;
            return false;
        }
        throw new InvalidOperationException("The board never comes to rest.");
    }

    /// <summary>The end: the version that the story must end with runs verified, and the board takes v3.</summary>
    public void CheckEnd()
    {
        BootRig rig = new(new SimFileStore(Flash));
        bool isUpdated = _conduct is Conduct.Good or Conduct.CrashesFirst or Conduct.First;
        Assert.Equal(isUpdated ? "2.0.0" : "1.0.0", rig.Boot(BootReason.PowerOn));
        Assert.True(rig.Record.ImageOk);
        Assert.False(rig.Record.IsTesting);
        SlotImage image = new(rig.Slots, Release.Trusted);
        Assert.Equal(UpdateReason.None, image.Open(rig.Record.Running));
        Assert.Equal(UpdateReason.None, image.Verify(NodeKind.AirBox, Release.HardwareClass, 0, 0));
        Assert.True(image.HasAllBlocks(rig.Record.Running));
        rig.Storage.Delete("filler");
        rig.Install(V3);
        Assert.Equal("3.0.0", rig.Boot());
    }

    // One run of the application. False: it has come to rest; else the board restarts, for the reason set.
    private bool Runs(BootRig rig, Release wanted)
    {
        _reason = BootReason.Requested;
        bool isNew = rig.Running == wanted.Version;
        if (isNew && (_conduct == Conduct.Crashes || (_conduct == Conduct.CrashesFirst && _attempt == 0)))
        {
            _reason = BootReason.Crash;
            return true;
        }
        if (isNew && _conduct == Conduct.GivesUp)
        {
            Assert.True(rig.Record.RequestRevert(UpdateReason.SensorsFailed));
            return true;
        }
        Assert.True(rig.Record.Confirm());
        Assert.True(rig.Record.Settle());
        if (isNew)
            return false;
        if (rig.Record.KnownBad.Refuses(wanted.Digest, _attempt))
        {
            if (_conduct != Conduct.CrashesFirst || _attempt != 0)
                return false;
            _attempt++;
        }
        if (rig.Record.Outcome == UpdateState.Rejected && rig.Record.OutcomeOf.IsOf(wanted.Digest))
            return false;
        if (!rig.Fetch(_conduct == Conduct.BadSignature ? BadV2 : wanted))
            return false;
        Assert.True(rig.Record.RequestTest(rig.Record.Spare, wanted.Digest, _attempt));
        return true;
    }
}
