using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Tensors;

/// <summary>Puts the chunks of a step's tensor together in memory: latents and previews are small, and whole or useless.</summary>
internal sealed class StepAssembler(long maxBytes)
{
    private IncomingTensor? _tensor;
    private byte[] _data = [];
    private uint _step;

    /// <summary>Takes a chunk. Returns the whole tensor when it is complete.</summary>
    /// <exception cref="VideoGrainException">The chunk is damaged or breaks the contract.</exception>
    public StepLatents? Accept(StepTensor piece)
    {
        if (piece.Chunk is not { } chunk)
            throw new VideoGrainException(StatusCode.Internal, IncomingTensor.ProtocolError, "the stage sent a step without a tensor");

        if (_tensor is null)
        {
            _tensor = new IncomingTensor(chunk, maxBytes);
            _data = new byte[_tensor.Header.DataBytes];
            _step = piece.Step;
        }
        else if (piece.Step != _step)
        {
            throw new VideoGrainException(StatusCode.Internal, IncomingTensor.ProtocolError, $"the stage began step {piece.Step} before step {_step} was complete");
        }

        _tensor.Accept(chunk);
        chunk.Data.Span.CopyTo(_data.AsSpan((int)chunk.Offset));
        if (!_tensor.IsComplete)
            return null;

        var whole = new StepLatents((int)_step + 1, piece.Timestep, _tensor.Header, _data);
        (_tensor, _data) = (null, []);
        return whole;
    }
}
