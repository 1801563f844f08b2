using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.ServiceDefaults.Tests;

public sealed class EndpointTests
{
    [Theory]
    [InlineData("*", "::")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    public async Task Service_ListensWhereItIsTold_AndOnAllAddressesOfBothFamiliesByAnAsterisk(string address, string expected)
    {
        var asked = new List<IPEndPoint?>();
        var builder = WebApplication.CreateSlimBuilder([$"--Endpoints:Address={address}", "--Endpoints:GrpcPort=5000", "--Endpoints:HttpPort=6000"]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => asked.Add(endpoint.IPEndPoint)));
        builder.AddServiceDefaults(new ServiceDescription("Inversion", 0));
        await using var app = builder.Build();

        // What the server would be started with; nothing is opened.
        _ = app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;

        Assert.Equal([new(IPAddress.Parse(expected), 5000), new(IPAddress.Parse(expected), 6000)], asked);
    }

    [Theory]
    [InlineData("::ffff:10.0.0.5", "10.0.0.5")]
    [InlineData("10.0.0.5", "10.0.0.5")]
    [InlineData("fd00::5", "fd00::5")]
    public async Task Caller_IsKnownByItsOwnFamilysAddress(string connected, string expected)
    {
        await using var app = WebApplication.CreateSlimBuilder(["--Endpoints:GrpcPort=0", "--Endpoints:HttpPort=0"]).AddServiceDefaults(new ServiceDescription("Inversion", 0)).Build();
        app.Use((context, next) =>
        {
            context.Connection.RemoteIpAddress = IPAddress.Parse(connected);
            return next(context);
        });
        app.MapServiceDefaults();
        app.MapGet("/caller", context => context.Response.WriteAsync($"{context.Connection.RemoteIpAddress}"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = app.GetEndpoints().Http };

        Assert.Equal(expected, await client.GetStringAsync("/caller", TestContext.Current.CancellationToken));
    }
}
