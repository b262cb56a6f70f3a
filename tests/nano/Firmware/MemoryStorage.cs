using System;
using System.Collections;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>The power went in the middle of a write.</summary>
    public sealed class PowerCut : Exception
    {
    }

    /// <summary>
    /// Files in memory that behave as a flash at its worst: a write that the power interrupts leaves half of what it was to
    /// write. What was there before an append stays.
    /// </summary>
    public sealed class MemoryStorage : IStorage
    {
        private readonly Hashtable _files = new Hashtable();

        /// <summary>Writing operations so far.</summary>
        public int Operations { get; private set; }

        /// <summary>The operation that the power interrupts, counted from 1; 0: none.</summary>
        public int CutAt { get; set; }

        /// <summary>Whether writes fail.</summary>
        public bool Broken { get; set; }

        public long FreeBytes => 1_000_000;

        /// <summary>How many files there are.</summary>
        public int Count => _files.Count;

        /// <summary>Turns a byte of a file over.</summary>
        public void Damage(string name, int at)
        {
            ((byte[])_files[name]!)[at] ^= 0x40;
        }

        public int Length(string name)
        {
            return _files.Contains(name) ? ((byte[])_files[name]!).Length : -1;
        }

        public StorageResult Read(string name, int fileOffset, byte[] buffer, int offset, int count, out int read)
        {
            read = 0;
            if (!_files.Contains(name))
                return StorageResult.NotFound;
            byte[] file = (byte[])_files[name]!;
            int left = file.Length - fileOffset;
            read = left < count ? left : count;
            if (read < 0)
                read = 0;
            Array.Copy(file, fileOffset, buffer, offset, read);
            return StorageResult.Ok;
        }

        public StorageResult Write(string name, byte[] buffer, int offset, int count)
        {
            return Put(name, new byte[0], buffer, offset, count);
        }

        public StorageResult Append(string name, byte[] buffer, int offset, int count)
        {
            byte[] before = _files.Contains(name) ? (byte[])_files[name]! : new byte[0];
            return Put(name, before, buffer, offset, count);
        }

        public StorageResult Delete(string name)
        {
            if (Broken)
                return StorageResult.Failed;
            Operations++;
            if (Operations == CutAt)
                throw new PowerCut();
            _files.Remove(name);
            return StorageResult.Ok;
        }

        public string[] List(string prefix)
        {
            ArrayList found = new ArrayList();
            foreach (object? key in _files.Keys)
            {
                if (((string)key!).IndexOf(prefix) == 0)
                    found.Add(key);
            }
            string[] names = new string[found.Count];
            for (int i = 0; i < names.Length; i++)
                names[i] = (string)found[i]!;
            return names;
        }

        private StorageResult Put(string name, byte[] before, byte[] buffer, int offset, int count)
        {
            if (Broken)
                return StorageResult.Failed;
            Operations++;
            bool cut = Operations == CutAt;
            int written = cut ? count / 2 : count;
            byte[] file = new byte[before.Length + written];
            Array.Copy(before, 0, file, 0, before.Length);
            Array.Copy(buffer, offset, file, before.Length, written);
            _files[name] = file;
            if (cut)
                throw new PowerCut();
            return StorageResult.Ok;
        }
    }
}
