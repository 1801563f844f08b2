using System.Net;
using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace VideoGrain.Grpc.Benchmarks;

/// <summary>Client and server in one process, on loopback, in clear text: streams of 1 MiB chunks, as tensors travel, and small unary calls.</summary>
[MemoryDiagnoser]
public class LoopbackBenchmarks
{
    /// <summary>Bytes of a chunk.</summary>
    public const int ChunkSize = 1024 * 1024;

    /// <summary>Chunks of a stream, and calls of a round of unary calls.</summary>
    public const int Count = 256;

    private const int ConcurrentCalls = 16;
    private static readonly Chunk Large = new() { Data = UnsafeByteOperations.UnsafeWrap(new byte[ChunkSize]) };
    private static readonly Chunk Small = new() { Data = ByteString.CopyFromUtf8("a short message") };

    private WebApplication? _app;
    private GrpcChannel? _channel;
    private EchoService.EchoServiceClient? _client;

    /// <summary>Starts the server.</summary>
    [GlobalSetup]
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        _app = builder.Build();
        _app.MapGrpcService<EchoServer>();
        await _app.StartAsync();
        _channel = GrpcChannel.ForAddress(_app.Urls.Single());
        _client = new EchoService.EchoServiceClient(_channel);
    }

    /// <summary>Stops the server.</summary>
    [GlobalCleanup]
    public async Task StopAsync()
    {
        _channel!.Dispose();
        await _app!.DisposeAsync();
    }

    /// <summary>256 MiB from server to client.</summary>
    [Benchmark]
    public async Task<int> Download()
    {
        using var call = _client!.Download(new DownloadRequest { Count = Count, Size = ChunkSize });
        var received = 0;
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
            received++;
        return received;
    }

    /// <summary>256 MiB from client to server.</summary>
    [Benchmark]
    public async Task<long> Upload()
    {
        using var call = _client!.Upload();
        for (var i = 0; i < Count; i++)
            await call.RequestStream.WriteAsync(Large);
        await call.RequestStream.CompleteAsync();
        return (await call).Bytes;
    }

    /// <summary>256 small calls, one after the other.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public async Task UnarySequential()
    {
        for (var i = 0; i < Count; i++)
            await _client!.EchoAsync(Small);
    }

    /// <summary>256 small calls, 16 at a time.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public Task UnaryConcurrent() => Task.WhenAll(Enumerable.Range(0, ConcurrentCalls).Select(async _ =>
    {
        for (var i = 0; i < Count / ConcurrentCalls; i++)
            await _client!.EchoAsync(Small);
    }));
}
