using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Updates;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>A new image proves itself or goes back, says why, and takes its configuration with it.</summary>
public sealed class TrialTests
{
    /// <summary>What is wrong with the second release, once it runs; the first is confirmed.</summary>
    private static readonly (UpdateReason Reason, Action<UpdateBench> Break)[] Faults =
    [
        (UpdateReason.Offline, bench => bench.Link.Reachable = false),
        (UpdateReason.SensorsFailed, bench => bench.Climate.Result = _ => SensorResult.Failed),
        (UpdateReason.NotAcknowledged, bench => bench.Link.Stores = false),
        (UpdateReason.CannotFetch, bench => bench.Link.Answers = false),
        (UpdateReason.CannotFetch, bench => bench.Link.Serve(Release.Make(3), Release.Make(4).Bytes)),
        (UpdateReason.CannotFetch, bench => bench.Link.Faults = new UpdateFaults { Unknown = 1 }),
    ];

    public static TheoryData<int> Numbers() => [.. Enumerable.Range(0, Faults.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void An_image_that_does_not_prove_itself_goes_back_and_says_why(int number)
    {
        (UpdateReason reason, Action<UpdateBench> spoil) = Faults[number];
        UpdateBench bench = new();
        bench.Install(Release.Make(2));
        Release three = Release.Make(3);
        bench.Spoilt["3.0.0"] = spoil;
        bench.Link.Want(three);
        bench.RunUntil(() => bench.Running == "3.0.0");
        bench.RunUntil(() => bench.Running == "2.0.0", NodeLimits.TestDeadlineMs + 60_000);
        bench.Spoilt.Clear();
        bench.Link.Faults = new UpdateFaults();
        (bench.Link.Reachable, bench.Link.Stores, bench.Link.Answers) = (true, true, true);
        bench.Climate.Result = _ => SensorResult.Ok;
        bench.RunUntil(() => bench.Link.State is { Update.State: UpdateState.Reverted, Update.Running: UpdateSlot.A });
        Assert.Equal(reason, bench.Link.State!.Update.Reason);
        Assert.Equal(three.Digest, bench.Link.State.Update.Target);
        Assert.Equal($"reverted {UpdateNames.Of(reason)} 3.0.0", bench.LastTold);
        // The service still wants it; under this attempt the node does not try it again, nor tell it again.
        bench.Run(7_200_000);
        bench.Boot(BootReason.PowerOn);
        bench.Run(7_200_000);
        Assert.Equal("2.0.0", bench.Running);
        Assert.Equal($"reverted {UpdateNames.Of(reason)} 3.0.0", bench.LastTold);
        // What is offered in between makes it one of those that are known.
        bench.Link.Want(Release.Make(2));
        bench.RunUntil(() => bench.Agent.State == UpdateState.Confirmed);
        bench.Link.Want(three);
        bench.RunUntil(() => bench.Agent.State == UpdateState.Rejected);
        Assert.Equal(UpdateReason.KnownBad, bench.Agent.Reason);
        bench.Install(three, attempt: 1);
        Assert.Equal(UpdateSlot.B, bench.Agent.Record.Running);
    }

    [Fact]
    public void An_image_that_crashes_goes_back_after_three_boots()
    {
        UpdateBench bench = new();
        bench.Install(Release.Make(2));
        bench.Crashing.Add("3.0.0");
        bench.Link.Want(Release.Make(3));
        bench.RunUntil(() => bench.LastTold.StartsWith("reverted", StringComparison.Ordinal));
        Assert.Equal("reverted boot-failed 3.0.0", bench.LastTold);
        Assert.Equal("2.0.0", bench.Running);
        // Power on, into 2, three times into 3, and back.
        Assert.Equal(6, bench.Boots);
        Assert.DoesNotContain(bench.Told, text => text.StartsWith("testing none 3", StringComparison.Ordinal));
    }

    /// <summary>A node and its launcher that see different things must not make boots of it.</summary>
    [Fact]
    public void A_flash_that_spoils_every_image_costs_a_boot_in_ten_minutes()
    {
        UpdateBench bench = new() { Decay = storage => storage.Delete("slot.a.1") };
        bench.Link.Want(Release.Make(2));
        bench.Run(7_200_000);
        Assert.Equal("golden", bench.Running);
        Assert.InRange(bench.Boots, 10, 2 + 12);
        Assert.Equal(UpdateReason.BlockMismatch, bench.Link.State!.Update.Reason);
        bench.Decay = null;
        bench.RunUntil(() => bench.Running == "2.0.0", 2 * NodeLimits.LaunchRetryMs);
        bench.RunUntil(() => bench.Agent.State == UpdateState.Confirmed);
    }

    /// <summary>Frequencies and velocities are worked out, and may be missing from a window of a sensor that works.</summary>
    [Fact]
    public void Of_a_bridge_the_sensor_itself_has_to_answer()
    {
        Sampling.VibrationSampler sampler = new(new Core.TestAccelerometer(), 10_000);
        Assert.Equal(
            ["ax", "ay", "az", "temp"], Enumerable.Range(0, sampler.SensedChannels).Select(sampler.ChannelName));
    }

    /// <summary>A sensor that was dead before is no fault of the image.</summary>
    [Fact]
    public void A_sensor_that_was_silent_before_does_not_hold_an_update_up()
    {
        UpdateBench bench = new();
        bench.Install(Release.Make(2));
        bench.Dust.Result = _ => SensorResult.Failed;
        bench.Boot(BootReason.PowerOn);
        bench.Run(300_000);
        bench.Install(Release.Make(3));
        // And where nobody knows what answered before, all have to.
        bench.Storage.Delete("node.answered.a");
        bench.Storage.Delete("node.answered.b");
    }

    /// <summary>Windows of an hour would never be acknowledged in time.</summary>
    [Fact]
    public void Windows_are_short_until_the_image_is_confirmed()
    {
        UpdateBench bench = new();
        bench.Link.Config = new NodeConfig { Version = 3, WindowMs = 3_600_000 };
        bench.Run(60_000);
        bench.Install(Release.Make(2));
        Assert.InRange(bench.NowMs, 0, 4 * 60_000);
        bench.RunUntil(() => bench.Link.State is { Update.State: UpdateState.Confirmed, WindowMs: 3_600_000 });
    }

    /// <summary>A trial survives a power cut: it goes on at the next boot, and counts as one.</summary>
    [Fact]
    public void A_power_cut_during_the_trial_does_not_end_it()
    {
        UpdateBench bench = new();
        bench.Link.Want(Release.Make(2));
        bench.RunUntil(() => bench.Running == "2.0.0");
        bench.Boot(BootReason.PowerOn);
        Assert.Equal(UpdateState.Testing, bench.Agent.State);
        bench.RunUntil(() => bench.Agent.State == UpdateState.Confirmed);
        Assert.Single(bench.Told, text => text.StartsWith("testing", StringComparison.Ordinal));
    }

    [Fact]
    public void Configuration_goes_back_with_the_code_that_wrote_it()
    {
        UpdateBench bench = new();
        bench.Link.Config = new NodeConfig { Version = 1, StateIntervalMs = 60_000 };
        bench.Install(Release.Make(2));
        bench.RunUntil(() => bench.Node.Config.Version == 1);
        bench.Link.Want(Release.Make(3));
        bench.RunUntil(() => bench.Running == "3.0.0");
        // A copy, there from the first moment.
        Assert.Equal(1u, bench.Node.Config.Version);
        bench.RunUntil(() => bench.Agent.State == UpdateState.Testing && bench.Node.Uplink.State == Uplink.UplinkState.Online);
        bench.Link.Config = new NodeConfig { Version = 2, StateIntervalMs = 90_000 };
        bench.Link.Want(bench.Link.Target);
        bench.RunUntil(() => bench.Node.Config.Version == 2);
        bench.Link.Reachable = false;
        bench.Link.Break();
        bench.Boot(BootReason.PowerOn);
        Assert.Equal("3.0.0", bench.Running);
        Assert.Equal(2u, bench.Node.Config.Version);
        bench.RunUntil(() => bench.Running == "2.0.0");
        Assert.Equal(1u, bench.Node.Config.Version);
        Assert.Equal(60_000, bench.Node.Config.StateIntervalMs);
        // The next one into the same slot does not find what the failed one left there.
        bench.Link.Reachable = true;
        bench.Link.Config = null;
        bench.Link.Want(Release.Make(4));
        bench.RunUntil(() => bench.Running == "4.0.0");
        Assert.Equal(1u, bench.Node.Config.Version);
    }

    /// <summary>The copy is made whole or made again, wherever the power goes.</summary>
    [Fact]
    public void A_cut_while_the_configuration_is_copied_is_made_good_at_the_next_boot()
    {
        for (int at = 1; at <= 3; at++)
        {
            foreach (Core.Cut cut in Enum.GetValues<Core.Cut>())
            {
                Core.FaultyStorage storage = new(at);
                Crc32 crc = new();
                Assert.True(new NodeStore(storage, crc).SaveConfig(new NodeConfig { Version = 7 }));
                Assert.True(new NodeStore(storage, crc, UpdateSlot.A).SaveConfig(new NodeConfig { Version = 99 }));
                BootRig rig = new(storage);
                Assert.Equal("2.0.0", rig.Try(Release.Make(2)));
                BootRecord record = rig.Record;
                storage.Arm(at, cut);
                try
                {
                    SlotConfig.Adopt(storage, crc, record);
                }
                catch (Core.PowerCutException)
                {
                }
                storage.Arm(0, cut);
                SlotConfig.Adopt(storage, crc, record);
                NodeConfig read = new();
                Assert.True(new NodeStore(storage, crc, UpdateSlot.A).LoadConfig(read));
                Assert.Equal(7u, read.Version);
                // And once it is this image's own, it is not copied again.
                NodeStore own = new(storage, crc, UpdateSlot.A);
                Assert.True(own.LoadConfig(read));
                Assert.True(own.SaveConfig(new NodeConfig { Version = 8 }));
                SlotConfig.Adopt(storage, crc, record);
                Assert.True(new NodeStore(storage, crc, UpdateSlot.A).LoadConfig(read));
                Assert.Equal(8u, read.Version);
            }
        }
    }
}
