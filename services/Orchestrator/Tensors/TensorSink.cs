using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Tensors;

/// <summary>Writes one tensor after another to the store as their chunks come; a tensor that stays incomplete leaves nothing.</summary>
internal sealed class TensorSink(IArtifactStore store, long maxBytes) : IAsyncDisposable
{
    private IncomingTensor? _tensor;
    private ArtifactWriter? _writer;

    /// <summary>Takes a chunk. Returns the writer with the whole tensor in it, still to be committed by the caller, when it is complete.</summary>
    public async Task<ArtifactWriter?> AcceptAsync(TensorChunk chunk, CancellationToken cancellationToken)
    {
        if (_tensor is null)
        {
            _tensor = new IncomingTensor(chunk, maxBytes);
            _writer = await store.CreateAsync(_tensor.Header.HeaderBytes + _tensor.Header.DataBytes, cancellationToken);
            await _writer.WriteAsync(_tensor.Header.Encode(), cancellationToken);
        }

        _tensor.Accept(chunk);
        await _writer!.WriteAsync(chunk.Data.Memory, cancellationToken);
        if (!_tensor.IsComplete)
            return null;

        var complete = _writer;
        (_tensor, _writer) = (null, null);
        return complete;
    }

    public async ValueTask DisposeAsync()
    {
        if (_writer is not null)
            await _writer.DisposeAsync();
    }
}
