using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Screening
{
    /// <summary>
    /// A limit on peak particle velocity over frequency: straight between points, level beyond the first and the last.
    /// </summary>
    /// <remarks>
    /// DIN 4150-3:2016-12 tables 1 and 4; SBR Trillingsrichtlijn A:2017 (characteristic values and partial safety factors);
    /// BS 7385-2:1993 table 1 and figure 1, read as straight between its corners, which is nowhere above the curve. These
    /// are standards for buildings.
    /// </remarks>
    public sealed class ScreeningLine
    {
        private readonly int[] _milliHz = new int[Limits.MaxScreeningPoints];
        private readonly int[] _microMetres = new int[Limits.MaxScreeningPoints];
        private int _points;

        /// <summary>Whether it holds for vibration along the vertical, too.</summary>
        public bool HoldsForVertical { get; private set; }

        /// <summary>Whether there is a line at all.</summary>
        public bool IsSet => _points > 0;

        /// <summary>What it is called in an event.</summary>
        public string Name { get; private set; } = "";

        /// <summary>The line of a checked configuration.</summary>
        public void Apply(ScreeningConfig config)
        {
            _points = 0;
            HoldsForVertical = true;
            Name = "";
            int line = config.Line;
            switch (config.Profile)
            {
                case ScreeningProfile.Din4150Foundation:
                    Name = "DIN 4150-3 line " + line.ToString() + ", short-term, foundation";
                    Foundation(line, 1000);
                    break;
                case ScreeningProfile.Din4150TopFloor:
                    Name = "DIN 4150-3 line " + line.ToString() + ", short-term, top floor";
                    HoldsForVertical = false;
                    Add(0, line == 1 ? 40000 : line == 2 ? 15000 : 8000);
                    break;
                case ScreeningProfile.Din4150LongTerm:
                    Name = "DIN 4150-3 line " + line.ToString() + ", long-term, top floor";
                    HoldsForVertical = false;
                    Add(0, line == 1 ? 10000 : line == 2 ? 5000 : 2500);
                    break;
                case ScreeningProfile.SbrA:
                    int factor = SbrFactor(config);
                    Name = "SBR-A category " + line.ToString() + ", factor " + Hundredths(factor / 10);
                    // Characteristic values of both categories as lines 1 and 2 of DIN 4150-3.
                    Foundation(line, factor);
                    break;
                case ScreeningProfile.Bs7385:
                    Name = "BS 7385-2 line " + line.ToString() + ", cosmetic";
                    Bs7385(line);
                    break;
                case ScreeningProfile.Site:
                    Name = "site line";
                    for (int i = 0; i < config.PointCount; i++)
                        Add(config.MilliHz[i], config.MicroMetresPerS[i]);
                    break;
            }
        }

        /// <summary>
        /// SBR-A's partial safety factors together, in thousandths: kind of vibration 1.0, 1.5, 2.5; extent of the
        /// measurement 1.0, 1.4, 1.6; sensitive structure 1.7. The characteristic value is divided by it.
        /// </summary>
        public static int SbrFactor(ScreeningConfig config)
        {
            int kind = config.Kind == VibrationKind.Short ? 10 : config.Kind == VibrationKind.Repeated ? 15 : 25;
            int extent = config.Extent == MeasurementExtent.Extended ? 10
                : config.Extent == MeasurementExtent.Limited ? 14 : 16;
            return kind * extent * (config.Sensitive ? 17 : 10);
        }

        /// <summary>A number of hundredths, not below zero, with a point in it.</summary>
        public static string Hundredths(long hundredths)
        {
            long rest = hundredths % 100;
            return (hundredths / 100).ToString() + (rest < 10 ? ".0" : ".") + rest.ToString();
        }

        /// <summary>Limit at a frequency, in micrometres a second; 0 where there is no line.</summary>
        public long At(long milliHz)
        {
            if (_points == 0)
                return 0;
            if (milliHz <= _milliHz[0])
                return _microMetres[0];
            for (int i = 1; i < _points; i++)
            {
                if (milliHz > _milliHz[i])
                    continue;
                long rise = _microMetres[i] - _microMetres[i - 1];
                return _microMetres[i - 1] + SafeMath.DivideRounded(
                    rise * (milliHz - _milliHz[i - 1]), _milliHz[i] - _milliHz[i - 1]);
            }
            return _microMetres[_points - 1];
        }

        /// <summary>The lowest limit at any frequency of the velocity's band, from 1 Hz on, in micrometres a second.</summary>
        public long Least()
        {
            long least = At(1000);
            for (int i = 0; i < _points; i++)
            {
                if (_milliHz[i] > 1000 && _microMetres[i] < least)
                    least = _microMetres[i];
            }
            return least;
        }

        /// <summary>Level up to 10 Hz, then straight to 50 and to 100 Hz; what is above may be taken as at 100 Hz.</summary>
        private void Foundation(int line, int factor)
        {
            Add(10 * 1000, Over(line == 1 ? 20000 : line == 2 ? 5000 : 3000, factor));
            Add(50 * 1000, Over(line == 1 ? 40000 : line == 2 ? 15000 : 8000, factor));
            Add(100 * 1000, Over(line == 1 ? 50000 : line == 2 ? 20000 : 10000, factor));
        }

        private void Bs7385(int line)
        {
            if (line == 1)
            {
                Add(4 * 1000, 50000);
                return;
            }
            // Below 4 Hz a displacement of 0.6 mm: 2 pi x 1 Hz x 0.6 mm = 3.770 mm/s, and four times that at 4 Hz, which the
            // table rounds to 15.
            Add(1000, 3770);
            Add(4 * 1000, 15000);
            Add(15 * 1000, 20000);
            Add(40 * 1000, 50000);
        }

        private void Add(int milliHz, int microMetres)
        {
            _milliHz[_points] = milliHz;
            _microMetres[_points] = microMetres;
            _points++;
        }

        private static int Over(int microMetres, int factor)
        {
            return (int)SafeMath.DivideRounded(microMetres * 1000L, factor);
        }
    }
}
