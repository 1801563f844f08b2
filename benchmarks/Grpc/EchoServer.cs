using Google.Protobuf;
using Grpc.Core;

namespace VideoGrain.Grpc.Benchmarks;

/// <summary>The server side of the benchmarks.</summary>
internal sealed class EchoServer : EchoService.EchoServiceBase
{
    public override Task<Chunk> Echo(Chunk request, ServerCallContext context) => Task.FromResult(request);

    public override async Task Download(DownloadRequest request, IServerStreamWriter<Chunk> responseStream, ServerCallContext context)
    {
        var chunk = new Chunk { Data = UnsafeByteOperations.UnsafeWrap(new byte[request.Size]) };
        for (var i = 0; i < request.Count; i++)
            await responseStream.WriteAsync(chunk, context.CancellationToken);
    }

    public override async Task<UploadResponse> Upload(IAsyncStreamReader<Chunk> requestStream, ServerCallContext context)
    {
        long bytes = 0;
        while (await requestStream.MoveNext(context.CancellationToken))
            bytes += requestStream.Current.Data.Length;
        return new UploadResponse { Bytes = bytes };
    }
}
