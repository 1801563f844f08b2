using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Requests;

/// <summary>Counts the tensor bytes that leave.</summary>
internal sealed class CountingWriter<T>(IServerStreamWriter<T> inner, Func<T, TensorChunk?> chunkOf, StageInstruments instruments) : IServerStreamWriter<T>
{
    public WriteOptions? WriteOptions
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (chunkOf(message) is { } chunk)
            instruments.Sent(chunk.Data.Length);
        return inner.WriteAsync(message, cancellationToken);
    }
}
