using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Tests.Fakes;

internal static class FakeTensors
{
    public static async Task<Dictionary<string, ReceivedTensor>> ReadAsync<T>(IAsyncStreamReader<T> stream, Func<T, TensorChunk?> chunkOf, ServerCallContext context)
    {
        var tensors = new Dictionary<string, ReceivedTensor>();
        while (await stream.MoveNext(context.CancellationToken))
        {
            // Other messages only say that the caller is there.
            if (chunkOf(stream.Current) is not { } chunk)
                continue;

            if (!tensors.TryGetValue(chunk.Name, out var tensor))
                tensors[chunk.Name] = tensor = new(chunk.Name, chunk.ElementType, [.. chunk.Shape], new byte[TensorLayout.ByteCount(chunk.ElementType, [.. chunk.Shape])]);

            Assert.Equal(Crc32C.Compute(chunk.Data.Span), chunk.Crc32C);
            chunk.Data.CopyTo(tensor.Data, (int)chunk.Offset);
        }

        return tensors;
    }
}
