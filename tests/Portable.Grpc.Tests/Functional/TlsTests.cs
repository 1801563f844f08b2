using Grpc.Core;
using Grpc.Net.Client;
using VideoGrain.Portable.Grpc.Tests.Hosting;
using VideoGrain.Portable.Grpc.Tests.Interop;

namespace VideoGrain.Portable.Grpc.Tests.Functional;

public sealed class TlsTests
{
    [Fact]
    public async Task Tls_TrustedCertificate_CarriesCallsAndCallCredentials()
    {
        using var certificate = TestCertificate.Create();
        await using var server = await TestServer.StartAsync(certificate: certificate);
        var token = CallCredentials.FromInterceptor((context, metadata) =>
        {
            metadata.Add("x-grpc-test-echo-initial", $"{context.ServiceUrl} {context.MethodName}");
            return Task.CompletedTask;
        });
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions
        {
            HttpHandler = TestCertificate.Trusting(certificate),
            DisposeHttpClient = true,
            Credentials = ChannelCredentials.Create(ChannelCredentials.SecureSsl, token),
        });
        using var call = new TestService.TestServiceClient(channel).EmptyCallAsync(new Empty());
        await Wait.For(call);
        var echoed = (await Wait.For(call.ResponseHeadersAsync)).GetValue("x-grpc-test-echo-initial");
        Assert.Equal($"https://{server.Address.Authority}/grpc.testing.TestService EmptyCall", echoed);
    }

    [Fact]
    public async Task Tls_UntrustedCertificate_IsUnavailable()
    {
        using var certificate = TestCertificate.Create();
        await using var server = await TestServer.StartAsync(certificate: certificate);
        await Expect.FailureAsync(StatusCode.Unavailable, server.Client.EmptyCallAsync(new Empty()));
    }

    [Fact]
    public void Credentials_ThatDoNotFitAddress_AreRefused()
    {
        var secure = new GrpcChannelOptions { Credentials = ChannelCredentials.SecureSsl };
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress("http://localhost:1", secure));
        var insecure = new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure };
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress("https://localhost:1", insecure));
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress("dns:///localhost:1"));
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress("xyz:///localhost:1", insecure));
        var token = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);
        Assert.Throws<ArgumentException>(() => CallCredentials.Compose(token));
        var roots = new GrpcChannelOptions { Credentials = new SslCredentials("roots") };
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress("https://localhost:1", roots));
    }
}
