using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class InterceptorTests
{
    [Fact]
    public async Task ServerInterceptors_GlobalAndOwn_RunOutermostFirst()
    {
        var log = new ConcurrentQueue<string>();
        await using var server = await TestServer.StartAsync(
            options =>
            {
                options.Interceptors.Add<Recorder>("first");
                options.Interceptors.Add<Recorder>("second");
            },
            services =>
            {
                services.AddSingleton(log);
                services.Configure<global::Grpc.AspNetCore.Server.GrpcServiceOptions<InteropService>>(
                    options => options.Interceptors.Add(typeof(Recorder), "own"));
            });
        await Wait.For(server.Client.EmptyCallAsync(new Empty()));
        Assert.Equal(
            [
                "first in", "second in", "own in",
                "own out", "own disposed", "second out", "second disposed", "first out", "first disposed",
            ],
            log);
    }

    [Fact]
    public async Task ServerInterceptor_Throws_SetsStatus()
    {
        await using var server = await TestServer.StartAsync(options => options.Interceptors.Add<Refuser>());
        await Expect.FailureAsync(StatusCode.PermissionDenied, server.Client.EmptyCallAsync(new Empty()));
        using var stream = server.Client.StreamingOutputCall(new StreamingOutputCallRequest());
        await Expect.FailureAsync(StatusCode.PermissionDenied, () => stream.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task ClientInterceptors_Several_RunOutermostFirst()
    {
        var log = new ConcurrentQueue<string>();
        Metadata? seen = null;
        await using var server = await TestServer.StartAsync(new Script
        {
            Unary = (_, context) =>
            {
                seen = context.RequestHeaders;
                return Task.FromResult(new SimpleResponse());
            },
        });
        var invoker = server.Channel
            .Intercept(new Recorder(log, "first"), new Recorder(log, "second"))
            .Intercept(metadata =>
            {
                metadata.Add("added", "yes");
                return metadata;
            });
        await Wait.For(new TestService.TestServiceClient(invoker).UnaryCallAsync(new SimpleRequest(), []));
        Assert.Equal(["first in", "second in"], log);
        Assert.Equal("yes", seen!.GetValue("added"));
    }

    private sealed class Recorder(ConcurrentQueue<string> log, string name) : Interceptor, IDisposable
    {
        public void Dispose() => log.Enqueue($"{name} disposed");

        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            log.Enqueue($"{name} in");
            var response = await continuation(request, context);
            log.Enqueue($"{name} out");
            return response;
        }

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            log.Enqueue($"{name} in");
            return continuation(request, context);
        }
    }

    private sealed class Refuser : Interceptor
    {
        private static readonly RpcException Refusal = new(new Status(StatusCode.PermissionDenied, "no"));

        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) => throw Refusal;

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            ServerStreamingServerMethod<TRequest, TResponse> continuation) => throw Refusal;
    }
}
