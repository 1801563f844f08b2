using System.Globalization;
using System.Security.Cryptography;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>
/// Writes the announced uploads to scratch files as they come: in the announced order, without gaps, every byte checked against its checksum
/// and every size against what was announced. The files go when this is disposed, whatever happened.
/// </summary>
internal sealed class UploadReceiver : IAsyncDisposable
{
    private const string Field = "upload";
    private readonly List<ReceivedUpload> _uploads;
    private readonly IncrementalHash _fingerprint = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private FileStream? _file;
    private int _upload;
    private int _part;
    private long _offset;

    /// <summary>Prepares for the uploads of a specification that passed its checks.</summary>
    /// <param name="specification">The specification.</param>
    /// <param name="folder">An empty folder for the scratch files.</param>
    public UploadReceiver(EditSpecification specification, string folder)
    {
        _uploads = [.. specification.Uploads.Select((upload, index) => new ReceivedUpload(
            upload, Path.Combine(folder, index.ToString(CultureInfo.InvariantCulture))))];
    }

    /// <summary>Whether every announced byte is here.</summary>
    public bool IsComplete => _upload == _uploads.Count;

    /// <summary>The uploads by name; their files are complete when <see cref="IsComplete"/>.</summary>
    public IReadOnlyDictionary<string, ReceivedUpload> Uploads => _uploads.ToDictionary(upload => upload.Announced.Name, StringComparer.Ordinal);

    /// <summary>Takes the next chunk.</summary>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT or DATA_LOSS; says what was expected instead.</exception>
    public async Task AcceptAsync(UploadChunk chunk, CancellationToken cancellationToken)
    {
        if (IsComplete)
            throw Refuse("all announced uploads are complete", ErrorReasons.ChunkOutOfOrder);

        var upload = _uploads[_upload];
        var expected = (long)upload.Announced.PartBytes[_part];
        if (chunk.Name != upload.Announced.Name || chunk.Part != _part || chunk.Offset != (ulong)_offset)
        {
            throw Refuse(
                $"must go on with '{upload.Announced.Name}' part {_part} at byte {_offset}, is part {chunk.Part} at byte {chunk.Offset} of another or the same upload",
                ErrorReasons.ChunkOutOfOrder);
        }

        if (chunk.Data.IsEmpty)
            throw Refuse("a chunk must hold data", ErrorReasons.FieldInvalid);
        if (chunk.Data.Length > TensorLayout.MaxChunkBytes)
            throw Refuse($"a chunk has at most {TensorLayout.MaxChunkBytes} bytes, this one has {chunk.Data.Length}", ErrorReasons.ChunkTooLarge);
        if (chunk.Data.Length > expected - _offset)
            throw Refuse($"'{upload.Announced.Name}' part {_part} was announced with {expected} bytes, the chunk reaches to {_offset + chunk.Data.Length}", ErrorReasons.ChunkTooLarge);
        if (Crc32C.Compute(chunk.Data.Span) != chunk.Crc32C)
        {
            throw new VideoGrainException(
                Grpc.Core.StatusCode.DataLoss, ErrorReasons.ChunkChecksumMismatch, $"'{upload.Announced.Name}': the chunk at byte {_offset} does not match its CRC-32C");
        }

        _file ??= Open(upload.Path);
        await _file.WriteAsync(chunk.Data.Memory, cancellationToken);
        _fingerprint.AppendData(chunk.Data.Span);
        _offset += chunk.Data.Length;
        if (_offset == expected)
            await NextPartAsync(upload);
    }

    /// <summary>Ends the stream.</summary>
    /// <exception cref="VideoGrainException">INVALID_ARGUMENT: the stream ended too early.</exception>
    public void Complete()
    {
        if (IsComplete)
            return;

        var upload = _uploads[_upload];
        throw Refuse(
            $"the stream ended after {_offset} of {upload.Announced.PartBytes[_part]} bytes of '{upload.Announced.Name}' part {_part}", ErrorReasons.StreamIncomplete);
    }

    /// <summary>A digest of all uploaded bytes in order; sizes are part of the specification.</summary>
    public byte[] Fingerprint() => _fingerprint.GetCurrentHash();

    public async ValueTask DisposeAsync()
    {
        _fingerprint.Dispose();
        if (_file is not null)
            await _file.DisposeAsync();

        foreach (var upload in _uploads)
            File.Delete(upload.Path);
    }

    private async Task NextPartAsync(ReceivedUpload upload)
    {
        (_part, _offset) = (_part + 1, 0);
        if (_part < upload.Announced.PartBytes.Count)
            return;

        await _file!.DisposeAsync();
        (_file, _part) = (null, 0);
        _upload++;
    }

    private static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Options = FileOptions.Asynchronous,
        BufferSize = 0,
    });

    private static VideoGrainException Refuse(FormattableString text, string reason) => Refuse(text.ToString(CultureInfo.InvariantCulture), reason);

    private static VideoGrainException Refuse(string text, string reason) => VideoGrainException.Invalid(Field, text, reason);
}
