using System.Buffers.Binary;
using System.IO.Compression;

namespace EdgeFleet.Boards.Sim.Replay;

/// <summary>
/// Decompresses a gzip file of one member, and finds at its end that it was all: .NET's own stream takes a file that was
/// cut off for one that ends there.
/// </summary>
internal sealed class WholeGzip : Stream
{
    // RFC 1952 section 2.3.1: the last four bytes are the size of the original, modulo 2^32.
    private const int SizeBytes = 4;

    private readonly GZipStream _inner;
    private readonly uint _size;
    private uint _read;

    /// <param name="file">At its beginning; is closed with this stream.</param>
    public WholeGzip(FileStream file)
    {
        Span<byte> size = stackalloc byte[SizeBytes];
        if (file.Length > SizeBytes)
        {
            file.Position = file.Length - SizeBytes;
            file.ReadExactly(size);
            file.Position = 0;
        }
        _size = BinaryPrimitives.ReadUInt32LittleEndian(size);
        _inner = new GZipStream(file, CompressionMode.Decompress);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">Damaged, or cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        int read = _inner.Read(buffer);
        _read += (uint)read;
        if (read == 0 && buffer.Length > 0 && _read != _size)
            throw new InvalidDataException("It is cut off.");
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }
}
