using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Dsp;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Tests.Core;
using EdgeFleet.Firmware.Thresholds;

namespace EdgeFleet.Firmware.Tests.Dsp;

/// <summary>
/// A damped mode in noise, as traffic and wind drive one: what moves it is seen, what does not is not. Segments of 512 and
/// eight averages, so that many spectra are cheap; a spectrum is 2,048 samples (eight hops of 256), 16.4 s at 125 Hz.
/// </summary>
public sealed class DriftTests
{
    private const int Rate = 125;
    private const double SpectrumS = 8 * 256.0 / Rate;

    /// <summary>
    /// A shift of one per cent behind an hour of quiet, at a level of half a per cent and a hold of three, of a mode with a
    /// thousandth of critical damping.
    /// </summary>
    [Theory]
    [InlineData(0.99, " % below ")]
    [InlineData(1.01, " % above ")]
    public void A_shift_of_one_per_cent_raises_an_alarm_and_its_end_clears_it(double factor, string words)
    {
        List<double> delays = [];
        List<double> clears = [];
        for (int seed = 0; seed < 8; seed++)
        {
            Rig rig = new(seed);
            rig.Run(3600);
            Assert.Empty(rig.Events);
            rig.Factor = factor;
            double from = rig.Seconds;
            while (rig.Events.Count == 0 && rig.Seconds < from + 600)
                rig.Run(SpectrumS / 4);
            (EventType type, string text, double value, string rule, string channel) = Assert.Single(rig.Events);
            delays.Add(rig.Seconds - from);
            Assert.Equal(EventType.ThresholdRaised, type);
            Assert.Equal(("drift-f1", "f1"), (rule, channel));
            Assert.Contains(words, text, StringComparison.Ordinal);
            Assert.Contains("21.50 Cel", text, StringComparison.Ordinal);
            Assert.Equal(10.8 * factor, value, 0.1);
            // Off is not learned, however long it stays.
            rig.Run(3600);
            Assert.Single(rig.Events);
            Assert.Equal(10.8, rig.Tracker.Mode(0).Usual, 0.03);
            rig.Factor = 1;
            from = rig.Seconds;
            while (rig.Events.Count == 1 && rig.Seconds < from + 600)
                rig.Run(SpectrumS / 4);
            clears.Add(rig.Seconds - from);
            Assert.Equal(EventType.ThresholdCleared, rig.Events[^1].Type);
        }
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"raised after {delays.Min():f0} to {delays.Max():f0} s, cleared after {clears.Min():f0} to {clears.Max():f0} s");
        // Three spectra that are all of the new frequency, one before that is of both, and the pieces of work.
        Assert.InRange(delays.Max(), 2 * SpectrumS, 5 * SpectrumS);
        Assert.InRange(clears.Max(), 2 * SpectrumS, 6 * SpectrumS);
    }

    /// <summary>Five thousand spectra, at the same level: no alarm, and the mode in nearly all of them.</summary>
    [Fact]
    public void A_mode_that_stays_raises_nothing()
    {
        int spectra = 0;
        int seen = 0;
        double worst = 0;
        for (int seed = 0; seed < 10; seed++)
        {
            Rig rig = new(100 + seed);
            for (int i = 0; i < 500; i++)
            {
                rig.Run(SpectrumS);
                seen += rig.Tracker.TryTake(0, out long _, out long _) ? 1 : 0;
                worst = Math.Max(worst, Math.Abs(rig.Tracker.Mode(0).Drift));
            }
            spectra += rig.Tracker.Spectra;
            Assert.Empty(rig.Events);
            Assert.Equal(0, rig.Tracker.Skipped);
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{spectra} spectra, seen in {seen}, worst {worst:p2} off");
        Assert.InRange(spectra, 4900, 5010);
        Assert.InRange(seen, spectra * 99 / 100, spectra);
    }

    /// <summary>Noise has no modes: what stands out by chance is seldom, and never an alarm.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    public void Noise_alone_is_no_mode_and_no_alarm(int averages)
    {
        int spectra = 0;
        int found = 0;
        for (int seed = 0; seed < 10; seed++)
        {
            Rig rig = new(200 + seed, bands: 0) { Strength = 0 };
            rig.Configure(modes =>
            {
                modes.BandCount = 0;
                modes.Averages = averages;
            });
            for (int i = 0; i < 400; i++)
            {
                rig.Run(SpectrumS);
                for (int mode = 0; mode < 4; mode++)
                    found += rig.Tracker.TryTake(mode, out long _, out long _) ? 1 : 0;
            }
            spectra += rig.Tracker.Spectra;
            Assert.Empty(rig.Events);
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{found} peaks in {spectra} spectra of noise");
        Assert.InRange(spectra, 4000 * 8 / averages * 9 / 10, 4010 * 8 / averages);
        Assert.InRange(found, 0, spectra / 100);
    }

    /// <summary>A level of zero is no alarm, whatever happens.</summary>
    [Fact]
    public void Without_a_level_nothing_is_raised()
    {
        Rig rig = new(1);
        rig.Configure(modes => modes.DriftPpm = 0);
        rig.Run(1200);
        rig.Factor = 1.05;
        rig.Run(1200);
        Assert.Empty(rig.Events);
        Assert.Equal(10.8 * 1.05, rig.Tracker.Mode(0).Hertz, 0.1);
    }

    /// <summary>A tracker behind a sampler, without the rest of the node: a mode of 10.8 Hz with 0.1 % damping in noise.</summary>
    private sealed class Rig : IEventSink
    {
        private readonly Random _random;
        private readonly TestAccelerometer _sensor;
        private readonly VibrationSampler _sampler;
        private double _last;
        private double _before;
        private double _feedback;
        private double _decay;
        private long _nowMs;

        public Rig(int seed, int bands = 1)
        {
            _random = new Random(seed);
            Factor = 1;
            _sensor = new TestAccelerometer { AxisMask = 4, Value = (_, axis) => axis == 2 ? Next() : 0 };
            _sampler = new VibrationSampler(_sensor, 10_000);
            Tracker = new ModalTracker(_sampler, _sensor, 512);
            _sampler.AddTap(Tracker);
            Configure(_ => { });
        }

        public ModalTracker Tracker { get; }

        public List<(EventType Type, string Text, double Value, string Rule, string Channel)> Events { get; } = [];

        public double Seconds => _nowMs / 1000.0;

        public double Strength { get; set; } = 1;

        public double Factor
        {
            set
            {
                double damping = 0.001;
                double omega = 2 * Math.PI * 10.8 * value / Rate;
                _feedback = 2 * Math.Exp(-damping * omega) * Math.Cos(omega);
                _decay = -Math.Exp(-2 * damping * omega);
            }
        }

        public void Configure(Action<ModesConfig> change)
        {
            ModesConfig modes = new() { Segment = 512, Averages = 8, DriftPpm = 5000, Hold = 3, BandCount = 1 };
            (modes.LowMilliHz[0], modes.HighMilliHz[0]) = (9000, 13_000);
            change(modes);
            Assert.Equal(ConfigFault.None, modes.Validate());
            Assert.Equal(ConfigFault.None, Tracker.Check(modes));
            Tracker.Apply(modes, 1, _nowMs, this);
        }

        public void Run(double seconds)
        {
            long end = _nowMs + (long)(seconds * 1000);
            while (_nowMs < end)
            {
                _nowMs += NodeLimits.FastPollMs;
                _sampler.Sample(_nowMs);
                if (_sampler.Ring.Readable() != null)
                    _sampler.Ring.Release();
                Tracker.Step(_nowMs, this);
            }
        }

        void IEventSink.Emit(NodeEvent happened, long uptimeMs) => Events.Add(
            (happened.Type, happened.Text, happened.Value.ToDouble(), happened.Rule, happened.Channel));

        private int Next()
        {
            double next = (_feedback * _last) + (_decay * _before) + Gauss();
            (_before, _last) = (_last, next);
            return 256_000 + (int)((Strength * next * 20) + (Gauss() * 100));
        }

        private double Gauss()
        {
            double sum = 0;
            for (int i = 0; i < 6; i++)
                sum += _random.NextDouble() - 0.5;
            return sum * Math.Sqrt(2);
        }
    }
}
