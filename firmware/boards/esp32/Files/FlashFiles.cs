using System;
using System.IO;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// The node's files in a folder of the board's littlefs. A file is on flash when it has been closed, not when it was
    /// flushed, so every call opens and closes; nothing is moved, since a move onto a file that exists fails. littlefs
    /// keeps what a file was until it is closed, which is more than the port asks for.
    /// </summary>
    public sealed class FlashFiles : IStorage
    {
        /// <summary>Where everything is that survives a reset: the settings, and in a folder the node's own files.</summary>
        public const string Root = "I:\\";

        private const string Folder = "I:\\ef";

        // The trailing backslash is needed: without it the runtime does not find a folder.
        private const string Prefix = "I:\\ef\\";

        // Of the partition, what is not ours: two sectors of superblock, two for each of the two folders, the firmware's
        // own settings of network and certificates, three sectors each, our settings and certificates, four.
        private const int OthersBytes = 16 * NodeLimits.SegmentBytes;

        private readonly long _bytes;

        /// <summary>The files on a flash of so many megabytes; makes the folder where there is none.</summary>
        public FlashFiles(int flashMegabytes)
        {
            // The partition of each size of flash, the same for all chips; see hardware/boards.md.
            _bytes = 1024L * (flashMegabytes >= 16 ? 3072 : flashMegabytes >= 8 ? 2048 : 256);
            try
            {
                if (!Directory.Exists(Folder))
                    Directory.CreateDirectory(Folder);
            }
            catch (Exception)
            {
                // Every write fails from here on, and the node says so.
            }
        }

        /// <summary>
        /// An estimate: the file system tells neither its size nor what is free, so each of the node's files counts as
        /// whole sectors. Slow.
        /// </summary>
        public long FreeBytes
        {
            get
            {
                string[] names = List("");
                long free = _bytes;
                for (int i = 0; i < names.Length; i++)
                {
                    long sectors = (Length(names[i]) + NodeLimits.SegmentBytes - 1) / NodeLimits.SegmentBytes;
                    free -= (sectors < 1 ? 1 : sectors) * NodeLimits.SegmentBytes;
                }
                return free < 0 ? 0 : free;
            }
        }

        /// <inheritdoc/>
        public int Length(string name)
        {
            try
            {
                string path = Prefix + name;
                if (!File.Exists(path))
                    return -1;
                using (FileStream file = new FileStream(path, FileMode.Open, FileAccess.Read))
                    return (int)file.Length;
            }
            catch (Exception)
            {
                return -1;
            }
        }

        /// <inheritdoc/>
        public StorageResult Read(string name, int fileOffset, byte[] buffer, int offset, int count, out int read)
        {
            read = 0;
            try
            {
                string path = Prefix + name;
                if (!File.Exists(path))
                    return StorageResult.NotFound;
                using (FileStream file = new FileStream(path, FileMode.Open, FileAccess.Read))
                {
                    if (fileOffset != 0)
                        file.Seek(fileOffset, SeekOrigin.Begin);
                    int got = 1;
                    while (read < count && got > 0)
                    {
                        got = file.Read(buffer, offset + read, count - read);
                        if (got > 0)
                            read += got;
                    }
                }
                return StorageResult.Ok;
            }
            catch (Exception)
            {
                read = 0;
                return StorageResult.Failed;
            }
        }

        /// <inheritdoc/>
        public StorageResult Write(string name, byte[] buffer, int offset, int count)
        {
            return Put(name, FileMode.Create, buffer, offset, count);
        }

        /// <inheritdoc/>
        public StorageResult Append(string name, byte[] buffer, int offset, int count)
        {
            return Put(name, FileMode.OpenOrCreate, buffer, offset, count);
        }

        /// <inheritdoc/>
        public StorageResult Delete(string name)
        {
            try
            {
                string path = Prefix + name;
                if (File.Exists(path))
                    File.Delete(path);
                return StorageResult.Ok;
            }
            catch (Exception)
            {
                return StorageResult.Failed;
            }
        }

        /// <inheritdoc/>
        public string[] List(string prefix)
        {
            string[] paths;
            try
            {
                paths = Directory.GetFiles(Prefix);
            }
            catch (Exception)
            {
                return new string[0];
            }
            int found = 0;
            for (int i = 0; i < paths.Length; i++)
            {
                string name = NameOf(paths[i]);
                if (Begins(name, prefix))
                    paths[found++] = name;
            }
            string[] names = new string[found];
            Array.Copy(paths, 0, names, 0, found);
            return names;
        }

        // What is thrown does not say whether the flash was full; the estimate does.
        private StorageResult Put(string name, FileMode mode, byte[] buffer, int offset, int count)
        {
            try
            {
                using (FileStream file = new FileStream(Prefix + name, mode, FileAccess.ReadWrite))
                {
                    if (mode == FileMode.OpenOrCreate)
                        file.Seek(0, SeekOrigin.End);
                    file.Write(buffer, offset, count);
                }
                return StorageResult.Ok;
            }
            catch (Exception)
            {
                return FreeBytes < OthersBytes + count ? StorageResult.Full : StorageResult.Failed;
            }
        }

        private static string NameOf(string path)
        {
            int slash = path.LastIndexOf('\\');
            return slash < 0 ? path : path.Substring(slash + 1);
        }

        private static bool Begins(string text, string start)
        {
            if (text.Length < start.Length)
                return false;
            for (int i = 0; i < start.Length; i++)
            {
                if (text[i] != start[i])
                    return false;
            }
            return true;
        }
    }
}
