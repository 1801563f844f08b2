using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Net.Wire;

/// <summary>
/// Reads length-prefixed messages from a pipe. Memory follows the bytes that arrive, never the length that a prefix claims, and a
/// prefix beyond the limit is refused before its message is read.
/// </summary>
internal sealed class MessageReader(PipeReader pipe, int? maxMessageSize, string? encoding, CompressionCatalog compression)
{
    private readonly PayloadContext _context = new();

    /// <summary>Reads the next message.</summary>
    /// <returns>The message; null when the stream has ended between two messages.</returns>
    /// <exception cref="RpcException">The bytes break the protocol or a limit.</exception>
    public async ValueTask<T?> ReadAsync<T>(Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled)
                throw new OperationCanceledException("The read was cancelled.");
            var buffer = result.Buffer;
            if (TryTakeFrame(buffer, out var payload, out var compressed))
            {
                try
                {
                    return Deserialize(payload, compressed, deserializer);
                }
                finally
                {
                    pipe.AdvanceTo(payload.End);
                }
            }

            pipe.AdvanceTo(buffer.Start, buffer.End);
            if (!result.IsCompleted)
                continue;
            if (buffer.IsEmpty)
                return null;
            throw Failure(StatusCode.Internal, "The stream ended within a message.");
        }
    }

    /// <summary>Reads the only message of a stream and the stream's end.</summary>
    /// <returns>The message; null when the stream is empty.</returns>
    /// <exception cref="RpcException">There are more messages, or the bytes break the protocol or a limit.</exception>
    public async ValueTask<T?> ReadOnlyAsync<T>(Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
        where T : class
    {
        var message = await ReadAsync(deserializer, cancellationToken).ConfigureAwait(false);
        if (message is null)
            return null;
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var surplus = !result.Buffer.IsEmpty;
            pipe.AdvanceTo(result.Buffer.End);
            if (surplus)
                throw Failure(StatusCode.Internal, "More than one message came where one was expected.");
            if (result.IsCompleted)
                return message;
        }
    }

    /// <summary>Gives the pipe's buffers back; nothing can be read afterwards.</summary>
    public void Complete() => pipe.Complete();

    private static RpcException Failure(StatusCode code, string detail, Exception? cause = null) => new(new Status(code, detail, cause));

    private bool TryTakeFrame(ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> payload, out bool compressed)
    {
        payload = default;
        compressed = false;
        if (buffer.Length < WireNames.FrameHeaderLength)
            return false;
        Span<byte> header = stackalloc byte[WireNames.FrameHeaderLength];
        buffer.Slice(0, WireNames.FrameHeaderLength).CopyTo(header);
        if (header[0] > 1)
            throw Failure(StatusCode.Internal, $"A message's compression flag is {header[0]}; it must be 0 or 1.");
        compressed = header[0] == 1;
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)(maxMessageSize ?? int.MaxValue))
            throw TooLarge();
        if (buffer.Length - WireNames.FrameHeaderLength < length)
            return false;
        payload = buffer.Slice(WireNames.FrameHeaderLength, length);
        return true;
    }

    private T Deserialize<T>(ReadOnlySequence<byte> payload, bool compressed, Func<DeserializationContext, T> deserializer)
        where T : class
    {
        PooledBuffer? decompressed = null;
        try
        {
            if (compressed)
            {
                decompressed = Decompress(payload);
                payload = new ReadOnlySequence<byte>(decompressed.Written);
            }

            return _context.Read(payload, deserializer)
                ?? throw Failure(StatusCode.Internal, "The deserializer gave no message.");
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Failure(StatusCode.Internal, $"A message could not be read: {exception.Message}", exception);
        }
        finally
        {
            decompressed?.Dispose();
        }
    }

    private PooledBuffer Decompress(ReadOnlySequence<byte> payload)
    {
        if (encoding is null or WireNames.Identity)
            throw Failure(StatusCode.Internal, $"A message is compressed, but {WireNames.Encoding} names no compression.");
        var provider = compression.Find(encoding)
            ?? throw Failure(StatusCode.Unimplemented, $"The compression '{encoding}' is not known; known are {compression.AcceptEncoding}.");
        var buffer = new PooledBuffer();
        try
        {
            using var source = PipeReader.Create(payload).AsStream();
            using var stream = provider.CreateDecompressionStream(source);
            int count;
            while ((count = stream.Read(buffer.GetSpan())) > 0)
            {
                buffer.Advance(count);
                if (buffer.Length > (maxMessageSize ?? int.MaxValue))
                    throw TooLarge();
            }

            if (provider is IWholeness wholeness && !wholeness.IsWhole(payload, buffer.WrittenSpan))
                throw Failure(StatusCode.Internal, "A compressed message is cut off.");
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private RpcException TooLarge() => Failure(
        StatusCode.ResourceExhausted, $"A received message is larger than the limit of {maxMessageSize ?? int.MaxValue} bytes.");
}
