using System.Text;
using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Bundles
{
    // The manifest: what is in the bundle, and for whom.
    public sealed partial class BundleReader
    {
        private const int MaxPairs = 48;

        private readonly BundleTarget[] _targets = NewTargets();
        private readonly BundleComponent[] _components = NewComponents();
        private int _versionAt;
        private int _versionLength;
        private bool _unknownFormat;

        /// <summary>Grows with every bundle of a kind (SUIT's manifest sequence number): 1 to 2^32 - 1.</summary>
        public uint Sequence { get; private set; }

        /// <summary>What kind of node the application is.</summary>
        public NodeKind Kind { get; private set; }

        /// <summary>A node that has confirmed a bundle takes none of a lower one again: 0 to 2^32 - 1.</summary>
        public uint SecurityCounter { get; private set; }

        /// <summary>Until when the bundle may be installed, Unix milliseconds; 0: without end.</summary>
        public long ExpiryMs { get; private set; }

        /// <summary>Targets: 1 to <see cref="BundleLimits.MaxTargets"/>.</summary>
        public int TargetCount { get; private set; }

        /// <summary>Components of all targets, in the order in which they stand in the bundle.</summary>
        public int ComponentCount { get; private set; }

        /// <summary>The semantic version. Allocates the string.</summary>
        public string Version => Text(_versionAt, _versionLength);

        /// <summary>A target by its place; the object is the reader's and changes with the next reading.</summary>
        public BundleTarget Target(int index)
        {
            return _targets[index];
        }

        /// <summary>A component by its place; the object is the reader's and changes with the next reading.</summary>
        public BundleComponent Component(int index)
        {
            return _components[index];
        }

        /// <summary>The place of the target for a hardware class, or -1.</summary>
        public int FindTarget(string hardwareClass)
        {
            for (int i = 0; i < TargetCount; i++)
            {
                BundleTarget target = _targets[i];
                for (int k = 0; k < target.ClassCount; k++)
                {
                    if (BundleNames.AreText(Buffer, target.ClassAt[k], target.ClassLength[k], hardwareClass))
                        return i;
                }
            }
            return -1;
        }

        /// <summary>A hardware class of a target. Allocates the string.</summary>
        public string ClassName(BundleTarget target, int index)
        {
            return Text(target.ClassAt[index], target.ClassLength[index]);
        }

        /// <summary>The name of a native assembly that a target requires. Allocates the string.</summary>
        public string NativeName(BundleTarget target, int index)
        {
            return Text(target.NativeAt[index], target.NativeLength[index]);
        }

        /// <summary>The checksum that this native assembly must have.</summary>
        public uint NativeChecksum(BundleTarget target, int index)
        {
            return target.NativeChecksums[index];
        }

        /// <summary>The file name of a component. Allocates the string.</summary>
        public string ComponentName(BundleComponent component)
        {
            return Text(component.NameAt, component.NameLength);
        }

        private BundleError ReadManifest()
        {
            TargetCount = 0;
            ComponentCount = 0;
            TotalLength = EnvelopeLength;
            ExpiryMs = 0;
            SecurityCounter = 0;
            _unknownFormat = false;
            uint seen = 0;
            _cbor.Reset(Buffer, ManifestAt, ManifestLength);
            if (!_cbor.TryReadMapStart(MaxPairs, out int pairs))
                return Malformed();
            for (int i = 0; i < pairs; i++)
            {
                if (_cbor.TryReadKey(ref seen, out int key) && TryReadManifestValue(key))
                    continue;
                return _unknownFormat ? BundleError.UnknownFormat : Malformed();
            }
            // Format, sequence number, version, kind and targets.
            const uint Mandatory = 1u << 0 | 1u << 1 | 1u << 2 | 1u << 3 | 1u << 6;
            if ((seen & Mandatory) != Mandatory)
                _cbor.Fail(ContractError.MissingField);
            return _cbor.TryReadEnd() ? BundleError.None : Malformed();
        }

        private bool TryReadManifestValue(int key)
        {
            switch (key)
            {
                case 0:
                    if (!_cbor.TryReadInt32(1, int.MaxValue, out int format))
                        return false;
                    _unknownFormat = format != BundleLimits.Format;
                    return !_unknownFormat;
                case 1:
                    if (!_cbor.TryReadUInt32(out uint sequence))
                        return false;
                    Sequence = sequence;
                    return sequence != 0 || _cbor.Fail(ContractError.OutOfRange);
                case 2:
                    if (!_cbor.TryReadText(Limits.MaxVersionText, out _versionAt, out _versionLength))
                        return false;
                    return BundleNames.IsVersion(Buffer, _versionAt, _versionLength)
                        || _cbor.Fail(ContractError.InvalidName);
                case 3:
                    if (!_cbor.TryReadInt32((int)NodeKind.AirBox, (int)NodeKind.Bridge, out int kind))
                        return false;
                    Kind = (NodeKind)kind;
                    return true;
                case 4:
                    if (!_cbor.TryReadUInt32(out uint counter))
                        return false;
                    SecurityCounter = counter;
                    return true;
                case 5:
                    if (!_cbor.TryReadInt64(out long expiry))
                        return false;
                    ExpiryMs = expiry;
                    return expiry == 0 || (expiry >= Limits.MinUtcMs && expiry <= Limits.MaxUtcMs)
                        || _cbor.Fail(ContractError.OutOfRange);
                case 6:
                    return TryReadTargets();
                default:
                    return _cbor.TrySkip();
            }
        }

        private bool TryReadTargets()
        {
            if (!_cbor.TryReadArrayStart(BundleLimits.MaxTargets, out int count))
                return false;
            if (count == 0)
                return _cbor.Fail(ContractError.OutOfRange);
            for (int i = 0; i < count; i++)
            {
                if (!TryReadTarget(_targets[i]))
                    return false;
                TargetCount = i + 1;
            }
            return true;
        }

        private bool TryReadTarget(BundleTarget target)
        {
            target.ClassCount = 0;
            target.NativeCount = 0;
            target.LeastFreeHeap = 0;
            target.FirstComponent = ComponentCount;
            target.ComponentCount = 0;
            uint seen = 0;
            if (!_cbor.TryReadMapStart(MaxPairs, out int pairs))
                return false;
            for (int i = 0; i < pairs; i++)
            {
                if (!_cbor.TryReadKey(ref seen, out int key) || !TryReadTargetValue(target, key))
                    return false;
            }
            const uint Mandatory = 1u << 1 | 1u << 4;
            return (seen & Mandatory) == Mandatory || _cbor.Fail(ContractError.MissingField);
        }

        private bool TryReadTargetValue(BundleTarget target, int key)
        {
            switch (key)
            {
                case 1:
                    return TryReadClasses(target);
                case 2:
                    return TryReadNatives(target);
                case 3:
                    if (!_cbor.TryReadInt32(0, int.MaxValue, out int heap))
                        return false;
                    target.LeastFreeHeap = heap;
                    return true;
                case 4:
                    return TryReadComponents(target);
                default:
                    return _cbor.TrySkip();
            }
        }

        private bool TryReadClasses(BundleTarget target)
        {
            if (!_cbor.TryReadArrayStart(BundleLimits.MaxClasses, out int count))
                return false;
            if (count == 0)
                return _cbor.Fail(ContractError.OutOfRange);
            for (int i = 0; i < count; i++)
            {
                if (!_cbor.TryReadText(BundleLimits.MaxClassName, out int at, out int length))
                    return false;
                if (!BundleNames.IsClass(Buffer, at, length))
                    return _cbor.Fail(ContractError.InvalidName);
                // Two targets for one board, and it could not say which is meant.
                if (IsNamed(target, i, at, length))
                    return _cbor.Fail(ContractError.DuplicateKey);
                target.ClassAt[i] = at;
                target.ClassLength[i] = length;
            }
            target.ClassCount = count;
            return true;
        }

        // Whether a class stands among the first of this target or in one before it.
        private bool IsNamed(BundleTarget target, int first, int at, int length)
        {
            for (int k = 0; k < first; k++)
            {
                if (AreSame(target.ClassAt[k], target.ClassLength[k], at, length))
                    return true;
            }
            for (int i = 0; i < TargetCount; i++)
            {
                for (int k = 0; k < _targets[i].ClassCount; k++)
                {
                    if (AreSame(_targets[i].ClassAt[k], _targets[i].ClassLength[k], at, length))
                        return true;
                }
            }
            return false;
        }

        private bool TryReadNatives(BundleTarget target)
        {
            if (!_cbor.TryReadArrayStart(BundleLimits.MaxNatives, out int count))
                return false;
            for (int i = 0; i < count; i++)
            {
                if (!_cbor.TryReadArrayStart(2, out int parts))
                    return false;
                if (parts != 2)
                    return _cbor.Fail(ContractError.WrongType);
                if (!TryReadName(out target.NativeAt[i], out target.NativeLength[i])
                    || !_cbor.TryReadUInt32(out target.NativeChecksums[i]))
                {
                    return false;
                }
                for (int k = 0; k < i; k++)
                {
                    if (AreSame(target.NativeAt[k], target.NativeLength[k], target.NativeAt[i], target.NativeLength[i]))
                        return _cbor.Fail(ContractError.DuplicateKey);
                }
            }
            target.NativeCount = count;
            return true;
        }

        private bool TryReadComponents(BundleTarget target)
        {
            if (!_cbor.TryReadArrayStart(BundleLimits.MaxComponents - ComponentCount, out int count))
                return false;
            if (count == 0)
                return _cbor.Fail(ContractError.OutOfRange);
            for (int i = 0; i < count; i++)
            {
                BundleComponent component = _components[ComponentCount];
                if (!TryReadComponent(component))
                    return false;
                for (int k = target.FirstComponent; k < ComponentCount; k++)
                {
                    BundleComponent other = _components[k];
                    if (AreSame(other.NameAt, other.NameLength, component.NameAt, component.NameLength))
                        return _cbor.Fail(ContractError.DuplicateKey);
                }
                component.Offset = TotalLength;
                TotalLength += component.Size;
                ComponentCount++;
            }
            target.ComponentCount = count;
            return true;
        }

        private bool TryReadComponent(BundleComponent component)
        {
            uint seen = 0;
            int tagsLength = 0;
            if (!_cbor.TryReadMapStart(MaxPairs, out int pairs))
                return false;
            for (int i = 0; i < pairs; i++)
            {
                if (!_cbor.TryReadKey(ref seen, out int key) || !TryReadComponentValue(component, key, ref tagsLength))
                    return false;
            }
            const uint Mandatory = 1u << 1 | 1u << 2 | 1u << 3;
            if ((seen & Mandatory) != Mandatory)
                return _cbor.Fail(ContractError.MissingField);
            return tagsLength == component.BlockCount * BundleLimits.TagBytes || _cbor.Fail(ContractError.OutOfRange);
        }

        private bool TryReadComponentValue(BundleComponent component, int key, ref int tagsLength)
        {
            switch (key)
            {
                case 1:
                    return TryReadName(out component.NameAt, out component.NameLength);
                case 2:
                    if (!_cbor.TryReadInt32(1, BundleLimits.MaxComponent, out int size))
                        return false;
                    component.Size = size;
                    return true;
                case 3:
                    if (!_cbor.TryReadBytes(BundleLimits.MaxManifest, out int tagsAt, out tagsLength))
                        return false;
                    component.TagsAt = tagsAt;
                    return true;
                default:
                    return _cbor.TrySkip();
            }
        }

        private bool TryReadName(out int at, out int length)
        {
            if (!_cbor.TryReadText(BundleLimits.MaxName, out at, out length))
                return false;
            return BundleNames.IsName(Buffer, at, length) || _cbor.Fail(ContractError.InvalidName);
        }

        private bool AreSame(int at, int length, int otherAt, int otherLength)
        {
            if (length != otherLength)
                return false;
            for (int i = 0; i < length; i++)
            {
                if (Buffer[at + i] != Buffer[otherAt + i])
                    return false;
            }
            return true;
        }

        private string Text(int at, int length)
        {
            return Encoding.UTF8.GetString(Buffer, at, length);
        }

        private static BundleTarget[] NewTargets()
        {
            BundleTarget[] targets = new BundleTarget[BundleLimits.MaxTargets];
            for (int i = 0; i < targets.Length; i++)
                targets[i] = new BundleTarget();
            return targets;
        }

        private static BundleComponent[] NewComponents()
        {
            BundleComponent[] components = new BundleComponent[BundleLimits.MaxComponents];
            for (int i = 0; i < components.Length; i++)
                components[i] = new BundleComponent();
            return components;
        }
    }
}
