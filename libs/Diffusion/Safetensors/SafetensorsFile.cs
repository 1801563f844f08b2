using System.Buffers.Binary;
using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Safetensors;

/// <summary>
/// A safetensors file, memory-mapped and checked when opened. Tensors are views of the mapping: they must not be used after
/// <see cref="Dispose"/>. Reading is thread-safe. The file must not shrink while it is open.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private const int LengthBytes = sizeof(ulong);

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafetensorsHeader _header;
    private readonly byte* _start;
    private readonly byte* _data;
    private volatile bool _closed;

    private SafetensorsFile(string path, FileStream stream)
    {
        Path = path;
        Length = stream.Length;
        if (Length < LengthBytes)
            throw new SafetensorsException(SafetensorsFault.FileTooSmall, path, null, $"has {Length} bytes, the header length alone takes {LengthBytes}");
        _map = MemoryMappedFile.CreateFromFile(stream, null, Length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += _view.PointerOffset;
        _start = start;
        try
        {
            var headerBytes = CheckHeaderLength(path, BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, LengthBytes)), Length);
            _data = start + LengthBytes + headerBytes;
            _header = SafetensorsHeader.Parse(path, new ReadOnlySpan<byte>(start + LengthBytes, headerBytes), Length - LengthBytes - headerBytes);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the file lies.</summary>
    public string Path { get; }

    /// <summary>Size of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>Names of all tensors, in no particular order.</summary>
    public IEnumerable<string> Names => _header.Entries.Keys;

    /// <summary>The header's free-form strings, such as "format".</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="SafetensorsException">The file cannot be read, breaks the format or exceeds <see cref="SafetensorsLimits"/>.</exception>
    public static SafetensorsFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return new SafetensorsFile(path, stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            stream?.Dispose();
            throw new SafetensorsException(SafetensorsFault.Unreadable, path, null, "cannot be read", e);
        }
        catch
        {
            stream?.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file holds a tensor.</summary>
    public bool Contains(string name) => _header.Entries.ContainsKey(name);

    /// <summary>A tensor of the file, without copying it.</summary>
    /// <exception cref="ModelFormatException">There is no such tensor.</exception>
    public HostTensor Get(string name)
    {
        ThrowIfClosed();
        if (!_header.Entries.TryGetValue(name, out var entry)) throw new ModelFormatException(Path, name, "is missing");
        var bytes = new MappedBytes(this, _data + entry.Start, (int)(entry.End - entry.Start));
        return new HostTensor(entry.Type, entry.Shape, bytes.Memory);
    }

    /// <summary>Feeds the whole file to a hash.</summary>
    internal void AppendTo(NonCryptographicHashAlgorithm hash)
    {
        const int Piece = 1 << 30;
        ThrowIfClosed();
        for (long position = 0; position < Length; position += Piece)
            hash.Append(new ReadOnlySpan<byte>(_start + position, (int)Math.Min(Piece, Length - position)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    internal void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_closed, this);

    private static int CheckHeaderLength(string path, ulong stated, long fileBytes)
    {
        if (stated > SafetensorsLimits.HeaderBytes)
            throw new SafetensorsException(SafetensorsFault.HeaderTooLarge, path, null, $"states a header of {stated} bytes, at most {SafetensorsLimits.HeaderBytes} are allowed");
        if ((long)stated > fileBytes - LengthBytes)
            throw new SafetensorsException(SafetensorsFault.HeaderTruncated, path, null, $"states a header of {stated} bytes, the file ends after {fileBytes - LengthBytes}");
        return (int)stated;
    }
}
