using EdgeFleet.Boards.Sim.Flash;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>
/// Everything at once, from a seed: bad lines, a service that changes its mind, versions that crash, and the power going
/// in the middle of flash operations, as often as it likes. When the storm is over, the next version is an ordinary one.
/// </summary>
public sealed class StormTests(ITestOutputHelper output)
{
    private const int Runs = 400;
    private const int Cuts = 12;

    private static readonly Release[] Releases = [.. Enumerable.Range(1, 5).Select(i => Release.Make(i))];
    private static readonly Release Last = Release.Make(9);

    [Fact]
    public void After_any_storm_the_node_takes_the_next_version()
    {
        int cuts = 0;
        int boots = 0;
        Dictionary<string, int> ended = [];
        for (int seed = 1; seed <= Runs; seed++)
        {
            try
            {
                Storm storm = new(seed);
                storm.Rage(Cuts);
                cuts += storm.Cuts;
                boots += storm.Bench.Boots;
                ended[storm.Bench.Running] = ended.GetValueOrDefault(storm.Bench.Running) + 1;
                storm.Calm();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new Xunit.Sdk.XunitException($"seed {seed}: {e}");
            }
        }
        string versions = string.Join(", ", ended.OrderBy(v => v.Key).Select(v => $"{v.Key} {v.Value}"));
        output.WriteLine($"{Runs} storms: {cuts} cuts in flash operations, {boots} boots, bricks: 0; left running {versions}");
    }

    private sealed class Storm
    {
        private readonly Random _random;
        private readonly SimFlash _flash;

        public Storm(int seed)
        {
            _random = new Random(seed);
            _flash = new SimFlash(256 * 1024, (ulong)seed);
            Bench = new UpdateBench(seed, () => new SimFileStore(_flash));
            Bench.Settings.WindowSegments = 2;
            Bench.Settings.EventSegments = 2;
            Bench.Boot(BootReason.PowerOn);
            Bench.Install(Releases[0]);
            Bench.Ran.Clear();
            // One in five versions crashes at every start.
            foreach (Release release in Releases.Skip(1).Where(_ => _random.Next(5) == 0))
                Bench.Crashing.Add(release.Version);
            Bench.Link.Faults = new UpdateFaults
            {
                Loss = _random.NextDouble() * 0.2,
                Twice = _random.NextDouble() * 0.2,
                DelayMs = 1 + _random.Next(1000),
                BreakEveryMs = _random.Next(3) == 0 ? 0 : 30_000 + _random.Next(300_000),
                Busy = _random.NextDouble() * 0.2,
                Spoilt = _random.NextDouble() * 0.1,
            };
        }

        public UpdateBench Bench { get; }

        public int Cuts { get; private set; }

        public void Rage(int cuts)
        {
            bool isOn = true;
            while (Cuts < cuts)
            {
                _flash.CutAt(_flash.Operations + _random.Next(150), (CutMoment)_random.Next(3));
                try
                {
                    if (!isOn)
                        Bench.Boot(_random.Next(2) == 0 ? BootReason.PowerOn : BootReason.Brownout);
                    isOn = true;
                    if (_random.Next(2) == 0)
                        Bench.Link.Want(Releases[_random.Next(Releases.Length)], Bench.Link.Attempt + (uint)_random.Next(2));
                    Bench.Run(1000 + _random.Next(400_000));
                }
                catch (PowerCutException)
                {
                    _flash.PowerOn();
                    isOn = false;
                    Cuts++;
                }
            }
        }

        public void Calm()
        {
            Bench.Link.Faults = new UpdateFaults();
            Bench.Boot(BootReason.PowerOn);
            // Something may still be on trial, and is left to its end.
            Bench.Install(Last, attempt: 1000);
            Bench.Boot(BootReason.PowerOn);
            Assert.Equal(Last.Version, Bench.Running);
            // What was confirmed once was always there to go back to.
            Assert.DoesNotContain("golden", Bench.Ran);
        }
    }
}
