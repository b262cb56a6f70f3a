using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>
    /// What an image on trial has to show before it may stay: that the sensors which answered the image before answer it,
    /// that the service has acknowledged a window of its own, and that it can fetch: the head of its own bundle, byte for
    /// byte what lies in its slot, but for the signature. It has <see cref="NodeLimits.TestDeadlineMs"/> for all three.
    /// </summary>
    internal sealed class ImageTrial
    {
        private readonly ISampler _sampler;
        private readonly RecordStore _sensors;
        private readonly Crc32 _crc;
        private readonly bool[] _answered = new bool[Limits.MaxChannels];
        private readonly byte[] _name = new byte[Limits.MaxChannelName];
        private readonly int _known;
        private readonly uint _firstWindow;
        private bool _hasSeen;
        private bool _wasOnline;
        private bool _isAcknowledged;
        private bool _hasFetched;

        public ImageTrial(ISampler sampler, Outbox outbox, IStorage storage, Crc32 crc)
        {
            _sampler = sampler;
            _crc = crc;
            // The channels that had a value when the image before was left: a CRC of each one's name.
            _sensors = new RecordStore(storage, crc, "node.answered", 4 * Limits.MaxChannels);
            _known = _sensors.Load();
            _firstWindow = outbox.Windows.Added + 1;
        }

        /// <summary>Whether all is shown.</summary>
        public bool IsPassed => _isAcknowledged && _hasFetched && DoSensorsAnswer;

        /// <summary>Whether the fetch is still to be shown.</summary>
        public bool HasFetched => _hasFetched;

        /// <summary>What is missing, the most telling first.</summary>
        public UpdateReason Missing => !_wasOnline ? UpdateReason.Offline
            : !DoSensorsAnswer ? UpdateReason.SensorsFailed
            : !_isAcknowledged ? UpdateReason.NotAcknowledged
            : !_hasFetched ? UpdateReason.CannotFetch : UpdateReason.DeadlinePassed;

        /// <summary>A window was closed: what has a value in it answers.</summary>
        public void Saw(ClosedWindow window)
        {
            _hasSeen = true;
            for (int i = 0; i < _sampler.ChannelCount; i++)
            {
                if (window.Count[i] != 0)
                    _answered[i] = true;
            }
        }

        /// <summary>There is a connection.</summary>
        public void Connected()
        {
            _wasOnline = true;
        }

        /// <summary>The service has stored all windows up to this one.</summary>
        public void Stored(uint lastWindow)
        {
            if (lastWindow >= _firstWindow)
                _isAcknowledged = true;
        }

        /// <summary>
        /// The head of the own bundle has come; <paramref name="own"/> is the envelope from the slot, of which the first
        /// <paramref name="count"/> bytes count.
        /// </summary>
        public void Fetched(BlockAnswer answer, byte[] own, int count)
        {
            if (count > answer.DataLength)
                count = answer.DataLength;
            int same = 0;
            while (same < count && answer.Data[same] == own[same])
                same++;
            _hasFetched = same == count && same != 0;
        }

        /// <summary>Keeps which sensors answer this image, for the one that follows it; false where the flash failed.</summary>
        public bool Remember()
        {
            // Before the first window this image knows less than what is remembered: it would ask nothing of the next.
            if (!_hasSeen)
                return true;
            int count = 0;
            for (int i = 0; i < _sampler.SensedChannels; i++)
            {
                if (!_answered[i])
                    continue;
                Bytes.Put32(_sensors.Buffer, _sensors.Offset + 4 * count, NameOf(i));
                count++;
            }
            return _sensors.Save(4 * count) == StorageResult.Ok;
        }

        /// <summary>
        /// A sensor that was silent before is no reason to go back; where nothing is known of before, all must answer. A
        /// channel that the new image does not have any more is not asked for.
        /// </summary>
        private bool DoSensorsAnswer
        {
            get
            {
                for (int i = 0; i < _sampler.SensedChannels; i++)
                {
                    if (!_answered[i] && (_known < 0 || IsKnown(NameOf(i))))
                        return false;
                }
                return true;
            }
        }

        private bool IsKnown(uint name)
        {
            for (int at = 0; at + 4 <= _known; at += 4)
            {
                if (Bytes.Get32(_sensors.Buffer, _sensors.Offset + at) == name)
                    return true;
            }
            return false;
        }

        private uint NameOf(int channel)
        {
            string name = _sampler.ChannelName(channel);
            int length = name.Length < _name.Length ? name.Length : _name.Length;
            for (int i = 0; i < length; i++)
                _name[i] = (byte)name[i];
            return _crc.Of(_name, 0, length);
        }
    }
}
