using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Updates;

namespace EdgeFleet.Firmware.Dsp
{
    /// <summary>
    /// Keeps what is usual for each mode over a boot, and which alarms stand, with what was looked for: else a power cut
    /// would make a frequency usual that is not, and leave an alarm that nothing clears.
    /// </summary>
    public sealed class ModeMemory
    {
        // Form, axis and bands; then for each band its edges, and for each mode its usual frequency, what it rests on and
        // its alarm.
        private const int HeadBytes = 4;
        private const int ModeBytes = 16;
        private const int RecordBytes = HeadBytes + ModesConfig.MaxBands * ModeBytes;
        private const byte Form = 1;

        private readonly RecordStore _record;

        /// <summary>A memory on flash.</summary>
        public ModeMemory(RecordStore record)
        {
            _record = record;
        }

        /// <summary>Where a node keeps it.</summary>
        public static RecordStore NewRecord(Ports.IStorage storage, Crc32 crc, UpdateSlot slot = UpdateSlot.Golden)
        {
            return new RecordStore(storage, crc, SlotConfig.NameOf(SlotConfig.Modes, slot), RecordBytes);
        }

        /// <summary>Keeps the modes that were found with <paramref name="config"/>.</summary>
        public bool Save(ModesConfig config, ModeTrack[] modes)
        {
            byte[] buffer = _record.Buffer;
            int at = _record.Offset;
            buffer[at] = Form;
            buffer[at + 1] = (byte)config.Axis;
            buffer[at + 2] = (byte)config.BandCount;
            buffer[at + 3] = 0;
            at += HeadBytes;
            for (int i = 0; i < ModesConfig.MaxBands; i++)
            {
                Bytes.Put32(buffer, at, (uint)config.LowMilliHz[i]);
                Bytes.Put32(buffer, at + 4, (uint)config.HighMilliHz[i]);
                // In millionths of a hertz 32 bits hold 4,294 Hz.
                Bytes.Put32(buffer, at + 8, (uint)(long)(modes[i].Usual * 1000000 + 0.5));
                buffer[at + 12] = (byte)modes[i].Learned;
                buffer[at + 13] = (byte)(modes[i].IsRaised ? 1 : 0);
                buffer[at + 14] = 0;
                buffer[at + 15] = 0;
                at += ModeBytes;
            }
            return _record.Save(RecordBytes) == Ports.StorageResult.Ok;
        }

        /// <summary>
        /// Puts into <paramref name="modes"/> what was kept, and what they were found with into <paramref name="config"/>;
        /// false where there is nothing.
        /// </summary>
        public bool Load(ModesConfig config, ModeTrack[] modes)
        {
            byte[] buffer = _record.Buffer;
            int at = _record.Offset;
            if (_record.Load() != RecordBytes || buffer[at] != Form || buffer[at + 2] > ModesConfig.MaxBands)
                return false;
            config.Axis = buffer[at + 1];
            config.BandCount = buffer[at + 2];
            at += HeadBytes;
            for (int i = 0; i < ModesConfig.MaxBands; i++)
            {
                config.LowMilliHz[i] = (int)Bytes.Get32(buffer, at);
                config.HighMilliHz[i] = (int)Bytes.Get32(buffer, at + 4);
                int learned = buffer[at + 12] > ModeTrack.Learning ? ModeTrack.Learning : buffer[at + 12];
                if (learned > 0)
                    modes[i].Restore(Bytes.Get32(buffer, at + 8) * 0.000001, learned, buffer[at + 13] == 1);
                else
                    modes[i].Forget();
                at += ModeBytes;
            }
            return true;
        }
    }
}
