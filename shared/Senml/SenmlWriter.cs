using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Senml
{
    /// <summary>What the head record of a window says.</summary>
    public struct WindowHead
    {
        /// <summary>The flash queue's generation; see <see cref="Messages.ReportedState.Epoch"/>.</summary>
        public uint Epoch;

        /// <summary>Place in the sequence of windows of this epoch, from 1.</summary>
        public uint Sequence;

        /// <summary>
        /// When the window began: Unix milliseconds, or for the relative qualities negative, counted from the sending.
        /// </summary>
        public long StartMs;

        /// <summary>Length of the window, in milliseconds.</summary>
        public int DurationMs;

        /// <summary>What <see cref="StartMs"/> counts from.</summary>
        public TimeQuality TimeQuality;

        /// <summary>Channels of the window: as many records follow the head.</summary>
        public int Channels;
    }

    /// <summary>
    /// Telemetry as a SenML pack (RFC 8428, CBOR). A pack holds windows; a window is a head record named
    /// <c>window</c> (value: its sequence number; base time: its start) and one record a channel.
    /// </summary>
    /// <remarks>
    /// Labels of our own, which other SenML readers ignore: in the head <c>ep</c> epoch, <c>dur</c> length in
    /// milliseconds, <c>tq</c> time quality; in a channel <c>st</c> = [min, max, standard deviation, count] with the
    /// value's exponent (so that <c>v</c> alone, the mean, means the same to everyone), or behind these four skewness and
    /// kurtosis in thousandths whatever the exponent; left out where the window had one sample; <c>q</c> quality flags.
    /// </remarks>
    public static class SenmlWriter
    {
        /// <summary>Name of a window's head record.</summary>
        public const string WindowName = "window";

        /// <summary>
        /// Base version of our packs: 10 (RFC 8428) and 16 for the secondary units of RFC 8798, such as ug/m3 (RFC 9100
        /// section 4).
        /// </summary>
        public const int BaseVersion = 26;

        /// <summary>What stands before every name of a device's pack, up to and without its id.</summary>
        public const string NamePrefix = "ef:";

        /// <summary>Starts a pack of so many records, heads included.</summary>
        public static void WritePackStart(CborWriter writer, int records)
        {
            writer.WriteArrayStart(records);
        }

        /// <summary>
        /// Writes the head of a window. <paramref name="deviceId"/> is given in the first head of a pack only and is
        /// null in the others: base version and base name hold for those that follow.
        /// </summary>
        public static void WriteHead(CborWriter writer, string? deviceId, in WindowHead head)
        {
            writer.WriteMapStart(deviceId == null ? 7 : 9);
            if (deviceId != null)
            {
                writer.WriteInt(-1);
                writer.WriteInt(BaseVersion);
                writer.WriteInt(-2);
                writer.WriteText(BaseName(deviceId));
            }
            writer.WriteInt(-3);
            // Whole seconds are integers: shorter, and what most readers expect.
            if (head.StartMs % 1000 == 0)
                writer.WriteInt(head.StartMs / 1000);
            else
                writer.WriteDecimal(head.StartMs, -3);
            writer.WriteInt(0);
            writer.WriteText(WindowName);
            writer.WriteInt(1);
            writer.WriteText(Units.Count);
            writer.WriteInt(2);
            writer.WriteUInt(head.Sequence);
            writer.WriteText("ep");
            writer.WriteUInt(head.Epoch);
            writer.WriteText("dur");
            writer.WriteInt(head.DurationMs);
            writer.WriteText("tq");
            writer.WriteInt((int)head.TimeQuality);
        }

        /// <summary>
        /// Writes one channel of a window. All numbers but <paramref name="count"/> are mantissas at
        /// <paramref name="exponent"/>; <paramref name="quality"/> is a set of <see cref="QualityFlags"/>.
        /// </summary>
        public static void WriteChannel(
            CborWriter writer, string name, string unit, int exponent,
            long mean, long min, long max, long stdDev, int count, int quality)
        {
            WriteChannel(writer, name, unit, exponent, mean, min, max, stdDev, count, 0, 0, quality);
        }

        /// <summary>
        /// As the other; <paramref name="skewness"/> and <paramref name="kurtosis"/> (3000 for a normal distribution) are
        /// thousandths, at least 1000 of the latter. A kurtosis of 0: both are unknown, and are left out.
        /// </summary>
        public static void WriteChannel(
            CborWriter writer, string name, string unit, int exponent,
            long mean, long min, long max, long stdDev, int count, int skewness, int kurtosis, int quality)
        {
            // A single sample is its own mean and extremes: the plain value of RFC 8428 says all of it.
            bool single = count == 1 && min == mean && max == mean && stdDev == 0 && kurtosis == 0;
            writer.WriteMapStart(3 + (single ? 0 : 1) + (quality == 0 ? 0 : 1));
            writer.WriteInt(0);
            writer.WriteText(name);
            writer.WriteInt(1);
            writer.WriteText(unit);
            writer.WriteInt(2);
            writer.WriteDecimal(mean, exponent);
            if (!single)
            {
                writer.WriteText("st");
                writer.WriteArrayStart(kurtosis == 0 ? 4 : 6);
                writer.WriteInt(min);
                writer.WriteInt(max);
                writer.WriteInt(stdDev);
                writer.WriteInt(count);
                if (kurtosis != 0)
                {
                    writer.WriteInt(skewness);
                    writer.WriteInt(kurtosis);
                }
            }
            if (quality != 0)
            {
                writer.WriteText("q");
                writer.WriteInt(quality);
            }
        }

        /// <summary>
        /// Writes one channel that has no samples in this window: a SenML record needs a value, so it says so with a
        /// false boolean value, and <c>q</c> says why.
        /// </summary>
        public static void WriteMissing(CborWriter writer, string name, string unit, int quality)
        {
            writer.WriteMapStart(4);
            writer.WriteInt(0);
            writer.WriteText(name);
            writer.WriteInt(1);
            writer.WriteText(unit);
            writer.WriteInt(4);
            writer.WriteBool(false);
            writer.WriteText("q");
            writer.WriteInt(quality);
        }

        /// <summary>The base name of a device's pack: <c>ef:{id}/</c>.</summary>
        public static string BaseName(string deviceId)
        {
            return NamePrefix + deviceId + "/";
        }
    }

    /// <summary>What is to be known of a channel's numbers; a set of bits.</summary>
    public static class QualityFlags
    {
        /// <summary>Nothing to note.</summary>
        public const int None = 0;

        /// <summary>The sensor did not answer, or gave no valid sample.</summary>
        public const int Missing = 1;

        /// <summary>The sensor is warming up.</summary>
        public const int WarmingUp = 2;

        /// <summary>The sensor has not changed its reading for suspiciously long.</summary>
        public const int Frozen = 4;

        /// <summary>Samples outside the sensor's range were left out.</summary>
        public const int OutOfRange = 8;

        /// <summary>Samples are missing inside the window.</summary>
        public const int Gap = 16;

        /// <summary>The window is shorter than the configuration says, for example after a boot.</summary>
        public const int Partial = 32;

        /// <summary>Too many of the sensor's messages failed their checksum; a wrong one may have passed.</summary>
        public const int ChecksumErrors = 64;

        /// <summary>The sensor says itself that something is wrong with it, such as its fan.</summary>
        public const int SensorError = 128;

        /// <summary>The air was more humid or drier than the sensor's values hold for.</summary>
        public const int Humidity = 256;

        /// <summary>The sensor slept for a part of the window, because the configuration says so.</summary>
        public const int Asleep = 512;
    }
}
