using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Tests.Core;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>
/// A bundle that is staged and then damaged, in every byte of its envelope and of its blocks, cut short everywhere, or of
/// nothing at all: the launcher runs what was there before, and says by name why.
/// </summary>
public sealed class LauncherDamageTests
{
    private static readonly Release V2 = Release.Make(2);

    private readonly FaultyStorage _storage = new(1);
    private readonly BootRig _rig;

    public LauncherDamageTests()
    {
        _rig = new BootRig(_storage);
        _rig.Boot();
        _rig.Install(Release.Make(1));
        Assert.True(_rig.Fetch(V2));
    }

    [Fact]
    public void Any_flipped_byte_of_the_envelope_is_refused()
    {
        byte[] genuine = _storage["slot.b.env"];
        HashSet<UpdateReason> reasons = [];
        for (int i = 0; i < genuine.Length; i++)
        {
            byte[] damaged = [.. genuine];
            damaged[i] ^= (byte)(1 << (i % 8));
            reasons.Add(TryDamaged("slot.b.env", damaged));
        }
        // What the digest covers is another image, the signature is wrong, and the frame is no envelope or an unknown one.
        Assert.Superset(
            new HashSet<UpdateReason> { UpdateReason.ImageMismatch, UpdateReason.BadSignature, UpdateReason.Malformed },
            reasons);
        _storage["slot.b.env"] = genuine;
        AssertRuns();
    }

    [Fact]
    public void Any_truncation_of_the_envelope_is_refused()
    {
        byte[] genuine = _storage["slot.b.env"];
        for (int length = 0; length < genuine.Length; length++)
            Assert.Equal(UpdateReason.Malformed, TryDamaged("slot.b.env", genuine[..length]));
        Assert.Equal(UpdateReason.Malformed, TryDamaged("slot.b.env", [.. genuine, 0]));
        Assert.Equal(UpdateReason.ImageMismatch, TryDamaged("slot.b.env", new byte[BundleLimits.MaxEnvelope + 1]));
        _storage["slot.b.env"] = genuine;
        AssertRuns();
    }

    [Theory]
    [InlineData("slot.b.0")]
    [InlineData("slot.b.1")]
    [InlineData("slot.b.2")]
    public void Any_flipped_byte_and_any_length_of_a_block_is_refused(string name)
    {
        byte[] genuine = _storage[name];
        for (int i = 0; i < genuine.Length; i++)
        {
            byte[] damaged = [.. genuine];
            damaged[i] ^= (byte)(1 << (i % 8));
            Assert.Equal(UpdateReason.BlockMismatch, TryDamaged(name, damaged));
        }
        foreach (int length in new[] { 0, 1, genuine.Length / 2, genuine.Length - 1 })
            Assert.Equal(UpdateReason.BlockMismatch, TryDamaged(name, genuine[..length]));
        Assert.Equal(UpdateReason.BlockMismatch, TryDamaged(name, [.. genuine, 0]));
        _storage[name] = genuine;
        AssertRuns();
    }

    [Fact]
    public void Blocks_that_have_changed_places_are_refused()
    {
        (_storage["slot.b.0"], _storage["slot.b.2"]) = (_storage["slot.b.2"], _storage["slot.b.0"]);
        Assert.Equal(UpdateReason.BlockMismatch, TryDamaged("slot.b.1", _storage["slot.b.1"]));
    }

    [Fact]
    public void Another_release_in_the_slot_than_was_asked_for_is_refused()
    {
        Release other = Release.Make(3);
        Assert.Equal(UpdateReason.ImageMismatch, TryDamaged("slot.b.env", other.Bytes[..other.EnvelopeLength]));
    }

    [Fact]
    public void A_key_that_is_no_longer_trusted_stops_even_what_was_confirmed()
    {
        _rig.Settings.Keys = [];
        Assert.Equal("golden", _rig.Boot());
        Assert.Equal(UpdateReason.UnknownKey, _rig.Record.OutcomeReason);
    }

    [Fact]
    public void Whatever_bytes_lie_in_the_slots_the_board_starts()
    {
        Random random = new(5);
        foreach (string name in _storage.Names.Where(n => n.StartsWith("slot.", StringComparison.Ordinal)).ToArray())
        {
            byte[] bytes = new byte[random.Next(2 * BundleLimits.BlockBytes)];
            random.NextBytes(bytes);
            _storage[name] = bytes;
        }
        Assert.True(_rig.Record.RequestTest(UpdateSlot.B, V2.Digest, 0));
        Assert.Equal("golden", _rig.Boot());
        // And from there it can be brought back.
        _rig.Install(V2);
        Assert.Equal("2.0.0", _rig.Boot());
    }

    // A trial of what is in the second slot, with one file of it damaged; answers why it was refused.
    private UpdateReason TryDamaged(string name, byte[] content)
    {
        _storage[name] = content;
        Assert.True(_rig.Record.RequestTest(UpdateSlot.B, V2.Digest, 0));
        Assert.Equal("1.0.0", _rig.Boot());
        Assert.Equal(UpdateState.Rejected, _rig.Record.Outcome);
        Assert.False(_rig.Record.KnownBad.Refuses(V2.Digest, 0));
        Assert.NotEqual(UpdateReason.None, _rig.Record.OutcomeReason);
        return _rig.Record.OutcomeReason;
    }

    private void AssertRuns()
    {
        Assert.True(_rig.Record.RequestTest(UpdateSlot.B, V2.Digest, 0));
        Assert.Equal("2.0.0", _rig.Boot());
    }
}
