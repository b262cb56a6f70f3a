using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>What a node refuses, and by which name: before a byte of a component is fetched wherever that can be known.</summary>
public sealed class RefusalTests
{
    /// <summary>The reason, what is offered, and what is special about the node.</summary>
    private static readonly (UpdateReason Reason, Func<Release> Make, Action<UpdateBench>? Prepare)[] Cases =
    [
        (UpdateReason.WrongKind, () => Release.Make(2, kind: NodeKind.Bridge), null),
        (UpdateReason.WrongClass, () => Release.Make(2, hardwareClass: "esp32"), null),
        (UpdateReason.BadSignature, () => Release.Make(2).WithBadSignature(), null),
        (UpdateReason.UnknownKey, () => Release.Make(2, key: Release.OtherKey), null),
        (UpdateReason.Expired, () => Release.Make(2, expiryMs: Core.TestNode.Epoch2026 - 1), null),
        (UpdateReason.NotEnoughHeap, () => Release.Make(2, leastFreeHeap: 200_001), null),
        (UpdateReason.MissingNative, () => Release.Make(2, natives: [("System.Math", 7)]), null),
        (UpdateReason.OtherNative, () => Release.Make(2, natives: [("System.Math", 7)]),
            bench => bench.Natives.Checksums["System.Math"] = 8),
        (UpdateReason.NoRoom, () => Release.Make(2), bench => bench.Storage.Capacity = 200_000),
        (UpdateReason.TooLarge, () => Release.Make(2, size: BundleLimits.MaxComponent - 4 * 8192).WithTotal(BundleLimits.MaxBundle + 1), null),
        (UpdateReason.OtherBundle, () => Release.Make(2).WithTotal(20_000), null),
        (UpdateReason.NoSlots, () => Release.Make(2), bench => bench.HasSlots = false),
    ];

    public static TheoryData<UpdateReason> Reasons() => [.. Cases.Select(c => c.Reason)];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_bundle_is_refused_by_name_before_any_of_it_is_fetched(UpdateReason reason)
    {
        (_, Func<Release> make, Action<UpdateBench>? prepare) = Cases.Single(c => c.Reason == reason);
        UpdateBench bench = new();
        prepare?.Invoke(bench);
        bench.Boot(BootReason.PowerOn);
        Release release = make();
        bench.Link.Want(release);
        bench.RunUntil(() => bench.Link.State is { Update.State: UpdateState.Rejected });
        Assert.Equal(reason, bench.Link.State!.Update.Reason);
        Assert.Equal(release.Digest, bench.Link.State.Update.Target);
        bench.RunUntil(() => bench.LastTold.StartsWith("rejected " + UpdateNames.Of(reason), StringComparison.Ordinal));
        Assert.All(bench.Link.Requests, request => Assert.True(request.Offset < release.EnvelopeLength));
        Assert.DoesNotContain(bench.Storage.Names, name => name.StartsWith("slot.", StringComparison.Ordinal));
        // It is not asked for again, whatever the line does; nor does a boot tell it twice.
        int requests = bench.Link.Requests.Count;
        int told = bench.Told.Length;
        bench.Link.Break();
        bench.Run(1_800_000);
        Assert.Equal(requests, bench.Link.Requests.Count);
        bench.Boot(BootReason.PowerOn);
        bench.Run(1_800_000);
        Assert.Equal(told, bench.Told.Length);
        Assert.Equal("golden", bench.Running);
    }

    /// <summary>A downgrade is one against what was confirmed, and an expired bundle one only where the time is known.</summary>
    [Fact]
    public void A_lower_security_counter_is_refused_once_a_higher_one_was_confirmed()
    {
        UpdateBench bench = new();
        bench.Install(Release.Make(2, counter: 5));
        bench.Link.Want(Release.Make(3, counter: 4));
        bench.RunUntil(() => bench.Agent.State == UpdateState.Rejected);
        Assert.Equal(UpdateReason.Downgraded, bench.Agent.Reason);
        bench.Install(Release.Make(4, counter: 5));
    }

    [Fact]
    public void A_bundle_that_the_service_does_not_serve_is_given_up_after_three_tries()
    {
        UpdateBench bench = new();
        bench.Link.Faults = new UpdateFaults { Unknown = 1 };
        bench.Link.Want(Release.Make(2));
        bench.RunUntil(() => bench.Agent.State == UpdateState.Rejected);
        Assert.Equal(UpdateReason.NotServed, bench.Agent.Reason);
        Assert.Equal(NodeLimits.BlockPatience, bench.Link.Requests.Count);
    }

    [Fact]
    public void Blocks_that_never_match_are_given_up_and_leave_what_matched()
    {
        UpdateBench bench = new();
        Release release = Release.Make(2);
        bench.Link.Want(release);
        bench.RunUntil(() => bench.Agent.State == UpdateState.Downloading);
        bench.Link.Faults = new UpdateFaults { Spoilt = 1 };
        bench.RunUntil(() => bench.Agent.State == UpdateState.Rejected);
        Assert.Equal(UpdateReason.BlockMismatch, bench.Agent.Reason);
        // A new attempt begins with the envelope that is there.
        bench.Link.Faults = new UpdateFaults();
        bench.Link.Requests.Clear();
        bench.Install(release, attempt: 1);
        Assert.DoesNotContain(bench.Link.Requests.Take(2), request => request.Offset == 0);
    }

    [Fact]
    public void A_flash_that_takes_no_block_is_named()
    {
        UpdateBench bench = new();
        bench.Link.Want(Release.Make(2));
        bench.RunUntil(() => bench.Agent.State == UpdateState.Downloading);
        bench.Storage.Broken = true;
        bench.RunUntil(() => bench.Agent.State == UpdateState.Rejected);
        Assert.Equal(UpdateReason.FlashFault, bench.Agent.Reason);
        bench.Storage.Broken = false;
        bench.Install(Release.Make(2), attempt: 1);
    }

    /// <summary>What is no envelope at all, cut or of another kind, ends by name, too.</summary>
    [Theory]
    [InlineData(0, UpdateReason.Malformed)]
    [InlineData(1, UpdateReason.Malformed)]
    [InlineData(200, UpdateReason.OtherBundle)]
    public void A_spoilt_envelope_is_no_bundle(int at, UpdateReason reason)
    {
        UpdateBench bench = new();
        Release release = Release.Make(2);
        release.Bytes[at] ^= 0x40;
        bench.Link.Want(release);
        bench.RunUntil(() => bench.Agent.State == UpdateState.Rejected);
        Assert.Contains(bench.Agent.Reason, new[] { reason, UpdateReason.Malformed, UpdateReason.OtherBundle });
        Assert.Equal("golden", bench.Running);
    }
}
