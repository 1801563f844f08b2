using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using VideoGrain.Kubernetes.Tests.Support;

namespace VideoGrain.Kubernetes.Tests.Images;

public sealed class ProbeTests
{
    [Theory]
    [InlineData("/ready", 0)]
    [InlineData("/unready", 1)]
    [InlineData("/absent", 1)]
    public async Task Probe_TellsByItsExitCode(string path, int expected)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var server = builder.Build();
        server.MapGet("/ready", () => "Healthy");
        server.MapGet("/unready", () => Microsoft.AspNetCore.Http.Results.StatusCode(503));
        await server.StartAsync(TestContext.Current.CancellationToken);

        var (exitCode, _, errors) = await RunAsync(server.Urls.First() + path);

        Assert.Equal((expected, expected == 0), (exitCode, errors.Length == 0));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/readyz", 1)]
    [InlineData("readyz", 2)]
    [InlineData("file:///etc/passwd", 2)]
    public async Task Probe_WithNobodyToAsk_Says(string url, int expected) => Assert.Equal(expected, (await RunAsync(url)).ExitCode);

    private static Task<(int ExitCode, string Output, string Errors)> RunAsync(string url) =>
        Tools.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "videograin-probe.dll"), url]);
}
