using System.Buffers.Binary;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Tests.Core;
using EdgeFleet.Firmware.Updates;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>What stands in the record, what a request may change, and what damage leaves of it.</summary>
public sealed class BootRecordTests
{
    private static readonly Release V1 = Release.Make(1);
    private static readonly Release V2 = Release.Make(2);

    private readonly FaultyStorage _storage = new(1);
    private readonly BootRig _rig;

    public BootRecordTests() => _rig = new BootRig(_storage);

    [Fact]
    public void Any_flipped_bit_leaves_the_record_before()
    {
        _rig.Boot();
        _rig.Install(V1);
        string younger = Younger();
        byte[] genuine = _storage[younger];
        Assert.True(Read().ImageOk);
        for (int bit = 0; bit < genuine.Length * 8; bit++)
        {
            byte[] damaged = [.. genuine];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            _storage[younger] = damaged;
            BootRecord before = Read();
            Assert.True(before.IsTesting);
            Assert.Equal(V1.Digest, before.Pending.Digest);
        }
    }

    [Fact]
    public void Any_truncation_leaves_the_record_before()
    {
        _rig.Boot();
        _rig.Install(V1);
        string younger = Younger();
        byte[] genuine = _storage[younger];
        for (int length = 0; length < genuine.Length; length++)
        {
            _storage[younger] = genuine[..length];
            Assert.True(Read().IsTesting);
        }
    }

    [Fact]
    public void Without_any_record_the_board_is_a_new_one()
    {
        _rig.Boot();
        _rig.Install(V1);
        foreach (string name in _storage.Names.Where(n => n.StartsWith("boot.", StringComparison.Ordinal)).ToArray())
            _storage[name] = [];
        Assert.False(new BootRecord(_storage, new Crc32()).Load());
        Assert.Equal("golden", _rig.Boot());
        // The application still lies in its slot, and needs no fetching.
        Assert.Equal("1.0.0", _rig.Try(V1));
    }

    [Fact]
    public void The_oldest_failure_is_forgotten_for_a_new_one()
    {
        _rig.Boot();
        Release[] releases = [.. Enumerable.Range(1, 9).Select(i => Release.Make(i))];
        foreach (Release release in releases)
        {
            _rig.Try(release, attempt: 7);
            Assert.True(_rig.Record.RequestRevert(UpdateReason.SensorsFailed));
            Assert.Equal("golden", _rig.Boot());
        }
        KnownBad bad = Read().KnownBad;
        Assert.Equal(KnownBad.Most, bad.Count);
        Assert.False(bad.TryFind(releases[0].Digest, out _, out _));
        foreach (Release release in releases[1..])
        {
            Assert.True(bad.TryFind(release.Digest, out uint attempt, out UpdateReason reason));
            Assert.Equal((7u, UpdateReason.SensorsFailed), (attempt, reason));
        }
    }

    [Fact]
    public void A_second_failure_of_a_bundle_takes_no_second_place()
    {
        _rig.Boot();
        foreach (uint attempt in new uint[] { 1, 2, uint.MaxValue })
        {
            _rig.Try(V1, attempt);
            Assert.True(_rig.Record.RequestRevert(UpdateReason.NotAcknowledged));
            _rig.Boot();
            Assert.Equal(1, _rig.Record.KnownBad.Count);
            Assert.True(_rig.Record.KnownBad.Refuses(V1.Digest, attempt));
        }
    }

    [Fact]
    public void Nothing_is_asked_for_that_would_take_the_ground_away()
    {
        _rig.Boot();
        _rig.Install(V1);
        Assert.False(_rig.Record.RequestTest(UpdateSlot.Golden, V2.Digest, 0));
        Assert.False(_rig.Record.RequestTest(UpdateSlot.A, V2.Digest, 0));
        Assert.Equal("2.0.0", _rig.Try(V2));
        Assert.Equal(UpdateSlot.Golden, _rig.Record.Spare);
        Assert.False(_rig.Record.RequestTest(UpdateSlot.A, V1.Digest, 0));
        Assert.False(_rig.Record.CancelRequest());
        Assert.True(_rig.Record.Confirm());
        Assert.Equal(UpdateSlot.A, _rig.Record.Spare);
    }

    [Fact]
    public void A_request_can_be_taken_back_before_the_boot()
    {
        _rig.Boot();
        _rig.Install(V1);
        Assert.True(_rig.Fetch(V2));
        Assert.True(_rig.Record.RequestTest(UpdateSlot.B, V2.Digest, 0));
        Assert.False(_rig.Record.IsTesting);
        Assert.True(_rig.Record.CancelRequest());
        Assert.True(_rig.Record.CancelRequest());
        Assert.Equal("1.0.0", _rig.Boot());
        Assert.Equal(0, _rig.Record.KnownBad.Count);
        Assert.Equal("2.0.0", _rig.Try(V2));
    }

    [Fact]
    public void A_request_that_cannot_be_written_is_refused_and_changes_nothing()
    {
        _rig.Boot();
        _rig.Install(V1);
        Assert.True(_rig.Fetch(V2));
        _storage.Broken = true;
        Assert.False(_rig.Record.RequestTest(UpdateSlot.B, V2.Digest, 0));
        Assert.Equal(SwapType.None, _rig.Record.Swap);
        _storage.Broken = false;
        Assert.Equal("1.0.0", _rig.Boot());
        Assert.Equal(SwapType.None, _rig.Record.Swap);
    }

    [Fact]
    public void A_confirmation_that_cannot_be_written_is_none()
    {
        _rig.Boot();
        _rig.Try(V1);
        _storage.Broken = true;
        Assert.False(_rig.Record.Confirm());
        Assert.True(_rig.Record.IsTesting);
        _storage.Broken = false;
        Assert.True(_rig.Record.Confirm());
    }

    [Fact]
    public void Settling_writes_once()
    {
        _rig.Boot();
        _rig.Install(V1);
        _rig.Boot();
        Assert.True(_rig.Record.Settle());
        int operations = _storage.Operations;
        Assert.True(_rig.Record.Settle());
        Assert.True(_rig.Record.Confirm());
        Assert.Equal(operations, _storage.Operations);
    }

    private BootRecord Read()
    {
        BootRecord record = new(_storage, new Crc32());
        Assert.True(record.Load());
        return record;
    }

    // The file with the higher sequence number, which stands behind the checksum.
    private string Younger() => _storage.Names.Where(n => n.StartsWith("boot.", StringComparison.Ordinal))
        .MaxBy(n => BinaryPrimitives.ReadUInt32LittleEndian(_storage[n].AsSpan(4)))!;
}
