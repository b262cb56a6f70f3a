using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Tests.Core;
using EdgeFleet.Firmware.Updates;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>What the launcher runs, boot by boot, and what it writes down of it.</summary>
public sealed class BootloaderTests
{
    private static readonly Release V1 = Release.Make(1);
    private static readonly Release V2 = Release.Make(2, counter: 4);
    private static readonly Release V3 = Release.Make(3, counter: 4);

    private readonly FaultyStorage _storage = new(1);
    private readonly BootRig _rig;

    public BootloaderTests() => _rig = new BootRig(_storage);

    [Fact]
    public void A_new_board_runs_the_golden_application()
    {
        Assert.Equal("golden", _rig.Boot(BootReason.PowerOn));
        Assert.Null(_rig.LoadComponent(0));
        Assert.True(_rig.Record.ImageOk);
        Assert.Equal(UpdateSlot.A, _rig.Record.Spare);
    }

    [Fact]
    public void An_image_that_confirms_itself_stays()
    {
        _rig.Boot();
        Assert.Equal("1.0.0", _rig.Try(V1));
        Assert.True(_rig.Record.IsTesting);
        Assert.False(_rig.Record.ImageOk);
        Assert.True(_rig.Record.Confirm());
        for (int i = 0; i < 10; i++)
            Assert.Equal("1.0.0", _rig.Boot());
        Assert.Equal(UpdateState.Confirmed, _rig.Record.Outcome);
        Assert.Equal(UpdateSlot.A, _rig.Record.Active.Slot);
    }

    [Fact]
    public void Slots_take_turns()
    {
        _rig.Boot();
        foreach ((Release release, UpdateSlot slot) in new[]
            { (V1, UpdateSlot.A), (V2, UpdateSlot.B), (V3, UpdateSlot.A), (Release.Make(4, 4), UpdateSlot.B) })
        {
            _rig.Install(release);
            Assert.Equal(slot, _rig.Record.Running);
            Assert.Equal(release.Version, _rig.Boot());
        }
    }

    [Fact]
    public void An_image_that_never_confirms_itself_has_three_boots()
    {
        _rig.Boot();
        _rig.Install(V1);
        Assert.Equal("2.0.0", _rig.Try(V2));
        Assert.Equal(1, _rig.Record.Attempts);
        Assert.Equal("2.0.0", _rig.Boot(BootReason.Crash));
        Assert.Equal("2.0.0", _rig.Boot(BootReason.Crash));
        Assert.Equal(3, _rig.Record.Attempts);
        Assert.Equal("1.0.0", _rig.Boot(BootReason.Crash));
        AssertReverted(V2, UpdateReason.BootFailed, 0);
        Assert.Equal("1.0.0", _rig.Boot());
    }

    [Fact]
    public void A_hung_image_is_told_from_one_that_crashed()
    {
        _rig.Boot();
        _rig.Install(V1);
        _rig.Try(V2);
        for (int i = 0; i < 3; i++)
            _rig.Boot(BootReason.Watchdog);
        AssertReverted(V2, UpdateReason.Hung, 0);
    }

    [Fact]
    public void An_image_on_trial_that_gives_itself_up_is_left_at_once()
    {
        _rig.Boot();
        _rig.Install(V1);
        _rig.Try(V2, attempt: 5);
        Assert.True(_rig.Record.RequestRevert(UpdateReason.SensorsFailed));
        Assert.False(_rig.Record.Confirm());
        Assert.Equal("1.0.0", _rig.Boot());
        AssertReverted(V2, UpdateReason.SensorsFailed, 5);
        Assert.True(_rig.Record.KnownBad.Refuses(V2.Digest, 5));
        Assert.False(_rig.Record.KnownBad.Refuses(V2.Digest, 6));
        Assert.False(_rig.Record.KnownBad.Refuses(V3.Digest, 0));
    }

    [Fact]
    public void The_launcher_ends_a_trial_that_nobody_else_ends()
    {
        _rig.Boot();
        _rig.Install(V1);
        Assert.False(Bootloader.IsOverdue(_rig.Record, NodeLimits.LauncherDeadlineMs));
        _rig.Try(V2);
        BootRecord seen = new(_storage, new Crc32());
        seen.Load();
        Assert.False(Bootloader.IsOverdue(seen, NodeLimits.LauncherDeadlineMs - 1));
        Assert.True(Bootloader.IsOverdue(seen, NodeLimits.LauncherDeadlineMs));
        Assert.Equal("1.0.0", _rig.Boot());
        AssertReverted(V2, UpdateReason.DeadlinePassed, 0);
    }

    [Fact]
    public void The_launcher_lets_a_confirmed_image_run()
    {
        _rig.Boot();
        _rig.Try(V2);
        BootRecord seen = new(_storage, new Crc32());
        seen.Load();
        Assert.True(_rig.Record.Confirm());
        Assert.True(seen.IsTesting);
        Assert.False(Bootloader.IsOverdue(seen, NodeLimits.LauncherDeadlineMs));
        Assert.False(seen.IsTesting);
    }

    [Fact]
    public void The_security_counter_rises_with_the_confirmation_alone()
    {
        _rig.Boot();
        _rig.Install(V1);
        _rig.Try(V2);
        Assert.Equal(0u, _rig.Record.SecurityCounter);
        Assert.True(_rig.Record.Confirm());
        Assert.Equal(4u, _rig.Record.SecurityCounter);
        Assert.Equal("2.0.0", _rig.Try(V1));
        AssertRejected(V1, UpdateReason.Downgraded, isBad: true);
        Assert.Equal(4u, _rig.Record.SecurityCounter);
    }

    [Fact]
    public void A_confirmed_image_that_fails_makes_way_for_the_one_before_it()
    {
        _rig.Boot();
        _rig.Install(V2);
        _rig.Install(V3);
        Assert.Equal("3.0.0", _rig.Boot());
        Assert.True(_rig.Record.Settle());
        Assert.Equal("3.0.0", _rig.Boot(BootReason.Crash));
        Assert.Equal("3.0.0", _rig.Boot(BootReason.Watchdog));
        Assert.Equal("3.0.0", _rig.Boot(BootReason.Unknown));
        Assert.Equal("2.0.0", _rig.Boot(BootReason.Crash));
        AssertReverted(V3, UpdateReason.BootFailed, 0);
        Assert.Equal("2.0.0", _rig.Boot());
        for (int i = 0; i < 3; i++)
            _rig.Boot(BootReason.Crash);
        Assert.Equal("golden", _rig.Running);
        Assert.Equal(2, _rig.Record.KnownBad.Count);
    }

    [Fact]
    public void A_confirmed_image_is_not_blamed_for_its_supply()
    {
        _rig.Boot();
        _rig.Install(V1);
        for (int i = 0; i < 20; i++)
            Assert.Equal("1.0.0", _rig.Boot(i % 2 == 0 ? BootReason.PowerOn : BootReason.Brownout));
        Assert.Equal("1.0.0", _rig.Boot(BootReason.Crash));
    }

    [Fact]
    public void A_confirmed_image_that_settles_may_crash_every_day()
    {
        _rig.Boot();
        _rig.Install(V1);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("1.0.0", _rig.Boot(BootReason.Crash));
            Assert.True(_rig.Record.Settle());
        }
    }

    [Fact]
    public void A_confirmed_image_can_give_itself_up()
    {
        _rig.Boot();
        _rig.Install(V2);
        _rig.Install(V3);
        Assert.True(_rig.Record.RequestRevert(UpdateReason.CannotFetch));
        Assert.Equal("2.0.0", _rig.Boot());
        AssertReverted(V3, UpdateReason.CannotFetch, 0);
        Assert.True(_rig.Record.RequestRevert(UpdateReason.CannotFetch));
        Assert.Equal("golden", _rig.Boot());
        Assert.False(_rig.Record.RequestRevert(UpdateReason.CannotFetch));
    }

    [Fact]
    public void The_image_before_is_run_only_while_it_lies_where_it_lay()
    {
        _rig.Boot();
        _rig.Install(V1);
        _rig.Install(Release.Make(2));
        // The next one lies in the slot of the one before, fetched and not yet tried, when the active one fails.
        Assert.True(_rig.Fetch(Release.Make(3)));
        for (int i = 0; i < 4; i++)
            _rig.Boot(BootReason.Crash);
        Assert.Equal("golden", _rig.Running);
    }

    [Theory]
    [InlineData(UpdateReason.BadSignature)]
    [InlineData(UpdateReason.UnknownKey)]
    [InlineData(UpdateReason.WrongKind)]
    [InlineData(UpdateReason.WrongClass)]
    [InlineData(UpdateReason.MissingNative)]
    [InlineData(UpdateReason.OtherNative)]
    [InlineData(UpdateReason.NotEnoughHeap)]
    public void What_is_not_for_this_node_is_not_run_even_if_the_application_asks(UpdateReason reason)
    {
        _rig.Settings.Natives = new Natives();
        _rig.Settings.FreeHeapBytes = 50_000;
        _rig.Boot();
        _rig.Install(Release.Make(1, natives: [("mscorlib", 7)], leastFreeHeap: 50_000));
        Release release = reason switch
        {
            UpdateReason.BadSignature => V2.WithBadSignature(),
            UpdateReason.UnknownKey => Release.Make(2, key: Release.OtherKey),
            UpdateReason.WrongKind => Release.Make(2, kind: NodeKind.Bridge),
            UpdateReason.WrongClass => Release.Make(2, hardwareClass: "esp32"),
            UpdateReason.MissingNative => Release.Make(2, natives: [("System.Math", 7)]),
            UpdateReason.OtherNative => Release.Make(2, natives: [("mscorlib", 8)]),
            _ => Release.Make(2, leastFreeHeap: 50_001),
        };
        Assert.Equal("1.0.0", _rig.Try(release));
        // The digest does not cover the signature: the same bundle may come again with the right one.
        AssertRejected(release, reason, isBad: reason != UpdateReason.BadSignature);
        Assert.Equal("1.0.0", _rig.Boot());
        if (reason == UpdateReason.BadSignature)
            Assert.Equal("2.0.0", _rig.Try(V2));
    }

    [Fact]
    public void Every_block_is_held_to_its_tag_at_every_boot()
    {
        _rig.Boot();
        _rig.Install(V1);
        string[] blocks = [.. _storage.Names.Where(n => n.StartsWith("slot.a.", StringComparison.Ordinal) && n != "slot.a.env")];
        Assert.Equal(3, blocks.Length);
        foreach (string name in blocks)
        {
            byte[] genuine = _storage[name];
            BootRig rig = new(Copy());
            ((FaultyStorage)rig.Storage)[name] = [.. genuine[..^1], (byte)(genuine[^1] ^ 0x80)];
            Assert.Equal("golden", rig.Boot());
            Assert.Equal(UpdateReason.BlockMismatch, rig.Record.OutcomeReason);
            // The flash forgot something; the bundle is not to blame, and is fetched again.
            Assert.Equal(0, rig.Record.KnownBad.Count);
            Assert.Equal("1.0.0", rig.Try(V1));
        }
    }

    [Fact]
    public void Bytes_that_change_between_the_choice_and_the_load_are_not_loaded()
    {
        _rig.Boot();
        _rig.Install(V1);
        _rig.Boot();
        _storage["slot.a.2"] = [.. _storage["slot.a.2"].Select(b => (byte)~b)];
        Assert.NotNull(_rig.LoadComponent(0));
        Assert.Null(_rig.LoadComponent(1));
    }

    [Fact]
    public void Without_a_record_that_can_be_written_nothing_is_tried()
    {
        _rig.Boot();
        _rig.Install(V1);
        Assert.True(_rig.Fetch(V2));
        Assert.True(_rig.Record.RequestTest(UpdateSlot.B, V2.Digest, 0));
        _storage.Broken = true;
        Assert.Equal("1.0.0", new Bootloader(
            _rig.Settings, _rig.Slots, new BootRecord(_storage, new Crc32())).Choose(BootReason.Requested).Version);
    }

    [Fact]
    public void A_permanent_swap_needs_no_confirmation()
    {
        _rig.Boot();
        _rig.Install(V1);
        Assert.True(_rig.Fetch(V2));
        Assert.True(_rig.Record.RequestPermanent(UpdateSlot.B, V2.Digest, 0));
        Assert.Equal("2.0.0", _rig.Boot());
        Assert.True(_rig.Record.ImageOk);
        Assert.Equal(4u, _rig.Record.SecurityCounter);
    }

    private FaultyStorage Copy()
    {
        FaultyStorage copy = new(2);
        foreach (string name in _storage.Names)
            copy[name] = [.. _storage[name]];
        return copy;
    }

    private void AssertReverted(Release release, UpdateReason reason, uint attempt)
    {
        Assert.Equal(UpdateState.Reverted, _rig.Record.Outcome);
        Assert.Equal(reason, _rig.Record.OutcomeReason);
        Assert.Equal(release.Digest, _rig.Record.OutcomeOf.Digest);
        Assert.True(_rig.Record.KnownBad.TryFind(release.Digest, out uint failed, out UpdateReason why));
        Assert.Equal((attempt, reason), (failed, why));
    }

    private void AssertRejected(Release release, UpdateReason reason, bool isBad)
    {
        Assert.Equal(UpdateState.Rejected, _rig.Record.Outcome);
        Assert.Equal(reason, _rig.Record.OutcomeReason);
        Assert.Equal(release.Digest, _rig.Record.OutcomeOf.Digest);
        Assert.Equal(isBad, _rig.Record.KnownBad.Refuses(release.Digest, 0));
    }

    private sealed class Natives : INativeAssemblies
    {
        public bool TryGetChecksum(string name, out uint checksum)
        {
            checksum = 7;
            return name == "mscorlib";
        }
    }
}
