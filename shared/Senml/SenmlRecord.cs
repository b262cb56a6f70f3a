namespace EdgeFleet.Contracts.Senml
{
    /// <summary>
    /// One SenML record, resolved: base name, time, unit, value and sum have been put into it (RFC 8428 section 4.6).
    /// </summary>
    public sealed class SenmlRecord
    {
        /// <summary>Base name and name.</summary>
        public string Name = "";

        /// <summary>Unit, or empty.</summary>
        public string Unit = "";

        /// <summary>Base time and time, in seconds: Unix time from 2^28 on, relative to now below.</summary>
        public double Time;

        /// <summary>Whether <see cref="Value"/> is there.</summary>
        public bool HasValue;

        /// <summary>Base value and value.</summary>
        public double Value;

        /// <summary>Exponent of ten that <see cref="Value"/> was coded with; 0 for integers and floats.</summary>
        public int Exponent;

        /// <summary>Whether <see cref="Bool"/> is there.</summary>
        public bool HasBool;

        /// <summary>Boolean value.</summary>
        public bool Bool;

        /// <summary>String value, or null.</summary>
        public string? Text;

        /// <summary>Where the data value begins in the reader's buffer; -1: none.</summary>
        public int DataOffset;

        /// <summary>Length of the data value, in bytes.</summary>
        public int DataLength;

        /// <summary>Whether <see cref="Sum"/> is there.</summary>
        public bool HasSum;

        /// <summary>Base sum and sum.</summary>
        public double Sum;

        /// <summary>Update time, in seconds; 0: none.</summary>
        public double UpdateTime;

        /// <summary>Whether the statistics are there (label <c>st</c>).</summary>
        public bool HasStatistics;

        /// <summary>Smallest sample.</summary>
        public double Min;

        /// <summary>Largest sample.</summary>
        public double Max;

        /// <summary>Standard deviation about the mean.</summary>
        public double StdDev;

        /// <summary>Samples.</summary>
        public int Count;

        /// <summary>Whether skewness and kurtosis are there as well.</summary>
        public bool HasShape;

        /// <summary>Skewness.</summary>
        public double Skewness;

        /// <summary>Kurtosis, 3 for a normal distribution; at least 1.</summary>
        public double Kurtosis;

        /// <summary>Quality flags (label <c>q</c>); see <see cref="QualityFlags"/>.</summary>
        public int Quality;

        /// <summary>Whether this is the head of a window (labels <c>ep</c>, <c>dur</c>).</summary>
        public bool HasWindow;

        /// <summary>The flash queue's generation (label <c>ep</c>).</summary>
        public uint Epoch;

        /// <summary>Length of the window, in milliseconds (label <c>dur</c>).</summary>
        public int DurationMs;

        /// <summary>Time quality (label <c>tq</c>).</summary>
        public TimeQuality TimeQuality;

        internal bool HasDuration;
        internal bool HasEpoch;

        internal void Clear()
        {
            Name = "";
            Unit = "";
            Time = 0;
            HasValue = false;
            Value = 0;
            Exponent = 0;
            HasBool = false;
            Bool = false;
            Text = null;
            DataOffset = -1;
            DataLength = 0;
            HasSum = false;
            Sum = 0;
            UpdateTime = 0;
            HasStatistics = false;
            Min = 0;
            Max = 0;
            StdDev = 0;
            Count = 0;
            HasShape = false;
            Skewness = 0;
            Kurtosis = 0;
            Quality = 0;
            HasWindow = false;
            Epoch = 0;
            DurationMs = 0;
            TimeQuality = TimeQuality.Synchronised;
            HasDuration = false;
            HasEpoch = false;
        }
    }
}
