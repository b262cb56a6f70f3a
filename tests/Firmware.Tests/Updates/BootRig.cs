using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Updates;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>A board as far as its launcher sees it: files, a record, two slots. Everything in RAM is new with each boot.</summary>
internal sealed class BootRig
{
    private Bootloader _launcher = null!;

    public BootRig(IStorage storage)
    {
        Storage = storage;
        Slots = new SlotFiles(storage);
        Record = new BootRecord(storage, new Crc32());
    }

    public IStorage Storage { get; }

    public SlotFiles Slots { get; }

    /// <summary>The application's view of the record.</summary>
    public BootRecord Record { get; private set; }

    public BootSettings Settings { get; } = new()
    {
        Kind = NodeKind.AirBox,
        HardwareClass = Release.HardwareClass,
        Keys = Release.Trusted,
    };

    /// <summary>What the launcher chose last.</summary>
    public BootChoice Choice { get; private set; } = null!;

    /// <summary>What runs: a version, or "golden".</summary>
    public string Running => Choice.Slot == UpdateSlot.Golden ? "golden" : Choice.Version;

    /// <summary>Starts the board, up to and with the loading of what was chosen.</summary>
    public string Boot(BootReason reason = BootReason.Requested)
    {
        _launcher = new Bootloader(Settings, Slots, new BootRecord(Storage, new Crc32()));
        Choice = _launcher.Choose(reason);
        for (int i = 0; i < Choice.ComponentCount; i++)
        {
            byte[]? bytes = _launcher.LoadComponent(i);
            Assert.NotNull(bytes);
            if (i == Choice.ComponentCount - 1)
                Assert.Equal(Release.Content(Choice.Version[0] - '0'), bytes);
        }
        Record = new BootRecord(Storage, new Crc32());
        Record.Load();
        Assert.Equal(Choice.Slot, Record.Running);
        Assert.Equal(Choice.IsTest, Record.IsTesting);
        return Running;
    }

    public byte[]? LoadComponent(int index) => _launcher.LoadComponent(index);

    /// <summary>
    /// Fetches a release into the spare slot, going on from what is there, as the agent does; false where there is no
    /// room. Does not care what the bundle says, nor whether its signature holds.
    /// </summary>
    public bool Fetch(Release release)
    {
        UpdateSlot slot = Record.Spare;
        SlotImage wanted = Image(release);
        if (!HasEnvelope(slot, release))
        {
            int needed = release.EnvelopeLength + wanted.TargetBytes;
            if (Slots.FreeBytes + Slots.UsedBytes(slot) < needed)
                return false;
            Assert.Equal(StorageResult.Ok, Slots.Erase(slot));
            if (Slots.WriteEnvelope(slot, release.Bytes, 0, release.EnvelopeLength) != StorageResult.Ok)
                return GiveUp(slot);
        }
        for (int i = 0; i < wanted.BlockCount; i++)
        {
            if (!wanted.HasBlock(slot, i)
                && Slots.WriteBlock(slot, i, release.Bytes, wanted.BlockOffset(i), wanted.BlockLength(i)) != StorageResult.Ok)
                return GiveUp(slot);
        }
        return true;
    }

    /// <summary>Fetches a release, and boots into its trial.</summary>
    public string Try(Release release, uint attempt = 0)
    {
        Assert.True(Fetch(release));
        Assert.True(Record.RequestTest(Record.Spare, release.Digest, attempt));
        return Boot();
    }

    /// <summary>Fetches a release, boots into it and has it confirm itself.</summary>
    public void Install(Release release)
    {
        Assert.Equal(release.Version, Try(release));
        Assert.True(Record.Confirm());
    }

    private bool HasEnvelope(UpdateSlot slot, Release release)
    {
        byte[] there = new byte[release.EnvelopeLength];
        return Slots.EnvelopeLength(slot) == there.Length
            && Slots.ReadEnvelope(slot, there, 0, there.Length, out _) == StorageResult.Ok
            && there.AsSpan().SequenceEqual(release.Bytes.AsSpan(0, there.Length));
    }

    // What does not fit is not left to fill the flash.
    private bool GiveUp(UpdateSlot slot)
    {
        Assert.Equal(StorageResult.Ok, Slots.Erase(slot));
        return false;
    }

    // Which blocks a release has for a board of its class.
    private SlotImage Image(Release release)
    {
        Release genuine = release.Genuine;
        SlotImage image = new(Slots, Release.TrustingAll);
        genuine.Bytes.AsSpan(0, genuine.EnvelopeLength).CopyTo(image.Buffer);
        Assert.Equal(UpdateReason.None, image.Parse(genuine.EnvelopeLength));
        Assert.Equal(UpdateReason.None, image.Verify(image.Bundle.Kind, release.ClassOfTarget, 0, 0));
        return image;
    }
}
