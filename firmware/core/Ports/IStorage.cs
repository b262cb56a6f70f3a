namespace EdgeFleet.Firmware.Ports
{
    /// <summary>How a file operation ended.</summary>
    public enum StorageResult : byte
    {
        /// <summary>Done; what was written survives a power cut from here on.</summary>
        Ok = 0,

        /// <summary>There is no such file.</summary>
        NotFound = 1,

        /// <summary>The flash is full.</summary>
        Full = 2,

        /// <summary>The flash or the file system failed.</summary>
        Failed = 3,
    }

    /// <summary>
    /// Small files on flash. What callers may rely on is weaker than what littlefs gives, so that every board can give
    /// it: a power cut during <see cref="Append"/> leaves the old file and any part of the new bytes behind it, intact
    /// or torn; during <see cref="Write"/> it may leave that one file missing, torn or old; during <see cref="Delete"/>
    /// it leaves the file or not. Other files are never touched. There is no atomic replacement.
    /// </summary>
    public interface IStorage
    {
        /// <summary>Length of a file in bytes, or -1 where there is none.</summary>
        int Length(string name);

        /// <summary>Reads up to <paramref name="count"/> bytes; fewer only at the end of the file.</summary>
        StorageResult Read(string name, int fileOffset, byte[] buffer, int offset, int count, out int read);

        /// <summary>Writes a whole file, in place of the old one if any.</summary>
        StorageResult Write(string name, byte[] buffer, int offset, int count);

        /// <summary>Adds bytes to the end of a file, making it if need be.</summary>
        StorageResult Append(string name, byte[] buffer, int offset, int count);

        /// <summary>Removes a file; no error where there is none.</summary>
        StorageResult Delete(string name);

        /// <summary>Names of all files that begin with a prefix, in any order. Allocates: for the start only.</summary>
        string[] List(string prefix);

        /// <summary>Bytes that can still be written.</summary>
        long FreeBytes { get; }
    }
}
