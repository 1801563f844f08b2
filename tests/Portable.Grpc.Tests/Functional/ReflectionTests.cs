using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;
using Alpha = Grpc.Reflection.V1Alpha;
using V1 = Grpc.Reflection.V1;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class ReflectionTests
{
    [Fact]
    public async Task ListServices_BothVersions_NameAllMappedServices()
    {
        string[] expected = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "grpc.testing.TestService"];
        await using var server = await StartAsync();
        var response = await AskAsync(server, new V1.ServerReflectionRequest { ListServices = "" });
        Assert.Equal(expected, response.ListServicesResponse.Service.Select(service => service.Name).Order());

        using var old = new Alpha.ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo();
        await Wait.For(old.RequestStream.WriteAsync(new Alpha.ServerReflectionRequest { ListServices = "" }));
        Assert.True(await Wait.For(old.ResponseStream.MoveNext()));
        Assert.Equal(expected, old.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).Order());
    }

    [Theory]
    [InlineData("grpc.testing.TestService")]
    [InlineData("grpc.testing.TestService.UnaryCall")]
    [InlineData("grpc.testing.SimpleRequest")]
    [InlineData("grpc.testing.PayloadType")]
    public async Task FileContainingSymbol_OfService_GivesItsFile(string symbol)
    {
        await using var server = await StartAsync();
        var response = await AskAsync(server, new V1.ServerReflectionRequest { FileContainingSymbol = symbol });
        var files = response.FileDescriptorResponse.FileDescriptorProto.Select(FileDescriptorProto.Parser.ParseFrom);
        Assert.Equal("grpc.testing", Assert.Single(files).Package);
        Assert.Equal(symbol, response.OriginalRequest.FileContainingSymbol);
    }

    [Fact]
    public async Task FileByFilename_Unknown_IsNotFound()
    {
        await using var server = await StartAsync();
        var response = await AskAsync(server, new V1.ServerReflectionRequest { FileByFilename = "none.proto" });
        Assert.Equal((int)StatusCode.NotFound, response.ErrorResponse.ErrorCode);
    }

    [Fact]
    public async Task Extensions_AreUnimplemented()
    {
        await using var server = await StartAsync();
        var response = await AskAsync(server, new V1.ServerReflectionRequest { AllExtensionNumbersOfType = "grpc.testing.Empty" });
        Assert.Equal((int)StatusCode.Unimplemented, response.ErrorResponse.ErrorCode);
    }

    [Fact]
    public async Task ServiceThatBindsItself_IsServedAndNamed()
    {
        await using var server = await TestServer.StartAsync<SelfBound>(services: services => services.AddGrpcReflection(), map: app => app.MapGrpcReflectionService());

        var response = await AskAsync(server, new V1.ServerReflectionRequest { ListServices = "" });
        await Wait.For(server.Client.EmptyCallAsync(new Empty()).ResponseAsync);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => Wait.For(server.Client.UnaryCallAsync(new SimpleRequest()).ResponseAsync));

        Assert.Contains("grpc.testing.TestService", response.ListServicesResponse.Service.Select(service => service.Name));
        Assert.Equal(StatusCode.Unimplemented, refusal.StatusCode);
    }

    private static async Task<V1.ServerReflectionResponse> AskAsync(TestServer server, V1.ServerReflectionRequest request)
    {
        using var call = new V1.ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo();
        await Wait.For(call.RequestStream.WriteAsync(request));
        await Wait.For(call.RequestStream.CompleteAsync());
        Assert.True(await Wait.For(call.ResponseStream.MoveNext()));
        var response = call.ResponseStream.Current;
        Assert.False(await Wait.For(call.ResponseStream.MoveNext()));
        return response;
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(
        services: services => services.AddGrpcReflection(), map: app => app.MapGrpcReflectionService());

    /// <summary>A service that takes one of its methods only.</summary>
    [BindServiceMethod(typeof(SelfBound), nameof(Bind))]
    private sealed class SelfBound : TestService.TestServiceBase
    {
        public static void Bind(ServiceBinderBase binder, TestService.TestServiceBase? service) => TestService.BindService(new EmptyCallOnly(binder), service);

        public override Task<Empty> EmptyCall(Empty request, ServerCallContext context) => Task.FromResult(new Empty());

        private sealed class EmptyCallOnly(ServiceBinderBase binder) : ServiceBinderBase
        {
            public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
            {
                if (method.Name == nameof(EmptyCall)) binder.AddMethod(method, handler);
            }

            public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
            {
            }

            public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
            {
            }

            public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
            {
            }
        }
    }
}
