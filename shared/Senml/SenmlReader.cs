using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Senml
{
    /// <summary>
    /// Reads a SenML pack in CBOR (RFC 8428 section 6) record by record and resolves it. Takes any pack of the RFC with
    /// definite lengths within <see cref="Limits"/>, not only ours; labels that it does not know are skipped unless they
    /// end in '_'.
    /// </summary>
    public sealed class SenmlReader
    {
        // Bits of what was seen in one record; labels -6 to 8 at their value plus 6, ours after them.
        private const int SeenStatistics = 16;
        private const int SeenQuality = 17;
        private const int SeenEpoch = 18;
        private const int SeenDuration = 19;
        private const int SeenTimeQuality = 20;

        // Base version, name, time and unit; what a record consists of that only sets the stage for those after it.
        private const uint BaseOnly = (1u << 5) | (1u << 4) | (1u << 3) | (1u << 2);

        private readonly CborReader _reader;
        private int _left;
        private string _baseName = "";
        private string _baseUnit = "";
        private double _baseTime;
        private double _baseValue;
        private double _baseSum;
        private bool _hasBaseValue;
        private bool _hasBaseSum;

        /// <summary>A reader that takes its bytes from <paramref name="reader"/>.</summary>
        public SenmlReader(CborReader reader)
        {
            _reader = reader;
        }

        /// <summary>The first error.</summary>
        public ContractError Error => _reader.Error;

        /// <summary>Records that have not been read.</summary>
        public int Left => _left;

        /// <summary>
        /// Reads the pack's head; answers false and names the error where it is no pack, or one without a record.
        /// </summary>
        public bool TryBegin()
        {
            _baseName = "";
            _baseUnit = "";
            _baseTime = 0;
            _baseValue = 0;
            _baseSum = 0;
            _hasBaseValue = false;
            _hasBaseSum = false;
            if (!_reader.TryReadArrayStart(Limits.MaxRecords, out _left))
                return false;
            return _left != 0 || _reader.Fail(ContractError.NoWindow);
        }

        /// <summary>
        /// Reads and resolves the next record. Records of base fields alone (as in RFC 8428 section 5.1.7) are taken in
        /// and passed over. After the last one, checks that the payload ends with it.
        /// </summary>
        public bool TryReadRecord(SenmlRecord record)
        {
            record.Clear();
            while (_left != 0 && _reader.Error == ContractError.None)
            {
                uint seen = 0;
                double time = 0;
                if (!TryReadFields(record, ref seen, ref time))
                    return false;
                _left--;
                bool passedOver = seen != 0 && (seen & ~BaseOnly) == 0 && !_hasBaseValue && !_hasBaseSum;
                if (!passedOver && !Resolve(record, time))
                    return false;
                if (_left == 0 && !_reader.TryReadEnd())
                    return false;
                if (!passedOver)
                    return true;
            }
            return false;
        }

        private bool TryReadFields(SenmlRecord record, ref uint seen, ref double time)
        {
            if (!_reader.TryReadMapStart(32, out int pairs))
                return false;
            for (int i = 0; i < pairs; i++)
            {
                bool read = _reader.PeekType() == CborType.Text
                    ? TryReadTextLabel(record, ref seen)
                    : TryReadLabel(record, ref seen, ref time);
                if (!read)
                    return false;
            }
            return true;
        }

        private bool Resolve(SenmlRecord record, double time)
        {
            record.Name = _baseName + record.Name;
            if (record.Name.Length > Limits.MaxSenmlName)
                return _reader.Fail(ContractError.TooLong);
            if (!IsSenmlName(record.Name))
                return _reader.Fail(ContractError.InvalidName);
            if (record.Unit.Length == 0)
                record.Unit = _baseUnit;
            record.Time = _baseTime + time;
            if (_hasBaseValue && !record.HasBool && record.Text == null && record.DataOffset < 0)
            {
                record.HasValue = true;
                record.Value += _baseValue;
            }
            if (_hasBaseSum)
            {
                record.HasSum = true;
                record.Sum += _baseSum;
            }
            int values = (record.HasValue ? 1 : 0) + (record.HasBool ? 1 : 0)
                + (record.Text != null ? 1 : 0) + (record.DataOffset >= 0 ? 1 : 0);
            if (values > 1)
                return _reader.Fail(ContractError.DuplicateKey);
            if (values == 0 && !record.HasSum)
                return _reader.Fail(ContractError.MissingField);
            if (!IsFinite(record.Time) || !IsFinite(record.Value) || !IsFinite(record.Sum))
                return _reader.Fail(ContractError.NotFinite);
            record.HasWindow = record.HasEpoch && record.HasDuration;
            if (record.HasStatistics)
                ScaleStatistics(record);
            return true;
        }

        // Two finite numbers may add up to infinity.
        private static bool IsFinite(double value)
        {
            return value >= -double.MaxValue && value <= double.MaxValue;
        }

        private static void ScaleStatistics(SenmlRecord record)
        {
            // The statistics are mantissas with the value's exponent, which may come after them in the map.
            record.Min = SafeMath.Scale((long)record.Min, record.Exponent);
            record.Max = SafeMath.Scale((long)record.Max, record.Exponent);
            record.StdDev = SafeMath.Scale((long)record.StdDev, record.Exponent);
        }

        private bool TryReadLabel(SenmlRecord record, ref uint seen, ref double time)
        {
            if (!_reader.TryReadInt64(out long label))
                return false;
            if (label < -6 || label > 8)
                return _reader.TrySkip();
            if (!TryMark(ref seen, (int)label + 6))
                return false;
            double number;
            switch ((int)label)
            {
                case -1:
                    // Up to 10 it is RFC 8428's number; above, a set of features, of which we know one (RFC 9100).
                    return _reader.TryReadUInt64(out ulong version)
                        && (version <= 10 || version == SenmlWriter.BaseVersion
                            || _reader.Fail(ContractError.UnsupportedSenml));
                case -2:
                    return _reader.TryReadText(Limits.MaxSenmlName, out _baseName);
                case -3:
                    return _reader.TryReadNumber(out _baseTime);
                case -4:
                    return _reader.TryReadText(Limits.MaxUnit, out _baseUnit);
                case -5:
                    _hasBaseValue = true;
                    return _reader.TryReadNumber(out _baseValue);
                case -6:
                    _hasBaseSum = true;
                    return _reader.TryReadNumber(out _baseSum);
                case 0:
                    return _reader.TryReadText(Limits.MaxSenmlName, out record.Name);
                case 1:
                    return _reader.TryReadText(Limits.MaxUnit, out record.Unit);
                case 2:
                    record.HasValue = true;
                    return TryReadValue(record);
                case 3:
                    if (!_reader.TryReadText(Limits.MaxPayload, out string text))
                        return false;
                    record.Text = text;
                    return true;
                case 4:
                    record.HasBool = true;
                    return _reader.TryReadBool(out record.Bool);
                case 5:
                    record.HasSum = true;
                    return _reader.TryReadNumber(out record.Sum);
                case 6:
                    return _reader.TryReadNumber(out time);
                case 7:
                    if (!_reader.TryReadNumber(out number))
                        return false;
                    record.UpdateTime = number;
                    return true;
                default:
                    return _reader.TryReadBytes(Limits.MaxPayload, out record.DataOffset, out record.DataLength);
            }
        }

        private bool TryReadValue(SenmlRecord record)
        {
            if (_reader.PeekType() == CborType.Float)
                return _reader.TryReadNumber(out record.Value);
            if (!_reader.TryReadDecimal(out long mantissa, out record.Exponent))
                return false;
            record.Value = SafeMath.Scale(mantissa, record.Exponent);
            return true;
        }

        private bool TryReadTextLabel(SenmlRecord record, ref uint seen)
        {
            // Compared where it stands: a string of every label would be most of what reading a pack allocates.
            if (!_reader.TryReadText(Limits.MaxText, out int at, out int length))
                return false;
            if (IsLabel("st", at, length))
            {
                record.HasStatistics = true;
                return TryMark(ref seen, SeenStatistics) && TryReadStatistics(record);
            }
            if (IsLabel("q", at, length))
            {
                return TryMark(ref seen, SeenQuality)
                    && _reader.TryReadInt32(0, int.MaxValue, out record.Quality);
            }
            if (IsLabel("ep", at, length))
            {
                record.HasEpoch = true;
                return TryMark(ref seen, SeenEpoch) && _reader.TryReadUInt32(out record.Epoch);
            }
            if (IsLabel("dur", at, length))
            {
                record.HasDuration = true;
                return TryMark(ref seen, SeenDuration)
                    && _reader.TryReadInt32(0, Limits.MaxWindowMs, out record.DurationMs);
            }
            if (IsLabel("tq", at, length))
            {
                if (!TryMark(ref seen, SeenTimeQuality)
                    || !_reader.TryReadInt32(0, (int)TimeQuality.AtLeast, out int quality))
                    return false;
                record.TimeQuality = (TimeQuality)quality;
                return true;
            }
            if (length != 0 && _reader.Buffer[at + length - 1] == '_')
                return _reader.Fail(ContractError.UnsupportedSenml);
            return _reader.TrySkip();
        }

        private bool IsLabel(string label, int at, int length)
        {
            if (length != label.Length)
                return false;
            byte[] buffer = _reader.Buffer;
            for (int i = 0; i < length; i++)
            {
                if (buffer[at + i] != label[i])
                    return false;
            }
            return true;
        }

        private bool TryReadStatistics(SenmlRecord record)
        {
            if (!_reader.TryReadArrayStart(8, out int count))
                return false;
            if (count < 4)
                return _reader.Fail(ContractError.MissingField);
            // Beyond 2^53 a double would no longer hold the mantissa exactly.
            if (!TryReadMantissa(out record.Min) || !TryReadMantissa(out record.Max)
                || !TryReadMantissa(out record.StdDev)
                || !_reader.TryReadInt32(0, int.MaxValue, out record.Count))
                return false;
            if (record.StdDev < 0 || record.Min > record.Max)
                return _reader.Fail(ContractError.OutOfRange);
            int read = 4;
            if (count >= 6 && _reader.PeekType() == CborType.Integer)
            {
                if (!TryReadShape(record))
                    return false;
                read = 6;
            }
            // A newer node may add statistics behind these.
            for (int i = read; i < count; i++)
            {
                if (!_reader.TrySkip())
                    return false;
            }
            return true;
        }

        private bool TryReadShape(SenmlRecord record)
        {
            if (!_reader.TryReadInt32(-int.MaxValue, int.MaxValue, out int skewness)
                || !_reader.TryReadInt32(Limits.MinKurtosis, int.MaxValue, out int kurtosis))
                return false;
            record.HasShape = true;
            record.Skewness = SafeMath.Scale(skewness, -3);
            record.Kurtosis = SafeMath.Scale(kurtosis, -3);
            return true;
        }

        private bool TryReadMantissa(out double value)
        {
            value = 0;
            if (!_reader.TryReadInt64(out long mantissa))
                return false;
            if (mantissa > (1L << 53) || mantissa < -(1L << 53))
                return _reader.Fail(ContractError.OutOfRange);
            value = mantissa;
            return true;
        }

        private bool TryMark(ref uint seen, int bit)
        {
            uint mask = 1u << bit;
            if ((seen & mask) != 0)
                return _reader.Fail(ContractError.DuplicateKey);
            seen |= mask;
            return true;
        }

        /// <summary>RFC 8428 section 4.5.1: letters, digits and <c>- : . / _</c>, first a letter or digit.</summary>
        private static bool IsSenmlName(string name)
        {
            if (name.Length == 0)
                return false;
            for (int i = 0; i < name.Length; i++)
            {
                char c = name[i];
                bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                if (!alphanumeric && (i == 0 || (c != '-' && c != ':' && c != '.' && c != '/' && c != '_')))
                    return false;
            }
            return true;
        }
    }
}
